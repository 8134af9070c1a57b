"""Sentences of the Train page from a run and its epochs: pure functions, so that tests can read them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.figures.curves import Parent
from dashboard.figures.network import widths
from dashboard.services.datasets import Shape
from dashboard.services.runs import Queue
from dashboard.text.limits import OTHER_MEANS, known_already, on, unheard
from dashboard.text.saved_scores import macro_f1_of
from dashboard.theme import GAP, count, percent, points
from genre_core.bayes.limit import BayesLimit
from genre_core.bayes.recipe import recipe_known
from genre_core.diagnosis.rules import Diagnosis
from genre_core.diagnosis.trend import trend, why_below
from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.evaluation.count_statistics import macro_f1_of_counts
from genre_core.evaluation.intervals import Interval
from genre_core.networks import Layer
from genre_core.settings.branches import changed_at_branch, latest_branch
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import all_settings, differences, labels
from genre_core.store.schema import MEASURING, Epoch, Run
from genre_core.text import NO_INTERVAL, capitalized, joined, judged, nothing_told

MOST_NAMED = 3
SAY_WHAT_IS_POSSIBLE = ("too_few", "underfitting", "as_good_as_possible")
"""Diagnoses beside which the distance to the best possible says nothing more, or too much."""
LONG_EPOCH = 2.0
"""Seconds from which on the progress within an epoch is put into words."""


@dataclass(frozen=True)
class Headline:
    """The answer of a page in one sentence, and a second one with its reason."""

    answer: str
    reason: str


def numbers(shape: tuple[int, ...]) -> str:
    """Return what a network is given of each track: `20 features`, `128 × 640 numbers`."""
    return count(shape[0], "feature") if len(shape) == 1 else f"{' × '.join(f'{n:,}' for n in shape)} numbers"


def before_training(
    shape: Shape | None,
    config: ExperimentConfig | None,
    limit: BayesLimit | None,
    with_recipe: BayesLimit | None = None,
) -> Headline:
    """Say what pressing Train would do, before there is a run, and the best that is possible where that is known."""
    if shape is None or config is None:
        return Headline(
            "These settings cannot be trained yet.",
            "Choose data, or change the settings. The reason is below the buttons.",
        )
    best = f"{count(shape.n_tracks, 'track')}, {numbers(shape.inputs)} each."
    if limit is not None:
        whom = unheard(config.data) or "such tracks"
        best = f"The best possible classifier is right on {percent(limit.accuracy)} of {whom}. {OTHER_MEANS}"
    elif with_recipe is not None:
        best = recipe_known(percent(with_recipe.accuracy))
    return Headline(f"Press Train and watch {config.model.phrase} learn to tell {shape.n_genres} genres apart.", best)


def of_run(
    run: Run,
    epochs: Sequence[Epoch],
    limit: BayesLimit | None,
    queue: Queue,
    matrix: ConfusionMatrix | None = None,
    diagnosis: Diagnosis | None = None,
) -> Headline:
    """Say how far a run is and where it goes; once it has ended, what became of it and how good it is.

    `matrix` is the validation matrix of the epoch it speaks of, and `diagnosis` that of a run that has ended.
    """
    if run.config.averaged_with and run.state in ("running", "complete"):
        return _of_ensemble(run, limit)
    match run.state:
        case "queued" if queue.starting or queue.before or not epochs:
            return Headline("Waiting for a free worker." if queue.before else "Starting.", in_queue(queue))
        case "failed":
            return Headline(diagnosis.sentence if diagnosis else "Training failed.", run.error or "")
        case "cancelled":
            return Headline("Stopped before the first epoch.", "Nothing was learned.")
        case "running" if not epochs and MEASURING in run.context:
            return measuring(run.context[MEASURING], "Then the first epoch starts.")
        case "running" if not epochs and run.fraction:
            return Headline("Training: in the first epoch.", "The first point appears when it is done.")
        case "running" if not epochs:
            return Headline("Preparing the tracks.", "Then the first epoch starts.")
        case "paused" if not epochs and MEASURING in run.context:
            n_done, n_windows = run.context[MEASURING]
            said = f"Paused while measuring the clips: {n_done:,} of {count(n_windows, 'window')}."
            return Headline(said, "Resume measures the others, then trains.")
        case "paused" if not epochs:
            where = "in" if run.fraction else "before"
            return Headline(f"Paused {where} the first epoch.", "Resume continues training; Step trains one epoch.")
    latest = epochs[-1]
    if run.state == "complete":
        best = epochs[run.best_epoch - 1] if run.best_epoch else latest
        told = diagnosis is not None and diagnosis.kind in SAY_WHAT_IS_POSSIBLE
        trained = f"Trained: {_verdict(run, best, None if told else limit, matrix)}."
        reason = f"{beside(run)}{stop_reason(run, latest.epoch)}"
        if diagnosis is None or told:
            reason = f"{reason} {why_below(run.config, epochs)}".rstrip()
        if diagnosis is None:
            return Headline(trained, reason)
        if diagnosis.kind == "too_few":  # its sentence has the accuracy
            return Headline(diagnosis.sentence, f"Trained: {_low(reason)}")
        return Headline(diagnosis.sentence, f"{trained} {reason}")
    verb = {"running": "Training", "paused": "Paused", "queued": "Resuming"}[run.state]
    so_far = _verdict(run, latest, limit, matrix, brief=True)
    going = trend(epochs[run.config.before.epochs :] or epochs, run.context["n_validation"])
    where = ", ".join(filter(None, (f"epoch {latest.epoch} of {run.config.train.max_epochs}", going)))
    answer = f"{verb}: {where}: {so_far}." if going else f"{verb}: {where}, {so_far}."
    also = ""
    if matrix is not None:
        also = f"Macro-F1 {percent(float(macro_f1_of_counts(matrix.counts)))} on {validation_rows(run)}. "
    return Headline(answer, f"{also}{_so_far(epochs)}")


def measuring(so_far: Sequence[int], then: str) -> Headline:
    """Say how many windows of the clips are measured, of how many, and what comes then."""
    n_done, n_windows = so_far
    done = f"Measuring the clips: {n_done:,} of {count(n_windows, 'window')}."
    return Headline(done, f"Measurements are kept, so this happens only once. {then}")


def _of_ensemble(run: Run, limit: BayesLimit | None) -> Headline:
    """Say how good an ensemble is, or that it is under way."""
    n = len(run.config.members)
    if run.state == "running":
        return Headline(f"Averaging {n} networks.", "Networks that are not stored yet are trained first.")
    accuracy = run.summary["validation"]["accuracy"]
    interval = Interval(*run.summary["validation"]["accuracy_interval"])
    reason = f"{beside(run)}The ensemble is the mean of the probabilities of {n} networks; it has no epochs of its own."
    return Headline(f"Averaged: {_judged(run, accuracy, interval, limit)}.", reason)


def branch_sentence(config: ExperimentConfig, parent: str = "", *, planned: bool = False) -> str:
    """Say where a run branches and what differs after that; empty where it does not. `parent` is its name."""
    if not config.before.epochs:
        return ""
    verb = "Train branches" if planned else "This run branches"
    of = f" of {parent}" if parent else ""
    named = all_settings()
    changes = [
        f"{_low(named[name].title)} {named[name].label(ours)} instead of {named[name].label(theirs)}"
        for name, (ours, theirs) in changed_at_branch(config).items()
    ]
    where = f"{verb} after epoch {config.before.epochs}{of}"
    if not changes:
        more = " Change a setting in the sidebar first." if planned else ""
        return f"{where}, but no setting differs after that.{more}"
    return f"{where}: {joined(changes)} after that."


def against_parent(run: Run, parent: Run | None, epochs: Sequence[Epoch], others: Sequence[Epoch]) -> str:
    """Say what a complete branch reached beside the run that it comes from; empty before both are complete."""
    if parent is None or run.state != "complete" or parent.state != "complete":
        return ""
    if not run.best_epoch or not parent.best_epoch:
        return ""
    own, other = epochs[run.best_epoch - 1], others[parent.best_epoch - 1]
    if run.best_epoch <= run.config.before.epochs:
        return (
            f"No epoch of the branch is better than epoch {run.best_epoch} before it, so the branch keeps those "
            "weights."
        )
    ours = percent(own.validation_accuracy, validation_interval(run, own))
    theirs = percent(other.validation_accuracy, validation_interval(parent, other))
    return (
        f"The best epoch is {own.epoch}, {ours} on validation; without the branch it is epoch {other.epoch}, {theirs}."
    )


def why_no_branch(run: Run) -> str:
    """Say why a run cannot be branched; empty where it can."""
    if run.config.averaged_with:
        return "An ensemble has no epochs to branch from."
    if run.active:
        return "Pause the run, or let it finish, to branch from one of its epochs."
    return "" if run.epoch else "A branch starts from an epoch, and this run has none yet."


def branch_help(run: Run) -> str:
    """Say what branching does, and up to which epoch a run can be branched."""
    most = latest_branch(run.config)
    text = "The sidebar loads this run's settings. Your changes there apply from the next epoch on."
    if run.epoch > most:
        return f"{text} This run is a branch itself, so you can branch from its epochs up to {most}."
    return text


def members_alt(names: Sequence[str], what: str) -> str:
    """Describe the chart of an ensemble's members."""
    listed = f": {', '.join(names)}" if names else ""
    return f"{what} by epoch of the ensemble's {count(len(names), 'stored member')}{listed}."


