"""Judging: every classifier, on every level, on repeated splits; each score is a value by itself.

The levels are `row`, then every level of groups that the data have, then `published` where they come with a split of
their own. Repeat r splits and trains with the seeds of the experiment + OWN_SEEDS + r, and deals what the experiment's
own test part leaves: those tracks are in no split. A published split stays as it is but for them, so that of it only
the network is judged more than once, by its training seed; its test tracks are some that runs have too.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import PARTS, Dataset, IntArray, count_groups
from genre_core.data.sources import Tables, load_dataset
from genre_core.data.splitting import Split, name_test_set, own_test, split_dataset, split_outside
from genre_core.errors import DataError
from genre_core.evaluation.between_groups import group_variances, share_of_groups
from genre_core.evaluation.count_statistics import accuracy_of_counts, confusion_counts, macro_f1_of_counts
from genre_core.settings.config import ExperimentConfig
from genre_core.store.openings import count_opening
from genre_core.store.runs import RunStore
from genre_core.studies.lens.baselines import MOST_ROWS, nearest_rows, predict_baseline, votes
from genre_core.studies.lens.config import NETWORK, Baseline, Classifier, LensConfig, Outside
from genre_core.studies.seeds import reseeded
from genre_core.studies.study import Plain, Result, train_network
from genre_core.text import count
from genre_core.training.experiment import Prepared, make_trainer
from genre_core.training.predictions import Predictions, Unit

OWN_SEEDS = 1000
"""How far the seeds of a lens lie above the experiment's: farther than those of runs that differ by their seed."""


@dataclass(frozen=True)
class LensPlan(Plain):
    """Plan of a lens: levels in order, `gaps` (level → why it cannot be judged), and what the data are.

    `groups` says how many tracks, albums or artists there are; `n_scores` how many scores there will be. `test_hash`
    names what is judged of a published test part as runs name theirs, and is empty where none is. `network_alone` says
    why no baseline is judged; empty where they are. `n_closed` tracks are the experiment's own test part, in no split.
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
    n_closed: int = 0


@dataclass(frozen=True)
class LensScore(Plain):
    """Score of one classifier on the test part of one split.

    `repeat` counts from 1; `n_train` is how many rows it learned from, which is less than the training part's
    `n_available` where a baseline learned from a part of them. `true_accuracy` and `true_macro_f1` are about the true
    genres of the same rows, where labels are wrong now and then, and None elsewhere. Where rows are segments of tracks,
    `track_accuracy` and the others are of `n_test_tracks` whole tracks. `unit` says what `accuracy` counts.

    Where groups such as artists are in both parts, `group_variances` says by the names of these fields how much each
    would vary if other groups had been drawn, with `group_degrees` of freedom; None where that is unknown. Earlier
    versions did not keep them.
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
    group_variances: Mapping[str, float | None] = field(default_factory=dict)
    group_degrees: int = 0

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
            group_variances=self._variances("true_"),
        )
        return found.by_track() if self.unit == "track" else found

    def by_track(self) -> "LensScore":
        """Return the score of whole tracks, where rows are segments of them."""
        if self.track_accuracy is None or self.track_macro_f1 is None:
            return self
        return replace(
            self,
            accuracy=self.track_accuracy,
            macro_f1=self.track_macro_f1,
            unit="track",
            group_variances=self._variances("track_"),
        )

    def _variances(self, prefix: str) -> dict[str, float | None]:
        """Return the variances where fields take the place of those without the prefix."""
        known = self.group_variances
        return {**known, **{name.removeprefix(prefix): known[name] for name in known if name.startswith(prefix)}}

    @property
    def n_judged(self) -> int:
        """Return how many rows or tracks `accuracy` counts."""
        return self.n_test_tracks if self.unit == "track" and self.n_test_tracks else self.n_test


