"""Tables as data sets: what each column is taken for, which rows count, and what stays together."""

import io
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_core.data.dataset import Dataset
from genre_core.data.sources import load_dataset
from genre_core.data.sources.table import inspect
from genre_core.data.splitting import split_dataset
from genre_core.data.tables.cells import track_keys
from genre_core.data.tables.columns import judge_columns
from genre_core.data.tables.labels import find_label
from genre_core.data.tables.reading import read_table
from genre_core.data.tables.roles import changed_roles, chosen_roles, give_role, read_names, write_names
from genre_core.errors import DataError, ManyGenresError
from genre_core.settings.config import SplitConfig, TableConfig

HERE = Path(__file__).parent
SHARED = HERE.parents[1] / "shared" / "data"
HASH = "0" * 64
real = pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of public tables, ../shared/data, is absent")


class OneTable:
    def __init__(self, parquet: bytes) -> None:
        self.parquet = parquet

    def read_table(self, content_hash: str) -> bytes:
        return self.parquet


def interpret(frame, config):
    chosen = chosen_roles(frame, config)
    return judge_columns(frame, find_label(frame, config, chosen.not_genre), chosen)


def load_bytes(files: Sequence[tuple[str, bytes]], **config: str) -> Dataset:
    return load_dataset(TableConfig(table=HASH, **config), OneTable(read_table(files).parquet))  # type: ignore[arg-type]


def load_text(text: str, **config: str) -> Dataset:
    return load_bytes([("table.csv", text.encode())], **config)


def load_files(*paths: Path, **config: str) -> Dataset:
    return load_bytes([(path.name, path.read_bytes()) for path in paths], **config)


def table(n: int = 40, **columns: Sequence[object]) -> pd.DataFrame:
    """Two features that overlap between the genres, file names, genres, and what is added."""
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "filename": [f"song_{i * 7}.mp3" for i in range(n)],
            "tempo": rng.normal(size=n),
            "rms": rng.normal(size=n),
            "label": ["rock" if i % 2 else "jazz" for i in range(n)],
            **columns,
        }
    )


def load_frame(frame: pd.DataFrame, **config: str) -> Dataset:
    return load_text(frame.to_csv(index=False), **config)


