"""A network of Genre Lab as a classifier of scikit-learn, for pipelines, grids and cross-validation.

Each setting of the network and of its training is a parameter under its own name, so that there is one list of them.
"""

import warnings
from inspect import Parameter, Signature, cleandoc
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from genre_core.data.dataset import Dataset, IntArray
from genre_core.data.inputs import Features, Standardizer, in_chunks
from genre_core.data.splitting import Split
from genre_core.errors import ConfigError, DataError
from genre_core.evaluation.metrics import softmax
from genre_core.explaining.network import FittedNetwork
from genre_core.networks import ARCHITECTURES
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import all_settings, configure
from genre_core.training.events import EpochEnd
from genre_core.training.experiment import Prepared, drain, make_trainer

_NETWORKS = {name: set(network.model_fields) for name, network in ARCHITECTURES.items() if network.explainable}
"""Settings of the networks that take features."""
_ABOUT = {"architecture": "; ".join(f"{name}: {ARCHITECTURES[name].label}" for name in _NETWORKS) + "."}
"""The sentence for parameters that are not quite a run's settings."""
_OWN = {"split.validation_fraction", *(f"model.{field}" for fields in _NETWORKS.values() for field in fields)}
SETTINGS = {
    name.partition(".")[2]: setting
    for name, setting in all_settings().items()
    if not setting.technical and (name in _OWN or (setting.section == "train" and name != "train.seed"))
}
"""Settings that are parameters, by the names that they have there."""
_DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()} | {"random_state": 42, "verbose": False}


class GenreClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A perceptron or softmax regression on features, trained as a run is: standardized, and stopped early.

    Features (n, n_features) may have gaps (NaN), which the training median fills in. `validation_fraction` of the rows
    are held out to choose the best epoch; where a class is too small for that, a warning says so and the training rows
    choose it. `random_state` is the seed of the split, the weights, the batches and dropout; None draws one.
    `verbose` shows a progress bar. The other parameters are the settings of a run under the same names.

    After `fit`, `classes_` are the genres, `network_` and `standardizer_` what was learned, `history_` the epochs,
    and `best_epoch_` the one whose weights were kept.
    """

    classes_: npt.NDArray[Any]
    network_: FittedNetwork
    standardizer_: Standardizer
    history_: tuple[EpochEnd, ...]
    best_epoch_: int

    def __init__(self, **settings: Any) -> None:
        if unknown := settings.keys() - _DEFAULTS.keys():
            raise TypeError(f"GenreClassifier has no parameter {min(unknown)}: see help(GenreClassifier).")
        for name, value in {**_DEFAULTS, **settings}.items():
            setattr(self, name, value)

    def fit(self, X: Any, y: Any) -> Self:
        """Learn from features X (n, n_features) and their genres y (n,); return the classifier itself.

        Raises ConfigError where a setting is out of bounds, and DataError where there is one genre alone, or training
        diverged before there was anything to keep.
        """
        X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan", copy=True)
        check_classification_targets(y)
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise DataError("y holds one class alone: a classifier needs at least two genres.")
        config = self._config()
        names = getattr(self, "feature_names_in_", range(X.shape[1]))
        inputs = Features(X, tuple(map(str, names)))
        data = Dataset(inputs, numbers, tuple(map(str, self.classes_)), tuple(map(str, range(len(X)))))
        prepared = Prepared.of(data, _split(numbers, config))
        trainer = make_trainer(config, prepared)
        self.history_, end = drain(self._shown(trainer, config))
        if end.best_epoch is None:
            raise DataError("Training diverged in its first epoch and has nothing to keep: lower learning_rate.")
        assert isinstance(prepared.standardizer, Standardizer)
        self.standardizer_, self.best_epoch_ = prepared.standardizer, end.best_epoch
        self.network_ = FittedNetwork.load(trainer.weights())
        return self

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Return the probability of each genre (n, n_genres), in the order of `classes_`, for features X."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        logits = [self.network_.logits(self.standardizer_.transform(X[rows])) for rows in in_chunks(X.shape)]
        return softmax(np.concatenate(logits))

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Return the most probable genre (n,) of each row of features X (n, n_features)."""
        most_probable = self.predict_proba(X).argmax(axis=1)
        return self.classes_[most_probable]

    def _config(self) -> ExperimentConfig:
        if self.architecture not in _NETWORKS:
            raise ConfigError(f"architecture is {self.architecture}, but must be one of {', '.join(_NETWORKS)}.")
        others = set().union(*_NETWORKS.values()) - _NETWORKS[self.architecture]
        values = {setting.name: _plain(getattr(self, name)) for name, setting in SETTINGS.items() if name not in others}
        seed = self.random_state
        if not isinstance(seed, int | np.integer):
            seed = check_random_state(seed).randint(2**32, dtype=np.int64)
        return configure({**values, "train.seed": int(seed), "split.seed": int(seed)})

    def _shown(self, trainer: Any, config: ExperimentConfig) -> Any:
        """Return the events of a training, with a bar where one is asked for."""
        if not self.verbose:
            return trainer
        from tqdm import tqdm  # type: ignore[import-untyped]

        return tqdm(trainer, total=config.train.max_epochs + 1, unit="epoch")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


GenreClassifier.__init__.__signature__ = Signature(  # type: ignore[attr-defined]
    [Parameter("self", Parameter.POSITIONAL_ONLY)]
    + [Parameter(name, Parameter.KEYWORD_ONLY, default=default) for name, default in _DEFAULTS.items()]
)
GenreClassifier.__doc__ = "\n".join(
    [cleandoc(GenreClassifier.__doc__ or ""), "", "Parameters", "----------"]
    + [line for name, setting in SETTINGS.items() for line in (name, f"    {_ABOUT.get(name, setting.help)}")]
)


def _split(y: IntArray, config: ExperimentConfig) -> Split:
    """Hold out rows that choose the best epoch, as many of each class as it has by its share."""
    rows, fraction = np.arange(len(y)), config.split.validation_fraction
    try:
        train, validation = train_test_split(rows, test_size=fraction, random_state=config.split.seed, stratify=y)
    except ValueError:
        warnings.warn(
            f"A class has {np.bincount(y).min()} of {len(y)} rows, too few for a validation part of "
            f"{100 * fraction:g} %: the training rows choose the best epoch, which favors overfitting.",
            stacklevel=3,
        )
        train = validation = rows
    return Split(train, validation, rows[:0])


def _plain(value: Any) -> Any:
    """Return a number of numpy, as grids and distributions give them, as one of Python."""
    return value.item() if isinstance(value, np.generic) else value
