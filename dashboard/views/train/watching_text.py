"""Sentences about a network that is watched."""

from collections.abc import Sequence
from itertools import groupby

from dashboard.theme import count, percent
from genre_core.settings.config import ExperimentConfig
from genre_core.store.schema import Run

HELP = (
    "See the weights as they change, what each unit does with a track, layers that learn too slowly, and dead units; "
    "beside it a map of what the network answers. Epochs are kept for it while it is open."
)
EARLY = "Weights are drawn after the first epoch."
NOT_KEPT = "Only the final weights are stored: open this before training to watch the epochs."
TOO_LARGE = "This network is too large to be drawn while it trains: its final weights will be shown."
HOW = (
    "Lines are weights: solid blue raises a unit, dashed amber lowers it; the wider, the stronger. The more a unit is "
    "filled, the more active it is on the track. A dead unit is active on no track and crossed out. What feeds a unit "
    "and what it speaks for: products of weights along all paths, each unit counted by how often it is active. Bars: "
    "the size of each layer's gradient beside the last layer's, “vanishing” below a tenth of it."
)
MAP_HOW = (
    "The two directions that separate the genres of the training part best. The ground is what the network answers to "
    "a track at that place whose other directions are at their mean; a point is answered by all of its features, so it "
    "may differ from the ground below it. Dots are right, crosses wrong."
)


def why_not(config: ExperimentConfig) -> str:
    """Say why the network of a configuration cannot be watched; empty where it can."""
    if config.averaged_with:
        return "An ensemble has no single network: open a member."
    if not config.model.explainable:
        return "Perceptrons and softmax regression only."
    return ""


def lines_drawn(drawn: Sequence[tuple[int, int]]) -> str:
    """Say how many connections of each layer are drawn, and of how many: `the 120 strongest of 2,560 …`."""
    all_of_them = all(n == total for n, total in drawn)
    if all_of_them:
        return f"Drawn: all {count(sum(total for _, total in drawn), 'connection')}."
    parts = []
    for (n, total), same in groupby(drawn):
        times = len(list(same))
        if n == total:
            parts += times * [f"all {total:,}"]
        else:
            parts.append(f"{times} times {n:,} of {total:,}" if times > 1 else f"{n:,} of {total:,}")
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"Drawn: the strongest connections of each layer, {listed}."


def units_drawn(layers: Sequence[tuple[str, int, int]]) -> str:
    """Say of which layers (name, drawn, all) not all units are drawn."""
    said = [f"{n:,} of {total:,} in {name}" for name, n, total in layers if n < total]
    return f"Units with the strongest connections only: {', '.join(said)}." if said else ""


def which_epoch(run: Run, epoch: int, final: int) -> str:
    """Say whose weights are shown, `final` being the number that stands for those in the end."""
    if epoch == final:
        return f"best weights, of epoch {run.best_epoch}"
    return f"epoch {epoch}"


def agreement(rate: float) -> str:
    """Say how many points have the color of the ground below them."""
    return f"{percent(rate, decimals=0)} of points agree with the ground."
