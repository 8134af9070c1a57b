"""Labels that look wrong: on a part of a run's tracks, or on all of them by networks that did not learn from them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st

from dashboard.services.caching import cached_by_run
from dashboard.services.datasets import dataset
from dashboard.services.outcomes import outcome
from dashboard.services.studies import Named, as_far_as, seconds_left
from dashboard.services.workers import store
from genre_core.bayes.recipe import recipe_wrong_label
from genre_core.bayes.wrong_label import Expected, doubtful_without_noise, wrong_label_probability
from genre_core.data.dataset import FloatArray, IntArray, Part
from genre_core.data.music.piece import Piece
from genre_core.data.sources import recipes_of
from genre_core.evaluation.flips_found import Lab, label_lab
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.mislabelled import Mislabelled, find_mislabelled
from genre_core.evaluation.noise_floor import NoiseFloor, noise_floor
from genre_core.settings.config import MusicConfig
from genre_core.store.run_result import Judge
from genre_core.store.schema import Run, Study
from genre_core.studies.cross_predictions import CrossPlan, CrossPredictionsConfig, FoldPredictions
from genre_core.studies.kinds import CROSS_PREDICTIONS

Among = Literal["part", "all"]
STUDIES = Named(CROSS_PREDICTIONS, "crossed")


@dataclass(frozen=True, eq=False)
class DoubtfulLabels:
    """Assessment of the labels of rows (n,) of a run's data, the tracks' probabilities being `y_prob` (n, k).

    `order` (n,) are positions, the doubtful ones first and among them the most doubtful. `expected` says how many would
    be doubtful without a wrong label, and `lab` what was found, where the generator is known.
    """

    rows: IntArray
    y_prob: FloatArray
    genres: tuple[str, ...]
    found: Mislabelled
    order: IntArray
    floor: NoiseFloor | None
    expected: Expected | None
    lab: Lab | None


@dataclass(frozen=True, eq=False)
class CrossPredictions:
    """Cross-predictions as far as they are; `plan` is None before they have begun."""

    study: Study
    config: CrossPredictionsConfig
    plan: CrossPlan | None
    folds: tuple[FoldPredictions, ...]

    @property
    def done(self) -> float:
        """Return the share in [0, 1] of the folds that are predicted."""
        return min(1.0, len(self.folds) / self.config.n_folds)

    @property
    def seconds_left(self) -> float | None:
        """Estimate the seconds that what is missing takes; None before the first fold."""
        n_missing = self.config.n_folds - len(self.folds)
        return seconds_left(self.study, [("", fold.seconds) for fold in self.folds], [""] * n_missing)


@cached_by_run(32)
def doubtful_labels(of: Run, part: Part) -> DoubtfulLabels | None:
    """Return what there is to say of the labels of a part of a completed run; raises DataError where data are gone."""
    seen = outcome(of, part, judge=Judge(unit="row"))
    return None if seen is None else _judge(of, seen.rows, softmax(seen.logits))


def doubtful_everywhere(of: Run, crossed: CrossPredictions) -> DoubtfulLabels:
    """Return what there is to say of the labels of all tracks that finished cross-predictions are about."""
    return _of_all(of.id, crossed.study.id, crossed.study.attempt)


@st.cache_resource(show_spinner=False, max_entries=8)
def _of_all(run_id: str, study_id: str, attempt: int) -> DoubtfulLabels:
    folds = [FoldPredictions.from_json(result) for result in store().studies.results(study_id)]
    rows, logits = (np.concatenate([getattr(fold, name) for fold in folds]) for name in ("rows", "logits"))
    return _judge(store().run(run_id), rows, softmax(logits))


def _judge(run: Run, rows: IntArray, y_prob: FloatArray) -> DoubtfulLabels:
    drawn, data = run.config.data.generator, dataset(run.config.data)
    y, groups = data.y[rows], data.clusters(rows)
    found = find_mislabelled(y, y_prob)
    ranked = found.ranked()
    order = np.concatenate([ranked[found.doubtful[ranked]], ranked[~found.doubtful[ranked]]])
    expected, lab, chance = None, None, None
    if drawn:
        expected = doubtful_without_noise(drawn, data.X[rows], found)
        chance = wrong_label_probability(drawn, data.X[rows], y)
    elif isinstance(run.config.data, MusicConfig):
        recipes = recipes_of(run.config.data)
        pieces = [Piece.model_validate_json(recipes[data.heard[row].clip].recipe) for row in rows.tolist()]
        chance = recipe_wrong_label(run.config.data, pieces, y)
    if chance is not None and data.y_clean is not None:
        lab = label_lab(found.doubtful, order, data.y_clean[rows] != y, chance, groups)
    return DoubtfulLabels(rows, y_prob, data.genres, found, order, noise_floor(y, y_prob, groups), expected, lab)


# -- all tracks -------------------------------------------------------------------------------------------------------


def config_of(of: Run) -> CrossPredictionsConfig:
    """Return what determines the cross-predictions of a run: its test part takes part once it was opened."""
    return CrossPredictionsConfig(experiment=of.config, with_test=of.opened)


def cross_predictions(of: Run) -> CrossPredictions | None:
    """Return the cross-predictions of a run's experiment as far as they are; None where nobody has asked for them."""
    study = STUDIES.find(config_of(of))
    return None if study is None else _read(study)


@st.cache_resource(show_spinner=False, max_entries=8, hash_funcs={Study: as_far_as})
def _read(study: Study) -> CrossPredictions:
    config = CrossPredictionsConfig.model_validate_json(study.config_json)
    folds = tuple(FoldPredictions.from_json(result) for result in store().studies.results(study.id))
    return CrossPredictions(study, config, CrossPlan.from_json(study.context) if study.context else None, folds)
