"""Saliency of a spectrogram for a genre: how much each band of each frame adds to the genre's lead.

The lead is the genre's logit over the mean of all logits. Frames where there is no sound hold NaN, and stay NaN.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray
from genre_core.errors import DataError
from genre_core.networks import NetworkConfig

if TYPE_CHECKING:
    from torch import Tensor, nn

N_STEPS, AT_ONCE = 32, 8
"""Points on the way of integrated gradients, and how many of them are computed at once."""
SMOOTHED = 1.5
"""Width in bands and frames over which a map is smoothed: single bins are too small to be heard."""

Scores = npt.NDArray[np.float32]
"""A spectrogram in standard scores (n_mels, n_frames), NaN in frames without sound."""


class Method(NamedTuple):
    """A way to tell what an answer rests on: its name on the page, and how it works in a sentence."""

    label: str
    help: str


METHODS = {
    "gradients": Method(
        "Integrated gradients",
        "Adds up how the prediction changes at each point of the spectrogram, on the way from the average training "
        "clip to this one, or from silence for the pretrained tagger (Sundararajan, Taly and Yan 2017). Fine, and "
        "somewhat noisy.",
    ),
    "activation": Method(
        "Class activation",
        "Shows where the last patterns that the network looks for respond, each weighted by how much it speaks for "
        "the genre (Grad-CAM, Selvaraju et al. 2017). Coarse, and steady.",
    ),
}
"""Methods by name."""


def methods_of(config: NetworkConfig) -> dict[str, Method]:
    """Return the methods that can explain a kind of network, by name: class activation needs maps of patterns."""
    return {name: one for name, one in METHODS.items() if name != "activation" or config.maps}


def saliency(
    network: "nn.Module", x: Scores, genre: int, method: str = "gradients", at_once: int = AT_ONCE
) -> FloatArray:
    """Return how much each bin (n_mels, n_frames) of standard scores `x` speaks for a genre, smoothed.

    Gradients of `at_once` rows are computed together.
    Raises DataError where the network cannot be explained by that method.
    """
    from scipy.ndimage import gaussian_filter

    heard = ~np.isnan(x[0])
    if method == "activation":
        own = _by_activation(network, x[:, heard], genre)
    else:
        own = integrated_gradients(network, x, genre, at_once=at_once)[:, heard]
    found = np.full(x.shape, np.nan)
    found[:, heard] = gaussian_filter(own, SMOOTHED, mode="nearest")
    return found


def integrated_gradients(
    network: "nn.Module", x: Scores, genre: int, n_steps: int = N_STEPS, at_once: int = AT_ONCE
) -> FloatArray:
    """Return integrated gradients (n_mels, n_frames) of a genre's lead: they add up to its change from the average.

    The baseline is 0 in each standard score, the mean of the training part. Source: Sundararajan, Taly and Yan,
    "Axiomatic Attribution for Deep Networks", ICML 2017.
    """
    import torch
    from captum.attr import IntegratedGradients

    network.eval()
    X = torch.tensor(x)[None].requires_grad_()
    baseline = torch.where(X.isnan(), X, 0.0).detach()
    found = IntegratedGradients(lambda X: _lead(network(X), genre)).attribute(
        X, baseline, n_steps=n_steps, internal_batch_size=at_once
    )
    return found[0].detach().double().numpy()


def _by_activation(network: "nn.Module", x: Scores, genre: int) -> FloatArray:
    """Return the maps of the last patterns, weighted by the mean gradient of the lead, as large as `x`."""
    import torch
    from captum.attr import LayerGradCam
    from torch.nn.functional import interpolate

    maps: Any = dict(network.named_children()).get("maps")
    if maps is None:
        raise DataError("This network has no maps of patterns: choose integrated gradients.")
    network.eval()
    X = torch.tensor(x)[None].requires_grad_()
    found = LayerGradCam(lambda X: _lead(network(X), genre), maps).attribute(X)
    grown = interpolate(found.detach(), size=x.shape, mode="bilinear", align_corners=False)
    return grown[0, 0].double().numpy()


def _lead(logits: "Tensor", genre: int) -> "Tensor":
    return logits[:, genre] - logits.mean(1)