def written(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def roles(frame: pd.DataFrame, **config: str) -> dict[str, str]:
    return {c.name: c.role for c in interpret(frame, TableConfig(**config))}  # type: ignore[arg-type]


def refusal(frame: pd.DataFrame, **config: str) -> str:
    with pytest.raises(DataError) as raised:
        load_frame(frame, **config)
    sentence = str(raised.value)
    assert sentence[-1] in ".?"
    assert "\n" not in sentence
    return sentence


# The genre column


@pytest.mark.parametrize("name", ["label", "Genre", "genre_top", "music_genre", "CLASS", " target ", "musicGenre"])
@pytest.mark.parametrize("position", [0, 2, 3])
def test_the_genre_is_found_by_its_name_at_any_position(name: str, position: int) -> None:
    frame = table()
    genres = frame.pop("label")
    frame.insert(position, name, genres)
    dataset = load_frame(frame)
    assert dataset.genres == ("jazz", "rock")
    assert dataset.features == ("tempo", "rms")
    assert [c.name for c in dataset.columns if c.role == "label"] == [name.strip()]


@pytest.mark.parametrize(
    ("values", "genres"),
    [
        ([0, 1] * 20, ("0", "1")),
        ([0.0, 1.0] * 20, ("0", "1")),
        ([2, 10] * 20, ("2", "10")),
        ([" Hip-Hop", "jazz "] * 20, ("Hip-Hop", "jazz")),
        ([True, False] * 20, ("False", "True")),
    ],
)
def test_genres_may_be_numbers_or_text(values: list[object], genres: tuple[str, ...]) -> None:
    dataset = load_frame(table(label=values))
    assert dataset.genres == genres
    assert dataset.counts.tolist() == [20, 20]


def test_a_single_text_column_with_few_values_is_the_genre() -> None:
    frame = table().rename(columns={"label": "sort_of_music"})
    assert roles(frame)["sort_of_music"] == "label"


def test_between_two_equally_good_columns_nothing_is_guessed() -> None:
    frame = table(genre=["soul", "pop", "folk", "soul"] * 10)
    assert refusal(frame) == "Both genre and label could name the genre: choose one as the genre column."
    assert load_frame(frame, label="genre").genres == ("folk", "pop", "soul")
    unnamed = frame.rename(columns={"genre": "kind", "label": "sort"})
    assert refusal(unnamed) == "sort and kind could each name the genre: choose one as the genre column."


def test_a_code_of_the_same_genres_is_no_second_candidate_and_no_feature() -> None:
    frame = table(genre=[1 if i % 2 else 0 for i in range(40)])
    assert roles(frame)["label"] == "label"
    assert roles(frame)["genre"] == "left out"


def test_the_label_that_published_a_record_is_no_genre() -> None:
    frame = table(record_label=["Motown", "Stax"] * 20)
    assert roles(frame)["label"] == "label"
    assert "choose the column" in refusal(
        frame.drop(columns="label").assign(year_label=["a", "b"] * 20, record_label=1)
    )


def test_the_chosen_column_wins() -> None:
    frame = table(mood=["sad", "gay", "calm", "wild"] * 10)
    assert load_frame(frame, label="mood").genres == ("calm", "gay", "sad", "wild")


def test_lookalike_genres_are_kept_apart() -> None:
    assert load_frame(table(label=["hiphop", "Hip-Hop"] * 20)).genres == ("Hip-Hop", "hiphop")


def test_rows_without_a_genre_are_left_out_and_counted() -> None:
    dataset = load_frame(table(label=["", "NA", "?", "rock"] * 5 + ["jazz"] * 20))
    assert len(dataset) == 25
    assert dataset.notes == ("15 rows left out: no genre.",)
    assert dataset.tracks[0] == "song_21.mp3"


# The other columns


def test_what_is_no_feature_is_left_out_with_its_reason() -> None:
    frame = table(
        length=[661794 + i % 3 for i in range(40)],
        track_duration_ms=np.linspace(1, 2, 40),
        row=range(40),
        nr=range(100, 140),
        url=[f"http://x/{i}" for i in range(40)],
        comment=[f"c{i}" for i in range(40)],
        mood=["sad", "gay", "calm", "wild"] * 10,
        nearly=["0.5"] * 38 + ["about 3", "0.7"],
        constant=[1.5] * 40,
        nothing=[None] * 40,
        rock=[i % 2 == 1 for i in range(40)],
        subgenre=[i % 4 for i in range(40)],
    )
    columns = {c.name: c for c in interpret(frame, TableConfig())}
    assert {n: c.role for n, c in columns.items()} == {
        "filename": "identifier",
        "tempo": "feature",
        "rms": "feature",
        "label": "label",
        "length": "left out",
        "track_duration_ms": "left out",
        "row": "left out",
        "nr": "identifier",
        "url": "identifier",
        "comment": "identifier",
        "mood": "left out",
        "nearly": "left out",
        "constant": "left out",
        "nothing": "left out",
        "rock": "left out",
        "subgenre": "left out",
    }
    assert columns["mood"].reason == "Text, such as “sad”: 4 categories, which can be taken as features, one for each."
    assert columns["nearly"].reason == "Not only numbers: 1 of 40 values, such as “about 3”. Correct or empty them."
    assert columns["constant"].reason == "The same value in every row: 1.5."
    assert columns["subgenre"].reason.startswith("Gives the genre away")
    assert all(c.reason.endswith(".") for c in columns.values())


def test_unnamed_index_columns_are_left_out() -> None:
    dataset = load_text(table().to_csv())
    assert (dataset.columns[0].name, dataset.columns[0].role) == ("Unnamed: 0", "left out")
    assert dataset.features == ("tempo", "rms")


def test_a_second_column_of_a_name_counts_unless_its_values_are_the_same() -> None:
    frame = table(level=np.linspace(0, 1, 40))
    assert load_text(frame.to_csv(index=False).replace("level", "rms", 1)).features == ("tempo", "rms", "rms.2")
    dataset = load_text(frame.assign(level=frame.rms).to_csv(index=False).replace("level", "rms", 1))
    assert dataset.features == ("tempo", "rms")
    assert dataset.columns[-1].reason == "A second column named rms; only the first counts."


def test_truth_values_count_as_zero_and_one() -> None:
    dataset = load_frame(table(live=["True", "False", "false", "", "TRUE"] * 8))
    np.testing.assert_array_equal(dataset.X[:5, 2], [1, 0, 0, np.nan, 1])


def test_missing_values_stay_missing_and_minus_one_stays_a_value() -> None:
    dataset = load_frame(table(energy=["?", "NA", "", "-1", " 0.5 "] * 8))
    np.testing.assert_array_equal(dataset.X[:5, 2], [np.nan, np.nan, np.nan, -1, 0.5])
    assert dataset.notes == ("24 missing values in 1 feature; the training part's median stands in.",)
    dropped = load_frame(table(energy=["?", "NA", "", "-1", "0.5"] * 8), missing="drop")
    assert len(dropped) == 16
    assert dropped.notes == ("24 rows left out: a feature is missing.",)


def test_infinities_count_as_missing_and_rows_without_any_feature_are_left_out() -> None:
    frame = table()
    frame.loc[0, "tempo"] = np.inf
    frame.loc[1, ["tempo", "rms"]] = [-np.inf, np.nan]
    dataset = load_frame(frame)
    assert len(dataset) == 39
    assert np.isfinite(dataset.X).sum() == 39 * 2 - 1
    assert dataset.notes[:2] == (
        "1 row left out: every feature is missing. It is row 2.",
        "2 infinite values taken as missing, in tempo. The first is inf in row 1.",
    )


@given(st.permutations(range(9)))
@settings(max_examples=15, deadline=None)
def test_the_order_of_columns_changes_no_role(order: list[int]) -> None:
    frame = table(
        track_id=[3 * i for i in range(40)],
        genre=[i % 2 for i in range(40)],
        artist=[f"a{i % 9}" for i in range(40)],
        mood=["sad", "gay"] * 20,
        length=[i % 5 for i in range(40)],
    )
    assert roles(frame.iloc[:, order]) == {
        "filename": "identifier",
        "tempo": "feature",
        "rms": "feature",
        "label": "label",
        "track_id": "identifier",
        "genre": "left out",
        "artist": "group",
        "mood": "left out",
        "length": "left out",
    }


# What belongs together


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (["blues.00012.3.wav", "blues.00012.0.wav", "blues.00012.wav", "blues.00012.3.au"], "blues.00012"),
        (["blues.00012.3", "blues.00012"], "blues.00012"),
        (["blues/blues.00012.wav", r"C:\music\blues\blues.00012.7.wav", "genres/blues/blues.00012.au"], "blues.00012"),
        (["set/hip-hop.00001.9.WAV", r"set\hip-hop.00001.mp3"], "set/hip-hop.00001"),
        (["000002_seg3.mp3", "000002-part-1.mp3", "000002.mp3"], "000002"),
    ],
)  # fmt: skip
def test_segments_of_one_track_share_its_key(names: list[str], key: str) -> None:
    assert set(track_keys(pd.Series(names, dtype="str"))) == {key}