def branch_alt(parent: Parent | None) -> str:
    """Describe the branch on a chart."""
    if parent is None:
        return ""
    more = f" Its parent run continues to epoch {parent.epochs[-1].epoch}." if parent.epochs else ""
    return f" It branches after epoch {parent.after}.{more}"


def beside(run: Run) -> str:
    """Say what stands beside the accuracy of a complete run."""
    if "validation" not in run.summary:
        return ""
    return f"Macro-F1 {macro_f1_of(run, 'validation')}. "


def stop_reason(run: Run, last: int) -> str:
    """Say why training ended and which weights are kept."""
    kept = f"The weights of epoch {run.best_epoch} are kept."
    match run.stopped_because:
        case "patience":
            waited = count(last - (run.best_epoch or 0), "epoch")
            return f"Training stopped after epoch {last}, {waited} after the best. {kept}"
        case "max_epochs":
            done = "The one epoch is done." if last == 1 else f"All {last} epochs are done."
            return f"{done} {kept}"
        case "diverged":
            return f"After epoch {last}, the loss was no longer a number. {kept}"
        case _:
            return f"You stopped it after epoch {last}. {kept}"


def validation_interval(run: Run, epoch: Epoch, matrix: ConfusionMatrix | None = None) -> Interval | None:
    """Return the interval of an epoch's validation accuracy, as stored or by its matrix.

    None where neither is there, or an earlier version kept no groups.
    """
    if run.state == "complete" and epoch.epoch == run.best_epoch and "validation" in run.summary:
        return Interval(*run.summary["validation"]["accuracy_interval"])
    return matrix.accuracy_interval if matrix is not None and run.knows_groups else None


