"""A run as Train shows it, as plain data, part by part, and how an open page follows the run."""

from functools import lru_cache
from typing import Any

import streamlit as st

from dashboard.components.live import Followed, Parts, answer_part, progress_part, title_part
from dashboard.components.plot import chart_part
from dashboard.components.ruler import Mark, Ruler, majority, model, ruler_part, tags_alone
from dashboard.components.ruler_marks import limit_marks, member_marks
from dashboard.components.view import numbers_part
from dashboard.figures.curves import Parent, accuracy_figure, loss_figure
from dashboard.figures.matrix import live_view
from dashboard.figures.network import network_figure
from dashboard.figures.overlaid import Curves, overlaid_accuracy, overlaid_loss
from dashboard.services import datasets, diagnoses, outcomes, runs
from dashboard.services.datasets import Shape
from dashboard.services.runs import NO_PROGRESS, Progress
from dashboard.text import train as sentences
from dashboard.text.badges import badges, data_badge
from dashboard.theme import Numbers, count
from genre_core.errors import DataError
from genre_core.evaluation.intervals import Interval
from genre_core.networks import NetworkConfig
from genre_core.settings.config import ExperimentConfig, SoundConfig
from genre_core.store.schema import MEASURING, Run
from genre_core.store.tag_baseline import TagsAlone

CURVE_HEIGHT, LOW_HEIGHT, NETWORK_HEIGHT = 185, 150, 250
"""Pixels of a curve, of a curve in a window as low as a projector's, and of the network."""


def look(run_id: str) -> Followed | None:
    """Return a run as it is followed; None where it is gone."""
    run = runs.run(run_id)
    return None if run is None else followed(run)


def followed(run: Run) -> Followed:
    """Return a run as it is followed: waiting and running have the same buttons around the parts."""
    return Followed(state_of(run), runs.phase(run), runs.poll_seconds(run), lambda _: parts(run, run.config))


def state_of(run: Run) -> str:
    """Return what the parts depend on."""
    before = runs.parent(run)
    of_parent = f" {before.id} {before.epoch}" if before else ""
    measured = run.context.get(MEASURING, "") or (" with tags" if _tags_alone(run) else "")
    if run.state == "complete":
        measured += f" {len(datasets.serious(run.config))}"
    so_far = f"{run.attempt} {run.state} {run.epoch} {run.fraction:.2f}"
    return f"{so_far} {runs.queue(run)}{of_parent}{measured}{runs.loss(run)}"


def parts(run: Run | None, config: ExperimentConfig | None) -> Parts:
    """Return all parts of a run, or of settings that were not trained yet."""
    return _parts_of_run(run.id, state_of(run), run) if run else _parts(None, config)


@st.cache_resource(show_spinner=False, max_entries=64)
def _parts_of_run(run_id: str, state: str, _run: Run) -> Parts:
    # A class that watches one run is drawn its parts once. (What begins with _ does not count as a key.)
    return _parts(_run, None)


def _parts(run: Run | None, config: ExperimentConfig | None) -> Parts:
    progress = runs.progress(run) if run else NO_PROGRESS
    of = run.config if run else config
    limit = datasets.limit(of.data) if of else None
    best = limit.accuracy if limit else None
    base = _majority(run, of)
    loss, accuracy = _curves(run, progress, base, best)
    marks = _marks(run, progress, base) + (limit_marks(of.data) if of else [])
    found: Parts = {
        "answer": _answer(run, progress, config),
        "ruler": ruler_part(Ruler(tuple(marks))),
        "progress": _progress(run, progress, config),
        "numbers": numbers_part(_three(run, progress, base, best)),
        "loss": loss,
        "accuracy": accuracy,
        "confusions": title_part("Confusions", sentences.which_epoch(run, progress.shown)),
    }
    if run and progress.matrix:
        found["matrix"] = {"view": live_view(progress.matrix, nouns=f"validation {run.noun}s").__dict__}
    return found


def _three(run: Run | None, progress: Progress, base: float | None, best: float | None) -> Numbers:
    """Return the three numbers of a plain page: what was reached, and between what it lies."""
    rate = progress.shown.validation_accuracy if progress.shown else None
    if run and run.averages and run.summary:
        rate = run.summary["validation"]["accuracy"]
    third: Numbers = {"Epochs": f"{run.epoch if run else 0:,}"} if best is None else {"Best possible": best}
    return {"Validation accuracy": rate, "Always the most common genre": base, **third}