@given(
    st.from_regex(r"[a-z]{1,8}(-[a-z]{1,4})?", fullmatch=True),
    st.integers(0, 99999),
    st.integers(0, 30),
    st.sampled_from(["", ".wav", ".au", ".MP3"]),
)
@settings(max_examples=50, deadline=None)
def test_any_segment_name_leads_to_its_track(genre: str, track: int, segment: int, extension: str) -> None:
    names = [
        f"{folder}{genre}.{track:05d}{part}{extension}"
        for folder in ("", f"{genre}/", f"{genre}\\")
        for part in ("", f".{segment}")
    ]
    assert set(track_keys(pd.Series(names, dtype="str"))) == {f"{genre}.{track:05d}"}


@pytest.mark.parametrize(
    "names", [["rock/001.wav", "jazz/001.wav"], ["song_1.wav", "song_2.wav"], ["rock/track.1.wav", "jazz/track.1.wav"]]
)
def test_different_tracks_keep_different_keys(names: list[str]) -> None:
    assert track_keys(pd.Series(names, dtype="str")).is_unique


def test_segments_never_straddle_a_split_unless_asked_for() -> None:
    dataset = load_files(HERE / "data" / "segments.csv")
    assert list(dataset.groups) == ["track"]
    assert dataset.notes == ("108 rows are segments of 36 tracks, by filename; a split keeps them together.",)
    assert len(np.unique(dataset.groups["track"])) == 36
    split = split_dataset(dataset, SplitConfig(test_fraction=0.25, validation_fraction=0.25))
    parts = [set(dataset.groups["track"][split[part]]) for part in ("train", "validation", "test")]
    assert not any(parts[i] & parts[j] for i, j in ((0, 1), (0, 2), (1, 2)))
    assert split_dataset(dataset, SplitConfig(by="row")).leaky


