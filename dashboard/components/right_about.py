"""What a run is right about where labels are wrong now and then: the labels, or the true genres behind them."""

from collections.abc import Mapping

from dashboard.components.address_choice import NOTHING, address_choice
from genre_core.settings.config import DatasetConfig, labels_are_noisy

ABOUT_WHAT = {"label": "right about the labels", "true": "right about the true genres"}
HELP = (
    "The same predictions, judged by the labels as they are, some of them wrong, or by the genres that the tracks were "
    "drawn from. Training and the choice of the best epoch know the labels alone."
)


def about_true_genres(config: DatasetConfig, on_change: Mapping[str, None] = NOTHING) -> bool:
    """Draw the choice where data have noisy labels, and return whether it is the true genres.

    `on_change` names what else a choice takes out of the address.
    """
    if not labels_are_noisy(config):
        return False
    return address_choice("Right about what", "right", ABOUT_WHAT, help=HELP, on_change=on_change) == "true"
