"""An epoch of a CNN on spectrograms against a plain PyTorch loop with a `DataLoader`, taken in turn.

Both train the same small CNN from the same seed on 560 of 800 clips of 5 s: the plain loop as it is usually written, on
standardized spectrograms in memory, ours from float16 in a file. Processor time of one thread.

python -m tests.benchmarks.spectrograms
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from genre_core.data.clips.spectrograms import HOP, N_MELS
from genre_core.data.dataset import Dataset
from genre_core.data.inputs import Spectrograms
from genre_core.data.splitting import Split
from genre_core.networks import CnnConfig
from genre_core.settings.config import ExperimentConfig, TrainConfig
from genre_core.training.events import EpochEnd
from genre_core.training.experiment import Prepared, make_trainer
from tests.benchmarks.report import median, milliseconds, print_table

ROUNDS = 8
N_CLIPS, N_FRAMES, N_GENRES = 800, 1 + 5 * 22_050 // HOP, 8


def main() -> None:
    """Time one epoch of each in turn, and print a table of medians and their ratio."""
    torch.set_num_threads(1)
    config = ExperimentConfig(model=CnnConfig(), train=TrainConfig(max_epochs=ROUNDS))
    with tempfile.TemporaryDirectory() as folder:
        prepared = prepare(Path(folder))
        ours = (event for event in make_trainer(config, prepared) if isinstance(event, EpochEnd))
        plain = plain_epochs(config.train, prepared)
        seconds: dict[str, list[float]] = {"this trainer": [], "a plain loop with a DataLoader": []}
        differences = []
        for _ in range(ROUNDS):
            began = time.process_time()
            mine = next(ours)
            between = time.process_time()
            train_loss, validation_loss = next(plain)
            seconds["this trainer"].append(between - began)
            seconds["a plain loop with a DataLoader"].append(time.process_time() - between)
            differences.append(max(abs(mine.train_loss - train_loss), abs(mine.validation_loss - validation_loss)))
    base = median(seconds["this trainer"])
    rows = [(name, milliseconds(median(times)), f"{median(times) / base:.2f}") for name, times in seconds.items()]
    print_table((f"one epoch of a CNN on {len(prepared.split.train)} spectrograms", "median", "ratio"), rows)
    print(f"difference of the two curves: {differences[0]:.1e} in the first epoch, at most {max(differences):.1e}")


def prepare(folder: Path) -> Prepared:
    """Return clips whose genres differ in the bands that sound, as they lie in a file."""
    rng, y = np.random.default_rng(0), np.arange(N_CLIPS) % N_GENRES
    bands = np.arange(N_MELS)[None, :, None] // (N_MELS // N_GENRES) == y[:, None, None]
    levels = rng.normal(-40, 10, (N_CLIPS, N_MELS, N_FRAMES)) + 3 * bands
    np.save(folder / "levels.npy", levels.astype(np.float16))
    inputs = Spectrograms(np.load(folder / "levels.npy", mmap_mode="r"), frame_seconds=HOP / 22_050)
    data = Dataset(inputs, y, tuple(map(str, range(N_GENRES))), tuple(map(str, range(N_CLIPS))))
    rows = rng.permutation(N_CLIPS)
    return Prepared.of(data, Split(rows[:560], rows[560:680], rows[680:]))


def plain_epochs(train: TrainConfig, prepared: Prepared) -> Iterator[tuple[float, float]]:
    """Train as a tutorial does; yield the mean losses of training and validation for each epoch."""
    data = prepared.training_data
    torch.manual_seed(train.seed)
    network = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True),
        nn.Conv2d(8, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True),
        nn.Conv2d(16, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.3), nn.Linear(32, N_GENRES),
    )  # fmt: skip
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(network.parameters(), lr=train.learning_rate)
    training = TensorDataset(torch.tensor(np.asarray(data.X_train)).unsqueeze(1), torch.tensor(data.y_train))
    validation = TensorDataset(
        torch.tensor(np.asarray(data.X_validation)).unsqueeze(1), torch.tensor(data.y_validation)
    )
    train_loader = DataLoader(training, batch_size=train.batch_size, shuffle=True)
    validation_loader = DataLoader(validation, batch_size=train.batch_size)
    while True:
        network.train()
        train_sum = validation_sum = 0.0
        for X, y in train_loader:
            optimizer.zero_grad()
            loss = criterion(network(X), y)
            loss.backward()
            optimizer.step()
            train_sum += loss.item()
        network.eval()
        with torch.no_grad():
            for X, y in validation_loader:
                validation_sum += criterion(network(X), y).item()
        yield train_sum / len(train_loader), validation_sum / len(validation_loader)


if __name__ == "__main__":
    main()