def test_a_file_name_chosen_as_the_group_still_names_the_tracks() -> None:
    dataset = load_frame(table(), group="filename")
    assert dataset.groups == {}
    assert dataset.tracks[1] == "song_7.mp3"
    assert dataset.notes == ("Every row has its own filename: nothing is kept together.",)


def test_whole_tracks_have_no_groups() -> None:
    assert load_frame(table()).groups == {}


def test_a_repeated_track_id_is_a_group() -> None:
    frame = table().assign(filename=[i // 4 for i in range(40)]).rename(columns={"filename": "track_id"})
    groups = load_frame(frame).groups
    assert groups["track"].tolist() == [i // 4 for i in range(40)]


def test_an_identifier_that_is_the_same_everywhere_groups_nothing() -> None:
    dataset = load_frame(table().drop(columns="filename").assign(id=7))
    assert dataset.groups == {}
    assert "Every row has the same id, so it groups nothing." in dataset.notes


def test_genres_too_rare_are_left_out_where_asked_for() -> None:
    frame = table()
    frame.loc[0, "label"] = "Polka"
    assert "Polka" in load_frame(frame).genres
    dataset = load_bytes([("table.csv", frame.to_csv(index=False).encode())], min_tracks="2")
    assert "Polka" not in dataset.genres
    assert len(dataset) == len(frame) - 1
    assert any("fewer than 2 tracks (Polka)" in note for note in dataset.notes)


def test_genres_are_counted_once_rare_ones_are_left_out() -> None:
    """Two genres of three tracks stand before and after 199 of two: the minimum that leaves fewer is told."""
    frame = table(404, label=["blues"] * 3 + [f"g{i // 2}" for i in range(398)] + ["soul"] * 3)
    with pytest.raises(ManyGenresError, match=r"201 genres, .* keep the 2 commonest .a minimum of 3 tracks") as refused:
        load_frame(frame)
    seen = inspect(written(frame))
    assert (seen.least, seen.kept) == (refused.value.least, refused.value.kept) == (3, 2)
    assert load_frame(frame, min_tracks="3").genres == ("blues", "soul")
    assert len(load_frame(frame.iloc[3:]).genres) == 200


def test_genres_that_are_not_chosen_are_left_out_and_counted() -> None:
    frame = table()
    frame.loc[:9, "label"] = "Drum, Bass"
    every = load_frame(frame)
    assert "Drum, Bass" in every.genres
    rest = [genre for genre in every.genres if genre != "Drum, Bass"]
    chosen = load_frame(frame, genres=write_names(rest))
    assert chosen.genres == tuple(rest)
    assert len(chosen) == len(frame) - 10
    assert "10 rows left out: their genres are not chosen." in chosen.notes
    assert load_frame(frame, genres=write_names([rest[0], "Drum, Bass"])).genres == ("Drum, Bass", rest[0])
    with pytest.raises(DataError, match="no genre Drum Bass in these data: did you mean Drum, Bass"):
        load_frame(frame, genres="Drum Bass")
    with pytest.raises(DataError, match=f"Only the genre {rest[0]} is chosen"):
        load_frame(frame, genres=rest[0])


def belongs(dataset: Dataset) -> dict[str, list[int]]:
    return {level: numbers.tolist() for level, numbers in dataset.groups.items()}


def test_artists_and_albums_are_levels_and_a_chosen_group_is_the_coarsest() -> None:
    frame = table(artist=[f"a{i % 10}" for i in range(40)], album=[f"b{i % 20}" for i in range(40)])
    found = load_frame(frame)
    assert belongs(found) == {"album": [i % 20 for i in range(40)], "artist": [i % 10 for i in range(40)]}
    assert found.notes == (
        "40 rows are of 20 albums (by album) and 10 artists (by artist); a split keeps each artist together.",
    )
    assert {c.name for c in found.columns if c.role == "group"} == {"album", "artist"}
    chosen = load_frame(frame.assign(scene=[i % 5 for i in range(40)]), group="scene")
    assert chosen.coarsest is not None
    assert chosen.coarsest[0] == "group"
    assert list(chosen.groups) == ["album", "artist", "group"]
    assert list(load_frame(frame, group="artist").groups) == ["album", "group"]
    assert list(load_frame(frame, left_out="artist").groups) == ["album"]


@pytest.mark.parametrize(
    "names", [("artist_name", "album_title"), ("artist_id", "album_id"), ("Track Artist", "release")]
)
def test_columns_of_artists_and_albums_go_by_many_names(names: tuple[str, str]) -> None:
    frame = table().assign(**{name: [f"{name} {i // 4}" for i in range(40)] for name in names})
    assert list(load_frame(frame).groups) == ["album", "artist"]
    more = frame.assign(
        artist_favorites=range(40), album_tracks=[i % 7 for i in range(40)], artist_location=["x", "y"] * 20
    )
    assert list(load_frame(more).groups) == ["album", "artist"]
    assert roles(more)["album_tracks"] == "feature"


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 5)), min_size=40, max_size=40))
def test_a_track_lies_in_one_album_and_an_album_in_one_artist(belonging: list[tuple[int, int, int]]) -> None:
    artist, album, track = zip(*belonging, strict=True)
    frame = table(artist=[f"a{n}" if n else None for n in artist], album=[f"b{n}" for n in album])
    groups = load_frame(frame.assign(filename=[f"{n}.mp3" for n in track])).groups
    present = list(groups)
    for finer, coarser in pairwise(present):
        pairs = {(a, b) for a, b in zip(groups[finer], groups[coarser], strict=True)}
        assert len(pairs) == len(set(groups[finer]))


