"""What findings say: pure functions from a finding to a sentence, for pages and for the terminal alike."""

from collections.abc import Callable
from dataclasses import dataclass

from genre_core.data.dataset import Part
from genre_core.evaluation.glossary import leaky
from genre_core.evaluation.intervals import Interval
from genre_core.findings.finding import Finding, Kind
from genre_core.text import GAP, count, percent, points


@dataclass(frozen=True)
class Told:
    """What a sentence needs to know beside its finding.

    `known` is what a leaky split lets the run know, such as `unknown artists`; `level` what the groups are, such as
    `artist`; `drawn` says that the tracks are synthetic.
    """

    genres: tuple[str, ...]
    part: Part
    known: str = ""
    level: str = "group"
    drawn: bool = True


def sentence(finding: Finding, told: Told) -> str:
    """Say a finding in one or two sentences."""
    return _SENTENCES[finding.kind](_Read(finding, told))


def _on(whom: str) -> str:
    return f" on {whom}" if whom else ""


class _Read:
    """A finding as its sentence reads it."""

    def __init__(self, finding: Finding, told: Told) -> None:
        self.finding, self.told = finding, told
        self.value, self.interval = finding.values, finding.intervals
        self.names = [told.genres[genre] for genre in finding.genres]

    def rate(self, name: str) -> str:
        """Return a rate with its interval, where it has one."""
        return percent(self.value[name], self.interval.get(name))

    def n(self, name: str) -> int:
        """Return a count."""
        return int(self.value[name])

    def tracks(self, name: str) -> str:
        """Return a number of tracks of the part that is judged: `1,200 test tracks`."""
        return count(self.n(name), f"{self.told.part} track")

    def gap(self, name: str) -> str:
        """Return the size of a difference in points, and its interval turned as the size is."""
        value, interval = self.value[name], self.interval.get(name)
        if value < 0 and interval is not None:
            interval = Interval(-interval.high, -interval.low)
        return points(abs(value), interval)


def _all_right(read: _Read) -> str:
    low = percent(read.interval["accuracy"].low)
    hint = "Measured tracks are rarely so easy: Data says whether a feature gives the genre away, or tracks are copies."
    if read.told.drawn:
        hint = "To see confusions, let the genres overlap more."
    return (
        f"Nothing lies off the diagonal: every one of {read.tracks('n')} is recognised. With so many tracks, the true "
        f"accuracy is {low} or more. {hint}"
    )


def _leaky(read: _Read) -> str:
    return leaky({level: int(n) for level, n in read.value.items()})


def _few_tracks(read: _Read) -> str:
    half = f"±{points(read.value['half'], decimals=0)}"
    of = f" of {count(read.n('groups'), read.told.level)}" if "groups" in read.value else ""
    return f"{read.tracks('n')}{of} are few: accuracy is sure to {half} only, too little to tell similar runs apart."


def _majority(read: _Read) -> str:
    rival, interval = f"always answering the commonest genre, {read.rate('majority')}", read.interval["gain"]
    if interval.low > 0:
        return f"It is {read.gap('gain')} better than {rival}."
    if interval.high < 0:
        return f"It is {read.gap('gain')} worse than {rival}."
    return f"It cannot be told from {rival}: the difference is {points(read.value['gain'], interval)}."


def _shortfall(read: _Read) -> str:
    interval, where = read.interval["gap"], f"the best possible{_on(read.told.known)}, {read.rate('best')}"
    if interval.low > 0:
        return f"It is {read.gap('gap')} below {where} on the same tracks: there is something left to learn."
    if interval.high < 0:
        return f"It is {read.gap('gap')} above {where}: it knows them from training."
    return f"It is as good as {where} on the same tracks, within {points(interval.high)}."


def _never_predicted(read: _Read) -> str:
    total = read.tracks("support")
    if len(read.names) == 1:
        return f"{read.names[0]} is never predicted: its {total} all go to other genres."
    shown = ", ".join(read.names[:3]) + (f" and {count(len(read.names) - 3, 'other')}" if len(read.names) > 3 else "")
    return f"{len(read.names)} genres are never predicted ({shown}): their {total} are lost."


def _miscounted(read: _Read) -> str:
    word = "often" if read.finding.kind == "over_predicted" else "rarely"
    called, own = read.n("predicted"), read.n("support")
    return (
        f"{read.names[0]} is predicted too {word}: {read.tracks('predicted')} {'is' if called == 1 else 'are'} called "
        f"it, but {own:,} {'is' if own == 1 else 'are'}."
    )


def _end(read: _Read) -> str:
    hard = read.finding.kind == "hardest"
    word, side = ("hard", "below") if hard else ("easy", "above")
    most = f"the {word}est" if word == "hard" else "the easiest"
    found = f"{read.rate('recall')} of its {read.tracks('support')} are recognised"
    against = f"{read.gap('difference')} {side} the mean of the others"
    if read.value["clear"]:
        return f"{read.names[0]} is {most}: {found}, {against}."
    other = f"{read.names[1]}, {percent(read.value['next'])}, comes as near: too close to say which is {most}"
    return f"{read.names[0]} is {word}: {found}, {against}. {other}."