def in_queue(queue: Queue) -> str:
    """Say what a queued run waits for and about how long that takes."""
    if queue.starting:
        again = f"{queue.problem} Trying again. " if queue.problem else ""
        return f"{again}The workers are starting, which takes a few seconds."
    ahead = "This run is next." if queue.before == 0 else f"{count(queue.before, 'run is', 'runs are')} ahead of it."
    return f"{ahead} The wait is about {duration(queue.seconds)}." if queue.seconds else ahead


def time_left(run: Run, epochs: Sequence[Epoch]) -> str:
    """Say how far the training is, and how long it takes at most if nothing stops it early."""
    if run.averages:
        return f"{run.averages} networks averaged" if run.state == "complete" else f"{run.averages} networks"
    done, most = len(epochs), run.config.train.max_epochs
    text = f"{done} of {most} epochs"
    if run.active and run.fraction and (not epochs or epochs[-1].seconds > LONG_EPOCH):
        text += f", {percent(run.fraction, decimals=0)} of the next"
    if run.state != "running" or not epochs:
        took = sum(epoch.seconds for epoch in epochs) if run.seconds is None else run.seconds
        return f"{text} · {duration(took)}" if epochs else text
    recent = epochs[-5:]
    each = max(run.pace, sum(epoch.seconds for epoch in recent) / len(recent))
    return f"{text} · at most {duration((most - done) * each)} left"


def duration(seconds: float) -> str:
    """Return a time as a person says it: `0.4 s`, `12 s`, `3 min`."""
    if seconds < 10:
        return f"{seconds:.1f}{GAP}s"
    return f"{seconds:.0f}{GAP}s" if seconds < 100 else f"{seconds / 60:.0f}{GAP}min"


def which_epoch(run: Run | None, shown: Epoch | None) -> str:
    """Say whose confusions are shown."""
    if run and run.averages and run.state == "complete":
        return f"validation, the mean of {run.averages} networks"
    return "" if shown is None else f"validation, epoch {shown.epoch}"


def no_confusions(run: Run | None) -> str:
    """Say why there is no matrix: the first epoch is still to come, or never will."""
    if run and run.state in ("failed", "cancelled"):
        return "No epoch was finished, so no genre was taken for another."
    return "After the first epoch, this shows which genres are taken for which."


def differing(config: ExperimentConfig, of: ExperimentConfig, done: str) -> list[str]:
    """Return each setting that two configurations have and differ in: `Dropout 0.2 (this run 0)`."""
    named, said, others = all_settings(), labels(config), labels(of)
    return [
        f"{named[name].title} {said[name]} ({done} {others[name]})"
        for name, (ours, theirs) in differences(config, of).items()
        if ours is not None and theirs is not None and name in named
    ]


