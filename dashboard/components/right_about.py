"""Choice of truth where some labels are wrong: the labels, or the true genres behind them."""

from collections.abc import Mapping

from dashboard.components.address_choice import NOTHING, address_choice
from genre_core.settings.config import DatasetConfig, labels_are_noisy

ABOUT_WHAT = {"label": "right about the labels", "true": "right about the true genres"}
HELP = (
    "The same predictions, judged by the labels, some of which are wrong, or by the true genres. Training and the "
    "choice of the best epoch use only the labels."
)


def about_true_genres(config: DatasetConfig, on_change: Mapping[str, None] = NOTHING) -> bool:
    """Draw the choice where data have noisy labels, and return whether it is the true genres.

    `on_change` names what else a choice takes out of the address.
    """
    if not labels_are_noisy(config):
        return False
    return address_choice("Judged by", "right", ABOUT_WHAT, help=HELP, on_change=on_change) == "true"
