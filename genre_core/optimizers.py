"""What moves the weights: the optimizer over one flat vector of them, its rate schedule, and the weights of classes."""

from typing import Any

import torch
from torch import Tensor, nn

from genre_core.config import TrainConfig

PLATEAU_PATIENCE, PLATEAU_FACTOR = 3, 0.5


def flatten(network: nn.Module) -> nn.Parameter:
    """Move all weights into one vector, and their gradients into another, of which the network's become views.

    A step of the optimizer is then a few operations instead of a few for each layer, with the same arithmetic. (The
    fused Adam is as fast, but rounds differently, and after a few epochs its curve is another one.)
    """
    parameters = list(network.parameters())
    flat = nn.Parameter(torch.cat([parameter.detach().flatten() for parameter in parameters]))
    flat.grad = torch.zeros_like(flat)
    start = 0
    for parameter in parameters:
        end = start + parameter.numel()
        parameter.data = flat.data[start:end].view_as(parameter)
        parameter.grad = flat.grad[start:end].view_as(parameter)
        start = end
    return flat


def make_optimizer(parameters: nn.Parameter, config: TrainConfig) -> torch.optim.Optimizer:
    """Make the optimizer that a configuration names."""
    match config.optimizer:
        case "adam":
            return torch.optim.Adam([parameters], config.learning_rate, weight_decay=config.weight_decay)
        case "adamw":
            return torch.optim.AdamW([parameters], config.learning_rate, weight_decay=config.weight_decay)
        case "sgd":
            return torch.optim.SGD(
                [parameters], config.learning_rate, momentum=config.momentum, weight_decay=config.weight_decay
            )


def make_schedule(optimizer: torch.optim.Optimizer, config: TrainConfig) -> Any:
    """Make the rate schedule that a configuration names; None where the rate stays."""
    match config.schedule:
        case "constant":
            return None
        case "cosine":
            return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=config.max_epochs)
        case "plateau":
            return torch.optim.lr_scheduler.ReduceLROnPlateau(
                optimizer, factor=PLATEAU_FACTOR, patience=PLATEAU_PATIENCE
            )


def schedule_state(schedule: Any) -> dict[str, Any]:
    """Return the schedule's numbers; what else it holds is rebuilt from the configuration."""
    plain = (int, float, list, type(None))
    return {} if schedule is None else {k: v for k, v in schedule.state_dict().items() if isinstance(v, plain)}


def balanced_weights(y: Tensor, n_genres: int) -> Tensor:
    """Return n / (n_genres · count) per genre: scikit-learn's "balanced" weights (King & Zeng 2001)."""
    counts = torch.bincount(y, minlength=n_genres).clamp(min=1)
    return (len(y) / (n_genres * counts)).float()
