"""Columns taken by their meaning: another reading of the genre, a category, a length, one feature alone."""

import numpy as np
import pytest

from dashboard.views.track.text import part_badges
from genre_core.data.dataset import Dataset
from genre_core.data.sources.table import inspect
from genre_core.data.splitting import split_dataset
from genre_core.data.tables.categories import with_marks
from genre_core.data.tables.labels import candidates
from genre_core.data.tables.reading import read_table
from genre_core.data.tables.roles import add_code
from genre_core.errors import DataError
from genre_core.inspection.remedies import remedies
from genre_core.inspection.warnings import Finding, findings
from genre_core.settings.config import SplitConfig, TableConfig
from genre_core.settings.names import configure
from tests.test_table import load_bytes

N = 120
GENRES = ("Hip-Hop", "Psych-Rock", "Indie-Rock", "Pop")
PARENTS = {"Hip-Hop": "Hip-Hop", "Psych-Rock": "Rock", "Indie-Rock": "Rock", "Pop": "Pop"}


def load(genre: str = "genre", config: dict[str, str] | None = None, **columns: object) -> Dataset:
    rng = np.random.default_rng(0)
    every: dict[str, object] = {"tempo": rng.normal(120, 9, N).round(3)} | columns
    if genre:
        every = {genre: [GENRES[i % 4] for i in range(N)]} | every
    lines = [",".join(every), *(",".join(str(values[i]) for values in every.values()) for i in range(N))]
    return load_bytes([("table.csv", "\n".join(lines).encode())], **(config or {}))


def column(data: Dataset, name: str):
    return next(column for column in data.columns if column.name == name)


def found(data: Dataset, kind: str) -> Finding:
    (one,) = [finding for finding in findings(data) if finding.kind == kind]
    return one


def four(**config: str) -> Dataset:
    names = [GENRES[i % 4] for i in range(N)]
    return load(
        "genre_title",
        config,
        genre_id=[21 + 7 * GENRES.index(name) for name in names],
        genre_parent_id=[100 + sorted(set(PARENTS.values())).index(PARENTS[name]) for name in names],
        genre_parent_title=[PARENTS[name] for name in names],
        rms=np.random.default_rng(1).normal(0, 1, N).round(4),
    )


def test_names_of_genres_go_before_their_numbers_and_parents_are_offered():
    data = four()
    assert data.genres == tuple(sorted(GENRES))
    assert data.features == ("tempo", "rms")
    assert column(data, "genre_id").reason == "Another name or number of the 4 genres."
    for name in ("genre_parent_id", "genre_parent_title"):
        assert column(data, name).reason.startswith("Groups the genres: 4 → 3.")
        assert column(data, name).role == "left out"
    told = found(data, "coarser genres")
    assert told.sentence.startswith("genre_parent_title groups the genres of genre_title, 4 into 3")
    (way,) = remedies(told, configure({"data.source": "table"}), data, N)
    assert (way.label, way.values["data.label"]) == ("Use genre_parent_title as the genre", "genre_parent_title")
    parents = four(label="genre_parent_title")
    assert parents.genres == ("Hip-Hop", "Pop", "Rock")
    assert column(parents, "genre_title").reason.startswith("Divides the genres: 3 → 4.")


