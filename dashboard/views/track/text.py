"""Sentences of the page of one track: pure functions."""

from collections.abc import Sequence

import numpy as np

from dashboard.services.networks import Explanation
from dashboard.text.badges import Badge
from dashboard.text.train import Headline
from dashboard.theme import Numbers, count, percent
from genre_core.data.dataset import Dataset, FloatArray, IntArray, Part
from genre_core.evaluation.metrics import softmax
from genre_core.explaining.attribution import Attribution
from genre_core.explaining.counterfactual import Change
from genre_core.explaining.neighbours import Neighbours
from genre_core.text import joined

NAMED = {"train": "training", "validation": "validation", "test": "test"}


def title(name: str, true: str, predicted: str, confidence: float, about: str = "") -> str:
    """Say what a track is and what it is taken for: `Track 12 is Folk; taken for Rock, 71.3 % sure`."""
    verb = "is labeled" if about == "label" else "is"
    taken = f"taken for {predicted}" if true != predicted else "recognized"
    return f"Track {name} {verb} {true}; {taken} with {percent(confidence)} confidence"


def part_badges(part: Part | None, data: Dataset, row: int) -> list[Badge]:
    """Return the badges of a track: its part, what it belongs to, and whether its label is wrong."""
    found = [_part_badge(part, data.whole)]
    for level, numbers in data.groups.items():
        members = int((numbers == numbers[row]).sum())
        word = "recording" if level == "track" else level
        name = data.called(level, int(numbers[row])).removeprefix(f"{level} ")
        found.append(Badge(f"{word} {name}", f"{count(members, 'row')} of the data belong to it."))
    if data.titles and data.titles[row] not in ("", data.tracks[row]):
        found.insert(1, Badge(f"“{data.titles[row]}”", "The title of this track."))
    if data.y_clean is not None and data.y_clean[row] != data.y[row]:
        labelled, true = data.genres[data.y[row]], data.genres[data.y_clean[row]]
        found.append(Badge("wrong label", f"The label is {labelled}, but the true genre is {true}.", "warning"))
    return found


def _part_badge(part: Part | None, whole: str) -> Badge:
    match part:
        case None:
            return Badge("in no part", f"This run's split left this {whole} out.")
        case "train":
            meaning = (
                f"The network learned from this {whole}, so its confidence here says little about unknown {whole}s."
            )
            return Badge(f"training {whole}", meaning, "warning")
        case "validation":
            return Badge(f"validation {whole}", f"Not used for training; validation {whole}s chose the best epoch.")
        case "test":
            return Badge(f"test {whole}", "Kept for the final report.")


def three(probabilities: FloatArray, genres: Sequence[str], predicted: int, true: int) -> Numbers:
    """Return the three numbers of a plain page: the probabilities (k,) of the answer and of what came next."""
    order = [int(genre) for genre in np.argsort(-probabilities)]
    shown = list(dict.fromkeys((predicted, true, *order)))[:3]
    return {genres[genre]: float(probabilities[genre]) for genre in shown}


LEARNED = (
    "This track is listed because a network that did not learn from it doubts its label. This run's network did learn "
    "from it, including the label, and this page shows its view."
)


def of_which_features(n_changed: int) -> str:
    """Say that a picture is of features that a person changed; empty where it is of the track as it is."""
    return f"With your {count(n_changed, 'change')}. " if n_changed else ""


def adds_up(found: Attribution, genres: Sequence[str]) -> str:
    """Say what the attributions of a track add up to, which is how far the two logits came apart."""
    genre, other = genres[found.genre], genres[found.other]
    here, usual = found.lead, found.baseline_lead
    return (
        f"The sum is {_signed(found.total)} nats: {genre} is {abs(here):.2f} {_side(here)} {other} here, and "
        f"{abs(usual):.2f} {_side(usual)} it for the average training track."
    )


def _side(lead: float) -> str:
    return "ahead of" if lead >= 0 else "behind"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def changed_answer(now: FloatArray, before: FloatArray, genres: Sequence[str], n_changed: int) -> str:
    """Say what the network answers with changed features; `now` and `before` are logits (n_genres,)."""
    if not n_changed:
        return "Move a feature to see how the prediction changes."
    (new, sure), (old, was) = _answer(now), _answer(before)
    text = f"With {count(n_changed, 'feature')} changed: "
    if new == old:
        return f"{text}still {genres[new]}, with {percent(sure)} confidence ({percent(was)} before)."
    return f"{text}{genres[new]} with {percent(sure)} confidence, instead of {genres[old]} ({percent(was)} before)."


