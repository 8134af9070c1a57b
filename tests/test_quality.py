"""Findings: each appears where the evidence is there, and only there."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_core.data.dataset import Dataset, FloatArray, IntArray
from genre_core.data.inputs import Features
from genre_core.data.sources import load_dataset
from genre_core.data.splitting import Split, split_dataset
from genre_core.inspection.in_order import in_order
from genre_core.inspection.warnings import SEVERITIES, Finding, findings
from genre_core.settings.config import SplitConfig, SyntheticConfig
from tests.test_table import SHARED, load_files, load_frame, real, table

GENRES = ("Folk", "Jazz", "Rock", "Soul")


def tracks(n: int = 800, n_features: int = 8, k: int = 4, seed: int = 0) -> Dataset:
    """Tracks of which a few features tell genres apart a little, as real ones do."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % k
    X = rng.standard_normal((n, n_features)) + 0.8 * rng.standard_normal((k, n_features))[y]
    names = tuple(f"feature {i + 1}" for i in range(n_features))
    return Dataset(Features(X, names), y, GENRES[:k] if k <= 4 else tuple(f"genre {i}" for i in range(k)), numbered(n))


def numbered(n: int) -> tuple[str, ...]:
    return tuple(f"track {i}" for i in range(n))


def with_matrix(dataset: Dataset, X: FloatArray) -> Dataset:
    return replace(dataset, inputs=Features(X, dataset.features[: X.shape[1]]))


def changed(dataset: Dataset, **columns: object) -> Dataset:
    """Return the tracks with some features replaced: `f0` is the first."""
    X = dataset.X.copy()
    for name, values in columns.items():
        X[:, int(name[1:])] = values
    return with_matrix(dataset, X)


def named(dataset: Dataset, position: int, name: str) -> Dataset:
    features = list(dataset.features)
    features[position] = name
    return replace(dataset, inputs=Features(dataset.X, tuple(features)))


def found(dataset: Dataset, *kinds: str, split: Split | None = None) -> list[Finding]:
    return [finding for finding in findings(dataset, split) if finding.kind in kinds]


def one(dataset: Dataset, kind: str, split: Split | None = None) -> Finding:
    (finding,) = found(dataset, kind, split=split)
    return finding


def test_tracks_without_fault_have_no_finding() -> None:
    for seed in range(5):
        assert findings(tracks(seed=seed)) == ()


@pytest.mark.parametrize("overlap", [0.05, 0.8, 4.25, 20])
@pytest.mark.parametrize("n_features", [2, 3, 20])
def test_generated_tracks_have_no_finding_however_easy_or_hard(overlap: float, n_features: int) -> None:
    assert findings(load_dataset(SyntheticConfig(n_samples=1600, overlap=overlap, n_features=n_features))) == ()


@given(st.integers(0, 2**31), st.integers(2, 12), st.integers(1, 30))
def test_every_finding_says_one_sentence_and_points_into_the_data(seed: int, k: int, n_features: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 200))
    X = rng.choice([0.0, 1.0, -999.0, np.nan, 1e9], (n, n_features)) * rng.choice([1.0, 1e-3], n_features)
    groups = {"artist": rng.integers(0, 5, n)} if seed % 2 else {}
    y = rng.integers(0, k, n)
    names = tuple(f"f{i}" for i in range(n_features))
    dataset = Dataset(Features(X, names), y, tuple(f"g{i}" for i in range(k)), numbered(n), groups)
    parts = np.array_split(rng.permutation(n), 3)
    for split in (None, Split(*parts)):
        told = findings(dataset, split)
        ranks = [SEVERITIES.index(finding.severity) for finding in told]
        assert ranks == sorted(ranks)
        for finding in told:
            assert finding.sentence[-1] in ".?"
            assert "\n" not in finding.sentence
            assert set(finding.columns) <= set(dataset.features)
            assert set(finding.genres) <= set(dataset.genres)
            assert all(0 <= row < n for row in finding.rows)
            assert finding.columns or finding.rows or finding.genres


# Columns that give the genre away


def test_a_noisy_code_of_the_genre_gives_it_away() -> None:
    data = tracks()
    code = np.array([3.0, 1.0, 4.0, 2.0])[data.y] + 0.05 * np.random.default_rng(1).standard_normal(len(data))
    finding = one(changed(data, f2=code), "gives the genre away")
    assert (finding.columns, finding.severity) == (("feature 3",), "serious")
    assert finding.sentence.startswith(
        "feature 3 alone predicts the genre of 100 % of tracks correctly, a typical column "
    )


