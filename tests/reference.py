"""The procedure that the trainer must equal, made of torch's own layers, optimizers, schedules and `DataLoader`."""

from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def layers_of(config, shape, n_genres):
    """Build a perceptron of torch's layers, its weights drawn in the same order."""
    layers = []
    for number, pair in enumerate(pairwise((*shape, *getattr(config, "hidden", ()), n_genres))):
        if number:
            layers.append(nn.ReLU())
        if number in (1, 2):
            layers.append(nn.Dropout(config.dropout))
        layers.append(nn.Linear(*pair))
    return nn.Sequential(*layers)


def optimizer_of(config, parameters):
    if config.optimizer == "sgd":
        return torch.optim.SGD(
            parameters, config.learning_rate, momentum=config.momentum, weight_decay=config.weight_decay
        )
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[config.optimizer]
    return kind(parameters, config.learning_rate, weight_decay=config.weight_decay, foreach=False)


def schedule_of(config, optimizer):
    """Return a function to be called with each epoch's validation loss."""
    if config.schedule == "cosine":
        cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=config.max_epochs)
        return lambda loss: cosine.step()
    if config.schedule == "plateau":
        return torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=3).step
    return lambda loss: None


def curves(model, config, data):
    """Train for `max_epochs`; return train loss, train accuracy, validation loss and accuracy, (epochs, 4)."""
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        network = layers_of(model, data.X_train.shape[1:], data.n_genres)
        weights = None
        if config.class_weighting == "balanced":
            counts = np.bincount(data.y_train, minlength=data.n_genres)
            weights = torch.tensor(len(data.y_train) / (data.n_genres * counts), dtype=torch.float32)
        criterion = nn.CrossEntropyLoss(weights, label_smoothing=config.label_smoothing)
        optimizer = optimizer_of(config, network.parameters())
        advance = schedule_of(config, optimizer)
        training = TensorDataset(torch.tensor(data.X_train), torch.tensor(data.y_train))
        validation = TensorDataset(torch.tensor(data.X_validation), torch.tensor(data.y_validation))
        training = DataLoader(training, batch_size=config.batch_size, shuffle=True)
        validation = DataLoader(validation, batch_size=config.batch_size)
        history = []
        for _ in range(config.max_epochs):
            learned = _learn(network.train(), training, criterion, optimizer)
            judged = _judge(network.eval(), validation, criterion)
            advance(judged[0])
            history.append((*learned, *judged))
    return np.array(history)


def _learn(network, loader, criterion, optimizer):
    losses, correct = [], 0
    for X, y in loader:
        optimizer.zero_grad()
        logits = network(X)
        loss = criterion(logits, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        correct += (logits.argmax(1) == y).sum().item()
    return np.mean(losses), correct / len(loader.dataset)


@torch.no_grad()
def _judge(network, loader, criterion):
    losses, correct = [], 0
    for X, y in loader:
        logits = network(X)
        losses.append(criterion(logits, y).item())
        correct += (logits.argmax(1) == y).sum().item()
    return np.mean(losses), correct / len(loader.dataset)