def _curves(
    run: Run | None, progress: Progress, base: float | None, best: float | None
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the charts of loss and accuracy; of an ensemble, which has none of its own, those of its members."""
    if run and run.averages:
        members = runs.members(run)
        curves = [Curves(one.name, runs.progress(one).epochs, one.best_epoch, 2) for one in members]
        names = [one.name for one in members]
        return (
            chart_part(overlaid_loss(curves, height=CURVE_HEIGHT), sentences.members_alt(names, "Loss")),
            chart_part(overlaid_accuracy(curves, height=CURVE_HEIGHT), sentences.members_alt(names, "Accuracy")),
        )
    epochs, best_epoch, before = progress.epochs, run.best_epoch if run else None, _parent(run)
    loss = loss_figure(epochs, best_epoch, parent=before, height=CURVE_HEIGHT)
    accuracy = accuracy_figure(epochs, best_epoch, majority=base, bayes=best, parent=before, height=CURVE_HEIGHT)
    about = sentences.branch_alt(before)
    return (
        chart_part(loss, sentences.loss_alt(epochs) + about),
        chart_part(accuracy, sentences.accuracy_alt(epochs) + about),
    )


def _parent(run: Run | None) -> Parent | None:
    """Return where a run branches, with the epochs of the stored run that it branches from."""
    if run is None or not run.config.before.epochs:
        return None
    after, stored = run.config.before.epochs, runs.parent(run)
    return Parent(after, runs.progress(stored).epochs if stored else ())


def network(of: ExperimentConfig) -> dict[str, str]:
    """Return the drawn network of a configuration; raises DataError where its data are gone."""
    return _network(of.model, datasets.shape(of.data))


@lru_cache(maxsize=64)
def _network(model: NetworkConfig, shape: Shape) -> dict[str, str]:
    of = shape.inputs, shape.n_genres
    layers, hears = model.layers(*of), model.hears(shape.inputs, shape.frame_seconds)
    inputs = "features" if len(shape.inputs) == 1 else sentences.numbers(shape.inputs)
    size, also = sentences.network_size(model.n_parameters(*of), model.n_fixed(*of), hears)
    figure = network_figure(layers, inputs, size=size, also=also)
    return chart_part(figure, sentences.network_alt(layers, size, inputs, also))


def _answer(run: Run | None, progress: Progress, config: ExperimentConfig | None) -> dict[str, Any]:
    """Return the sentence that answers the page's question, and the one with its reason."""
    of = run.config if run else config
    limit = datasets.limit(of.data) if of else None
    if run:
        queue, told = runs.queue(run), diagnoses.diagnosis(run)
        headline = sentences.of_run(run, progress.epochs, limit, queue, progress.matrix, told)
    else:
        known = datasets.recipe_limit(config.data) if config else None
        headline = sentences.before_training(datasets.shape(config.data) if config else None, config, limit, known)
    found = badges(run) if run and (progress.shown or run.state == "complete") else []
    if run and run.state == "complete":
        found += data_badge(datasets.serious(run.config))
    elif of:
        found += data_badge(datasets.serious(of, seconds=0))
    note = " ".join(filter(None, (headline.reason, runs.loss(run) if run else "")))
    return answer_part(headline.answer, note, found)


def _progress(run: Run | None, progress: Progress, config: ExperimentConfig | None) -> dict[str, Any]:
    if run:
        return progress_part(runs.done(run), sentences.time_left(run, progress.epochs))
    return progress_part(0.0, f"at most {count(config.train.max_epochs, 'epoch')}" if config else "")


def _marks(run: Run | None, progress: Progress, base: float | None) -> list[Mark]:
    # Before tracks are split, the baseline is that of all of them, which can be a little different.
    on = "on validation" if run else "in all data"
    marks = [] if base is None else [majority(base, f"always the most common genre, {on}")]
    if run and progress.shown:
        interval, few = sentences.validation_interval(run, progress.shown, progress.matrix), run.too_few("validation")
        marks.append(model(progress.shown.validation_accuracy, interval, "validation", too_few=few))
    elif run and run.config.averaged_with and run.summary:
        found = run.summary["validation"]
        few = run.too_few("validation")
        marks += [model(found["accuracy"], Interval(*found["accuracy_interval"]), "validation", too_few=few)]
        marks += member_marks(run, "validation")
    if run and (told := _tags_alone(run)):
        marks.append(tags_alone(told))
    return marks


def _tags_alone(run: Run) -> TagsAlone | None:
    """Return what the tags alone reach on validation; None before the run is complete, or without tags."""
    if run.state != "complete" or not isinstance(run.config.data, SoundConfig):
        return None
    return outcomes.tags_alone(run, "validation")


def _majority(run: Run | None, of: ExperimentConfig | None) -> float | None:
    """Return the majority baseline on validation, or among all tracks before they are split."""
    if run and "majority_accuracy" in run.context:
        return float(run.context["majority_accuracy"])
    try:
        return datasets.shape(of.data).majority if of else None
    except DataError:  # a run whose table was deleted since
        return None
