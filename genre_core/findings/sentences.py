"""Sentences of findings: pure functions from a finding to a sentence, for pages and the terminal alike."""

from collections.abc import Callable
from dataclasses import dataclass

from genre_core.data.dataset import Part
from genre_core.evaluation.glossary import leaky
from genre_core.findings.finding import Finding, Kind
from genre_core.text import capitalized, count, nothing_told, percent, points, quoted_at_starts, too_few


@dataclass(frozen=True)
class Told:
    """Facts that a sentence needs beside its finding.

    `whom` is what the best possible holds for, such as `single tracks by unknown artists`; `level` what the groups are,
    such as `artist`; `drawn` says that the tracks are synthetic, and `noun` what is judged.
    """

    genres: tuple[str, ...]
    part: Part
    whom: str = ""
    level: str = "group"
    drawn: bool = True
    noun: str = "track"


def sentence(finding: Finding, told: Told) -> str:
    """Say a finding in one or two sentences."""
    return quoted_at_starts(_SENTENCES[finding.kind](_Read(finding, told)), told.genres)


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
        return count(self.n(name), f"{self.told.part} {self.told.noun}")

    def gap(self, name: str) -> str:
        """Return the size of a difference in points, and its interval turned as the size is."""
        value, interval = self.value[name], self.interval.get(name)
        if value < 0 and interval is not None:
            interval = -interval
        return points(abs(value), interval)


def _all_right(read: _Read) -> str:
    interval = read.interval["accuracy"]
    least = (
        ""
        if nothing_told(interval)
        else f" With so many {read.told.noun}s, the true accuracy is at least {percent(interval.low)}."
    )
    hint = "Real music is rarely this easy: check on Data whether a feature gives the genre away, or "
    hint += f"{read.told.noun}s are copies."
    if read.told.drawn:
        hint = "To see confusions, increase the overlap."
    return f"All {read.tracks('n')} are predicted correctly: nothing lies off the diagonal.{least} {hint}"


def _leaky(read: _Read) -> str:
    return leaky({level: int(n) for level, n in read.value.items()})


def _few_tracks(read: _Read) -> str:
    if "groups" in read.value and nothing_told(read.interval["accuracy"]):
        few = too_few(read.n("groups"), read.told.level)
        return f"{capitalized(few)}: how far the accuracy on these {read.tracks('n')} holds for others is unknown."
    half = f"±{points(read.value['half'], decimals=0)}"
    of = f" of {count(read.n('groups'), read.told.level)}" if "groups" in read.value else ""
    return (
        f"{read.tracks('n')}{of} are few: accuracy is known only to within {half}, too little to tell similar runs "
        "apart."
    )


def _majority(read: _Read) -> str:
    rival, interval = f"always predicting the most common genre, {read.rate('majority')}", read.interval["gain"]
    if interval.low > 0:
        return f"The model is {read.gap('gain')} better than {rival}."
    if interval.high < 0:
        return f"The model is {read.gap('gain')} worse than {rival}."
    return (
        f"The model is no clear improvement on {rival}: the difference is {points(read.value['gain'], interval)}, "
        "which could be chance."
    )


def _shortfall(read: _Read) -> str:
    interval, where = read.interval["gap"], f"the best possible{_on(read.told.whom)}, {read.rate('best')}"
    if interval.low > 0:
        return f"Accuracy is {read.gap('gap')} below {where}, on the same {read.told.noun}s: there is more to learn."
    if interval.high < 0:
        return f"Accuracy is {read.gap('gap')} above {where}: the model knows them from training."
    untold = f"The model cannot be told from {where}, on the same {read.told.noun}s"
    return f"{untold}: it is at most {points(interval.high)} below."


def _never_predicted(read: _Read) -> str:
    total = read.tracks("support")
    if len(read.names) == 1:
        return f"{read.names[0]} is never predicted: all of its {total} are taken for other genres."
    shown = ", ".join(read.names[:3]) + (f" and {count(len(read.names) - 3, 'other')}" if len(read.names) > 3 else "")
    return f"{len(read.names)} genres are never predicted ({shown}): all of their {total} are wrong."