def test_the_same_title_of_two_artists_is_two_albums_and_a_segment_without_artist_is_by_its_tracks() -> None:
    frame = table(
        filename=[f"t.{i // 2}.{i % 2}.wav" for i in range(40)],
        artist=[None if i % 2 else f"a{i // 8}" for i in range(40)],
        album=["Greatest Hits"] * 20 + [f"b{i // 4}" for i in range(20)],
    )
    groups = load_frame(frame).groups
    assert groups["artist"].tolist() == [i // 8 for i in range(40)]
    assert len(set(groups["album"][:20])) == 3  # one of each artist
    assert len(set(groups["track"])) == 20


# What a person chooses


def test_a_chosen_role_wins_and_its_reason_says_so() -> None:
    frame = table(
        year=[1990 + i % 9 for i in range(40)], code=[i % 2 for i in range(40)], title=[f"s{i}" for i in range(40)]
    )
    found = {c.name: c for c in load_frame(frame, taken="code", left_out="year, rms", name="title").columns}
    assert (found["code"].role, found["code"].reason) == ("feature", "Chosen by you.")
    assert (found["year"].role, found["year"].reason) == ("left out", "Chosen by you.")
    assert found["rms"].role == "left out"
    assert (found["title"].role, found["title"].reason) == ("identifier", "Chosen by you to name the tracks.")
    assert load_frame(frame, name="title").tracks[3] == "s3"
    gaps = {c.name: c for c in load_frame(table(length=[1.5, None] * 20), taken="length").columns}
    assert gaps["length"].reason == "Chosen by you. 20 of 40 numbers are missing."


def test_pieces_of_a_track_are_told_by_the_chosen_name() -> None:
    assert load_frame(table(song=[f"s{i // 4}" for i in range(40)])).groups == {}
    assert belongs(load_frame(table(song=[f"s{i // 4}" for i in range(40)]), name="song")) == {
        "track": [i // 4 for i in range(40)]
    }


def test_a_genre_column_that_was_left_out_is_not_the_genre() -> None:
    frame = table(genre=["soul", "pop", "folk", "soul"] * 10)
    assert load_frame(frame, left_out="label").genres == ("folk", "pop", "soul")


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"taken": "lyrics"}, "lyrics holds text, such as “la 0”, but a feature must be a number: correct"),
        ({"taken": "void"}, "void holds no number and cannot be a feature: do not use it as one."),
        ({"taken": "tempp"}, "The table has no column tempp for the features: did you mean tempo?"),
        ({"left_out": "tempo,rsm"}, "The table has no column rsm for the columns left out: did you mean rms?"),
        ({"taken": "rms", "left_out": "rms"}, "rms is chosen as left out and taken as a feature: choose one of them."),
        ({"left_out": "label"}, "label is chosen as the genre column and left out: choose one of them."),
        ({"name": "zzz"}, "The table has no column zzz for the name: its first columns are filename, tempo, rms"),
        ({"left_out": "tempo,rms"}, "The table has no numeric feature: each column is the genre, an identifier, text"),
    ],
)  # fmt: skip
def test_a_choice_that_cannot_be_says_why(config: dict[str, str], sentence: str) -> None:
    assert refusal(
        table(60, lyrics=[f"la {i}" for i in range(60)], void=[None] * 60), label="label", **config
    ).startswith(sentence)


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), min_size=1)
        .map(str.strip)
        .filter(bool),
        unique=True,
    )
)
def test_lists_of_columns_survive_as_text(names: list[str]) -> None:
    assert read_names(write_names(names)) == tuple(names)


