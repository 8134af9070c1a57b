"""Sentences of Data: pure functions from a data set and the findings in it."""

from collections.abc import Sequence

from dashboard.theme import Numbers, count, percent
from genre_core.bayes.limit import BayesLimit
from genre_core.data.dataset import Dataset
from genre_core.store.schema import Run

UNUSABLE = "These data cannot be used yet."
NO_RUN = "No complete run has seen these tracks yet."
ASKED_FOR, LATEST = "You looked at this run last.", "This is the latest run on these tracks."


def answer(data: Dataset, name: str) -> str:
    """Say what the tracks are, and where they are from."""
    n, k = len(data), len(data.genres)
    sizes = set(data.counts.tolist())
    each = f" of {data.counts[0]:,} each" if len(sizes) == 1 else ""
    if each and data.in_segments:
        each = f", {data.counts[0]:,} {data.noun}s each"
    shape, noun = " × ".join(map(str, data.inputs.shape)), data.inputs.noun
    features = count(len(data.features), "feature") if data.features else f"{noun} of {shape} numbers"
    whole = f" of {count(data.n_tracks(), data.whole)}" if data.in_segments else ""
    source = f", from {name}" if name else ""
    return f"{count(n, data.noun)}{whole} in {count(k, 'genre')}{each}, {features}{source}."


def three(data: Dataset, limit: BayesLimit | None) -> Numbers:
    """Return the three numbers of a plain page."""
    third: Numbers = {"Best possible accuracy": limit.accuracy} if limit else {"Features": f"{len(data.features):,}"}
    return {data.noun.capitalize() + "s": f"{len(data):,}", "Genres": f"{len(data.genres):,}", **third}


def nothing(what: str, is_named: bool, others: bool) -> tuple[str, str]:
    """Say that there are no tracks and what to do; `is_named` where an address names some that are not stored."""
    choose = ", or choose a stored one" if others else ""
    if is_named:
        same = "Add the same file" if what == "table" else "Import the same files"
        return f"The {what} of this link is not in this store.", f"{same} here and this link opens it{choose}."
    return f"No {what} is chosen yet.", f"Add one here{choose}."


def second(data: Dataset, limit: BayesLimit | None, whom: str = "") -> str:
    """Say how good guessing is, and the best that can be reached where that is known, for `whom` it holds."""
    if limit is None:
        return _guessing(data)
    of = whom or "such tracks"
    return f"{_guessing(data)} The best possible classifier is right on {percent(limit.accuracy)} of {of}."


def _guessing(data: Dataset) -> str:
    common = int(data.counts.argmax())
    share = data.counts[common] / len(data)
    if data.counts.min() == data.counts.max():
        return f"All genres are equally common: guessing is right on {percent(share)}."
    rare = int(data.counts.argmin())
    return (
        f"Always predicting {data.genres[common]}, the most common genre, is right on {percent(share)}; "
        f"{data.genres[rare]} is the rarest with {count(int(data.counts[rare]), data.noun)}."
    )


def columns_sentence(data: Dataset) -> str:
    """Say how many columns are features and what became of the others."""
    roles = [column.role for column in data.columns]
    label = next((column.name for column in data.columns if column.role == "label"), "")
    unused = roles.count("left out") + roles.count("identifier")
    out = f", {count(unused, 'column')} are not measurements and are not used" if unused > 1 else ""
    out = ", 1 column is not a measurement and is not used" if unused == 1 else out
    n = roles.count("feature")
    each = f", {len(data.features):,} in all with one for each category" if len(data.features) > n else ""
    return f"{label} names the genre, {count(n, 'column is a feature', 'columns are features')}{each}{out}."


def counts_alt(data: Dataset) -> str:
    """Say the number of tracks, or of segments, of each genre."""
    counts = ", ".join(f"{genre} {n:,}" for genre, n in zip(data.genres, data.counts, strict=True))
    return f"{data.noun.capitalize()}s of each genre: {counts}."


def used_by(content_hash: str, runs: Sequence[Run]) -> list[str]:
    """Return the names of the runs that were trained on a table."""
    known = [(run.name, run.known_config.data.stored) for run in runs if run.known_config]
    return [name for name, stored in known if stored and stored[0] == content_hash]


def deletion(name: str, users: Sequence[str]) -> str:
    """Say what deleting a table means."""
    if not users:
        return f"{name} is deleted from the store. No run was trained on it."
    first = ", ".join(users[:3]) + (f" and {len(users) - 3:,} more" if len(users) > 3 else "")
    return (
        f"{name} is deleted from the store. {count(len(users), 'run')} trained on it ({first}): their results stay, "
        "but you can no longer list their tracks or train them again."
    )
