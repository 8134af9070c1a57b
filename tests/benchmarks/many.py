"""Thirty-two networks at once against one after the other, and against the notebook's `DataLoader` loop, in turn.

python -m tests.benchmarks.many
"""

import time
from collections.abc import Iterator

import torch

from genre_core.batched import BatchTrainer
from genre_core.config import ExperimentConfig, MlpConfig, TrainConfig
from genre_core.events import EpochEnd
from genre_core.experiment import Prepared, make_trainer, prepare
from tests.benchmarks.notebook_loop import notebook_epochs
from tests.benchmarks.report import median, milliseconds, print_table

MEMBERS, ROUNDS = 32, 6
KINDS = {"exact masks": MlpConfig(), "fast masks": MlpConfig(masks="fast"), "no dropout": MlpConfig(dropout=0.0)}


def main() -> None:
    """Time one epoch of each in turn, and print medians for one configuration and ratios."""
    torch.set_num_threads(1)
    prepared = prepare(ExperimentConfig())
    notebook = notebook_epochs(ExperimentConfig(), prepared)
    alone = {name: epochs(iter(make_trainer(config(model, 0), prepared))) for name, model in KINDS.items()}
    together = {name: many(model, prepared) for name, model in KINDS.items()}
    seconds: dict[str, list[float]] = {"the notebook's DataLoader loop": []}
    for _ in range(ROUNDS):
        seconds["the notebook's DataLoader loop"].append(timed(notebook))
        for name in KINDS:
            seconds.setdefault(f"alone, {name}", []).append(timed(alone[name]))
            seconds.setdefault(f"of {MEMBERS} at once, {name}", []).append(timed(together[name]) / MEMBERS)
    base = median(seconds["the notebook's DataLoader loop"])
    rows = [(name, milliseconds(median(times)), f"{base / median(times):.1f}") for name, times in seconds.items()]
    print_table(("one epoch of one configuration", "median", "times as fast"), rows)


def config(model: MlpConfig, seed: int) -> ExperimentConfig:
    return ExperimentConfig(model=model, train=TrainConfig(seed=seed, max_epochs=ROUNDS, patience=ROUNDS))


def epochs(events: Iterator[object]) -> Iterator[EpochEnd]:
    return (event for event in events if isinstance(event, EpochEnd))


def many(model: MlpConfig, prepared: Prepared) -> Iterator[None]:
    """Train an epoch of all members for each step of the iterator."""
    trainers = [make_trainer(config(model, seed), prepared) for seed in range(MEMBERS)]
    ended = (number for number, event in BatchTrainer(trainers) if isinstance(event, EpochEnd))
    while True:
        for _ in range(MEMBERS):
            next(ended)
        yield


def timed(steps: Iterator[object]) -> float:
    started = time.perf_counter()
    next(steps)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
