"""Findings about a run: rules from its outcome to findings, each only where its interval or test supports it.

A kind of finding appears at most once in 20 runs where there is nothing of the kind: rules that look at every genre,
pair or cell take that into account (Holm, Bonferroni, or a simulation of the clearest one).
"""

from genre_core.findings.facts import Facts, Learning, Score, epochs_to_compare
from genre_core.findings.finding import Cells, Evidence, Finding, Kind, Page
from genre_core.findings.rules import RULES, TRAINING, about, find
from genre_core.findings.sentences import Told, sentence

__all__ = [
    "RULES",
    "TRAINING",
    "Cells",
    "Evidence",
    "Facts",
    "Finding",
    "Kind",
    "Learning",
    "Page",
    "Score",
    "Told",
    "about",
    "epochs_to_compare",
    "find",
    "sentence",
]
