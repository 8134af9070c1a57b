"""A search from end to end, asked, trained together, ended early, told, saved; against as many single runs.

Seconds are those of the processor, which other programs on the machine disturb least. The single runs are trials of the
same search, drawn evenly, each by itself and to its own end as a worker does a run that a person starts, saved as well.

python -m tests.benchmarks.search [trials [sampler]]
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from genre_core.settings.presets import OPENING
from genre_core.store.runs import RunStore
from genre_core.studies.kinds import SEARCH
from genre_core.studies.tuning.config import Sampler, SearchConfig, search_config, trial_config
from genre_core.studies.tuning.rows import TrialResult, best_of, read_rows
from genre_core.studies.tuning.space import read_dimension
from genre_core.workers.run import execute, warm_up
from genre_core.workers.study import execute_study
from tests.benchmarks.report import print_table

SPACE = ("train.learning_rate=0.0001..0.03", "model.dropout=0..0.6", "train.weight_decay=0..0.01")
KINDS: tuple[tuple[Sampler, bool], ...] = (("tpe", True), ("random", True), ("random", False))
ALONE = 8
"""Trials that are trained again by themselves, for what all of them would take so."""


def main(n_trials: int = 200, only: str = "") -> None:
    """Search with each sampler, or one, and print how long it takes in all and beside single runs."""
    warm_up()
    rows = []
    for sampler, pruning in KINDS:
        if only not in ("", sampler):
            continue
        config = made(sampler, pruning, n_trials)
        seconds, clock, trials = searched(config)
        alone, alone_epochs = one_by_one(config, trials)
        epochs, best = sum(trial.epochs for trial in trials), best_of(config, trials)
        rows.append(
            (
                f"{n_trials} trials, {sampler}{', those behind ended early' if pruning else ''}",
                f"{seconds:.0f} s",
                f"{clock:.0f} s",
                f"{1000 * seconds / n_trials:.0f} ms",
                f"{1000 * alone:.0f} ms",
                f"{alone * n_trials / seconds:.1f}",
                f"{epochs / n_trials:.1f} of {alone_epochs:.1f}",
                f"{100 * best.value:.1f} %" if best and best.value else "–",
            )
        )
    header = (
        "search",
        "processor",
        "clock",
        "a trial",
        "a single run",
        "times as fast",
        "epochs",
        "best on validation",
    )
    print_table(header, rows)


def made(sampler: Sampler, pruning: bool, n_trials: int) -> SearchConfig:
    base = OPENING.config
    space = [read_dimension(text, base) for text in SPACE]
    return search_config(base, space, sampler=sampler, pruning=pruning, n_trials=n_trials)


@contextmanager
def fresh_store() -> Iterator[RunStore]:
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(f"sqlite:///{Path(folder) / 'store.sqlite'}")
        yield store
        store.close()


def searched(config: SearchConfig) -> tuple[float, float, list[TrialResult]]:
    """Return the seconds of the processor and on the clock that a search takes as a worker does it, and its trials."""
    with fresh_store() as store:
        store.studies.submit("search", SEARCH.kind, config.model_dump_json())
        began, began_clock = time.process_time(), time.perf_counter()
        execute_study("search", 1, store.url)
        took = time.process_time() - began, time.perf_counter() - began_clock
        return *took, read_rows(store.studies.results("search"))[0]


def one_by_one(config: SearchConfig, trials: list[TrialResult]) -> tuple[float, float]:
    """Return the processor seconds, and the epochs, of a trial that is trained as a run by itself."""
    usual = config.model_copy(update={"fast_masks": False})
    drawn = trials[:: max(1, len(trials) // ALONE)]
    with fresh_store() as store:
        began = time.process_time()
        for trial in drawn:
            store.submit(str(trial.trial), trial_config(usual, trial.params))
            execute(str(trial.trial), 1, store.url)
        seconds = time.process_time() - began
        epochs = sum(store.run(str(trial.trial)).epoch for trial in drawn)
    return seconds / len(drawn), epochs / len(drawn)


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:2]), *sys.argv[2:])
