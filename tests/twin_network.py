"""A network that the product has never seen, in one file: two branches side by side, with a setting of its own."""

import math
from typing import TYPE_CHECKING, Literal

from genre_core.networks import Layer, NetworkConfig, Shape
from genre_core.values import setting

if TYPE_CHECKING:
    from genre_core.networks.network import Network


class TwinConfig(NetworkConfig):
    """Two branches of other functions, side by side."""

    architecture: Literal["twin"] = "twin"
    branch: int = setting(
        6,
        "Branch width",
        "Units of the first branch; the second has twice as many.",
        ge=1,
        le=64,
        step=1,
    )

    label = "twin network"
    phrase = "a twin network"

    def build(self, shape: Shape, n_genres: int) -> "Network":
        import torch
        from torch import nn

        from genre_core.networks.network import Network

        class Twin(Network):
            def __init__(self, width: int) -> None:
                super().__init__()
                self.left = nn.Sequential(nn.Flatten(), nn.Linear(math.prod(shape), width), nn.Tanh())
                self.right = nn.Sequential(nn.Flatten(), nn.Linear(math.prod(shape), 2 * width), nn.ReLU())
                self.genres = nn.Linear(3 * width, n_genres)

            def forward(self, X: torch.Tensor) -> torch.Tensor:
                logits: torch.Tensor = self.genres(torch.cat([self.left(X), self.right(X)], 1))
                return logits

        return Twin(self.branch)

    def layers(self, shape: Shape, n_genres: int) -> tuple[Layer, ...]:
        return (
            Layer(math.prod(shape)),
            Layer(self.branch, ("tanh",), below=(0,)),
            Layer(2 * self.branch, ("ReLU",), below=(0,)),
            Layer(n_genres, below=(1, 2)),
        )
