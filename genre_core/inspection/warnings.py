"""Findings to know about data before trusting a score on them.

`dataset.notes` say what loading did; findings say what is in the data, each where the evidence supports it and with
where to look. They are found from features, genres and groups alone, so that any source of data has them.
"""

from dataclasses import replace

from genre_core.data.dataset import Dataset
from genre_core.data.splitting import Split
from genre_core.inspection import columns, copies, leaks, missing, recordings
from genre_core.inspection import genre_sizes as genres
from genre_core.inspection.warning import SEVERITIES, Finding, Kind, Severity
from genre_core.text import quoted_at_starts

__all__ = ["SEVERITIES", "Finding", "Kind", "Severity", "findings"]


def findings(dataset: Dataset, split: Split | None = None) -> tuple[Finding, ...]:
    """Return what a person should know, the most serious first; with `split` also what it tears apart."""
    found = [*genres.find(dataset, split), *recordings.find(dataset)]
    if dataset.features:
        found = [
            *leaks.find(dataset),
            *missing.find(dataset),
            *copies.find(dataset, split),
            *found,
            *columns.find(dataset),
        ]
    found = [replace(one, sentence=quoted_at_starts(one.sentence, dataset.genres)) for one in found]
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))
