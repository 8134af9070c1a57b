"""Judging: every classifier, on every level, on repeated splits; each score is a value by itself.

The levels are `row`, then every level of groups that the data have, then `published` where they come with a split of
their own. Repeat r splits and trains with the seeds of the experiment + OWN_SEEDS + r, so that no split is the one that
the experiment's own run keeps its test part of: a lens never scores that. A published split stays as it is, so that of
it only the network is judged more than once, by its training seed, and its test part is the one that runs have too.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import PARTS, Dataset, count_groups
from genre_core.data.sources import Tables, load_dataset
from genre_core.data.splitting import Split, name_test_set, split_dataset
from genre_core.errors import DataError
from genre_core.evaluation.confusion import confusion_counts
from genre_core.evaluation.count_statistics import accuracy_of_counts, macro_f1_of_counts
from genre_core.settings.config import ExperimentConfig
from genre_core.store.openings import count_opening
from genre_core.store.runs import RunStore
from genre_core.studies.lens.baselines import most_rows, predict_baseline
from genre_core.studies.lens.config import NETWORK, Baseline, Classifier, LensConfig
from genre_core.studies.seeds import reseeded
from genre_core.studies.study import Plain, Result, train_network
from genre_core.training.experiment import Prepared, make_trainer
from genre_core.training.predictions import Predictions, Unit

OWN_SEEDS = 1000
"""How far the seeds of a lens lie above the experiment's: farther than those of runs that differ by their seed."""


@dataclass(frozen=True)
class LensPlan(Plain):
    """Plan of a lens: levels in order, `gaps` (level → why it cannot be judged), and what the data are.

    `groups` says how many tracks, albums or artists there are; `n_scores` how many scores there will be. `test_hash`
    names the test part of a published split as runs name theirs, and is empty where none is judged. `network_alone`
    says why no baseline is judged; empty where they are.
    """

    levels: tuple[str, ...]
    gaps: Mapping[str, str]
    groups: Mapping[str, int]
    n_rows: int
    n_genres: int
    n_scores: int
    data_hash: str
    test_hash: str = ""
    network_alone: str = ""


@dataclass(frozen=True)
class LensScore(Plain):
    """Score of one classifier on the test part of one split.

    `repeat` counts from 1; `n_train` is how many rows it learned from, which is less than the training part's
    `n_available` where a baseline learned from a part of them. `true_accuracy` and `true_macro_f1` are about the true
    genres of the same rows, where labels are wrong now and then, and None elsewhere. Where rows are segments of tracks,
    `track_accuracy` and the others are of `n_test_tracks` whole tracks. `unit` says what `accuracy` counts.
    """

    level: str
    classifier: Classifier
    repeat: int
    accuracy: float
    macro_f1: float
    n_train: int
    n_available: int
    n_test: int
    seconds: float
    true_accuracy: float | None = None
    true_macro_f1: float | None = None
    track_accuracy: float | None = None
    track_macro_f1: float | None = None
    true_track_accuracy: float | None = None
    true_track_macro_f1: float | None = None
    n_test_tracks: int | None = None
    unit: Unit = "row"

    @property
    def task(self) -> tuple[int, str, Classifier]:
        """Return what was scored: repeat, level, classifier."""
        return self.repeat, self.level, self.classifier

    def about_true_genres(self) -> "LensScore":
        """Return the score about the true genres, where it is known."""
        if self.true_accuracy is None or self.true_macro_f1 is None:
            return self
        found = replace(
            self,
            accuracy=self.true_accuracy,
            macro_f1=self.true_macro_f1,
            track_accuracy=self.true_track_accuracy,
            track_macro_f1=self.true_track_macro_f1,
            unit="row",
        )
        return found.by_track() if self.unit == "track" else found

    def by_track(self) -> "LensScore":
        """Return the score of whole tracks, where rows are segments of them."""
        if self.track_accuracy is None or self.track_macro_f1 is None:
            return self
        return replace(self, accuracy=self.track_accuracy, macro_f1=self.track_macro_f1, unit="track")

    @property
    def n_judged(self) -> int:
        """Return how many rows or tracks `accuracy` counts."""
        return self.n_test_tracks if self.unit == "track" and self.n_test_tracks else self.n_test


