"""Thirty-two networks at once against one by itself, scikit-learn's, and the notebook's `DataLoader` loop, in turn.

All on one core. Ratios are of processor seconds, which other programs on the machine disturb least. Below them is what
a step consists of, each part timed by itself: that says what the limit is.

python -m tests.benchmarks.many
"""

import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import torch
from joblib import Parallel, delayed
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.utils._testing import ignore_warnings

from genre_core.networks import MlpConfig, masks
from genre_core.networks.masks import FastMasks, TorchMasks
from genre_core.settings.config import ExperimentConfig, TrainConfig
from genre_core.training.batch_trainer import AT_ONCE, BatchTrainer
from genre_core.training.events import EpochEnd
from genre_core.training.experiment import Prepared, make_trainer, prepare
from genre_core.training.stack import Stack
from tests.benchmarks.notebook_loop import notebook_epochs
from tests.benchmarks.report import median, milliseconds, print_table

MEMBERS, ROUNDS, FITS = 32, 5, 4
KINDS = {"exact masks": MlpConfig(), "fast masks": MlpConfig(masks="fast"), "no dropout": MlpConfig(dropout=0.0)}
NOTEBOOK = "the notebook's DataLoader loop"
WIDTHS, BATCH = (20, 128, 64, 32, 8), 64

Seconds = tuple[float, float]
"""On the clock, and of the processor."""


def main() -> None:
    """Time one epoch of each in turn, and print medians for one configuration and ratios; then the parts of a step."""
    torch.set_num_threads(1)
    masks.COMPILED_AFTER = 0  # as in whatever takes more than a second
    prepared = prepare(ExperimentConfig())
    notebook = notebook_epochs(ExperimentConfig(), prepared)
    alone = {name: epochs(iter(make_trainer(config(model, 0), prepared))) for name, model in KINDS.items()}
    together = {name: many(model, prepared) for name, model in KINDS.items()}
    found: dict[str, list[Seconds]] = {}
    for _ in range(ROUNDS):
        found.setdefault(NOTEBOOK, []).append(timed(lambda: next(notebook)))
        for name in KINDS:
            found.setdefault(f"alone, {name}", []).append(timed(lambda name=name: next(alone[name])))
            times = timed(lambda name=name: next(together[name]), MEMBERS)
            found.setdefault(f"of {MEMBERS} at once, {name}", []).append(times)
        times = timed(lambda: scikit_learn(prepared), FITS)
        found.setdefault(f"scikit-learn's MLPClassifier, {FITS} in joblib, no dropout", []).append(times)
    base = median([cpu for _, cpu in found[NOTEBOOK]])
    rows = [
        (name, *(milliseconds(median(values)) for values in zip(*times, strict=True)),
         f"{base / median([cpu for _, cpu in times]):.1f}")
        for name, times in found.items()
    ]  # fmt: skip
    print_table(("one epoch of one configuration", "on the clock", "of the processor", "times as fast"), rows)
    print_table((f"a step of one network of {AT_ONCE}, best of {TRIES}", "takes"), list(parts(prepared)))


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


@ignore_warnings(category=ConvergenceWarning)
def scikit_learn(prepared: Prepared) -> None:
    """Train an epoch of the notebook's layers in scikit-learn, which has no dropout and is not asked to validate."""
    data = prepared.training_data

    def fit(seed: int) -> None:
        MLPClassifier(WIDTHS[1:-1], alpha=0.0, batch_size=BATCH, max_iter=1, random_state=seed).fit(
            data.X_train, data.y_train
        )

    Parallel(n_jobs=1)(delayed(fit)(seed) for seed in range(FITS))


def timed(work: Callable[[], object], share: int = 1) -> Seconds:
    began, began_cpu = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - began) / share, (time.process_time() - began_cpu) / share


# -- what a step consists of -------------------------------------------------------------------------------------------

TRIES, REPEATS = 7, 20


def parts(prepared: Prepared) -> Iterator[tuple[str, str]]:
    """Yield the parts of a step with what each takes for one member."""
    trainers = [make_trainer(config(MlpConfig(), seed), prepared) for seed in range(AT_ONCE)]
    dealt = [trainer.deal() for trainer in trainers]
    X, y = torch.stack([one.X[:BATCH] for one in dealt]), torch.stack([one.y[:BATCH] for one in dealt])
    generators = [one.generator for one in dealt]
    pairs = list(pairwise(WIDTHS))
    inputs = [torch.randn(AT_ONCE, BATCH, width) for width in WIDTHS]
    weights = [torch.randn(AT_ONCE, above, below) for below, above in pairs]
    mask = torch.empty(BATCH * sum(WIDTHS[1:3]))
    kinds = {"exact": TorchMasks(0.3), "fast": FastMasks(0.3)}

    def products() -> None:
        for number, weight in enumerate(weights):
            torch.bmm(inputs[number], weight.transpose(1, 2))
            torch.bmm(inputs[number + 1].transpose(1, 2), inputs[number])
            if number:
                torch.bmm(inputs[number + 1], weight)

    flops = 2 * BATCH * (3 * sum(below * above for below, above in pairs) - WIDTHS[0] * WIDTHS[1])
    stack = Stack.of(trainers)
    stack.gradients.normal_()  # roots of zeros take several times as long as others
    took = best(products) / AT_ONCE
    yield f"matrix products, {flops / took / 1e9:.0f} GFLOP/s", microseconds(took)
    yield "Adam, seven passes over the weights", microseconds(best(stack._optimize) / AT_ONCE)
    for name, kind in kinds.items():
        yield (
            f"{name} masks, {len(mask):,} random numbers",
            microseconds(best(lambda kind=kind: kind.fill(mask, generators[0]))),
        )
    yield "the whole step, exact masks", microseconds(best(lambda: stack.step(X, y, generators)) / AT_ONCE)


def best(work: Callable[[], object]) -> float:
    """Return the processor seconds of one call, from the quickest of several tries."""

    def tried() -> float:
        began = time.process_time()
        for _ in range(REPEATS):
            work()
        return (time.process_time() - began) / REPEATS

    return min(tried() for _ in range(TRIES))


def microseconds(seconds: float) -> str:
    return f"{1e6 * seconds:.0f} µs"


if __name__ == "__main__":
    main()
