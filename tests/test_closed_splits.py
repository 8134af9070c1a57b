"""Repetitions over splits leave the configuration's own test tracks alone."""

import numpy as np
import pytest

from genre_core.data.dataset import PARTS, Dataset
from genre_core.data.inputs import Features
from genre_core.data.sources import load_dataset
from genre_core.data.splitting import split_dataset, split_outside
from genre_core.settings.config import ExperimentConfig, SplitConfig, SyntheticConfig
from genre_core.studies.repeats.config import Folds, OtherSeeds, RepeatsConfig

PLAIN = SyntheticConfig(n_samples=600, n_features=4, n_genres=3)
GROUPED = SyntheticConfig(n_samples=600, n_features=4, n_genres=3, artists=20, segments=2)


def published() -> Dataset:
    y, parts = np.arange(300) % 3, np.repeat([0, 1, 2, -1], (150, 60, 60, 30))
    return Dataset(Features(np.zeros((300, 1)), ("x",)), y, tuple("abc"), tuple(map(str, range(300))), published=parts)


CASES = [
    (load_dataset(PLAIN), SplitConfig()),
    (load_dataset(GROUPED), SplitConfig()),
    (load_dataset(GROUPED), SplitConfig(by="row", seed=2**32 - 1)),
    (load_dataset(GROUPED), SplitConfig(by="track", test_fraction=0.3)),
    (published(), SplitConfig(by="published")),
]
NAMES = ["rows", "artists", "rows of artists", "tracks of artists", "published"]


@pytest.mark.parametrize(("data", "split"), CASES, ids=NAMES)
@pytest.mark.parametrize("how", [OtherSeeds(times=20), OtherSeeds(times=20, vary="split"), Folds(repeats=3)])
def test_no_repetition_has_a_track_of_the_test_part_in_any_of_its_parts(data, split, how) -> None:
    tested = split_dataset(data, split).test
    configs = RepeatsConfig(experiment=ExperimentConfig(split=split), what=how).configs
    splits = [split_dataset(data, one.split) for one in configs]
    rows = [np.concatenate([found[part] for part in PARTS]) for found in splits]
    assert all(len(np.intersect1d(one, tested)) == 0 for one in rows)
    everything = np.union1d(rows[0], tested)
    assert all(len(np.union1d(one, tested)) == len(everything) for one in rows)
    assert len({found.test.tobytes() for found in splits}) == len(configs)


@pytest.mark.parametrize(("data", "split"), CASES, ids=NAMES)
def test_a_further_deal_is_of_what_the_test_part_leaves_with_fractions_of_that(data, split) -> None:
    first, again = split_dataset(data, split), split_dataset(data, split.model_copy(update={"dealing": 7}))
    rest = len(first.train) + len(first.validation)
    assert len(again.test) == pytest.approx(split.test_fraction * rest, rel=0.15)
    assert len(again.validation) == pytest.approx(split.validation_fraction * (rest - len(again.test)), rel=0.15)
    assert set(split_dataset(data, split.model_copy(update={"dealing": 7})).test) == set(again.test)
    if split.by == "auto":
        assert not again.leaky


def test_the_published_test_part_of_the_settings_themselves_is_replaced_by_validation() -> None:
    data, split = published(), SplitConfig(by="published")
    found = split_outside(data, split, split_dataset(data, split).test)
    assert set(data.published[found.test]) == {PARTS.index("validation")}  # type: ignore[index]
    assert set(data.published[np.union1d(found.train, found.validation)]) == {0}  # type: ignore[index]
    assert len(np.intersect1d(found.train, found.validation)) == 0


def test_what_is_dealt_again_is_neither_folded_nor_repeated() -> None:
    with pytest.raises(ValueError, match="set Dealt again to 0"):
        SplitConfig(folds=5, dealing=1)
    with pytest.raises(ValueError, match="set Dealt again to 0 first"):
        RepeatsConfig(experiment=ExperimentConfig(split=SplitConfig(dealing=1)))


def test_what_an_earlier_version_stored_deals_all_tracks_as_it_did_and_says_so() -> None:
    stored = RepeatsConfig.model_validate_json(
        '{"experiment": {}, "what": {"how": "seeds", "times": 2, "vary": "split"}}'
    )
    assert [one.split.seed for one in stored.configs] == [1043, 1044]
    assert {one.split.dealing for one in stored.configs} == {0}
    assert "of an earlier version: its splits dealt all tracks" in stored.closed_sentence
    now = RepeatsConfig(what=OtherSeeds(times=2, vary="split"))
    assert RepeatsConfig.model_validate_json(now.model_dump_json()) == now
    assert "test part, which stays closed" in now.closed_sentence
    assert RepeatsConfig(what=OtherSeeds(vary="network")).closed_sentence == ""