class Lens:
    """A lens as a study: a piece is a classifier on one split, by repeat, level and name.

    `seen` is told of the lens and each score before anybody can see it.
    """

    def __init__(
        self,
        config: LensConfig,
        tables: Tables | None = None,
        seen: "Callable[[Lens, LensScore], None]" = lambda *_: None,
    ) -> None:
        self.config, self._tables, self._seen = config, tables, seen
        self._prepared: tuple[tuple[str, int], Prepared] | None = None
        self._n_told = 0

    @cached_property
    def dataset(self) -> Dataset:
        """The data that are judged."""
        return load_dataset(self.config.experiment.data, self._tables)

    @cached_property
    def lens_plan(self) -> LensPlan:
        """Plan of the lens."""
        return plan_lens(self.config, self.dataset)

    def plan(self) -> Result:
        """Return what will be judged."""
        return self.lens_plan.to_json()

    def pieces(self, results: Sequence[Result] = ()) -> list[tuple[int, str, Classifier]]:
        """Return what is to be scored beside the scores there are."""
        scores = [LensScore.from_json(result) for result in results]
        for score in scores[self._n_told :]:  # a version that did not tell of them may have made them
            self._seen(self, score)
        self._n_told = len(scores)
        had = {score.task for score in scores}
        config = _for_inputs(self.config, self.dataset)
        return [task for task in all_tasks(config, self.lens_plan.levels) if task not in had]

    def do(self, piece: tuple[int, str, Classifier]) -> Iterator[Result | None]:
        """Score a classifier on the test part of one split."""
        repeat, level, classifier = piece
        experiment = experiment_of(self.config, level, repeat)
        prepared = self._prepare(level, repeat)
        split, data = prepared.split, self.dataset
        n_train, nearest, started = len(split.train), None, time.perf_counter()
        if classifier == NETWORK:
            trainer = make_trainer(experiment, prepared)
            yield from train_network(trainer)
            logits = trainer.predict(prepared.X[split.test])
        else:
            X, X_test = prepared.X[split.train], prepared.X[split.test]
            seed = experiment.split.seed
            if classifier == "neighbour":
                nearest = split.train[nearest_rows(X, X_test, seed)]
                logits = votes(data.y[nearest], len(data.genres))
            else:
                logits = predict_baseline(classifier, X, data.y[split.train], X_test, len(data.genres), seed)
        found = _test_predictions(data, split, logits)
        true = None if data.y_clean is None else found.true_genres(data)
        tracks = found.by("track", data) if data.in_segments else None
        true_tracks = true.by("track", data) if true and tracks else None
        accuracy, macro_f1 = _scores(found)
        more = [*_known(true), *_known(tracks), *_known(true_tracks), len(tracks) if tracks else None]
        used = min(n_train, MOST_ROWS.get(classifier, n_train))
        seconds = time.perf_counter() - started
        score = LensScore(level, classifier, repeat, accuracy, macro_f1, used, n_train, len(found), seconds, *more)
        kinds = {"": found, "true_": true, "track_": tracks, "true_track_": true_tracks}
        if torn := _torn_groups(data, level):
            near = None if nearest is None else dict(zip(split.test.tolist(), nearest.tolist(), strict=True))
            variances = {
                f"{prefix}{name}": one
                for prefix, judged in kinds.items()
                if judged
                for name, one in _group_variances(judged, torn[1], split, data, near, "track" in prefix).items()
            }
            degrees = count_groups(torn[1]) - len(data.genres)
            score = replace(score, group_variances=variances, group_degrees=degrees)
        self._seen(self, score)
        yield score.to_json()

    @cached_property
    def published_test(self) -> list[str]:
        """The tracks that are judged of a published test part."""
        rows = self._split("published", 1).test
        return [self.dataset.tracks[row] for row in rows]

    @cached_property
    def _closed(self) -> IntArray:
        return closed_rows(self.config, self.dataset)

    def _split(self, level: str, repeat: int) -> Split:
        return split_of(self.config, self.dataset, self._closed, level, repeat)

    def _prepare(self, level: str, repeat: int) -> Prepared:
        """Return what is learned from and judged: that of the last piece, where the split is the same."""
        if self._prepared is None or self._prepared[0] != (level, repeat):
            self._prepared = (level, repeat), Prepared.of(self.dataset, self._split(level, repeat))
        return self._prepared[1]


def closed_sentence(plan: LensPlan) -> str:
    """Say which tracks a lens leaves out, or that an earlier version left out none."""
    if not plan.n_closed:
        return "This lens is of an earlier version: its splits also test tracks that are in the settings' test part."
    instead = "published" in plan.levels and not plan.test_hash
    published = " As published, the validation tracks are judged, which chose no epoch." if instead else ""
    return f"The {count(plan.n_closed, 'test track')} of these settings are in no split and stay closed.{published}"