def what_differs(config: ExperimentConfig, run: ExperimentConfig) -> str:
    """Say where the settings are not those of a run; empty where they are."""
    found = differing(config, run, "this run")
    if config.before.epochs != run.before.epochs:
        ours = f"branch after epoch {config.before.epochs}" if config.before.epochs else "no branch"
        theirs = f"one after epoch {run.before.epochs}" if run.before.epochs else "none"
        found.insert(0, f"{ours} (this run {theirs})")
    return f"Changed since this run: {', '.join(found)}." if found else ""


def first_of(found: Sequence[str]) -> str:
    """Return the first few of a list, and how many others there are."""
    more = f" and {count(len(found) - MOST_NAMED, 'other')}" if len(found) > MOST_NAMED else ""
    return ", ".join(found[:MOST_NAMED]) + more


def loss_alt(epochs: Sequence[Epoch]) -> str:
    """Describe the loss chart."""
    return _curves_alt("Loss by epoch", ", in nats", epochs, "loss", lambda loss: f"{loss:.3f}")


def accuracy_alt(epochs: Sequence[Epoch]) -> str:
    """Describe the accuracy chart."""
    return _curves_alt("Accuracy by epoch", "", epochs, "accuracy", percent)


def _curves_alt(title: str, unit: str, epochs: Sequence[Epoch], measure: str, written: Callable[[float], str]) -> str:
    if not epochs:
        return f"{title}: empty until the first epoch is done."
    train, validation = (
        " to ".join(written(getattr(epoch, f"{part}_{measure}")) for epoch in (epochs[0], epochs[-1]))
        for part in ("train", "validation")
    )
    return f"{title}{unit}. Training {train}, validation {validation}, over {count(len(epochs), 'epoch')}."


def network_size(n_parameters: int, n_fixed: int, hears: str) -> tuple[str, str]:
    """Say how many parameters of a network learn, and then how many more stay as they are, or what it `hears`."""
    size = count(n_parameters, "parameter")
    return (f"{size} learn", f"{n_fixed:,} more stay as they were trained before") if n_fixed else (size, hears)


def network_alt(layers: Sequence[Layer], size: str, inputs: str, also: str = "") -> str:
    """Describe the drawn network."""
    about = f"The network, from {inputs} to genres: layers of {widths(layers)} units, {size}."
    return f"{about} {capitalized(also)}." if also else about


def validation_rows(run: Run) -> str:
    """Return what each epoch is judged on: `1,197 validation tracks`, `449 validation segments of 45 tracks`."""
    n = run.context["n_validation"]
    return judged("validation", n, run.context.get("n_validation_tracks", n), "row", run.whole)


def _verdict(
    run: Run, epoch: Epoch, limit: BayesLimit | None, matrix: ConfusionMatrix | None, *, brief: bool = False
) -> str:
    return _judged(run, epoch.validation_accuracy, validation_interval(run, epoch, matrix), limit, brief=brief)


def _judged(run: Run, rate: float, interval: Interval | None, limit: BayesLimit | None, *, brief: bool = False) -> str:
    share = f"{percent(rate)} right on validation" if brief else f"right on {percent(rate)} of {validation_rows(run)}"
    if interval is not None and nothing_told(interval):
        return f"{share} ({run.too_few('validation') or NO_INTERVAL})"
    if limit is None or interval is None:
        return share
    if limit.accuracy > 0.9995 and rate == 1:
        return f"{share}: nothing is left to gain"
    known = known_already(run)
    if known and interval.low > limit.accuracy:
        return f"{share}, {points(rate - limit.accuracy)} above the best possible on {known}"
    if interval.high >= limit.accuracy:
        level = "not clearly below" if brief else "which cannot be told from"  # brief: one line while it trains
        return f"{share}, {level} the best possible{on(known)}"
    return f"{share}, {points(limit.accuracy - rate)} below the best possible{on(known)}"


def _low(title: str) -> str:
    return title[0].lower() + title[1:]


def _so_far(epochs: Sequence[Epoch]) -> str:
    best = max((epoch for epoch in epochs if epoch.is_best), key=lambda epoch: epoch.epoch)
    if best.epoch == epochs[-1].epoch:
        return "This is the best epoch so far."
    behind = epochs[-1].epoch - best.epoch
    return f"Best so far: epoch {best.epoch}, {count(behind, 'epoch')} ago, with {percent(best.validation_accuracy)}."