def _confusion(read: _Read) -> str:
    true, predicted = read.names[:2]
    text = f"{true} taken for {predicted}: {read.n('n'):,} of {read.tracks('support')}, {read.rate('share')}."
    text = f"{'The commonest confusion' if read.value['clear'] else 'Among the commonest confusions'} is {text}"
    back = f"{read.n('back'):,} of {read.n('back_support'):,}"
    if read.value["one_way"]:
        text += f" The other way round it is {back}, clearly fewer."
    else:
        text += f" The other way round it is {back}."
    if not read.value["clear"]:
        i, j = read.names[2:]
        text += f" As near comes {i} taken for {j} ({read.n('next'):,}): too close to say which is the commonest."
    return text


def _one_way(read: _Read) -> str:
    true, predicted = read.names
    return (
        f"{true} is taken for {predicted} more often than {predicted} for {true}: {read.n('n'):,} of "
        f"{read.n('support'):,}, {read.rate('share')}, against {read.n('back'):,} of {read.n('back_support'):,}, "
        f"{read.rate('back_share')}."
    )


def _block(read: _Read) -> str:
    names = f"{', '.join(read.names[:-1])} and {read.names[-1]}"
    return (
        f"{names} are confused with each other: {read.rate('share')} of their {read.n('errors'):,} errors stay among "
        f"them, where {percent(read.value['chance'])} would if errors went wherever any genre's go."
    )


def _neighbours(read: _Read) -> str:
    return (
        f"Genres next to each other in the generator's order are confused more than others: {read.rate('share')} of "
        f"{count(read.n('errors'), 'error')} are between them, where {read.rate('chance')} would if the order told "
        "nothing."
    )


def _macro_f1(read: _Read) -> str:
    return (
        f"Macro-F1, {read.rate('macro_f1')}, is {read.gap('gap')} below accuracy, {read.rate('accuracy')}: common "
        f"genres carry the score and rare ones suffer, {read.names[0]} the most (F1 {read.rate('worst_f1')})."
    )


def _sureness(read: _Read) -> str:
    word = "too sure of itself" if read.finding.kind == "too_sure" else "less sure than it could be"
    return (
        f"It is {word}: its mean confidence is {read.rate('confidence')}, and it is right on {read.rate('accuracy')}, "
        f"a difference of {read.gap('gap')}."
    )


def _when_sure(read: _Read) -> str:
    return (
        f"When it is at least {percent(read.value['sure'], decimals=0)} sure, it is right on {read.rate('right')}, "
        f"otherwise on {read.rate('otherwise')}: it is so sure on {read.n('n'):,} of {read.tracks('of')}."
    )


def _few_groups(read: _Read) -> str:
    level = read.told.level
    worst = f"{count(read.n('n_worst'), level)} of {read.n('groups'):,}"
    verb = "has" if read.n("n_worst") == 1 else "have"
    return (
        f"Few {level}s make up the errors of {read.names[0]}: {worst} {verb} {read.rate('share')} of its "
        f"{count(read.n('errors'), 'error')}; by chance it would be {read.rate('chance')}."
    )


def _label_noise(read: _Read) -> str:
    side = "more" if read.value["gain"] > 0 else "less"
    return (
        f"About the true genres it is right on {read.rate('accuracy')}, {read.gap('gain')} {side} than about the "
        f"labels, of which {read.rate('wrong')} are wrong."
    )


def _part_gap(read: _Read) -> str:
    lower = read.value["gap"] > 0
    why = ": validation chose the best epoch, so its score is a little too good" if lower else ""
    return (
        f"Accuracy on the {read.told.part} tracks is {read.gap('gap')} {'below' if lower else 'above'} that on "
        f"validation, {read.rate('validation')}{why}."
    )


def _overfitting(read: _Read) -> str:
    return (
        f"On the tracks it learned from it is right on {read.rate('training')}, {read.gap('gap')} more often than on "
        f"the {read.told.part} tracks: some of what it learned holds for those alone."
    )


def _still_improving(read: _Read) -> str:
    return (
        f"It was still improving when it stopped: from epoch {read.n('from'):,} to {read.n('to'):,}, the last that was "
        f"allowed, validation accuracy rose by {read.gap('gain')} (99{GAP}% interval). More epochs are likely to help."
    )


def _best_early(read: _Read) -> str:
    return (
        f"Its best epoch was {read.n('best'):,} of {read.n('epochs'):,}: from there on validation accuracy fell "
        f"by {read.gap('loss')} (99{GAP}% interval). What it learned later does not carry over."
    )


_SENTENCES: dict[Kind, Callable[[_Read], str]] = {
    "all_right": _all_right,
    "leaky": _leaky,
    "few_tracks": _few_tracks,
    "majority": _majority,
    "shortfall": _shortfall,
    "never_predicted": _never_predicted,
    "over_predicted": _miscounted,
    "under_predicted": _miscounted,
    "hardest": _end,
    "easiest": _end,
    "confusion": _confusion,
    "one_way": _one_way,
    "block": _block,
    "neighbours": _neighbours,
    "macro_f1": _macro_f1,
    "too_sure": _sureness,
    "too_unsure": _sureness,
    "when_sure": _when_sure,
    "few_groups": _few_groups,
    "label_noise": _label_noise,
    "part_gap": _part_gap,
    "overfitting": _overfitting,
    "still_improving": _still_improving,
    "best_early": _best_early,
}