def _answer(logits: FloatArray) -> tuple[int, float]:
    y_prob = softmax(logits[None])[0]
    return int(y_prob.argmax()), float(y_prob.max())


def set_sentence(held: Sequence[bool], true: int, genres: Sequence[str], level: float) -> str:
    """Say which genres are in a track's prediction set (n_genres,), and whether the right one is."""
    inside = [genre for genre, there in zip(genres, held, strict=True) if there]
    named = joined(inside) if len(inside) < len(genres) else f"all {len(genres)} genres"
    missing = "" if held[true] else f" The right genre, {genres[true]}, is not in it."
    return f"Prediction set, {percent(level, decimals=0)} promised: {named}.{missing}"


def flip_sentence(found: Explanation, moved: str, genres: Sequence[str]) -> str:
    """Say how one feature alone changes the answer; `moved` says which one and from where to where."""
    asked, n_features = len(found.asked), len(found.attribution.features)
    among = "" if asked == n_features else f" of the {asked} that count most"
    if not found.flips or not moved:
        return f"No single feature{among} changes the prediction within the training range."
    first = found.flips[0]
    by = f"{abs(first.change):.2f} standard deviations"
    return f"One feature is enough{among}: {moved}, {by}, makes it {genres[first.genre]}."


def change_sentence(found: Change | None, genres: Sequence[str]) -> str:
    """Say how small a change of all features together changes the answer."""
    if found is None:
        return "No combined change of all features was found that changes the prediction."
    return (
        f"All features together: a change of {found.distance:.2f} standard deviations in total makes it "
        f"{genres[found.genre]}. That is the smallest change found; a smaller one may exist."
    )


def neighbours_sentence(found: Neighbours, y: IntArray, genres: Sequence[str], level: str | None) -> str:
    """Say of which genres the nearest training tracks are, and how many belong to the same artist."""
    n = len(found.rows)
    counts = np.bincount(y[found.rows], minlength=len(genres))
    order = [int(g) for g in np.argsort(-counts, kind="stable") if counts[g]]
    said = " and ".join(
        part
        for part in (
            ", ".join(f"{counts[g]} {'are' if counts[g] > 1 else 'is'} {genres[g]}" for g in order[:-1]),
            f"{counts[order[-1]]} {'are' if counts[order[-1]] > 1 else 'is'} {genres[order[-1]]}",
        )
        if part
    )
    if len(order) == 1:
        said = f"all are {genres[order[0]]}"
    text = f"Of the {n} nearest training tracks {said}."
    same = 0 if found.same_group is None else int(found.same_group.sum())
    if same:
        word = {"track": "recording", None: "group"}.get(level, level)
        text += f" {same} {'belongs' if same == 1 else 'belong'} to the same {word}: the network has learned from it."
    return text


# -- where there is no track to show -----------------------------------------------------------------------------------


def no_track(asked_for: str | None, data: Dataset) -> Headline:
    """Say that a link names no track, or none that there is."""
    if asked_for is None:
        return Headline("No track is selected.", "Select a cell of the confusion matrix, then a track in its list.")
    short = f"{asked_for[:20]}…" if len(asked_for) > 20 else asked_for
    return Headline(
        "This track does not exist.",
        f"The link names “{short}”; these data have {count(len(data), 'track')}, such as “{data.address_of(0)}”.",
    )


def closed(name: str) -> Headline:
    """Say that a track is in the test part, which was not opened for this run."""
    reason = (
        "The test part is closed for this run. Opening it is counted: choosing by test scores makes them too "
        "optimistic."
    )
    return Headline(f"Track {name} is a test track of this run.", reason)


def left_out(name: str) -> Headline:
    """Say that a track is in the test part that folds, or splits that are dealt again, leave out."""
    reason = "It is a test track of the same settings without them, so what this run answers for it stays closed."
    return Headline(f"The folds or splits of this run leave track {name} out.", reason)


def other_part(said: str, part: Part | None) -> str:
    """Say that a link takes a track for one of another part."""
    of = "in no part of the split" if part is None else f"a {NAMED[part]} track"
    return f"The link says {said}, but this is {of}."


def where(position: int, n: int) -> str:
    """Say where a track stands in the selection that it was opened from."""
    return f"{position + 1:,} of {n:,}"


def moved(name: str, start: float, stop: float) -> str:
    """Say what is changed of one feature, in its own units: `tempo from 118 to 131`."""
    return f"{name} from {start:.4g} to {stop:.4g}".replace("-", "−")
