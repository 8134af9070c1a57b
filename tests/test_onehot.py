"""Genres in columns of 0 and 1: offered as the genre, and never left among the features."""

import numpy as np
import pandas as pd
import pytest

from genre_core.data.sources.table import inspect
from genre_core.data.tables.labels import candidates
from genre_core.data.tables.reading import read_table
from genre_core.errors import DataError
from genre_core.settings.config import TableConfig
from tests.test_table import load_frame

N = 90
MARKS = ("rock", "jazz", "folk")


def marked(*, several: bool = False, prefix: str = "", **columns: object) -> pd.DataFrame:
    """Tracks with a mark for each genre, of two genres every seventh where there are several."""
    rng = np.random.default_rng(2)
    genre = np.arange(N) // 2 % 3
    marks = np.eye(3, dtype=int)[genre]
    if several:
        marks[::7, 1] = 1
    measured = {"tempo": rng.normal(size=N), "rms": rng.normal(size=N)}
    frame = pd.DataFrame({"file": [f"t{i}.mp3" for i in range(N)], **measured}).assign(**columns)  # type: ignore[arg-type]
    return frame.assign(**{prefix + name: marks[:, i] for i, name in enumerate(MARKS)})


def refusal(frame: pd.DataFrame, **config: str) -> str:
    with pytest.raises(DataError) as raised:
        load_frame(frame, **config)
    return str(raised.value)


@pytest.mark.parametrize("prefix", ["", "genre_", "is_"])
def test_columns_of_marks_are_offered_together_and_name_the_genre_once_chosen(prefix: str) -> None:
    together = ",".join(prefix + name for name in MARKS)
    frame = marked(prefix=prefix)
    assert f"as {together}." in refusal(frame)
    seen = inspect(read_table([("a.csv", frame.to_csv(index=False).encode())]).parquet)
    assert seen.candidates[0] == together
    dataset = load_frame(frame, label=together)
    assert (dataset.genres, dataset.features) == (("folk", "jazz", "rock"), ("tempo", "rms"))
    assert [dataset.genres[g] for g in dataset.y[:6]] == ["rock", "rock", "jazz", "jazz", "folk", "folk"]
    assert {c.reason for c in dataset.columns if c.role == "label"} == {"One of 3 columns of genres, each 0 or 1."}


def test_marks_of_several_genres_are_a_combination_and_none_is_no_genre() -> None:
    frame = marked(several=True)
    frame.loc[3, list(MARKS)] = 0
    dataset = load_frame(frame, label="rock,jazz,folk")
    assert dataset.genres == ("folk", "jazz", "jazz|folk", "rock", "rock|jazz")
    assert "1 row left out: no genre." in dataset.notes


def test_marks_beside_the_genre_or_beside_a_chosen_mark_are_no_features_and_told() -> None:
    frame = marked(several=True, genre=[MARKS[i // 2 % 3] for i in range(N)])
    dataset = load_frame(frame)
    assert dataset.features == ("tempo", "rms")
    problems = {c.name: c.problem for c in dataset.columns if c.problem}
    assert set(problems) == set(MARKS)
    assert problems["jazz"] == (
        "is 0 or 1 and named as the genre jazz, so it is left out: it would give the genre away."
    )
    one = load_frame(marked(), label="rock")
    assert (one.genres, one.features) == (("0", "1"), ("tempo", "rms"))
    assert "is 0 or 1 like rock" in next(c.problem for c in one.columns if c.name == "folk")


def test_other_columns_of_0_and_1_mark_no_genre() -> None:
    flags = {"explicit": np.arange(N) % 2, "is_test": np.arange(N) % 3 == 0}
    frame = marked(several=True, genre=[("a", "b")[i // 3 % 2] for i in range(N)], **flags)
    assert "explicit" in load_frame(frame).features
    assert candidates(marked(**flags))[0] == "rock,jazz,folk"
    assert "tempo is not 0 or 1 alone" in refusal(marked(), label="rock,tempo")
    assert "has no column soul" in refusal(marked(), label="rock,soul")


def test_marks_are_chosen_by_an_address_that_a_configuration_takes() -> None:
    assert TableConfig(label=",".join(f"genre_{i:02}" for i in range(60))).label
