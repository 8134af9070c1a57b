"""An epoch of ours against the notebook's `DataLoader` loop and scikit-learn's `MLPClassifier`, taken in turn.

python -m tests.benchmarks.epoch
"""

import time
import warnings

import torch
from sklearn.neural_network import MLPClassifier

from genre_core.settings.config import ExperimentConfig
from genre_core.training.events import EpochEnd
from genre_core.training.experiment import make_trainer, prepare
from tests.benchmarks.notebook_loop import notebook_epochs
from tests.benchmarks.report import median, milliseconds, print_table

ROUNDS = 14


def main() -> None:
    """Time one epoch of each in turn, and print a table of medians and ratios."""
    torch.set_num_threads(1)
    config = ExperimentConfig()
    prepared = prepare(config)
    ours = (event for event in make_trainer(config, prepared) if isinstance(event, EpochEnd))
    notebook = notebook_epochs(config, prepared)
    data = prepared.training_data
    classifier = MLPClassifier(config.model.hidden, batch_size=64, max_iter=1, warm_start=True, random_state=42)
    seconds: dict[str, list[float]] = {"this trainer": [], "the notebook's DataLoader loop": [], "MLPClassifier": []}
    difference = 0.0
    for _ in range(ROUNDS):
        mine, theirs = next(ours), next(notebook)
        difference = max(
            difference, abs(mine.train_loss - theirs.train_loss), abs(mine.validation_loss - theirs.validation_loss)
        )
        seconds["this trainer"].append(mine.seconds)
        seconds["the notebook's DataLoader loop"].append(theirs.seconds)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            started = time.perf_counter()
            classifier.fit(data.X_train, data.y_train)
            seconds["MLPClassifier"].append(time.perf_counter() - started)
    base = median(seconds["this trainer"])
    rows = [(name, milliseconds(median(times)), f"{median(times) / base:.2f}") for name, times in seconds.items()]
    print_table(("one epoch of 5,603 tracks", "median", "ratio"), rows)
    print(f"largest difference between the two curves: {difference:.1e}")


if __name__ == "__main__":
    main()