class Lens:
    """A lens as a study: a piece is a classifier on one split, by repeat, level and name.

    `seen` is told of each score before anybody can see it.
    """

    def __init__(
        self,
        config: LensConfig,
        tables: Tables | None = None,
        seen: Callable[[LensPlan, LensScore], None] = lambda *_: None,
    ) -> None:
        self._config, self._tables, self._seen = config, tables, seen
        self._prepared: tuple[ExperimentConfig, Prepared] | None = None

    @cached_property
    def dataset(self) -> Dataset:
        """The data that are judged."""
        return load_dataset(self._config.experiment.data, self._tables)

    @cached_property
    def lens_plan(self) -> LensPlan:
        """Plan of the lens."""
        return plan_lens(self._config, self.dataset)

    def plan(self) -> Result:
        """Return what will be judged."""
        return self.lens_plan.to_json()

    def pieces(self, results: Sequence[Result] = ()) -> list[tuple[int, str, Classifier]]:
        """Return what is to be scored beside the scores there are."""
        scores = [LensScore.from_json(result) for result in results]
        for score in scores:  # a version that did not tell of them may have made them
            self._seen(self.lens_plan, score)
        had = {score.task for score in scores}
        config = _for_inputs(self._config, self.dataset)
        splits = [(repeat, level) for repeat in range(1, config.n_repeats + 1) for level in self.lens_plan.levels]
        every = (task for repeat, level in splits for task in tasks(config, level, repeat))
        return [task for task in every if task not in had]

    def do(self, piece: tuple[int, str, Classifier]) -> Iterator[Result | None]:
        """Score a classifier on the test part of one split."""
        repeat, level, classifier = piece
        experiment = experiment_of(self._config, level, repeat)
        prepared = self._prepare(experiment)
        split, data = prepared.split, self.dataset
        n_train, started = len(split.train), time.perf_counter()
        if classifier == NETWORK:
            trainer = make_trainer(experiment, prepared)
            yield from train_network(trainer)
            logits = trainer.predict(prepared.X[split.test])
        else:
            X, X_test = prepared.X[split.train], prepared.X[split.test]
            seed = experiment.split.seed
            logits = predict_baseline(classifier, X, data.y[split.train], X_test, len(data.genres), seed)
        found = _test_predictions(data, split, logits)
        true = None if data.y_clean is None else found.true_genres(data)
        tracks = found.by("track", data) if data.in_segments else None
        true_tracks = true.by("track", data) if true and tracks else None
        accuracy, macro_f1 = _scores(found)
        more = [*_known(true), *_known(tracks), *_known(true_tracks), len(tracks) if tracks else None]
        used = min(n_train, most_rows(classifier) or n_train)
        seconds = time.perf_counter() - started
        score = LensScore(level, classifier, repeat, accuracy, macro_f1, used, n_train, len(found), seconds, *more)
        self._seen(self.lens_plan, score)
        yield score.to_json()

    def _prepare(self, experiment: ExperimentConfig) -> Prepared:
        """Return what is learned from and judged: that of the last piece, where the split is the same."""
        if self._prepared is None or self._prepared[0] != experiment:
            split = split_dataset(self.dataset, experiment.split)
            self._prepared = experiment, Prepared.of(self.dataset, split)
        return self._prepared[1]


