"""Splits that keep their promises: rows, whole groups, or as published."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_core.data.dataset import PARTS
from genre_core.data.inputs import Features
from genre_core.data.sources import load_dataset
from genre_core.data.splitting import split_dataset
from genre_core.errors import DataError, GenresError, UnlearnedError
from genre_core.inspection.warnings import findings
from genre_core.settings.config import SplitConfig, SyntheticConfig
from tests.test_dataset import make


def parts_of(dataset, config):
    split = split_dataset(dataset, config)
    return [split[part] for part in PARTS]


fractions = st.builds(
    SplitConfig,
    test_fraction=st.floats(0.1, 0.4),
    validation_fraction=st.floats(0.1, 0.4),
    by=st.sampled_from(["auto", "row", "track", "artist"]),
    seed=st.integers(0, 2**32 - 1),
)


@given(st.lists(st.integers(30, 60), min_size=2, max_size=5), fractions)
def test_each_track_is_in_one_part_and_genres_keep_their_shares(counts, config):
    dataset = make(np.repeat(np.arange(len(counts)), counts))
    parts = parts_of(dataset, config.model_copy(update={"by": "auto"}))
    assert sorted(np.concatenate(parts)) == list(range(len(dataset)))
    for rows in parts:
        share = np.bincount(dataset.y[rows], minlength=len(counts)) / len(rows)
        assert np.abs(share - np.array(counts) / sum(counts)).max() < 2 / len(rows)


@given(st.integers(2, 4), st.lists(st.integers(1, 6), min_size=80, max_size=120), fractions)
def test_what_is_kept_together_never_straddles_and_what_straddles_is_named(n_genres, sizes, config):
    tracks = np.repeat(np.arange(len(sizes)), sizes)
    order = np.random.default_rng(sum(sizes)).permutation(len(tracks))
    tracks = tracks[order]
    artists = tracks // (2 * n_genres) * n_genres + tracks % n_genres  # two tracks of one genre each
    dataset = make(tracks % n_genres, track=tracks, artist=artists)
    split = split_dataset(dataset, config)
    parts = [split[part] for part in PARTS]
    assert sorted(np.concatenate(parts)) == list(range(len(dataset)))
    assert split.by == {"auto": "artist"}.get(config.by, config.by)
    for level, numbers in dataset.groups.items():
        shared = any(set(numbers[a]) & set(numbers[b]) for a, b in combinations(parts, 2))
        assert (level in split.straddling) == shared
    assert split.leaky == bool(split.straddling)
    kept = {"row": set(), "track": {"track"}}.get(split.by, {"track", "artist"})
    assert not kept & set(split.straddling)


def test_segments_of_one_track_in_training_and_test_are_leaky_only_where_the_split_ignores_them():
    dataset = make(np.repeat([0, 1], 100), track=np.arange(200) // 10)
    assert split_dataset(dataset, SplitConfig(by="row")).straddling == ("track",)
    assert not split_dataset(dataset, SplitConfig(by="track")).leaky
    alone = make(np.repeat([0, 1], 100))
    assert not split_dataset(alone, SplitConfig(by="row")).leaky


def test_whole_tracks_of_one_artist_leak_too():
    dataset = make(np.arange(400) % 2, track=np.arange(400) // 4 * 2 + np.arange(400) % 2, artist=np.arange(400) % 40)
    assert split_dataset(dataset, SplitConfig(by="track")).straddling == ("artist",)
    assert split_dataset(dataset, SplitConfig()).by == "artist"


def test_without_groups_keeping_the_most_together_changes_nothing():
    dataset = make(np.arange(200) % 4)
    for a, b in zip(parts_of(dataset, SplitConfig()), parts_of(dataset, SplitConfig(by="row")), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize(
    ("by", "sentence"),
    [
        (
            "album",
            "split.by is album, but these data do not say which album a row belongs to: choose auto or row or track.",
        ),
        (
            "published",
            "split.by is published, but these data come with no published split: choose auto or row or track.",
        ),
    ],
)
def test_what_the_data_do_not_have_cannot_be_kept_together(by, sentence):
    with pytest.raises(DataError) as caught:
        split_dataset(make(np.arange(200) % 2, track=np.arange(200) // 4 * 2 + np.arange(200) % 2), SplitConfig(by=by))
    assert str(caught.value) == sentence


def test_a_published_split_is_taken_as_it_is_and_leaves_out_what_is_in_no_part():
    part = np.array([0, 0, 0, 0, 1, 1, 2, 2, -1, -1])
    dataset = replace(make(np.arange(10) % 2, artist=[0, 1, 2, 3, 0, 4, 5, 6, 5, 6]), published=part)
    split = split_dataset(dataset, SplitConfig(by="published"))
    assert [split[name].tolist() for name in PARTS] == [[0, 1, 2, 3], [4, 5], [6, 7]]
    assert (split.by, split.straddling) == ("published", ("artist",))
    assert split_dataset(replace(dataset, groups={}), SplitConfig(by="published")).straddling == ()


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ([0, 0, 2, 2], "too few to cut a validation part from it"),
        ([0, 0, 1, 1], "has no test part"),
        ([0, 1, 0, 2], "has no training track of the genre genre 1"),
    ],
)
def test_a_published_split_that_cannot_be_trained_on_is_refused(part, sentence):
    dataset = replace(make(np.arange(4) % 2), published=np.array(part))
    with pytest.raises(DataError, match=sentence):
        split_dataset(dataset, SplitConfig(by="published"))


def test_a_published_split_without_training_tracks_of_some_genres_names_those_that_can_be_used():
    dataset = replace(make(np.arange(8) % 4), published=np.array([0, 1, 0, 1, 1, 0, 2, 2]))
    with pytest.raises(UnlearnedError) as caught:
        split_dataset(dataset, SplitConfig(by="published"))
    assert caught.value.others == ["genre 0", "genre 1", "genre 2"]
    assert "of the genre genre 3: use the other 3 genres alone (data.genres), or split" in str(caught.value)


@given(fractions)
def test_the_seed_determines_the_split(config):
    config = config.model_copy(update={"by": "auto"})
    dataset = make(np.arange(200) % 4, track=np.arange(200) // 8 * 4 + np.arange(200) % 4)
    for a, b in zip(parts_of(dataset, config), parts_of(dataset, config), strict=True):
        assert np.array_equal(a, b)
    other = split_dataset(dataset, config.model_copy(update={"seed": (config.seed + 1) % 2**32}))
    assert not np.array_equal(np.sort(other.test), np.sort(split_dataset(dataset, config).test))


@pytest.mark.parametrize(
    ("counts", "config", "genre", "count"),
    [
        ([50, 1, 50], SplitConfig(), "genre 1", "1 track,"),
        ([50, 50, 2], SplitConfig(), "genre 2", "2 tracks,"),
        ([400, 4], SplitConfig(test_fraction=0.05), "genre 1", "4 tracks,"),
    ],
)
def test_a_genre_too_small_for_three_parts_is_named(counts, config, genre, count):
    dataset = make(np.repeat(np.arange(len(counts)), counts))
    with pytest.raises(DataError) as caught:
        split_dataset(dataset, config)
    assert f"The genre {genre} has {count} too few" in str(caught.value)


def test_a_genre_with_too_few_groups_is_named_however_many_rows_it_has():
    y = np.repeat([0, 1], [100, 100])
    artists = np.concatenate([np.arange(100) // 5, 100 + np.arange(100) // 50])
    with pytest.raises(DataError, match=r"The genre genre 1 has 2 artists, too few .* keep less together"):
        split_dataset(make(y, artist=artists), SplitConfig())


def test_a_genre_that_is_in_no_artists_majority_is_named_where_a_part_lacks_it():
    y = np.repeat([0, 1], 300)
    y[:3] = 2  # three tracks by one artist who plays something else
    with pytest.raises(DataError, match=r"The genre genre 2 has 1 artist, too few"):
        split_dataset(make(y, artist=np.arange(600) // 10), SplitConfig())


def test_a_group_counts_for_the_genre_of_most_of_its_rows():
    y = np.where(np.arange(300) % 3 == 0, 1, 0)  # each group of three: two of genre 0, one of genre 1
    mixed = np.arange(300) // 3
    plain = np.repeat([0, 1], 60)
    dataset = make(np.concatenate([y, plain]), track=np.concatenate([mixed, 100 + np.arange(120) // 2]))
    split = split_dataset(dataset, SplitConfig())
    assert not split.leaky
    assert sorted(np.concatenate([split[part] for part in PARTS])) == list(range(420))


# -- folds -------------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.integers(60, 90), min_size=2, max_size=4),
    st.integers(2, 6),
    st.integers(1, 3),
    st.sampled_from(["row", "track", "artist"]),
    st.integers(0, 2**32 - 1),
)
def test_folds_cut_what_the_test_part_leaves_with_genres_in_their_shares_and_groups_whole(counts, k, dealing, by, seed):
    y = np.repeat(np.arange(len(counts)), counts)
    track = np.arange(len(y)) // 2 * len(counts) + y
    dataset = make(y, track=track, artist=track // (3 * len(counts)) * len(counts) + y)
    config = SplitConfig(by=by, seed=seed)
    whole = split_dataset(dataset, config)
    dealt = [config.model_copy(update={"folds": k, "fold": (dealing - 1) * k + fold}) for fold in range(1, k + 1)]
    splits = [split_dataset(dataset, one) for one in dealt]
    development = sorted([*whole.train, *whole.validation])
    assert sorted(np.concatenate([split.test for split in splits])) == development
    for split in splits:
        assert sorted(np.concatenate([split[part] for part in PARTS])) == development
        assert split.by == by
        level = dataset.groups.get(by)
        if level is not None:
            assert not any(set(level[split[a]]) & set(level[split[b]]) for a, b in combinations(PARTS, 2))
            continue
        held = np.bincount(y[split.test], minlength=len(counts)) / len(split.test)
        share = np.bincount(y[development], minlength=len(counts)) / len(development)
        assert np.abs(held - share).max() < 2 / len(split.test)


def test_each_dealing_cuts_other_folds_and_leaves_the_test_part_alone():
    dataset = make(np.repeat([0, 1], 60))
    first, again, second = (split_dataset(dataset, SplitConfig(folds=5, fold=fold)) for fold in (1, 1, 6))
    assert np.array_equal(first.test, again.test)
    assert not np.array_equal(first.test, second.test)
    closed = set(split_dataset(dataset, SplitConfig()).test)
    assert not closed & {*second.train, *second.validation, *second.test}


def test_folds_of_a_published_split_leave_its_test_part_closed():
    part = np.resize([0, 0, 0, 0, 1, 2], 120)
    dataset = replace(make(np.repeat([0, 1], 60), artist=np.arange(120) // 4), published=part)
    split = split_dataset(dataset, SplitConfig(by="published", folds=3))
    assert split.by == "artist"
    assert not set(np.flatnonzero(part == 2)) & {*split.train, *split.validation, *split.test}


@pytest.mark.parametrize(
    ("by", "sentence"),
    [
        ("row", r"The genre genre 1 has 10 tracks outside the test part, too few for 12 folds .* take fewer folds"),
        (
            "artist",
            r"The genre genre 1 has 5 artists outside the test part, too few for 12 folds .* keep less together",
        ),
    ],
)
def test_a_genre_that_is_too_small_for_the_folds_is_named(by, sentence):
    dataset = make(np.repeat([0, 1], [100, 12]), artist=np.arange(112) // 2)
    with pytest.raises(DataError, match=sentence):
        split_dataset(dataset, SplitConfig(by=by, folds=12))


def test_one_fold_is_no_cross_validation():
    with pytest.raises(ValueError, match="1 fold leaves nothing to learn from"):
        SplitConfig(folds=1)


def test_a_genre_that_an_artist_split_cannot_have_is_left_out_by_name():
    y = np.repeat([0, 1, 2], [60, 60, 12])
    artist = np.concatenate([np.arange(60) // 3, 20 + np.arange(60) // 3, np.full(12, 99)])
    ways = "add tracks of other artists, keep less together, or leave it out"
    with pytest.raises(
        GenresError, match=rf"The genre genre 2 has 1 artist, too few .* of the rest\): {ways}"
    ) as caught:
        split_dataset(make(y, artist=artist), SplitConfig())
    assert caught.value.others == ["genre 0", "genre 1"]
    with pytest.raises(GenresError) as one:
        split_dataset(make(y[y != 1] // 2, artist=artist[y != 1]), SplitConfig())
    assert one.value.others == []
    assert "leave it out" not in str(one.value)


def test_other_genres_are_offered_where_folds_are_too_many_and_never_of_generated_tracks():
    dataset = make(np.repeat([0, 1, 2], [60, 60, 6]))
    for config, ways in (
        (SplitConfig(folds=10), "take fewer folds, or leave it out."),
        (SplitConfig(test_fraction=0.05), "add tracks, raise the fractions, or leave it out."),
    ):
        with pytest.raises(GenresError) as caught:
            split_dataset(dataset, config)
        assert str(caught.value).endswith(ways)
        assert caught.value.others == ["genre 0", "genre 1"]
        with pytest.raises(GenresError) as of_made:
            split_dataset(replace(dataset, made=True), config)
        assert "leave" not in str(of_made.value)
        assert of_made.value.others == []
    assert load_dataset(SyntheticConfig()).made


def test_exact_copies_stay_on_one_side_where_asked_for():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    X[100:] = X[:100]
    X[:, 0][[0, 100]] = np.nan
    y, sets = np.arange(200) % 2, np.arange(200) % 100
    data = replace(make(y), inputs=Features(X, ("a", "b", "c")))
    torn = split_dataset(data, SplitConfig())
    assert set(sets[torn.test]) & set(sets[torn.train])
    for config in (SplitConfig(copies=True), SplitConfig(copies=True, folds=5), SplitConfig(copies=True, dealing=2)):
        split = split_dataset(data, config)
        parts = [set(sets[split[part]]) for part in PARTS]
        assert sum(map(len, parts)) == len(set.union(*parts))
    artist = np.arange(200) // 4
    kept = split_dataset(replace(data, groups={"artist": artist}), SplitConfig(copies=True))
    for numbers in (sets, artist):
        assert not set(numbers[kept.test]) & set(numbers[np.concatenate([kept.train, kept.validation])])


def test_parts_dealt_by_artist_are_balanced_by_rows_of_each_genre():
    rng = np.random.default_rng(3)
    sizes = np.concatenate([rng.integers(1, 6, 70), rng.integers(20, 60, 10)])
    artist = np.repeat(np.arange(80), sizes)
    data = make(np.repeat(np.arange(80) % 4, sizes), artist=artist)

    def off(config):
        split = split_dataset(data, config)
        return np.abs(np.bincount(data.y[split.test]) / np.bincount(data.y) - 0.15).max(), split

    worst, split = off(SplitConfig(balanced=True))
    assert 3 * worst < off(SplitConfig())[0]
    told, usual = (
        [one for one in findings(data, other) if one.kind == "unbalanced parts"]
        for other in (split, off(SplitConfig())[1])
    )
    assert not told
    assert "of the rows of genre" in usual[0].sentence
    assert not set(artist[split.test]) & set(artist[split.train])
    again = split_dataset(data, SplitConfig(balanced=True))
    assert [again[part].tolist() for part in PARTS] == [split[part].tolist() for part in PARTS]
