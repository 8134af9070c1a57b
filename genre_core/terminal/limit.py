"""`limit`: the best that any classifier can do on synthetic tracks; and that limit beside an accuracy."""

import argparse

from genre_core.bayes import bayes_limit, limit_on, overlap_for
from genre_core.config import ExperimentConfig, SyntheticConfig
from genre_core.dataset import Part
from genre_core.errors import ConfigError
from genre_core.experiment import Prepared
from genre_core.terminal import text
from genre_core.terminal.options import configuration
from genre_core.terminal.output import DONE, show


def limit(options: argparse.Namespace) -> int:
    """Print the best possible on the tracks that options describe, or at the overlap that makes it what is wanted."""
    data = configuration(options, None).data
    if not isinstance(data, SyntheticConfig):
        raise ConfigError("The limit is known for synthetic tracks alone: leave out --data.source.")
    if options.reach is not None:
        data = data.model_copy(update={"overlap": overlap_for(data, options.reach / 100)})
    found = bayes_limit(data)
    document = {
        "data": data.model_dump(mode="json"),
        "overlap": data.overlap,
        "reach": None if options.reach is None else options.reach / 100,
        "accuracy": found.accuracy,
        "standard_error": found.standard_error,
        "macro_f1": found.macro_f1,
        "about": found.about,
    }
    show(document, text.limit(document), as_json=options.json)
    return DONE


def bayes(config: ExperimentConfig, prepared: Prepared, part: Part) -> dict[str, float | str] | None:
    """Return what the best possible classifier reaches in the long run and on one part; None where it is unknown."""
    if not isinstance(config.data, SyntheticConfig):
        return None
    limit, rows = bayes_limit(config.data), prepared.split[part]
    here = limit_on(config.data, prepared.dataset.X[rows], prepared.dataset.y[rows])
    return {
        "accuracy": limit.accuracy,
        "standard_error": limit.standard_error,
        f"{part}_accuracy": here.accuracy,
        "about": limit.about,
    }