def plan_lens(config: LensConfig, dataset: Dataset) -> LensPlan:
    """Return what a lens on these data will judge.

    Raises
    ------
    DataError
        They cannot be split at any level, or have no features and only baselines are asked for.
    """
    config = _for_inputs(config, dataset)
    there = ["row", *dataset.groups, *(["published"] if dataset.published is not None else [])]
    gaps = {level: why for level in there if (why := _why_not(config, dataset, level))}
    levels = tuple(level for level in there if level not in gaps)
    if not levels:
        raise DataError(gaps["row"])
    n_scores = sum(len(tasks(config, level, r + 1)) for level in levels for r in range(config.n_repeats))
    groups = {level: count_groups(numbers) for level, numbers in dataset.groups.items()}
    return LensPlan(
        levels, gaps, groups, len(dataset), len(dataset.genres), n_scores, dataset.content_hash,
        _published_test(config, dataset) if "published" in levels else "",
        "" if dataset.features else f"Simple classifiers need features, and these data hold {dataset.inputs.noun}.",
    )  # fmt: skip


def _for_inputs(config: LensConfig, dataset: Dataset) -> LensConfig:
    """Return the lens with the classifiers that can judge these data: where there are no features, the network."""
    if dataset.features:
        return config
    if NETWORK not in config.classifiers:
        raise DataError(f"Simple classifiers need features, and these data hold {dataset.inputs.noun}.")
    return config.model_copy(update={"classifiers": (NETWORK,)})


def experiment_of(config: LensConfig, level: str, repeat: int) -> ExperimentConfig:
    """Return the experiment that the network's score on one split of a level is the result of."""
    experiment = reseeded(config.experiment, OWN_SEEDS + repeat, "both")
    return experiment.model_copy(update={"split": experiment.split.model_copy(update={"by": level})})


def fingerprint_of(config: LensConfig, score: LensScore) -> str:
    """Return what tells the configuration behind a score from others: the network's is that of a run with its seed."""
    experiment = experiment_of(config, score.level, score.repeat)
    if score.classifier == NETWORK:
        return experiment.fingerprint
    return Baseline(data=experiment.data, classifier=score.classifier, seed=experiment.split.seed).fingerprint


def open_published(
    store: RunStore, lens_id: str, config: LensConfig, plan: LensPlan, scores: Iterable[LensScore]
) -> None:
    """Write down those scores of a lens for which the test part of a published split was looked at.

    Raises
    ------
    StoreError
        It could not be written down.
    """
    for score in scores:
        if score.level == "published" and plan.test_hash:
            count_opening(store, plan.test_hash, fingerprint_of(config, score), lens_id)


def tasks(config: LensConfig, level: str, repeat: int) -> list[tuple[int, str, Classifier]]:
    """Return what there is to score on one split of a level: a published one changes nothing for what has no seed."""
    again = level == "published" and repeat > 1
    return [(repeat, level, name) for name in config.classifiers if name == NETWORK or not again]


def _why_not(config: LensConfig, dataset: Dataset, level: str) -> str:
    """Return why the data cannot be split at a level, with every seed that would be used; empty where they can."""
    try:
        for repeat in range(1, 2 if level == "published" else config.n_repeats + 1):
            split_dataset(dataset, experiment_of(config, level, repeat).split)
    except DataError as error:
        return str(error)
    return ""


def _published_test(config: LensConfig, dataset: Dataset) -> str:
    split = split_dataset(dataset, experiment_of(config, "published", 1).split)
    return name_test_set(config.experiment.data, (dataset.tracks[row] for row in split.test))


def _test_predictions(dataset: Dataset, split: Split, logits: npt.NDArray[np.float32]) -> Predictions:
    part = np.full(len(split.test), PARTS.index("test"), dtype=np.uint8)
    return Predictions(split.test, dataset.y[split.test], logits, part)


def _known(found: Predictions | None) -> tuple[float, float] | tuple[None, None]:
    return (None, None) if found is None else _scores(found)


def _scores(found: Predictions) -> tuple[float, float]:
    """Return accuracy and macro-F1."""
    counts = confusion_counts(found.y, found.y_pred, found.logits.shape[1])
    return float(accuracy_of_counts(counts)), float(macro_f1_of_counts(counts))
