"""The notebook's own training loop: a shuffling `DataLoader`, Adam over eight tensors, counts taken batch by batch."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from genre_core.settings.config import ExperimentConfig
from genre_core.training.experiment import Prepared


@dataclass(frozen=True)
class Epoch:
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float


def notebook_epochs(config: ExperimentConfig, prepared: Prepared) -> Iterator[Epoch]:
    """Train the notebook's network as the notebook does, one epoch at each step, without early stopping."""
    data = prepared.training_data
    train, size = config.train, config.train.batch_size
    torch.manual_seed(train.seed)
    network = nn.Sequential(
        nn.Linear(20, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 64), nn.ReLU(), nn.Dropout(0.3),
        nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 8),
    )  # fmt: skip
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(network.parameters(), lr=train.learning_rate)
    training = TensorDataset(torch.tensor(data.X_train), torch.tensor(data.y_train))
    validation = TensorDataset(torch.tensor(data.X_validation), torch.tensor(data.y_validation))
    train_loader = DataLoader(training, batch_size=size, shuffle=True)
    validation_loader = DataLoader(validation, batch_size=size)
    while True:
        started = time.perf_counter()
        network.train()
        loss_sum = correct = 0.0
        for X, y in train_loader:
            optimizer.zero_grad()
            logits = network(X)
            loss = criterion(logits, y)
            loss.backward()
            optimizer.step()
            loss_sum += loss.item()
            correct += (logits.argmax(1) == y).sum().item()
        network.eval()
        validation_sum = validation_correct = 0.0
        with torch.no_grad():
            for X, y in validation_loader:
                logits = network(X)
                validation_sum += criterion(logits, y).item()
                validation_correct += (logits.argmax(1) == y).sum().item()
        yield Epoch(
            loss_sum / len(train_loader),
            correct / len(training),
            validation_sum / len(validation_loader),
            validation_correct / len(validation),
            time.perf_counter() - started,
        )
