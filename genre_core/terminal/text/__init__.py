"""Text for the terminal, made of the same documents that `--json` prints."""

from genre_core.terminal.text.compared import compared, settings_compared
from genre_core.terminal.text.elsewhere import elsewhere
from genre_core.terminal.text.hearing import hearing, horse
from genre_core.terminal.text.imports import clips, exported, fma, imported, split, table, tagger, written
from genre_core.terminal.text.limit import limit, recipe_limit
from genre_core.terminal.text.predicting import predictions
from genre_core.terminal.text.runs import evaluation, heading, result, runs
from genre_core.terminal.text.studies import few, lens, repeated, searched
from genre_core.terminal.text.words import plain

__all__ = [
    "clips", "compared", "elsewhere", "evaluation", "exported", "few", "fma", "heading", "hearing", "horse", "imported",
    "lens", "limit", "plain", "predictions", "recipe_limit", "repeated", "result", "runs", "searched",
    "settings_compared", "split", "table", "tagger", "written",
]  # fmt: skip
