"""For whom the best possible classifier's limit holds."""

from genre_core.config import DatasetConfig, SyntheticConfig
from genre_core.store import Run


def unheard(data: DatasetConfig) -> str:
    """Return for what the limit holds, such as `unknown artists`; nothing where all tracks are alike to it."""
    if not isinstance(data, SyntheticConfig):
        return ""
    return "unknown artists" if data.artists else "unknown tracks" if data.segments > 1 else ""


def known_already(run: Run) -> str:
    """Return the same only where a leaky split lets the model know them, so that it may rightly exceed the limit."""
    return unheard(run.config.data) if run.context.get("leaky") else ""


def on(whom: str) -> str:
    """Return ` on unknown artists`, or nothing."""
    return f" on {whom}" if whom else ""


def limit_label(data: DatasetConfig) -> str:
    """Return what stands on the ruler at the limit."""
    return f"no classifier can do better{on(unheard(data))}"
