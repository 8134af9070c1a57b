"""A search of 200 trials from end to end: asked, trained together, ended early, told, saved; against one by one.

Seconds are those of the processor, which other programs on the machine disturb least.

python -m tests.benchmarks.search [trials]
"""

import sys
import tempfile
import time
from pathlib import Path

import torch

from genre_core.experiment import run_experiment
from genre_core.presets import OPENING
from genre_core.store import RunStore
from genre_core.studying import SEARCH, execute_study
from genre_core.tuning import Sampler, SearchConfig, TrialResult, best_of, read_dimension, search_config, trial_config
from genre_core.tuning.rows import read_rows
from tests.benchmarks.report import print_table

SPACE = ("train.learning_rate=0.0001..0.03", "model.dropout=0..0.6", "train.weight_decay=0..0.01")
ALONE = 5
"""Trials that are trained again, one by one, for what an epoch takes then."""


def main(n_trials: int = 200) -> None:
    """Search with each sampler, and print how long it takes in all and for one trial."""
    torch.set_num_threads(1)
    rows = []
    for sampler, pruning in (("tpe", True), ("random", True), ("random", False)):
        config = made(sampler, pruning, n_trials)
        seconds, trials = searched(config)
        epochs = sum(trial.epochs for trial in trials)
        alone = one_by_one(config, trials)
        best = best_of(config, trials)
        rows.append(
            (
                f"{n_trials} trials, {sampler}{', those behind ended early' if pruning else ''}",
                f"{seconds:.0f} s",
                f"{1000 * seconds / n_trials:.0f} ms",
                f"{epochs:,}",
                f"{1000 * seconds / epochs:.1f} ms",
                f"{alone / (seconds / epochs):.1f}",
                f"{100 * best.value:.1f} %" if best and best.value else "–",
            )
        )
    header = ("search", "in all", "a trial", "epochs", "an epoch", "times as fast as alone", "best on validation")
    print_table(header, rows)


def made(sampler: Sampler, pruning: bool, n_trials: int) -> SearchConfig:
    base = OPENING.config
    space = [read_dimension(text, base) for text in SPACE]
    return search_config(base, space, sampler=sampler, pruning=pruning, n_trials=n_trials)


def searched(config: SearchConfig) -> tuple[float, list[TrialResult]]:
    """Return the processor seconds that a search takes as a worker does it, and its trials."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(f"sqlite:///{Path(folder) / 'store.sqlite'}")
        store.studies.submit("search", SEARCH, config.model_dump_json())
        began = time.process_time()
        execute_study("search", 1, store.url)
        seconds = time.process_time() - began
        trials, _ = read_rows(store.studies.results("search"))
        store.close()
    return seconds, trials


def one_by_one(config: SearchConfig, trials: list[TrialResult]) -> float:
    """Return the processor seconds of an epoch where trials are trained one by one, their data and end included."""
    began = time.process_time()
    epochs = sum(len(run_experiment(trial_config(config, trial.params)).history) for trial in trials[:ALONE])
    return (time.process_time() - began) / epochs


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
