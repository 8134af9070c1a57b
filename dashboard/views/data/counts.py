"""How many tracks each genre has."""

from dashboard.components.many_genres import tall
from dashboard.components.plot import plot
from dashboard.components.twin import twin
from dashboard.views.data import text as sentences
from dashboard.views.data.counts_figure import counts_figure
from genre_core.data.dataset import Dataset
from genre_core.settings.config import DatasetConfig


def draw(config: DatasetConfig, data: Dataset) -> None:
    """Draw the number of tracks of each genre; where all have the same, the page's answer says it."""
    title = f"{data.noun.capitalize()}s of each genre"
    if data.counts.min() < data.counts.max():
        height = 44 + min(22, max(12, 420 // len(data.genres))) * len(data.genres)
        with tall(height):
            figure = counts_figure(data.counts.tolist(), data.genres, title)
            plot(figure, key="counts", height=height, alt=sentences.counts_alt(data))
    rows = [
        {"genre": genre, f"{data.noun}s": int(number), "share": round(100 * number / len(data), 2)}
        for genre, number in zip(data.genres, data.counts, strict=True)
    ]
    twin(rows, "counts", f"The number of {data.noun}s of each genre.", ("share",), title=f"{title} as a table")