def test_a_flag_of_one_genre_with_a_few_errors_gives_that_genre_away() -> None:
    data = tracks()
    flag = (data.y == 2) ^ (np.random.default_rng(1).random(len(data)) < 0.005)
    finding = one(changed(data, f5=flag), "gives the genre away")
    assert (finding.columns, finding.genres) == (("feature 6",), ("Rock",))
    half = (data.y == 2) & (np.random.default_rng(1).random(len(data)) < 0.5)
    assert not found(changed(data, f5=half), "gives the genre away")


def test_a_good_feature_gives_nothing_away() -> None:
    data = tracks()
    assert not found(changed(data, f2=data.X[:, 2] + 2.0 * data.y), "gives the genre away")


def test_of_thousands_of_columns_those_that_leak_or_repeat_are_found_among_all() -> None:
    data = tracks(90, n_features=1020)
    code = np.array([3.0, 1.0, 4.0, 2.0])[data.y] + 0.05 * np.random.default_rng(1).standard_normal(len(data))
    wide = changed(data, f1001=code, f1010=7 - 2 * data.X[:, 3])
    assert one(wide, "gives the genre away").columns == ("feature 1002",)
    assert one(wide, "copied column").columns == ("feature 4", "feature 1011")


def test_near_copies_are_found_among_thousands_of_columns() -> None:
    data = tracks(60, n_features=1020)
    X = data.X.copy()
    X[41] = X[7] + 1e-4
    assert one(with_matrix(data, X), "near copies").rows == (7, 41)


def test_what_is_the_same_in_all_rows_of_a_track_gives_nothing_away() -> None:
    data = tracks(400)
    track = np.arange(400) // 20
    grouped = replace(data, y=track % 4, groups={"track": track})
    assert not found(changed(grouped, f1=np.random.default_rng(3).random(20)[track]), "gives the genre away")


# Columns that measure nothing


@pytest.mark.parametrize("name", ["length", "duration_ms", "index", "Unnamed: 0", "track_id"])
def test_what_was_taken_by_force_says_nothing_about_the_sound(name: str) -> None:
    values = np.random.default_rng(0).integers(0, 10**6, 800)
    finding = one(named(changed(tracks(), f3=values), 3, name), "says nothing about the sound")
    assert (finding.columns, finding.severity) == ((name,), "serious")


