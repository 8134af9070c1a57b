"""Sentences of Evaluate when there is nothing to evaluate: a headline, its reason, and the next step."""

from dataclasses import dataclass

from dashboard.text.runs import about_labels
from dashboard.text.saved_scores import accuracy_of, macro_f1_of
from dashboard.text.train import Headline
from dashboard.theme import count
from genre_core.data.dataset import Part
from genre_core.store.openings import Openings
from genre_core.store.schema import Run

TRAIN, DATA, RUNS = "views/train/page.py", "views/data/page.py", "views/runs/page.py"


@dataclass(frozen=True)
class Step:
    """The next thing to do: a page and the label of the link to it."""

    page: str
    label: str


def no_run(asked_for: str | None, any_runs: bool) -> tuple[Headline, Step]:
    """Say that there is no run to look at, or none of the name that the link gives."""
    if asked_for is not None:
        reason = f"The link asks for {asked_for}, which was deleted or was made on another computer."
        step = Step(RUNS, "Choose another run") if any_runs else Step(TRAIN, "Train the first run")
        return Headline("This run is not here.", reason), step
    if any_runs:
        return Headline("No run is complete yet.", "This page is about a run that is complete."), Step(
            TRAIN, "Train a run"
        )
    reason = "Train a classifier first: this page is about what it learned."
    return Headline("There is no run yet.", reason), Step(TRAIN, "Train the first run")


def not_complete(run: Run) -> tuple[Headline, Step]:
    """Say how a run stands that is not complete, and where to go on with it."""
    most = count(run.config.train.max_epochs, "epoch")
    done = f"{run.epoch:,} of at most {most} so far" if run.epoch else "No epoch is done yet"
    match run.state:
        case "queued":
            return _later("This run is waiting for a free worker.", f"{done}."), Step(TRAIN, "See it on Train")
        case "running":
            return _later("This run is still training.", f"{done}."), Step(TRAIN, "Watch it on Train")
        case "paused":
            reason = f"{done}. Resume or stop it."
            return _later("This run is paused.", reason), Step(TRAIN, "Continue it on Train")
        case "failed":
            return Headline("This run failed.", run.error or ""), Step(TRAIN, "Start it again on Train")
        case "cancelled":
            reason = "It was stopped before its first epoch, so there is nothing to evaluate."
            return Headline("This run was cancelled.", reason), Step(TRAIN, "Start it again on Train")
        case _:
            reason = "Its predictions are not in the store. Train it again to get them."
            return Headline("This run cannot be evaluated.", reason), Step(TRAIN, "Open it on Train")


def closed(run: Run, opened: Openings) -> Headline:
    """Say that a run's test part was not looked at, and what looking costs."""
    n, seen = count(run.context["n_test"], run.noun), opened.sentence(run.noun)
    reason = f"Its {n} are for the final report. {seen} Choosing by this score makes it too optimistic."
    return Headline("The test part is closed for this run.", reason)


def no_data(run: Run, part: Part, problem: str) -> tuple[Headline, Step]:
    """Say what is known of a run whose tracks are gone, such as a table that was deleted."""
    scores = run.summary.get(part)
    if scores is None:
        return no_tracks(problem)
    n = count(scores["n"], f"{part} track")
    about = " about the labels" if about_labels(run) else ""
    headline = f"Right{about} on {accuracy_of(run, part)} of {n}; the tracks themselves can no longer be shown."
    reason = f"Macro-F1 {macro_f1_of(run, part)}. {problem}"
    return Headline(headline, reason), Step(DATA, "Upload the table again on Data")


def no_tracks(problem: str) -> tuple[Headline, Step]:
    """Say that the tracks of a run are gone, such as with a table that was deleted."""
    return Headline("The tracks of this run are no longer stored.", problem), Step(
        DATA, "Upload the table again on Data"
    )


def no_answer(problem: str) -> Headline:
    """Say why a run does not answer."""
    return Headline("There is no answer.", problem)


def _later(answer: str, reason: str) -> Headline:
    return Headline(answer, f"{reason} You can evaluate it when it is complete.")
