"""Worth of a pretrained tagger beside features and networks from scratch: on real clips, and on generated music.

Real clips, those that lie beside the project: the parts of GTZAN's published split by artist take turns, so that each
clip is judged by networks that heard none of its artist. Genres that the other two parts lack are not judged. A fifth
of what is left to learn from chooses the epoch. Generated music: one split of 40 clips a genre at the default
difficulty, and of 100.

All rows learn alike: batches of 16, at most 100 epochs, the lowest validation loss, patience 20, five seeds; networks
on spectrograms with random crops of half a clip. All layers of the tagger learn for 4
epochs, with one seed, and beside them its last block and its last layer for as many: it takes as long as all else.
Intervals are those of a mean over the judged clips (Student's t), of how often each is recognized by the five;
differences are paired by clip. One thread.

python -m tests.benchmarks.transfer [clips | layers | augmentation | music]
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import stats
from sklearn.model_selection import train_test_split

from genre_core.data.clips.tagger.about import weights_path
from genre_core.data.clips.tagger.tags import genre_from_tags, without_tags
from genre_core.data.dataset import Dataset
from genre_core.data.sources import load_dataset
from genre_core.data.splitting import Split, split_dataset
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import configure
from genre_core.store.runs import RunStore
from genre_core.studies.extraction import Extraction, ExtractionConfig
from genre_core.studies.seeds import reseeded
from genre_core.studies.study import iter_results
from genre_core.terminal.inputs import import_clips
from genre_core.training.experiment import Prepared, drain, make_trainer
from tests.benchmarks.report import print_table
from tests.benchmarks.tagging import DATA, part_of
from tests.tagger import fetched

SEEDS = 5
LEARNING = {"train.batch_size": 16, "train.max_epochs": 100, "train.monitor": "loss", "train.patience": 20}
Row = Mapping[str, Any]
COLUMNS: Mapping[str, Row] = {
    "57 columns, softmax": {"data.features": "gtzan57", "model.architecture": "linear"},
    "57 columns, perceptron": {"data.features": "gtzan57", "model.architecture": "mlp"},
}
TRANSFER: Mapping[str, Row] = {
    "embedding, softmax": {"data.features": "tagger", "model.architecture": "linear"},
    "tagger, new last layer": {"model.architecture": "musicnn"},
    "tagger, last block": {"model.architecture": "musicnn", "model.trained": "last"},
}
LAYERS: Mapping[str, Row] = {
    f"tagger, {title}, 4 epochs": {"model.architecture": "musicnn", "model.trained": trained, "train.max_epochs": 4}
    for trained, title in {"head": "new last layer", "last": "last block", "all": "all layers"}.items()
}
CHANGES: Mapping[str, Row] = {
    "random crops of half a clip": {"model.crop": 1.5},
    "two moments and two ranges of bands muted": {"model.mute_seconds": 0.3, "model.mute_bands": 8},
    "gain up to 6 dB, noise up to 0.03": {"model.gain": 6.0, "model.noise": 0.03},
    "shifted by up to 1 band, stretched by up to 5 %": {"model.shift": 1.0, "model.stretch": 0.05},
    "mixup 0.2": {"train.mixup": 0.2},
    "copies 6 % slower and faster": {"data.copies": "tempo"},
    "copies a semitone lower and higher": {"data.copies": "pitch"},
}


def listening(seconds: float) -> Mapping[str, Row]:
    """Return networks from scratch, with random crops of so many seconds."""
    names = {"cnn": "CNN", "crnn": "CRNN", "attention": "CNN with attention"}
    return {title: {"model.architecture": name, "model.crop": seconds} for name, title in names.items()}


def main() -> None:
    """Print the tables that are asked for, or both."""
    torch.set_num_threads(1)
    folder, why = fetched()
    if folder is None:
        raise SystemExit(why)
    with tempfile.TemporaryDirectory() as place:
        store = RunStore(f"sqlite:///{place}/store.sqlite")
        path = weights_path(store.clips.folder)
        path.parent.mkdir(parents=True)
        path.symlink_to(weights_path(folder))
        asked = sys.argv[1:] or ["clips", "layers", "augmentation", "music"]
        if (DATA / "clips").is_dir() and set(asked) - {"music"}:
            table = import_clips(DATA / "clips", store)[0].content_hash
            base = {"data.source": "clips", "data.table": table}
            if "clips" in asked:
                print_clips(store, base)
            if "layers" in asked:
                for title, row in LAYERS.items():
                    print(f"{title}: {written(judged(store, base | row, folds, n_seeds=1))}", flush=True)
            if "augmentation" in asked:
                print_augmentation(store, base)
        if "music" in asked:
            for n in (40, 100):
                print_music(store, n)
        store.close()


def print_clips(store: RunStore, base: Row) -> None:
    rows = {**COLUMNS, **listening(1.5), **TRANSFER}
    found: dict[str, np.ndarray] = {}
    for title, row in rows.items():
        found[title] = judged(store, base | row, folds)
        say(title, found)
    shuffled = judged(store, base | TRANSFER["embedding, softmax"], folds, shuffled=True)
    found["embedding, softmax, shuffled labels"] = shuffled
    tags = tagged(store, base)
    print_found(f"{len(tags)} clips by artist", found, "57 columns, softmax")
    named = np.isfinite(tags)
    print(f"Tags alone, without training, on the {named.sum()} clips of genres that have one: {written(tags[named])}.")
    print(f"Embedding, softmax on the same: {written(found['embedding, softmax'][named])}.")


def print_augmentation(store: RunStore, base: Row) -> None:
    plain = "as they are"
    found: dict[str, np.ndarray] = {}
    for title, row in {plain: {}, **CHANGES}.items():
        found[title] = judged(store, base | {"model.architecture": "cnn"} | row, folds)
        say(title, found)
    print_found(f"CNN, clips {plain}, or changed in training", found, plain)


def print_music(store: RunStore, n: int) -> None:
    base = {"data.source": "music", "data.clips": n}
    found: dict[str, np.ndarray] = {}
    for title, row in {**COLUMNS, "CNN": listening(2.5)["CNN"]}.items():
        found[title] = judged(store, base | row, lambda data: iter([split_dataset(data, ExperimentConfig().split)]))
        say(title, found)
    print_found(f"generated music, {n} clips a genre", found, "57 columns, softmax")


def judged(
    store: RunStore,
    settings: Row,
    splits: Callable[[Dataset], Iterator[Split]],
    *,
    n_seeds: int = SEEDS,
    shuffled: bool = False,
) -> np.ndarray:
    """Return how often each judged clip is recognized (n_judged,), as a share of the seeds."""
    config, data = measured(store, settings)
    y, right = data.y, []
    for split in splits(data):
        labels = np.random.default_rng(0).permutation(y) if shuffled else y
        given = Dataset(data.inputs, labels, data.genres, data.tracks, data.groups, heard=data.heard)
        prepared, rows = Prepared.of(given, split), split.test
        of_each = []
        for seed in range(n_seeds):
            trainer = make_trainer(reseeded(config, seed, "network"), prepared)
            drain(trainer)
            of_each.append(trainer.predict(prepared.X[rows]).argmax(1) == y[rows])
        right.append(np.mean(of_each, axis=0))
    return np.concatenate(right)


def measured(store: RunStore, settings: Row) -> tuple[ExperimentConfig, Dataset]:
    """Return a configuration, and its data once they are measured."""
    config = configure({**LEARNING, **settings})
    if config.model.feature_set:
        config = configure({"data.features": config.model.feature_set}, config)
    list(iter_results(Extraction(ExtractionConfig(data=config.data), store)))
    return config, load_dataset(config.data, store)


def folds(data: Dataset) -> Iterator[Split]:
    """Yield splits that judge one part of the published split each, of genres that the other two have."""
    part = part_of()
    parts = np.array([part.get(Path(track).stem, "") for track in data.tracks])
    for judging in ("train", "valid", "test"):
        learned = np.flatnonzero((parts != judging) & (parts != ""))
        known = np.bincount(data.y[learned], minlength=len(data.genres)) > 1
        learned = learned[known[data.y[learned]]]
        tested = np.flatnonzero((parts == judging) & known[data.y])
        train, validation = train_test_split(learned, test_size=0.2, stratify=data.y[learned], random_state=0)
        yield Split(np.sort(train), np.sort(validation), tested, "artist", ())


def tagged(store: RunStore, base: Row) -> np.ndarray:
    """Return whether the tags alone name the genre of each judged clip; NaN where none of them does."""
    _, data = measured(store, base | {"data.features": "tags"})
    named = [genre for genre in data.genres if genre not in without_tags(data.genres)]
    told = np.array(named)[genre_from_tags(data.X, named).argmax(1)]
    right = np.where(np.isin(np.array(data.genres)[data.y], named), told == np.array(data.genres)[data.y], np.nan)
    return np.concatenate([right[split.test] for split in folds(data)])


def print_found(title: str, found: Mapping[str, np.ndarray], against: str) -> None:
    rows = [
        (name, written(right), "" if name == against else written(right - found[against], signed=True))
        for name, right in found.items()
    ]
    print_table((title, "right", f"minus {against}"), rows)


def say(title: str, found: Mapping[str, np.ndarray]) -> None:
    print(f"{title}: {written(found[title])} of {len(found[title])}", file=sys.stderr, flush=True)


def written(values: np.ndarray, *, signed: bool = False) -> str:
    """Return a mean of rates and its interval, in percent."""
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    mean, sign = values.mean(), "+" if signed else ""
    return f"{100 * mean:{sign}.1f} % ({100 * (mean - half):{sign}.1f} to {100 * (mean + half):{sign}.1f})"


if __name__ == "__main__":
    main()