def _miscounted(read: _Read) -> str:
    word = "often" if read.finding.kind == "over_predicted" else "rarely"
    return (
        f"{read.names[0]} is predicted too {word}: {count(read.n('predicted'), 'prediction')} for "
        f"{read.tracks('support')}."
    )


def _end(read: _Read) -> str:
    hard = read.finding.kind == "hardest"
    word, side = ("hard", "below") if hard else ("easy", "above")
    most = f"the {word}est" if word == "hard" else "the easiest"
    found = f"{read.rate('recall')} of its {read.tracks('support')} are recognized"
    against = f"{read.gap('difference')} {side} the mean of the others"
    if read.value["clear"]:
        return f"{read.names[0]} is {most}: {found}, {against}."
    other = f"{read.names[1]}, {percent(read.value['next'])}, is too close to say which is {most}"
    return f"{read.names[0]} is {word}: {found}, {against}. {other}."


def _confusion(read: _Read) -> str:
    true, predicted = read.names[:2]
    text = f"{true} taken for {predicted}: {read.n('n'):,} of {read.tracks('support')}, {read.rate('share')}."
    text = f"{'The most common confusion' if read.value['clear'] else 'One of the most common confusions'} is {text}"
    back = f"{read.n('back'):,} of {read.n('back_support'):,}"
    if read.value["one_way"]:
        text += f" The other way around it is {back}, clearly fewer."
    else:
        text += f" The other way around it is {back}."
    if not read.value["clear"]:
        i, j = read.names[2:]
        text += f" {i} taken for {j} ({read.n('next'):,}) is nearly as common."
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
        f"{names} are confused with each other: {read.rate('share')} of their {read.n('errors'):,} errors stay "
        f"{'between' if len(read.names) == 2 else 'among'} them; chance would give {percent(read.value['chance'])}."
    )


def _neighbours(read: _Read) -> str:
    return (
        f"Genres next to each other in the generator's order are confused more often than others: {read.rate('share')} "
        f"of {count(read.n('errors'), 'error')} are between them; chance would give {read.rate('chance')}."
    )


def _macro_f1(read: _Read) -> str:
    return (
        f"Macro-F1, {read.rate('macro_f1')}, is {read.gap('gap')} below accuracy, {read.rate('accuracy')}: common "
        f"genres carry the score and rare ones fail. The worst is {read.names[0]} (F1 {read.rate('worst_f1')})."
    )


def _sureness(read: _Read) -> str:
    word = "overconfident" if read.finding.kind == "too_sure" else "underconfident"
    return (
        f"The model is {word} by {read.gap('gap')}: its mean confidence is {read.rate('confidence')}, and its accuracy "
        f"is {read.rate('accuracy')}."
    )


def _when_sure(read: _Read) -> str:
    return (
        f"With a confidence of at least {percent(read.value['sure'], decimals=0)}, {read.rate('right')} of predictions "
        f"are right; below it, {read.rate('otherwise')}. {read.n('n'):,} of {read.tracks('of')} reach that confidence."
    )


def _few_groups(read: _Read) -> str:
    level = read.told.level
    worst = f"{count(read.n('n_worst'), level)} of {read.n('groups'):,}"
    verb = "has" if read.n("n_worst") == 1 else "have"
    return (
        f"A few {level}s cause most errors of {read.names[0]}: {worst} {verb} {read.rate('share')} of its "
        f"{count(read.n('errors'), 'error')}; chance would give {read.rate('chance')}."
    )


def _label_noise(read: _Read) -> str:
    side = "more" if read.value["gain"] > 0 else "less"
    return (
        f"Judged by the true genres, accuracy is {read.rate('accuracy')}, {read.gap('gain')} {side} than judged by the "
        f"labels, {read.rate('wrong')} of which are wrong."
    )


def _part_gap(read: _Read) -> str:
    lower = read.value["gap"] > 0
    why = ": validation chose the best epoch, so its score is a little too optimistic" if lower else ""
    return (
        f"Accuracy on the {read.told.part} {read.told.noun}s is {read.gap('gap')} "
        f"{'below' if lower else 'above'} that on validation, {read.rate('validation')}{why}."
    )


def _training(read: _Read) -> str:
    return read.finding.diagnosis


_SENTENCES: dict[Kind, Callable[[_Read], str]] = {
    "all_right": _all_right,
    "training": _training,
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
}
