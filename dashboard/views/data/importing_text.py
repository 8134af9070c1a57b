"""Sentences of Data about a table or FMA as imported: pure functions from what was found to sentences."""

from collections.abc import Sequence

from dashboard.services.datasets import Checked, Gaps
from dashboard.theme import count, percent
from dashboard.views.data.imports import STARTING, WAITING, Import
from genre_core.data.dataset import PARTS, Dataset
from genre_core.data.published import PARTS_SAID
from genre_core.data.sources.table import Inspection
from genre_core.data.splitting import Split
from genre_core.inspection.warnings import Finding
from genre_core.text import joined

NOUNS = {"serious": "serious", "warning": "to check", "note": "good to know"}
FMA_SOURCE = (
    "FMA: A Dataset for Music Analysis (Defferrard, Benzi, Vandergheynst and Bresson, ISMIR 2017); its metadata and "
    "features are licensed under CC BY 4.0."
)
MOST_GENRES = 12
"""Most genres that have a column of their own in the table of gaps."""
MOST_LOST = 5
"""Most columns of which a preview says what was lost."""


def all_of_fma(megabytes: int) -> str:
    """Say how all of FMA is imported, which has more megabytes than an upload may."""
    return (
        f"All of FMA is larger than {megabytes} MB: run `python -m genre_core import FOLDER` on the server, or start "
        "it with `GENRE_LAB_DATA=FOLDER` to choose it here."
    )


def preview(notes: Sequence[str], seen: Inspection) -> list[str]:
    """Return what a table would be taken for, what was lost of its columns, and what was done to read it."""
    if (data := seen.dataset) is None:
        return [seen.problem, *notes]
    counts = [count(len(data), "row"), count(len(data.genres), "genre"), count(len(data.features), "feature")]
    lost = [column.sentence for column in data.columns if column.problem][:MOST_LOST]
    return [f"{counts[0]} of {counts[1]}, {counts[2]}.", *lost, *notes]


def sounds_limits(n_files: int, megabytes: int) -> str:
    """Say how much sound an upload takes, and how more of it is imported."""
    return (
        f"Up to {n_files:,} files and {megabytes:,} MB at a time. For more, run "
        "`python -m genre_core import FOLDER` on the server."
    )


def to_know(findings: Sequence[Finding]) -> str:
    """Say how much there is to know before a score is trusted, nothing where there is nothing."""
    counts = [(sum(finding.severity == severity for finding in findings), noun) for severity, noun in NOUNS.items()]
    parts = [f"{n:,} {noun}" for n, noun in counts if n]
    return f"Before you trust a score: {', '.join(parts)}" if parts else ""


def split_sentence(checked: Checked) -> str:
    """Say which rows train, choose and report, or why they cannot be dealt."""
    split = checked.split
    if split is None:
        return checked.problem
    what = {"row": "single rows", "published": "the published split"}.get(split.by, f"whole {split.by}s")
    sizes = [f"{len(split[part]):,} {'to train' if part == 'train' else part}" for part in PARTS]
    return f"Split by {what}: {', '.join(sizes)}."


def leaky_sentence(split: Split) -> str:
    """Say what a leaky split puts on both sides."""
    levels = " and ".join(f"{level}s" for level in split.straddling)
    return f"Rows of the same {levels} are in both training and test: the score will be too good for unknown tracks."


def published_sentence(data: Dataset) -> str:
    """Say how many rows a published split names for each part, how many for none, and which columns say so if any."""
    assert data.published is not None
    column = next((note for note in data.notes if PARTS_SAID in note), "")
    who, how = column.partition(PARTS_SAID)[::2]
    source = f"{who}{PARTS_SAID}{how.partition(':')[0]}. " if column else ""
    n_rows = [int((data.published == number).sum()) for number in range(len(PARTS))]
    named = [f"{n:,} {part}" for n, part in zip(n_rows[:-1], PARTS, strict=False) if n]
    rest, last = len(data) - sum(n_rows), count(n_rows[-1], f"{PARTS[-1]} row")
    said = [f"It names {joined([*named, last])}"]
    if not n_rows[1]:
        said.append("the validation part is cut from the training part")
    if rest:
        said.append(f"{count(rest, 'row is', 'rows are')} in no part and left out")
    return f"{source}{'; '.join(said)}."


def empty_part(data: Dataset) -> str:
    """Name a part of the published split that no row is in, nothing where all have some."""
    assert data.published is not None
    return next((part for part in ("train", "test") if not (data.published == PARTS.index(part)).any()), "")


def unknown_tracks(data: Dataset) -> str:
    """Return the note on tracks that a published split names and the data do not hold."""
    return next((note for note in data.notes if "of the published split not in these data" in note), "")


def missing_sentence(gaps: Gaps, n_rows: int) -> str:
    """Say how many columns miss values and how many rows miss none."""
    most = f"{gaps.columns[0]} the most with {percent(float(gaps.share[0]))}"
    return (
        f"{count(len(gaps.columns), 'feature has', 'features have')} missing values, {most}; {gaps.n_complete:,} of "
        f"{count(n_rows, 'row')} are complete."
    )


def missing_table(gaps: Gaps, genres: Sequence[str]) -> list[dict[str, object]]:
    """Return the shares of missing values by column, and by genre or, of many genres, of the worst one."""
    rows = []
    for number, column in enumerate(gaps.columns):
        row: dict[str, object] = {"column": column, "all tracks": 100 * float(gaps.share[number])}
        by_genre = gaps.by_genre[:, number]
        if len(genres) <= MOST_GENRES:
            row |= {genre: 100 * float(share) for genre, share in zip(genres, by_genre, strict=True)}
        else:
            row |= {"most in": genres[int(by_genre.argmax())], "there": 100 * float(by_genre.max())}
        rows.append(row)
    return rows


def import_sentence(item: Import) -> str:
    """Say how far an import is, or what came of it."""
    is_folder = item.source == "clips"
    name, first = (f"the folder {item.name}", f"The folder {item.name}") if is_folder else (item.name, item.name)
    if item.problem:
        return f"{first} was not imported. {item.problem}"
    if item.table:
        return f"{first} is imported."
    if item.stage == WAITING:
        return f"{first} is waiting for another import."
    if item.stage == STARTING:
        return f"Importing {name}: starting."
    return f"Importing {name}: {item.stage[0].lower()}{item.stage[1:]}, {percent(item.done, decimals=0)}."
