"""Summaries of repetitions: configurations, scatter, bands, pooled folds, and a comparison run by run."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from statsmodels.stats.power import TTestIndPower

from genre_core.evaluation.repeated_scores import paired_scores
from genre_core.settings.config import ExperimentConfig, SplitConfig, SyntheticConfig, TrainConfig
from genre_core.studies.repeats.config import Folds, OtherSeeds, RepeatsConfig, folds, repeated
from genre_core.studies.repeats.summary import (
    MemberScore,
    bands,
    compare,
    pooled,
    runs_to_show,
    summarize,
    why_incomparable,
)

SEEDS = RepeatsConfig(what=OtherSeeds(times=4, vary="both"))


def scores(values, n_learned=80, n_judged=20):
    return {number: MemberScore(number, v, v, n_learned, n_judged) for number, v in enumerate(values, 1)}


@given(st.integers(2, 50), st.sampled_from(["network", "split", "both"]), st.integers(0, 2**32 - 1))
def test_repeats_differ_from_the_configuration_and_from_each_other_by_those_seeds_alone(times, vary, seed):
    config = ExperimentConfig(split=SplitConfig(seed=seed), train=TrainConfig(seed=seed))
    found = repeated(config, times, vary)
    assert len({one.fingerprint for one in [config, *found]}) == times + 1
    for one in found:
        assert (one.train.seed != seed) == (vary != "split")
        assert (one.split.dealing > 0) == (vary != "network")
        assert one.split.seed == seed
        back = one.model_copy(update={"split": config.split, "train": config.train})
        assert back == config


def test_folds_are_the_configuration_with_each_fold_held_out():
    found = folds(ExperimentConfig(), 3, repeats=2)
    assert [(one.split.folds, one.split.fold) for one in found] == [(3, fold) for fold in range(1, 7)]
    assert [RepeatsConfig(what=Folds(k=3, repeats=2)).name(n) for n in (1, 6)] == [
        "Fold 1 of 3, dealing 1", "Fold 3 of 3, dealing 2",
    ]  # fmt: skip


def test_what_holds_out_a_fold_already_is_not_repeated():
    with pytest.raises(ValidationError, match="already hold out a fold"):
        RepeatsConfig(experiment=ExperimentConfig(split=SplitConfig(folds=5)))


def test_the_interval_allows_for_overlap_but_where_the_split_stays_as_it_is():
    values = scores([0.8, 0.82, 0.79, 0.81])
    split = summarize(SEEDS, list(values.values()))
    network = summarize(RepeatsConfig(what=OtherSeeds(vary="network")), list(values.values()))
    assert (split.ratio, network.ratio) == (0.25, 0.0)
    assert split.accuracy.interval.low < network.accuracy.interval.low
    assert split.accuracy.sd == pytest.approx(np.std([0.8, 0.82, 0.79, 0.81], ddof=1))
    assert summarize(SEEDS, []) is None
    assert summarize(SEEDS, [values[1]]).accuracy.sd is None


@dataclass(frozen=True)
class _Epoch:
    validation_loss: float


def test_bands_are_over_the_runs_that_have_got_that_far():
    found = bands([[_Epoch(1.0), _Epoch(0.5)], [_Epoch(2.0)]], "validation_loss")
    assert found.n.tolist() == [2, 1]
    assert found.mean.tolist() == [1.5, 0.5]
    assert found.sd.tolist() == [pytest.approx(np.std([1, 2], ddof=1)), 0.0]
    assert (found.low.tolist(), found.high.tolist()) == ([1.0, 0.5], [2.0, 0.5])
    assert len(bands([], "validation_loss").n) == 0


def test_pooled_folds_are_the_sum_of_their_matrices():
    assert pooled([[[3, 1], [0, 4]], [[2, 0], [1, 5]]]).tolist() == [[5, 1], [1, 9]]


def test_two_repetitions_are_compared_run_by_run_where_both_have_a_score():
    other = RepeatsConfig(experiment=ExperimentConfig(train=TrainConfig(learning_rate=0.01)), what=SEEDS.what)
    ours, theirs = scores([0.8, 0.82, 0.79, 0.81]), scores([0.7, 0.75, 0.71, 0.72])
    del theirs[2]
    assert compare((SEEDS, ours), (other, theirs)) == paired_scores([0.8, 0.79, 0.81], [0.7, 0.71, 0.72], 0.25)
    assert compare((SEEDS, ours), (other, {})) is None


def test_a_difference_between_equally_lucky_settings_takes_the_runs_that_an_unpaired_test_would():
    values = [0.8, 0.82, 0.79, 0.81]
    network = RepeatsConfig(what=OtherSeeds(vary="network"))
    found = summarize(network, list(scores(values).values()))
    unpaired = TTestIndPower().solve_power(0.01 / np.std(values, ddof=1), power=0.8, alpha=0.05)
    assert runs_to_show(found, 0.01) == pytest.approx(unpaired, abs=2)  # half the degrees of freedom
    assert runs_to_show(found, 0.02) < runs_to_show(found, 0.01)
    assert runs_to_show(summarize(SEEDS, list(scores(values).values())), 0.001) is None
    assert runs_to_show(summarize(SEEDS, [scores(values)[1]]), 0.01) is None


@pytest.mark.parametrize(
    ("theirs", "sentence"),
    [
        (SEEDS, ""),
        (RepeatsConfig(what=OtherSeeds(times=9, vary="both")), ""),
        (RepeatsConfig(experiment=ExperimentConfig(data=SyntheticConfig(seed=1))), "They are about other tracks."),
        (RepeatsConfig(what=Folds()), "One has other seeds, the other folds."),
        (RepeatsConfig(what=OtherSeeds(vary="split")), "They vary other seeds."),
        (
            RepeatsConfig(experiment=ExperimentConfig(split=SplitConfig(seed=7)), what=SEEDS.what),
            "None of their runs have the same split and seed.",
        ),
    ],
)
def test_what_cannot_be_compared_is_told(theirs, sentence):
    assert why_incomparable(SEEDS, theirs) == sentence
