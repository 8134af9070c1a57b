"""Contract of studies that are done piece by piece: anyone can do a piece, at any time, with the same result."""

import json

import pytest

from genre_core.inspection.projection import MapConfig
from genre_core.networks import LinearConfig
from genre_core.settings.config import ExperimentConfig, SyntheticConfig, TrainConfig
from genre_core.studies.at_once import AtOnce, place_tracks
from genre_core.studies.cross_predictions import CrossPredictions, CrossPredictionsConfig
from genre_core.studies.learning_curve.config import LearningCurveConfig
from genre_core.studies.learning_curve.measuring import LearningCurve
from genre_core.studies.lens.config import LensConfig
from genre_core.studies.lens.judging import Lens
from genre_core.studies.study import StudyWork, iter_results

DATA = SyntheticConfig(n_samples=150, n_features=3, n_genres=3)
EXPERIMENT = ExperimentConfig(data=DATA, model=LinearConfig(), train=TrainConfig(max_epochs=2))


def made(name: str) -> StudyWork:
    """Return a study as another worker has it: it knows nothing of what was done."""
    match name:
        case "lens":
            return Lens(LensConfig(experiment=EXPERIMENT, n_repeats=3, classifiers=("network", "majority")))
        case "learning curve":
            return LearningCurve(LearningCurveConfig(experiment=EXPERIMENT, shares=(0.5, 1.0), n_repeats=3))
        case "cross-predictions":
            return CrossPredictions(CrossPredictionsConfig(experiment=EXPERIMENT, n_folds=3))
        case _:
            return AtOnce(lambda: place_tracks(MapConfig(data=DATA)))


def alike(result):
    return {name: value for name, value in result.items() if name != "seconds"}


@pytest.mark.parametrize("name", ["lens", "learning curve", "cross-predictions", "map"])
def test_pieces_are_independent_and_all_values_are_json(name):
    pieces = json.loads(json.dumps(list(made(name).pieces())))
    in_order = list(iter_results(made(name)))
    assert json.loads(json.dumps(made(name).plan())) is not None
    assert len(pieces) == len(in_order)
    for piece, known in zip(reversed(pieces), reversed(in_order), strict=True):
        *rests, result = made(name).do(piece)
        assert rests == [None] * len(rests)
        assert alike(json.loads(json.dumps(result))) == alike(json.loads(json.dumps(known)))
    some = in_order[1::2] or in_order
    left = [json.dumps(piece) for piece in made(name).pieces(some)]
    assert len(left) == len(pieces) - len(some)
    assert set(left) <= {json.dumps(piece) for piece in pieces}