@given(st.text())
def test_any_text_is_read_as_a_list_of_columns(text: str) -> None:
    names = read_names(text)
    assert all(name == name.strip() and name for name in names)
    assert len(set(names)) == len(names)


def test_a_role_given_replaces_the_one_before() -> None:
    config = TableConfig(label="genre", left_out="a,b")
    assert give_role(config, "b", "feature") == TableConfig(label="genre", left_out="a", taken="b")
    assert give_role(config, "genre", "group") == TableConfig(group="genre", left_out="a,b")
    assert give_role(give_role(config, "a", "identifier"), "a", "left out") == TableConfig(
        label="genre", left_out="b,a"
    )
    frame = table(tone=["x", "y"] * 20)
    columns = load_frame(frame).columns
    changed = changed_roles(columns, {"tempo": "left out", "tone": "label", "rms": "feature"}, TableConfig())
    assert changed == TableConfig(label="tone", left_out="tempo")


def test_tracks_are_named_by_file_then_number_then_row() -> None:
    frame = table(track_id=[5 * i + 2 for i in range(40)])
    assert load_frame(frame).tracks[1] == "song_7.mp3"
    assert load_frame(frame.drop(columns="filename")).tracks[1] == "7"
    assert load_frame(frame.drop(columns=["filename", "track_id"])).tracks[1] == "row 2"


# What cannot be trained on


