"""The mark on a ruler of the best that is possible on such tracks, where it is known."""

from dashboard.components.ruler import Mark, bayes_limit
from dashboard.services import datasets
from dashboard.text.limits import KNOWS_RECIPE, limit_label
from genre_core.bayes.conditions import Heard
from genre_core.settings.config import DatasetConfig


def limit_marks(data: DatasetConfig, heard: Heard = "row", *, clean: bool = False) -> list[Mark]:
    """Return the limit that no classifier can expect to exceed; of generated music, that of who knows its recipe."""
    if found := datasets.limit(data, heard, clean=clean):
        return [bayes_limit(found.accuracy, limit_label(data, heard))]
    if found := datasets.recipe_limit(data, clean=clean):
        return [bayes_limit(found.accuracy, KNOWS_RECIPE)]
    return []
