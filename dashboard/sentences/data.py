"""What the Data page says: pure functions from a data set and what was found in it to sentences."""

from collections.abc import Sequence

from dashboard.theme import GAP, count, percent
from genre_core.bayes import BayesLimit
from genre_core.config import DatasetConfig, FmaConfig, TableConfig
from genre_core.dataset import Dataset
from genre_core.errors import RunStateError
from genre_core.exploration import Projection, Separation, Spread
from genre_core.store import Run

ROLES = {
    "label": "the genre",
    "group": "the group",
    "identifier": "a name",
    "feature": "a feature",
    "left out": "left out",
}


def answer(data: Dataset, name: str, limit: BayesLimit | None) -> str:
    """Say what the tracks are, and the best that can be reached where that is known."""
    n, k = len(data), len(data.genres)
    sizes = set(data.counts.tolist())
    each = f" of {data.counts[0]:,} each" if len(sizes) == 1 else ""
    features = count(data.X.shape[1], "feature")
    text = f"{count(n, 'track')} in {count(k, 'genre')}{each}, {features}"
    if name:
        return f"{text}, from {name}."
    if limit is None:
        return f"{text}."
    return f"{text}; no classifier can be right on more than {percent(limit.accuracy)} of such tracks."


def second(data: Dataset) -> str:
    """Say what the counts mean for whoever judges a classifier on these tracks."""
    common = int(data.counts.argmax())
    share = data.counts[common] / len(data)
    if data.counts.min() == data.counts.max():
        return f"All genres are equally common: guessing is right on {percent(share)}."
    rare = int(data.counts.argmin())
    return (
        f"Always answering {data.genres[common]}, the commonest genre, is right on {percent(share)}; "
        f"{data.genres[rare]} is the rarest with {count(int(data.counts[rare]), 'track')}."
    )


def feature_sentence(found: Separation, n_features: int, rank: int) -> str:
    """Say how well one feature alone tells genres apart."""
    place = (
        f"number {rank} of {n_features:,} in telling genres apart"
        if rank > 1
        else "the one that tells genres apart best"
    )
    rest = max(0.0, 1 - found.explained)
    return (
        f"{found.feature} is {place}: {percent(found.explained, decimals=0)} of its variance lies between genres, "
        f"{percent(rest, decimals=0)} within them. Bars: the middle half with the median, lines to 5 and 95{GAP}%."
    )


def projection_sentence(found: Projection, data: Dataset) -> str:
    """Say what a projection shows, judged on tracks that it was not found on."""
    guess = float(data.counts.max() / len(data))
    kind = "The plane that separates genres best" if found.method == "lda" else "The plane along which tracks vary most"
    drawn = f" {len(found.rows):,} of them are drawn." if len(found.rows) < found.n_judged else ""
    return (
        f"{kind}, found on half of the tracks. By the nearest genre centre on it, {percent(found.accuracy)} of the "
        f"{count(found.n_judged, 'other track')} would be named right; always the commonest genre, {percent(guess)}."
        f"{drawn}"
    )


def axes(found: Projection) -> tuple[str, str]:
    """Return the titles of a projection's axes, with what they explain."""
    word, of = (
        ("Component", "of all variance") if found.method == "pca" else ("Discriminant", "of what lies between genres")
    )
    titles = [f"{word} {number} · {percent(share)} {of}" for number, share in enumerate(found.explained, 1)]
    if found.explained[1] != found.explained[1]:
        titles[1] = "what varies most across it"
    return titles[0], titles[1]


def centres_table(found: Projection, data: Dataset) -> list[dict[str, object]]:
    """Return a projection as a table: where each genre lies, and how many tracks lie nearest to their own centre."""
    return [
        {
            "genre": genre,
            "centre, across": round(float(found.centres[number, 0]), 2),
            "centre, up": round(float(found.centres[number, 1]), 2),
            "nearest to its own centre": percent(float(found.recalls[number])),
        }
        for number, genre in enumerate(data.genres)
    ]


def spread_table(found: Sequence[Spread]) -> list[dict[str, object]]:
    """Return a feature's quartiles by genre as a table."""
    return [
        {
            "genre": item.genre,
            "lower quartile": float(f"{item.first:.4g}"),
            "median": float(f"{item.median:.4g}"),
            "upper quartile": float(f"{item.third:.4g}"),
            "values": item.n,
            "missing": item.n_missing,
        }
        for item in found
    ]


def columns_table(data: Dataset) -> list[dict[str, str]]:
    """Return what each column was taken for and why, features last: they are many and need no reason."""
    ordered = sorted(
        data.columns, key=lambda column: list(ROLES).index(column.role) % 3 + (column.role == "feature") * 9
    )
    return [{"column": c.name, "taken for": ROLES[c.role], "reason": c.reason} for c in ordered]


def columns_sentence(data: Dataset) -> str:
    """Say how many columns are features and what became of the others."""
    roles = [column.role for column in data.columns]
    label = next((column.name for column in data.columns if column.role == "label"), "")
    unused = roles.count("left out") + roles.count("identifier")
    out = f", {count(unused, 'column')} measure nothing and are not used" if unused > 1 else ""
    out = ", 1 column measures nothing and is not used" if unused == 1 else out
    return (
        f"{label} names the genre, {count(roles.count('feature'), 'column is a feature', 'columns are features')}{out}."
    )


def counts_alt(data: Dataset) -> str:
    """Say the number of tracks of each genre."""
    return (
        "Tracks of each genre: " + ", ".join(f"{g} {n:,}" for g, n in zip(data.genres, data.counts, strict=True)) + "."
    )


def used_by(content_hash: str, runs: Sequence[Run]) -> list[str]:
    """Return the names of the runs that were trained on a table."""
    return [run.name for run in runs if (data := _data(run)) and data == content_hash]


def _data(run: Run) -> str | None:
    try:
        data: DatasetConfig = run.config.data
    except RunStateError:
        return None
    return data.table if isinstance(data, TableConfig | FmaConfig) else None


def deletion(name: str, users: Sequence[str]) -> str:
    """Say what deleting a table means."""
    if not users:
        return f"{name} is deleted from the store. No run was trained on it."
    first = ", ".join(users[:3]) + (f" and {len(users) - 3:,} more" if len(users) > 3 else "")
    return (
        f"{name} is deleted from the store. {count(len(users), 'run')} trained on it ({first}): their figures stay, "
        "but their tracks can no longer be listed, nor can they be trained again."
    )