def plan_lens(config: LensConfig, dataset: Dataset) -> LensPlan:
    """Return what a lens on these data will judge.

    Raises DataError where they cannot be split at any level, or have no features and only baselines are asked for.
    """
    config = _for_inputs(config, dataset)
    there = ["row", *dataset.groups, *(["published"] if dataset.published is not None else [])]
    closed = closed_rows(config, dataset)
    gaps = {level: why for level in there if (why := _why_not(config, dataset, closed, level))}
    levels = tuple(level for level in there if level not in gaps)
    if not levels:
        raise DataError(gaps["row"])
    groups = {level: count_groups(numbers) for level, numbers in dataset.groups.items()}
    return LensPlan(
        levels, gaps, groups, len(dataset), len(dataset.genres), len(all_tasks(config, levels)), dataset.content_hash,
        _published_test(config, dataset, closed) if "published" in levels else "",
        "" if dataset.features else f"Simple classifiers need features, and these data hold {dataset.inputs.noun}.",
        dataset.n_tracks(closed),
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


def closed_rows(config: LensConfig, dataset: Dataset) -> IntArray:
    """Return the rows that are in no split of a lens: the test part of its experiment."""
    return own_test(dataset, config.experiment.split) if config.closed else np.zeros(0, dtype=np.int64)


def split_of(config: LensConfig, dataset: Dataset, closed: IntArray, level: str, repeat: int) -> Split:
    """Return one split of a level. Raises as `split_dataset` does."""
    split = experiment_of(config, level, repeat).split
    return split_outside(dataset, split, closed) if config.closed else split_dataset(dataset, split)


def fingerprint_of(config: LensConfig, score: LensScore) -> str:
    """Return what tells the configuration behind a score from others."""
    experiment = experiment_of(config, score.level, score.repeat)
    alone = Baseline(data=experiment.data, classifier=score.classifier, seed=experiment.split.seed)
    judged = experiment.fingerprint if score.classifier == NETWORK else alone.fingerprint
    return Outside(judged=judged, split=config.experiment.split).fingerprint if config.closed else judged


def open_published(store: RunStore, lens_id: str, lens: Lens, scores: Iterable[LensScore]) -> None:
    """Write down those scores of a lens for which the test part of a published split was looked at.

    Raises StoreError where it could not be written down.
    """
    test_hash = lens.lens_plan.test_hash
    for score in scores:
        if score.level == "published" and test_hash:
            store.test_sets.record(test_hash, lens.config.experiment.data, lens.published_test)
            count_opening(store, test_hash, fingerprint_of(lens.config, score), lens_id)


def all_tasks(config: LensConfig, levels: Sequence[str]) -> list[tuple[int, str, Classifier]]:
    """Return all there is to score, split by split: a published one changes nothing again for what has no seed."""
    every = product(range(1, config.n_repeats + 1), levels, config.classifiers)
    return [task for task in every if task[0] == 1 or task[1] != "published" or task[2] == NETWORK]


def _why_not(config: LensConfig, dataset: Dataset, closed: IntArray, level: str) -> str:
    """Return why the data cannot be split at a level, with every seed that would be used; empty where they can."""
    try:
        for repeat in range(1, 2 if level == "published" else config.n_repeats + 1):
            split_of(config, dataset, closed, level, repeat)
    except DataError as error:
        return str(error)
    return ""


def _published_test(config: LensConfig, dataset: Dataset, closed: IntArray) -> str:
    judged = split_of(config, dataset, closed, "published", 1).test
    if dataset.published is None or (dataset.published[judged] != PARTS.index("test")).any():
        return ""
    return name_test_set(config.experiment.data, (dataset.tracks[row] for row in judged))


def _test_predictions(dataset: Dataset, split: Split, logits: npt.NDArray[np.float32]) -> Predictions:
    part = np.full(len(split.test), PARTS.index("test"), dtype=np.uint8)
    return Predictions(split.test, dataset.y[split.test], logits, part)


def _torn_groups(dataset: Dataset, level: str) -> tuple[str, IntArray] | None:
    """Return the coarsest groups (name, number of each row) where a split by `level` tears them apart, else None."""
    coarsest = dataset.coarsest
    return None if coarsest is None or level in (coarsest[0], "published") else coarsest


def _group_variances(
    judged: Predictions,
    groups: IntArray,
    split: Split,
    dataset: Dataset,
    near: Mapping[int, int] | None,
    by_track: bool,
) -> dict[str, float | None]:
    """Return how much accuracy and macro-F1 would vary over other groups than those that are dealt into both parts.

    `near` are the learned rows that each judged row is answered by, if one is: of a track, that of its first row.
    """
    dealt = np.concatenate([split.train, split.validation, split.test])
    if by_track:
        dealt = dealt[np.unique(dataset.groups["track"][dealt], return_index=True)[1]]
    share, nearest = share_of_groups(groups[dealt]), None
    if near is not None:
        rows = np.array([near[row] for row in judged.rows.tolist()])
        nearest = dataset.y[rows], groups[rows]
    known = group_variances(judged.y, judged.y_pred, len(dataset.genres), groups[judged.rows], nearest)
    return {name: None if one is None else one * share for name, one in known.items()}


def _known(found: Predictions | None) -> tuple[float, float] | tuple[None, None]:
    return (None, None) if found is None else _scores(found)


def _scores(found: Predictions) -> tuple[float, float]:
    """Return accuracy and macro-F1."""
    counts = confusion_counts(found.y, found.y_pred, found.logits.shape[1])
    return float(accuracy_of_counts(counts)), float(macro_f1_of_counts(counts))