@pytest.mark.parametrize(
    ("frame", "config", "words"),
    [
        (table().drop(columns="label"), {}, "the file that holds the genres (they are joined on filename)"),
        (table(label=["rock"] * 40), {}, "The genre column label holds one genre, rock"),
        (table(label=[None] * 40), {}, "The genre column label has no value in it"),
        (table(420, label=[f"g{i // 2}" for i in range(420)]), {}, "210 genres, more than the 200 that are told apart"),
        (table().drop(columns=["tempo", "rms"]), {}, "The table has no numeric feature"),
        (table(tempo=[1] * 40, rms=["loud", "soft"] * 20), {}, "The table has no numeric feature"),
        (table(), {"label": "lable"}, "The table has no column lable for the genre: did you mean label?"),
        (table(), {"group": "zzz"}, "no column zzz for the group: its first columns are filename, tempo, rms, label."),
        (table(), {"group": "label"}, "label holds the genres and cannot be the group as well"),
        (table(4, tempo=[1, None, 2, None], rms=[None, 1, None, 2]), {"missing": "drop"}, "Every row misses a feature"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_trained_on_says_why(frame: pd.DataFrame, config: dict[str, str], words: str) -> None:
    assert words in refusal(frame, **config)


def test_a_genre_of_two_tracks_is_refused_by_the_split() -> None:
    dataset = load_frame(table(label=["rock", "jazz"] * 19 + ["pop", "pop"]))
    with pytest.raises(
        DataError, match="The genre pop has 2 tracks, too few for a training, a validation and a test part"
    ):
        split_dataset(dataset, SplitConfig())


def test_without_a_table_there_is_a_sentence() -> None:
    with pytest.raises(DataError, match="No table is chosen"):
        load_dataset(TableConfig())


def test_inspection_gives_the_data_set_or_the_columns_to_choose_from() -> None:
    good = inspect(written(table()))
    assert good.dataset is not None
    assert good.problem == ""
    unclear = inspect(written(table(genre=["soul", "pop", "folk", "soul"] * 10)))
    assert unclear.dataset is None
    assert unclear.candidates == ("label", "genre")
    assert unclear.problem.startswith("Both genre and label")
    chosen = inspect(written(table(genre=["soul", "pop", "folk", "soul"] * 10)), TableConfig(label="genre"))
    assert chosen.dataset is not None


@pytest.mark.parametrize(("separator", "encoding"), [(";", "utf-16"), ("\t", "windows-1252"), ("|", "utf-8-sig")])
def test_the_form_of_the_file_does_not_change_the_data_set(separator: str, encoding: str) -> None:
    frame = table(label=["café", "rock"] * 20)
    plain = load_frame(frame)
    other = load_bytes([("x.csv", frame.to_csv(index=False, sep=separator).encode(encoding))])
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    assert plain.content_hash == other.content_hash == load_bytes([("x", buffer.getvalue())]).content_hash


# Public tables


@real
@pytest.mark.parametrize(
    ("paths", "shape", "n_genres", "n_groups"),
    [
        (["gtzan/features_30_sec.csv"], (1000, 57), 10, None),
        (["gtzan/features_10_sec.csv"], (2991, 57), 10, 1000),
        (["gtzan/features_3_sec_three_genres.csv"], (2996, 57), 3, 300),
        (["fma/echonest_small8.csv"], (1294, 8), 8, None),
        (["fma/ntds2017/fma_features.csv", "fma/ntds2017/fma_tracks.csv"], (1990, 140), 33, None),
        (["fma/ntds2017/fma_tracks.csv", "fma/ntds2017/fma_features.csv"], (1990, 140), 33, None),
    ],
)
def test_public_tables_load_as_they_are(
    paths: list[str], shape: tuple[int, int], n_genres: int, n_groups: int | None
) -> None:
    dataset = load_files(*(SHARED / path for path in paths))
    assert dataset.X.shape == shape
    assert len(dataset.genres) == n_genres
    assert dataset.counts.sum() == len(dataset.tracks) == shape[0]
    assert (len(np.unique(dataset.groups["track"])) if dataset.groups else None) == n_groups


@real
def test_the_empty_rows_of_the_course_table_are_counted() -> None:
    folder = SHARED / "fma" / "ntds2017"
    dataset = load_files(folder / "fma_features.csv", folder / "fma_tracks.csv")
    assert dataset.notes[0] == "10 rows left out: every feature is missing. The first is row 1."
    with pytest.raises(
        DataError, match=r"together with the file that holds the genres \(they are joined on track_id\)"
    ):
        load_files(folder / "fma_features.csv")


@real
def test_tables_in_the_layout_of_fma_are_joined() -> None:
    folder = SHARED / "fma" / "format_sample"
    dataset = load_files(folder / "features.csv", folder / "tracks.csv")
    assert dataset.genres == ("Hip-Hop", "Pop")
    assert dataset.tracks == ("2", "3", "5", "10")
    assert "mfcc_mean_01" in dataset.features
