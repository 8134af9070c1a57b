"""`limit`: the best that any classifier can do on synthetic tracks; and that limit beside an accuracy."""

import argparse

from genre_core.bayes.conditions import Heard, exceeded, heard_more, heard_together, unheard
from genre_core.bayes.curve import overlap_for
from genre_core.bayes.limit import bayes_limit
from genre_core.bayes.recipe import recipe_limit
from genre_core.data.dataset import Part
from genre_core.errors import ConfigError
from genre_core.settings.config import DatasetConfig, MusicConfig, SyntheticConfig, labels_are_noisy
from genre_core.store.run_result import Judge, Outcome
from genre_core.store.schema import Run
from genre_core.terminal import text
from genre_core.terminal.options import configuration
from genre_core.terminal.output import DONE, show
from genre_core.terminal.text.words import rate


def limit(options: argparse.Namespace) -> int:
    """Print the best possible on the tracks that options describe, or at the overlap that makes it what is wanted."""
    source = configuration(options).data
    if isinstance(source, MusicConfig):
        return _with_recipe(options, source)
    data = source.generator
    if data is None:
        raise ConfigError("The limit is known only for synthetic tracks and generated music: leave out --data.source.")
    clean = judged_by_true_genres(options, data)
    if options.reach is not None:
        data = data.model_copy(update={"overlap": overlap_for(data, options.reach / 100, clean=clean)})
    found = bayes_limit(data, clean=clean)
    document = {
        "data": data.model_dump(mode="json"),
        "overlap": data.overlap,
        "right_about": right_about(data, clean=clean),
        "reach": None if options.reach is None else options.reach / 100,
        "accuracy": found.accuracy,
        "standard_error": found.standard_error,
        "macro_f1": found.macro_f1,
        "holds_for": unheard(data),
        "about": found.about,
        "together": {heard: _together(data, heard, clean=clean) for heard in heard_together(data)[1:]},
    }
    show(document, text.limit(document), as_json=options.json)
    return DONE


def _with_recipe(options: argparse.Namespace, data: MusicConfig) -> int:
    """Print how far whoever knows the recipes of generated music can get."""
    if options.reach is not None:
        raise ConfigError("--reach finds an overlap, which generated music does not have: leave it out.")
    clean = judged_by_true_genres(options, data)
    found = recipe_limit(data, clean=clean)
    document = {
        "data": data.model_dump(mode="json"),
        "right_about": right_about(data, clean=clean),
        "accuracy": found.accuracy,
        "standard_error": found.standard_error,
        "macro_f1": found.macro_f1,
        "about": found.about,
    }
    show(document, text.recipe_limit(document), as_json=options.json)
    return DONE


def judged_by_true_genres(options: argparse.Namespace, data: DatasetConfig) -> bool:
    """Return whether `--right-about` asks for the true genres.

    Raises ConfigError where no label of these data is known to be wrong.
    """
    clean: bool = options.right_about == "true"
    if clean and right_about(data) is None:
        raise ConfigError(
            "--right-about true needs generated tracks with label noise: for others the true genres are unknown."
        )
    return clean


def judge_of(options: argparse.Namespace, data: DatasetConfig) -> Judge:
    """Return what `--right-about` and `--by` ask for.

    Raises ConfigError where no label of these data is known to be wrong.
    """
    return Judge(judged_by_true_genres(options, data), options.by)


def right_about(data: DatasetConfig, *, clean: bool = False) -> str | None:
    """Return what is judged where labels are wrong now and then; None where they are all there is."""
    if not labels_are_noisy(data):
        return None
    return "true genres" if clean else "labels"


def _together(data: SyntheticConfig, heard: Heard, *, clean: bool) -> dict[str, float | str]:
    """Return the limit for what is heard together."""
    found = bayes_limit(data, clean=clean, heard=heard)
    return {
        "accuracy": found.accuracy,
        "standard_error": found.standard_error,
        "sentence": heard_more(data, heard, rate(found.accuracy)),
    }


def with_recipe(run: Run, seen: Outcome) -> dict[str, dict[str, float | str]]:
    """Return how far whoever knows the recipes of generated music can get, under its key; nothing of other runs."""
    if not isinstance(run.config.data, MusicConfig):
        return {}
    found = recipe_limit(run.config.data, clean=seen.about == "true genre")
    return {"with_recipe": {"accuracy": found.accuracy, "standard_error": found.standard_error, "about": found.about}}


def bayes(run: Run, seen: Outcome, part: Part) -> dict[str, float | str] | None:
    """Return what the best possible classifier reaches in the long run and on one part; None where it is unknown."""
    drawn, here = run.config.data.generator, seen.limit
    if drawn is None or here is None:
        return None
    limit = bayes_limit(drawn, clean=seen.about == "true genre", heard=seen.unit)
    return {
        "accuracy": limit.accuracy,
        "standard_error": limit.standard_error,
        f"{part}_accuracy": here.accuracy,
        "holds_for": unheard(drawn, seen.unit),
        "about": " ".join(filter(None, (limit.about, exceeded(drawn, run.context.get("straddlers"))))),
    }
