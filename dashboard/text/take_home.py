"""Sentences on what can be taken home."""

from genre_core.store.schema import Run
from genre_core.text import GAP

_BESIDE_WEIGHTS = 40_000
"""Bytes of a model's archive that are not weights, about."""


def size(n_bytes: float) -> str:
    """Return how large a file is: `107 KB`, `1.2 MB`."""
    if n_bytes < 1e6:
        return f"{max(1, round(n_bytes / 1e3)):,}{GAP}KB"
    return f"{n_bytes / 1e6:,.1f}{GAP}MB"


def model_size(run: Run) -> str:
    """Say about how large a model is: its weights stand in it twice, in two formats."""
    return f"About {size(2 * 4 * int(run.context.get('n_parameters', 0)) + _BESIDE_WEIGHTS)}"
