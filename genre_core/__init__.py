"""Genre Lab's library: load, train, evaluate and compare music genre classifiers.

`python -m genre_core api` prints what its public names do. Each is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genre_core.data.dataset import Dataset
    from genre_core.data.sources import load_dataset
    from genre_core.errors import GenreLabError
    from genre_core.estimator import GenreClassifier
    from genre_core.evaluation.report import Evaluation
    from genre_core.settings.config import ExperimentConfig
    from genre_core.settings.names import configure
    from genre_core.store.runs import RunStore
    from genre_core.training.events import EpochEnd, TrainEnd
    from genre_core.training.experiment import Prepared, evaluate_part, make_trainer, prepare
    from genre_core.training.trainer import Trainer

__all__ = [
    "Dataset", "EpochEnd", "Evaluation", "ExperimentConfig", "GenreClassifier", "GenreLabError", "Prepared", "RunStore",
    "TrainEnd", "Trainer", "configure", "evaluate_part", "load_dataset", "make_trainer", "prepare",
]  # fmt: skip

HOMES = {
    "configure": "settings.names",
    "ExperimentConfig": "settings.config",
    "load_dataset": "data.sources",
    "Dataset": "data.dataset",
    "prepare": "training.experiment",
    "Prepared": "training.experiment",
    "make_trainer": "training.experiment",
    "Trainer": "training.trainer",
    "EpochEnd": "training.events",
    "TrainEnd": "training.events",
    "evaluate_part": "training.experiment",
    "Evaluation": "evaluation.report",
    "GenreClassifier": "estimator",
    "RunStore": "store.runs",
    "GenreLabError": "errors",
}
"""The module of each public name, in the order in which a training needs them."""


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'genre_core' has no attribute {name!r}")
    return getattr(import_module(f"genre_core.{HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
