"""How far the genres are apart."""

from dashboard.sections import counts
from genre_core.config import DatasetConfig
from genre_core.dataset import Dataset


def draw(config: DatasetConfig, data: Dataset) -> None:
    """Draw the genres and how many tracks each has."""
    counts.draw(config, data)
