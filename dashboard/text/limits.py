"""The best possible classifier's limit: for whom it holds, and whether in the long run or on the tracks at hand.

In the long run no classifier can expect more; on a few tracks the best one is a little luckier or less lucky than that.
"""

from dashboard.theme import percent
from genre_core.bayes.conditions import Heard
from genre_core.bayes.conditions import unheard as unheard
from genre_core.bayes.limit import BayesLimit
from genre_core.settings.config import DatasetConfig
from genre_core.store.schema import Run

KNOWS_RECIPE = "knows the recipe"
"""Label on the ruler at the limit for who knows the recipe of generated music."""


OTHER_MEANS = "Another number of tracks or another data seed draws other genre means, and so moves this limit."


def known_already(run: Run, heard: Heard = "row") -> str:
    """Return the same only where a leaky split lets the model know them, so that it may rightly exceed the limit."""
    return unheard(run.config.data, heard) if run.context.get("leaky") else ""


def on(whom: str) -> str:
    """Return ` on single tracks by unknown artists`, or nothing."""
    return f" on {whom}" if whom else ""


def limit_label(data: DatasetConfig, heard: Heard = "row") -> str:
    """Return the label on the ruler at the limit that holds in the long run."""
    return f"no classifier can expect more{on(unheard(data, heard))}"


def limit_here_label(data: DatasetConfig, heard: Heard = "row") -> str:
    """Return the label on the ruler at the score of the best classifier on the judged tracks."""
    whom = unheard(data, heard)
    return f"the best possible here, {whom}" if whom else "the best possible on these tracks"


def long_run(limit: BayesLimit | None) -> str:
    """Say why the limit on given tracks is not that in the long run; nothing where none is known."""
    if limit is None:
        return ""
    return (
        f"In the long run the best possible classifier is right on {percent(limit.accuracy)}, which Train shows. On "
        "these very tracks it is a little luckier or less lucky."
    )