def test_a_column_that_counts_the_rows_is_known_by_its_values() -> None:
    shuffled = np.random.default_rng(0).permutation(800) + 100.0
    assert one(changed(tracks(), f0=shuffled), "says nothing about the sound").columns == ("feature 1",)
    assert not found(changed(tracks(), f0=np.sort(shuffled) // 2), "says nothing about the sound")


def test_constants_and_near_constants_are_noted() -> None:
    nearly = np.zeros(800)
    nearly[:10] = np.arange(1, 11)
    finding, second = found(changed(tracks(), f0=7.0, f1=nearly), "constant")
    assert finding.sentence == "feature 1 has one value in all 800 tracks, so it cannot separate genres."
    assert second.columns == ("feature 2",)
    nearly[10:60] = 1.0
    assert not found(changed(tracks(), f1=nearly), "constant")


def test_a_column_in_other_units_is_a_copy() -> None:
    data = tracks()
    assert one(changed(data, f4=1000 * data.X[:, 1] - 3), "copied column").columns == ("feature 2", "feature 5")
    assert not found(changed(data, f4=data.X[:, 1] + 0.05 * data.X[:, 2]), "copied column")


def test_slips_and_codes_for_missing_values_are_told_from_long_tails() -> None:
    data = tracks()
    slip = data.X[:, 3].copy()
    slip[[7, 70]] = -999
    finding = one(changed(data, f3=slip), "outliers")
    assert (finding.columns, finding.rows) == (("feature 4",), (7, 70))
    assert finding.sentence.startswith("feature 4 has 2 values far from all others (-999; the others lie between -")
    tail = np.exp(1.2 * np.random.default_rng(0).standard_normal(800))
    assert not found(changed(data, f3=tail), "outliers", "long tails")


def test_values_far_out_are_noted_together() -> None:
    data = load_dataset(SyntheticConfig(n_samples=2000, outlier_rate=0.02, outlier_scale=20))
    finding = one(data, "long tails")
    assert len(finding.columns) == 20
    assert len(finding.rows) > 20
    assert f"in {len(finding.rows):,} tracks, are very far out: more than 10 interquartile ranges" in finding.sentence
    assert not found(load_dataset(SyntheticConfig(n_samples=2000)), "long tails")


def test_minus_one_where_nothing_else_is_negative_may_stand_for_missing() -> None:
    data = tracks()
    energy = np.random.default_rng(0).random(800)
    energy[[3, 5, 8]] = -1
    finding = one(changed(data, f2=energy), "code for missing")
    assert finding.rows == (3, 5, 8)
    assert finding.sentence.startswith("feature 3 is -1 in 3 tracks and never below 0 in the others: ")
    assert not found(changed(data, f2=np.round(data.X[:, 2])), "code for missing")
    assert not found(changed(data, f2=np.sign(data.X[:, 2])), "code for missing")


# Missing values


def test_missing_values_are_counted_by_column() -> None:
    data = tracks()
    rng = np.random.default_rng(0)
    gap = np.where(rng.random(800) < 0.2, np.nan, data.X[:, 1])
    most = np.where(rng.random(800) < 0.7, np.nan, data.X[:, 2])
    warning, note = found(changed(data, f1=gap, f2=most), "missing", "missing by genre")
    assert (warning.severity, warning.columns) == ("warning", ("feature 3",))
    assert (note.severity, note.columns) == ("note", ("feature 2",))
    assert f"feature 2 is missing in {np.isnan(gap).sum():,} of 800 tracks" in note.sentence
    assert not found(changed(data, f1=np.where(np.arange(800) < 9, np.nan, data.X[:, 1])), "missing")


def test_gaps_that_depend_on_the_genre_are_told_from_chance() -> None:
    data = tracks()
    rng = np.random.default_rng(0)
    gap = rng.random(800) < np.where(data.y == 1, 0.4, 0.1)
    finding = one(changed(data, f1=np.where(gap, np.nan, data.X[:, 1])), "missing by genre")
    assert finding.genres[0] == "Jazz"
    alarms = [
        len(found(changed(data, f1=np.where(rng.random(800) < 0.2, np.nan, data.X[:, 1])), "missing by genre"))
        for _ in range(30)
    ]
    assert sum(alarms) <= 1


def test_gaps_of_whole_tracks_are_counted_by_track() -> None:
    data = tracks(800)
    track = np.arange(800) // 20
    lost = np.isin(track, [0, 4, 8])  # three tracks of one genre, 60 rows
    grouped = replace(data, y=track % 4, groups={"track": track})
    assert found(changed(replace(data, y=track % 4), f1=np.where(lost, np.nan, data.X[:, 1])), "missing by genre")
    assert not found(changed(grouped, f1=np.where(lost, np.nan, data.X[:, 1])), "missing by genre")


def test_a_genre_without_any_value_is_serious() -> None:
    data = tracks()
    finding = one(changed(data, f1=np.where(data.y == 3, np.nan, data.X[:, 1])), "missing in a genre")
    assert finding.genres == ("Soul",)
    assert finding.sentence.startswith("feature 2 has no value for any track of Soul: ")
    assert not found(changed(data, f1=np.nan), "missing in a genre")


# Copies


def with_copies(pairs: list[tuple[int, int]], noise: float = 0.0) -> Dataset:
    data = tracks()
    X = data.X.copy()
    for copy, of in pairs:
        X[copy] = X[of] + noise * np.random.default_rng(copy).standard_normal(X.shape[1])
    return with_matrix(data, X)


def test_copies_are_listed_beside_each_other_also_under_two_genres() -> None:
    data = with_copies([(100, 0), (204, 0), (301, 2)])  # 301 is Jazz, 2 is Rock
    several = one(data, "copies under several genres")
    assert several.rows == (2, 301)
    assert several.genres == ("Jazz", "Rock")
    assert "such as track 2 (Rock) and track 301 (Jazz)" in several.sentence
    copies = one(data, "copies")
    assert sorted(copies.rows) == [0, 2, 100, 204, 301]
    assert {frozenset(copies.rows[:3]), frozenset(copies.rows[2:])} & {frozenset({0, 100, 204})}
    assert copies.sentence.startswith(
        "3 tracks have the same features as an earlier one: a copy of a training track can be"
    )


def test_copies_that_a_split_tears_apart_are_counted() -> None:
    data = with_copies([(100, 0), (204, 4), (308, 8)])
    order = np.r_[0, 100, 4, 8, [i for i in range(800) if i not in (0, 4, 8, 100, 204, 308)], 204, 308]
    split = Split(order[:500], order[500:650], order[650:])
    assert "2 sets of copies are both in the test part and outside it." in one(data, "copies", split).sentence
    kept = Split(np.arange(400), np.arange(400, 500), np.arange(500, 800))
    harmless = one(data, "copies", kept)
    assert harmless.severity == "note"
    assert "this split keeps them all on one side." in harmless.sentence


def test_copies_within_a_track_are_no_danger() -> None:
    data = replace(with_copies([(100, 0)]), groups={"track": np.arange(800) // 200})
    finding = one(data, "copies")
    assert finding.severity == "note"
    assert finding.sentence == "1 segment has the same features as an earlier one: each within one track."
    assert one(replace(data, groups={"track": np.arange(800) // 50}), "copies").severity == "warning"


def test_missing_values_and_negative_zero_do_not_hide_a_copy() -> None:
    data = tracks()
    X = data.X.copy()
    X[5, :3] = (np.nan, 0.0, 1.0)
    X[9] = X[5]
    X[9, 1] = -0.0
    assert one(with_matrix(data, X), "copies").rows == (5, 9)


def test_coarse_columns_have_copies_by_themselves() -> None:
    coarse = np.random.default_rng(0).integers(0, 3, (800, 4)).astype(float)
    data = Dataset(Features(coarse, ("a", "b", "c", "d")), np.arange(800) % 4, GENRES, numbered(800))
    assert not found(data, "copies", "copies under several genres")


def test_near_copies_are_found_and_what_the_split_does_to_them() -> None:
    data = with_copies([(100, 0), (204, 4), (301, 8)], noise=0.01)
    finding = one(data, "near copies")
    assert {finding.rows[i : i + 2] for i in (0, 2, 4)} == {(0, 100), (4, 204), (8, 301)}
    assert finding.sentence.startswith(
        "3 pairs of tracks are nearly the same, 1 of them with two genres, such as track 0"
    )
    assert finding.sentence.endswith("nothing keeps them on one side of a split.")
    torn = Split(np.arange(250), np.arange(250, 300), np.arange(300, 800))
    assert one(data, "near copies", torn).sentence.endswith("1 has one track in the test part and one outside it.")


def test_pieces_of_one_track_are_no_near_copies_and_pieces_of_two_are() -> None:
    rng = np.random.default_rng(0)
    track = np.arange(800) // 4
    X = rng.standard_normal((200, 8))[track] + 0.02 * rng.standard_normal((800, 8))
    data = Dataset(Features(X, tuple("abcdefgh")), track % 4, GENRES, numbered(800), {"track": track})
    assert not found(data, "near copies")
    X = X.copy()
    X[4:8] = X[400:404] + 0.02 * rng.standard_normal((4, 8))
    finding = one(with_matrix(data, X), "near copies")
    assert {int(track[row]) for row in finding.rows} == {1, 100}


def test_crowds_are_no_near_copies() -> None:
    rng = np.random.default_rng(0)
    scale = np.where(rng.random(800) < 0.5, 0.05, 1.0)  # half of the tracks stand far closer than the others
    data = tracks()
    assert not found(with_matrix(data, scale[:, None] * rng.standard_normal((800, 8))), "near copies")
    assert not found(with_matrix(data, rng.random((800, 8))[:, :2]), "near copies")


# Genres


def sized(*counts: int, groups: dict[str, IntArray] | None = None) -> Dataset:
    y = np.repeat(np.arange(len(counts)), counts)
    data = tracks(len(y), k=len(counts))
    return replace(data, y=y, groups=groups or {})


def test_genres_too_small_for_a_split_are_serious_and_small_ones_a_warning() -> None:
    data = sized(200, 200, 20, 3)
    tiny = one(data, "too small to split")
    assert tiny.genres == ("Soul",)
    assert tiny.sentence.startswith("1 genre has fewer than 7 tracks (Soul with 3), too few for training")
    assert one(data, "small").genres == ("Rock",)
    assert not found(sized(200, 200, 200, 60), "small", "too small to split")


def test_with_a_split_it_is_the_test_part_that_counts() -> None:
    data = sized(100, 100)
    split = Split(np.arange(60), np.arange(60, 98), np.r_[98:100, 100:200])
    assert one(data, "small", split).genres == ("Folk",)


def test_a_genre_of_few_artists_is_small_however_many_its_tracks() -> None:
    y = np.arange(800) % 4
    artist = np.where(y == 1, 1000 + np.arange(800) // 4 % 4, np.arange(800))
    data = replace(tracks(), groups={"artist": artist})
    finding = one(data, "too small to split")
    assert finding.genres == ("Jazz",)
    assert "fewer than 7 artists (Jazz with 4)" in finding.sentence


def test_an_artist_who_owns_a_genre_is_named() -> None:
    artist = np.where(np.arange(800) % 4 == 3, 999, np.arange(800) // 3)
    finding = one(replace(tracks(), groups={"artist": artist}), "one group")
    assert finding.genres == ("Soul",)
    assert (
        finding.sentence
        == "All tracks of Soul come from one artist: a split by artist cannot put this genre in both training and "
        "test."
    )
    assert not found(replace(tracks(), groups={"artist": np.arange(800) // 3}), "one group")
    assert not found(replace(tracks(), groups={"artist": artist}), "too small to split", "small"), "it is told once"


@pytest.mark.parametrize(
    ("genres", "alike"),
    [
        (("hiphop", "Hip-Hop", "Jazz"), [("hiphop", "Hip-Hop")]),
        (("Electronic", "Electornic", "Elektronic"), [("Electronic", "Elektronic")]),
        (("Electronic", "Electronics", "Rock"), [("Electronic", "Electronics")]),
        (("Folk", "Funk", "Rock"), []),
        (("Genre 1", "Genre 2", "Genre 3"), []),
        (("Techno", "Tech House", "Trance"), []),
    ],
)
def test_names_that_look_alike(genres: tuple[str, ...], alike: list[tuple[str, str]]) -> None:
    data = replace(tracks(600, k=3), genres=genres)
    assert [finding.genres for finding in found(data, "alike names")] == alike


def test_imbalance_counts_from_three_times_and_not_by_chance() -> None:
    note, warning = one(sized(400, 100, 390, 380), "imbalance"), one(sized(800, 70, 400, 300), "imbalance")
    assert (note.severity, warning.severity) == ("note", "warning")
    assert warning.sentence.startswith("Folk has 800 tracks, Jazz 70:")
    assert not found(sized(290, 110, 200, 200), "imbalance")
    assert not found(sized(6, 2, 4, 4), "imbalance")


# Tables


def test_a_table_that_takes_its_length_by_choice_is_told_so() -> None:
    frame = table(200, length=np.random.default_rng(0).random(200).tolist())
    assert found(load_frame(frame, taken="length"), "says nothing about the sound")
    assert not found(load_frame(frame), "says nothing about the sound")


def test_the_tables_of_the_tests_have_nothing_serious() -> None:
    data = load_files(Path(__file__).with_name("data") / "segments.csv")
    assert {finding.kind for finding in findings(data)} == {"small"}


@real
def test_known_copies_in_gtzan_are_found() -> None:
    data = load_files(SHARED / "gtzan" / "features_30_sec.csv")
    split = split_dataset(data, SplitConfig())
    several, copies = one(data, "copies under several genres", split), one(data, "copies", split)
    assert [data.tracks[row] for row in several.rows] == ["metal.00058.wav", "rock.00016.wav"]
    assert copies.sentence.startswith("14 tracks have the same features as an earlier one: ")
    near = one(data, "near copies", split).rows
    pairs = {frozenset(data.tracks[row] for row in near[i : i + 2]) for i in range(0, len(near), 2)}
    assert frozenset({"jazz.00033.wav", "jazz.00051.wav"}) in pairs  # Sturm (2013), The GTZAN dataset
    assert len(findings(data, split)) == 4
    assert one(data, "long tails").columns == ("harmony_mean", "perceptr_mean")


@real
def test_the_rare_genres_of_fma_are_told() -> None:
    found_kinds = {finding.kind for finding in findings(load_files(SHARED / "fma" / "echonest_small8.csv"))}
    assert found_kinds == {"small", "imbalance"}


def test_what_was_looked_for_and_not_found_is_in_order_and_nothing_that_was_found():
    def names(dataset: Dataset, split: Split | None = None) -> list[str]:
        return [said.partition(":")[0] for said in in_order(dataset, findings(dataset, split), split)]

    data = tracks()
    assert names(data) == ["Leaks", "Copies", "Gaps", "Features", "Sizes", "Names"]
    assert "Leaks" not in names(tracks(39))  # too few to look for them
    assert names(data, split_dataset(data, SplitConfig()))[-1] == "Test part"
    constant, twice = changed(data, f2=np.ones(800)), with_matrix(data, data.X[np.r_[5, 1:800]])
    assert "Features" not in names(constant)
    assert "Copies" not in names(twice)
    assert "Gaps" not in names(changed(data, f2=np.where(data.y == 1, np.nan, data.X[:, 2])))
    assert "Names" not in names(replace(data, genres=("Folk", "Jazz", "Rock", "rock")))
    assert "Sizes" not in names(replace(data, y=np.where(np.arange(800) % 9, 0, data.y)))
