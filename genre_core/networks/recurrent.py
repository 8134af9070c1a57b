"""A layer that goes through time, and one layer over the mean of what it remembers."""

import torch
from torch import Tensor, nn

from genre_core.networks.listening import Listening, mean_over_time
from genre_core.networks.lstm import LstmConfig, RecurrentConfig


class Recurrence(nn.Module):
    """A GRU or LSTM, forward or both ways, and the mean over time of what it says."""

    def __init__(self, config: RecurrentConfig, n_inputs: int) -> None:
        super().__init__()
        cell = nn.LSTM if config.cell == "lstm" else nn.GRU
        n_directions = 2 if config.directions == "both" else 1
        self.cells = nn.ModuleList(cell(n_inputs, config.units, batch_first=True) for _ in range(n_directions))

    def forward(self, X: Tensor, lengths: Tensor | None) -> Tensor:
        """Return means (n, width) of what it says of moments (n, n_moments, n_inputs), of which `lengths` are heard."""
        # What it says in padding, which comes last in both directions, is left out, and a mean does not know the order.
        # Sequences that are packed would take four times as long.
        ways = (X, backward(X, lengths))
        said = [mean_over_time(cell(way)[0], lengths) for cell, way in zip(self.cells, ways, strict=False)]
        return torch.cat(said, 1)


class Recurrent(Listening):
    """A layer that goes through the frames."""

    def __init__(self, config: LstmConfig, n_bands: int, n_genres: int) -> None:
        super().__init__(config.dropout)
        self.recurrence = Recurrence(config, n_bands)
        self.genres = nn.Linear(config.width, n_genres)

    def summary(self, X: Tensor, lengths: Tensor | None) -> Tensor:
        """Return the mean over time of what it remembers (n, width)."""
        return self.recurrence(X.transpose(1, 2), lengths)


def backward(X: Tensor, lengths: Tensor | None) -> Tensor:
    """Return moments (n, n_moments, n_inputs) from the last that is heard to the first, and then padding."""
    if lengths is None:
        return X.flip(1)
    at = lengths.unsqueeze(1) - 1 - torch.arange(X.shape[1], device=X.device)
    return X.gather(1, at.clamp(min=0).unsqueeze(2).expand_as(X))
