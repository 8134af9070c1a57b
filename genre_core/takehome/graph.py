"""Networks as a graph of operations in the open format ONNX, which runs without torch and without this project."""

import math
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genre_core.networks.network import Network

INPUT, OUTPUT = "X", "logits"
"""Names of what goes in and of what comes out."""
OPERATIONS = 18
"""Version of ONNX's set of operations."""


def graph_of(networks: "Sequence[Network]", shape: tuple[int, ...], *, any_length: bool) -> bytes:
    """Return networks as an ONNX model, which maps standard scores (n, *shape) to logits (n, n_genres).

    Of several networks it answers the logarithm of their mean probability. With `any_length` spectrograms may have any
    number of frames; in no case may one have frames without sound.
    """
    import torch
    from torch import Tensor, nn

    class Together(nn.Module):
        """The networks of a run, and the mean of what they say."""

        def __init__(self) -> None:
            super().__init__()
            self.networks = nn.ModuleList(networks)

        def forward(self, X: Tensor) -> Tensor:
            said = [network.without_gaps(X) for network in networks]
            if len(said) == 1:
                return said[0]
            return torch.stack([logits.log_softmax(1) for logits in said]).logsumexp(0) - math.log(len(said))

    axes = {INPUT: {0: "n"} | ({2: "frames"} if any_length else {}), OUTPUT: {0: "n"}}
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # its fused layers are no operations of ONNX
    try:
        with tempfile.TemporaryDirectory(prefix="genre-lab-") as folder, warnings.catch_warnings(), torch.no_grad():
            file = Path(folder) / "model.onnx"
            warnings.simplefilter("ignore")
            # Traced: torch's newer exporter takes seconds, and fixes how many frames recurrent networks take.
            torch.onnx.export(
                Together().eval(), (torch.zeros(2, *shape),), file, dynamo=False, opset_version=OPERATIONS,
                input_names=[INPUT], output_names=[OUTPUT], dynamic_axes=axes,
            )  # fmt: skip
            return file.read_bytes()
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
