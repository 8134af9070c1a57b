"""What stands out in completed runs."""

import numpy as np
import streamlit as st

from dashboard.services.data import dataset
from dashboard.services.outcomes import Outcome, outcome
from dashboard.services.runs import run
from dashboard.services.workers import store
from genre_core.config import SyntheticConfig
from genre_core.dataset import PARTS, Part
from genre_core.evaluation.uncertainty import accuracy_interval
from genre_core.findings import Facts, Finding, Learning, Score, epochs_to_compare, find
from genre_core.splitting import split_dataset
from genre_core.store import Run


@st.cache_resource(show_spinner=False, max_entries=128)
def _findings(run_id: str, attempt: int, part: Part, clean: bool) -> tuple[Finding, ...]:
    of = run(run_id)
    seen = None if of is None else outcome(of, part, clean=clean)
    return () if of is None or seen is None else find(_facts(of, part, seen))


def findings(of: Run, part: Part, *, clean: bool = False) -> tuple[Finding, ...]:
    """Return what stands out in a completed run on one part, the most important first; `clean` as in `outcome`.

    Raises
    ------
    DataError
        Its data are gone.
    """
    return _findings(of.id, of.attempt, part, clean)


def _facts(of: Run, part: Part, seen: Outcome) -> Facts:
    data, clean, known = dataset(of.config.data), seen.about == "true genre", of.config.data
    validation = outcome(of, "validation", clean=clean) if part != "validation" else None
    scores = None if validation is None else validation.evaluation
    alike = isinstance(known, SyntheticConfig) and (known.artists > 0 or known.segments > 1)
    leaky = bool(of.context.get("leaky"))
    return Facts(
        part,
        seen.evaluation,
        seen.y_true,
        seen.logits,
        groups=seen.groups,
        best=None if seen.limit is None else seen.limit.y_pred,
        knows_more=leaky and alike,
        ordered=isinstance(known, SyntheticConfig) and known.shift > 0,
        leaky=leaky,
        straddlers=of.context.get("straddlers") or {},
        true_genres=data.y_clean[seen.rows] if seen.about == "label" and data.y_clean is not None else None,
        training=_training(of, clean),
        validation=None if scores is None else Score(scores.accuracy, scores.accuracy_interval, scores.n),
        learning=_learning(of) if part == "validation" else None,
        clean=clean,
    )


def _training(of: Run, clean: bool) -> Score | None:
    """Return the accuracy of the best weights on the training part."""
    saved, data = store().artifact(of.id, "logits"), dataset(of.config.data)
    if saved is None:
        return None
    from safetensors.numpy import load

    arrays = load(saved)
    rows = np.flatnonzero(arrays["part"] == PARTS.index("train"))
    y = arrays["y"] if not clean or data.y_clean is None else data.y_clean
    y_true, y_pred = y[rows].astype(np.int64), arrays["logits"][rows].argmax(axis=1)
    interval = accuracy_interval(y_true, y_pred, data.clusters(rows))
    return Score(float((y_true == y_pred).mean()), interval, len(rows))


def _learning(of: Run) -> Learning | None:
    """Return how a run was trained, and which validation tracks were right after the epochs that matter."""
    saved, data = store().artifact(of.id, "validation_labels"), dataset(of.config.data)
    if saved is None or of.best_epoch is None:
        return None
    labels, groups = np.frombuffer(saved, dtype=np.uint8), None
    if data.coarsest is not None:
        rows = split_dataset(data, of.config.split).validation
        if not np.array_equal(data.y[rows], labels):  # another version drew or split them otherwise
            return None
        groups = data.clusters(rows)
    wanted = epochs_to_compare(of.epoch, of.best_epoch)
    right = {epoch: store().predictions(of.id, epoch) == labels for epoch in wanted}
    return Learning(of.epoch, of.best_epoch, of.stopped_because == "max_epochs", right, groups)