def test_a_category_of_numbers_is_a_feature_for_each_and_never_the_genre():
    data = load(key=[i * i % 7 for i in range(N)], time_signature=[(3, 4, 5)[i // 5 % 3] for i in range(N)])
    assert data.features == ("tempo", "key=0", "key=1", "key=2", "key=4", *(f"time_signature={n}" for n in (3, 4, 5)))
    assert set(np.unique(data.X[:, 1:])) == {0.0, 1.0}
    assert (data.X[:, 1:5].sum(axis=1) == 1).all()
    assert not [finding for finding in findings(data) if finding.kind in ("constant", "copied column", "outliers")]


def test_a_category_of_text_is_told_and_taken_by_one_click():
    keys = [("C", "C#", "D")[i // 3 % 3] for i in range(N)]
    data = load(key=keys, mode=["Major", "Minor"] * (N // 2), rms=np.arange(N) * 37 % 101 + 0.5)
    assert data.features == ("tempo", "rms")
    told = [finding for finding in findings(data) if finding.kind == "not taken"]
    assert "key is left out: its 3 categories can be taken as features" in told[0].sentence
    (way,) = remedies(told[0], configure({"data.source": "table"}), data, N)
    assert (way.label, way.take) == ("Use key as a feature", ("key",))
    taken = load(key=keys, mode=["Major", "Minor"] * (N // 2), config={"taken": "key,mode"})
    assert taken.features == ("tempo", "key=C", "key=C#", "key=D", "mode=Minor")
    assert column(taken, "key").reason == "Chosen by you. 3 categories: each is a feature of its own, 0 or 1."


def test_a_category_that_the_training_part_lacks_says_nothing():
    split = split_dataset(load(), SplitConfig())
    keys = np.array(["C"] * N, dtype=object)
    keys[split.train[:40]], keys[split.test] = "D", "E"
    data = load(key=keys, config={"taken": "key"})
    _, scores = data.inputs.standardize(split.train)
    unseen = np.asarray(scores)[:, data.features.index("key=E")]
    assert np.abs(unseen).max() < 1e-20
    assert np.isfinite(np.asarray(scores)).all()


def test_no_key_mode_meter_part_or_moment_is_offered_as_the_genre():
    import pandas as pd

    frame = pd.DataFrame(
        {"style": ["a", "b"] * 30, "key": ["C", "D"] * 30, "mode": [0, 1] * 30, "time_signature": [3, 4] * 30,
         "split": ["train", "test"] * 30, "offset_s": [0, 5] * 30, "decade": ["80s", "90s"] * 30}
    )  # fmt: skip
    assert candidates(frame) == ("style", "decade")


def test_a_duration_is_left_out_and_taken_by_one_click():
    data = load(duration_ms=[200_000 + 137 * i for i in range(N)], rms=np.arange(N) * 37 % 101 + 0.5)
    told = found(data, "not taken")
    assert (told.severity, told.columns) == ("note", ("duration_ms",))
    (way,) = remedies(told, configure({"data.source": "table"}), data, N)
    assert way.label == "Use duration_ms as a feature"


@pytest.mark.parametrize("more", [{}, {"rms": np.arange(N) * 37 % 101 + 0.5}])
def test_one_feature_alone_is_a_warning(more):
    told = [finding for finding in findings(load(**more)) if finding.kind == "one feature"]
    assert len(told) == (0 if more else 1)
    assert all(one.severity == "warning" for one in told)


def test_playlists_of_one_genre_each_may_belong_together_and_are_kept_so_by_one_click():
    lists = [f"{GENRES[i % 4]} {i // 24}" for i in range(N)]
    data = load(playlist=lists, rms=np.arange(N) * 37 % 101 + 0.5)
    said = f"20 groups such as “{lists[0]}”, each of one genre"
    assert column(data, "playlist").reason == f"May belong together: {said}. A split can keep each together."
    told = found(data, "may belong together")
    assert told.sentence.startswith(f"playlist divides the tracks into {said}: where tracks of one group")
    (way,) = remedies(told, configure({"data.source": "table"}), data, N)
    assert (way.label, way.values["data.group"]) == ("Keep playlist together", "playlist")
    assert way.options(TableConfig()) == "--data.group playlist --split.balanced True"
    kept = load(playlist=lists, config={"group": "playlist"})
    assert len(np.unique(kept.groups["group"])) == 20
    assert not [one for one in findings(kept) if one.kind == "may belong together"]


def test_groups_that_nearly_all_are_of_one_genre_may_belong_together():
    files = [f"artist {i % 4} {i // 24}/album/{i}.mp3" for i in range(N)]
    for at in (0, 5):  # two artists have a track of another genre as well
        files[at] = files[at + 1].replace(f"/{at + 1}.", f"/{at}.")
    told = found(load(filename=files, rms=np.arange(N) * 37 % 101 + 0.5), "may belong together")
    assert "into 20 groups such as “artist 1 0”, 18 of one genre: where" in told.sentence
    mixed = [f"artist {i % 3}/{i}.mp3" for i in range(N)]
    assert not [one for one in findings(load(filename=mixed)) if one.kind == "may belong together"]


def test_folders_of_artists_are_told_and_kept_together():
    files = [f"./audio/{GENRES[i % 4]}/artist {i % 4} {i // 24}/album/{i}.mp3" for i in range(N)]
    data = load(filename=files, rms=np.arange(N) * 37 % 101 + 0.5)
    told = found(data, "may belong together")
    assert told.columns == ("filename: folder 3",)
    assert told.sentence.startswith("filename: folder 3 and filename: folder 4 each divide the tracks into 20 groups")
    assert len(np.unique(load(filename=files, config={"group": "filename: folder 3"}).groups["group"])) == 20
    assert "filename: folder 2" not in [one.name for one in data.columns]  # the genre itself
    albums = load(filename=[f"a{i % 4} {i // 24}/b{i // 12}/{i}.mp3" for i in range(N)])
    told = [one.columns for one in findings(albums) if one.kind == "may belong together"]
    assert told == [("filename: folder 1",), ("filename: folder 2",)], "artists and albums"


@pytest.mark.parametrize("name", ["{}.{:05}.wav", "Music/{}/{:05}.mp3"])
def test_the_genre_is_offered_from_names_of_files(name):
    files = [name.format(("blues", "rock")[i % 2], i) for i in range(N)]
    text = "\n".join(["filename,tempo", *(f"{file},{i * 37 % 101 + 0.5}" for i, file in enumerate(files))]).encode()
    offered = inspect(read_table([("names.csv", text)]).parquet)
    assert offered.dataset is None
    (column,) = offered.candidates
    data = load_bytes([("names.csv", text)], label=column)
    assert (data.genres, data.counts.tolist()) == (("blues", "rock"), [N // 2, N // 2])


def test_unknown_and_various_artists_are_no_artist():
    names = [("unknown", "Various Artists", "<Unknown>", f"a{i // 8}")[min(i % 6, 3)] for i in range(N)]
    data = load(artist=names, rms=np.arange(N) * 37 % 101 + 0.5)
    sizes = np.bincount(data.groups["artist"])
    assert (sizes == 1).sum() == 60
    assert "artist names nobody in 60 of 120 rows (“" in found(data, "read in part").sentence


def test_categories_of_new_tables_are_read_as_those_that_were_learned():
    import pandas as pd

    frame = with_marks(pd.DataFrame({"key": ["C", "E"], "x": [1.0, 2.0]}), ("x", "key=C", "key=D", "other=1"))
    assert frame.columns.tolist() == ["key", "x", "key=C", "key=D"]
    assert frame[["key=C", "key=D"]].to_numpy().tolist() == [[1.0, 0.0], [0.0, 0.0]]


def test_artists_albums_and_tracks_are_called_by_their_own_names():
    data = load(
        track_id=range(N), artist_id=[7 + i // 8 for i in range(N)], artist_name=[f"The {i // 8}s" for i in range(N)],
        title=[f"Song {i}" for i in range(N)], rms=np.arange(N) * 37 % 101 + 0.5,
    )  # fmt: skip
    assert [data.called("artist", int(number)) for number in data.groups["artist"][[0, 119]]] == ["The 0s", "The 14s"]
    assert data.titles[5] == "Song 5"
    assert "artist The 0s" in [badge.text for badge in part_badges("validation", data, 3)]
    assert "“Song 3”" in [badge.text for badge in part_badges("validation", data, 3)]
    nameless = load(artist_id=[7 + i // 8 for i in range(N)], rms=np.arange(N) * 37 % 101 + 0.5)
    assert nameless.called("artist", 1) == "8"
    assert nameless.called("album", 1) == "album 2"


def test_a_code_for_missing_is_treated_as_missing_by_one_click():
    loud = np.abs(np.random.default_rng(2).normal(5, 1, N)).round(3)
    loud[:9] = -1
    data = load(loudness=loud)
    (way,) = remedies(found(data, "code for missing"), configure({"data.source": "table"}), data, N)
    assert (way.label, way.values) == ("Treat -1 as missing", {"data.codes": "loudness=-1"})
    again = load(loudness=loud, config={"codes": "loudness=-1"})
    assert np.isnan(again.X[:, 1]).sum() == 9
    assert "9 missing values in 1 feature" in " ".join(again.notes)
    assert add_code("loudness=-1", "tempo", -999.0) == "loudness=-1,tempo=-999"
    for codes, sentence in {
        "loud=-1": "no column loud for the code for missing values: did you mean loudness",
        "loudness": "loudness is no code for a missing value: write a column and its number",
        "genre=-1": "genre holds text, so that no number stands for a missing value in it.",
    }.items():
        with pytest.raises(DataError, match=sentence):
            load(loudness=loud, config={"codes": codes})


def test_ids_of_genres_are_joined_with_the_list_that_names_them():
    rows = [f"{i},Song {i},{(21, 58, 66)[i % 3]},{i * 37 % 101 + 0.5}" for i in range(N)]
    tracks = "\n".join(["track_id,title,genre_id,x", *rows]).encode()
    names = ["21,9,0,Hip-Hop,21", "12,9,0,Rock,12", "58,3,12,Psych-Rock,12", "66,3,12,Indie-Rock,12"]
    genres = "\n".join(["genre_id,#tracks,parent,title,top_level", *names]).encode()
    data = load_bytes([("tracks.csv", tracks), ("genres.csv", genres)])
    assert (data.genres, len(data)) == (("Hip-Hop", "Indie-Rock", "Psych-Rock"), N)
    assert data.features == ("x",)
    assert "genre_parent_title groups the genres of genre_title, 3 into 2" in found(data, "coarser genres").sentence
    assert not [one for one in findings(data) if one.kind == "rows left out"]  # no track is of 12 itself


def test_ids_of_genres_are_known_under_any_name_of_the_genre_and_may_be_missing():
    rows = [f"{i},{(21, 58, '')[i % 3]},{i * 37 % 101 + 0.5}" for i in range(N)]
    genres = b"genre_id,#tracks,parent,title,top_level\n21,9,0,Hip-Hop,21\n58,3,12,Psych-Rock,12\n12,9,0,Rock,12\n"
    for name in ("genre", "genre_top", "genre_id"):
        tracks = "\n".join([f"track_id,{name},x", *rows]).encode()
        data = load_bytes([("tracks.csv", tracks), ("genres.csv", genres)])
        assert (data.genres, len(data)) == (("Hip-Hop", "Psych-Rock"), 2 * N // 3)


@pytest.mark.parametrize("order", [1, -1])
def test_ids_of_genres_in_lists_are_given_their_titles(order: int):
    rows = [f'{i},"[{("21", "58", "21, 58")[i % 3]}]",{i * 37 % 101 + 0.5}' for i in range(N)]
    tracks = "\n".join(["track_id,genres,x", *rows]).encode()
    genres = b"genre_id,#tracks,parent,title,top_level\n21,9,0,Hip-Hop,21\n58,3,12,Psych-Rock,12\n12,9,0,Rock,12\n"
    data = load_bytes([("tracks.csv", tracks), ("genres.csv", genres)][::order])
    assert (data.genres, len(data)) == (("Hip-Hop", "Hip-Hop|Psych-Rock", "Psych-Rock"), N)
