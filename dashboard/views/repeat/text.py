"""Sentences of Repeat about a repetition as far as it is: pure functions."""

from dashboard.services.repetitions import ComparedRepeats, Repetition
from dashboard.text import studies
from dashboard.text.runs import STATES as RUN_STATES
from dashboard.text.train import Headline, measuring
from dashboard.theme import GAP, count, percent, points
from genre_core.evaluation.practical import Practical, probabilities, settings_test, settings_verdict
from genre_core.evaluation.repeated_scores import PooledScore
from genre_core.settings.config import labels_are_noisy
from genre_core.store.schema import Run
from genre_core.studies.repeats.config import Folds
from genre_core.studies.repeats.summary import Repeats, shared_groups

BEFORE = Headline(
    "How reliable is this score?",
    "Train the settings again with other seeds to see how much luck changes the score. Or train on folds, so that "
    "everything outside the test part is judged once by a network that did not learn from it.",
)
PREVIEW = (
    "Each repetition will be a thin line on this ruler, and their mean a mark with its interval. Below it come the "
    "curves of all repetitions and a table of them."
)
CLOSED = (
    "The test parts of these runs are closed. Opening them counts once for each run's configuration. To choose between "
    "settings, stay with validation."
)
NO_OTHER = "There is no other repetition yet. Change a setting in the sidebar, repeat that, and compare the two here."
OTHERS_CLOSED = "The test parts of the other repetition are closed: open them there first, or compare on validation."

REGION = (
    "Settings are the same for practical purposes if their accuracy differs by less than this. A larger value makes "
    "“the same” more likely, and “better” less."
)


def headline(found: Repetition) -> Headline:
    """Say how far a repetition is, and what it has come to."""
    study, done = found.study, f"{len(found.complete)} of {count(found.total, 'run')}"
    verdict = _verdict(found) if found.summary else None
    match study.state:
        case "queued":
            return Headline("Waiting for a worker.", verdict.answer if verdict else "Then the first epochs start.")
        case "running" if study.measuring:
            return measuring(study.measuring, "Then the first epochs start.")
        case "running":
            so_far = (
                f"So far: {verdict.answer[0].lower()}{verdict.answer[1:]}"
                if verdict
                else "The mean appears with the first finished run."
            )
            return Headline(f"Training {studies.how_often(found.config)}: {done} done.", so_far)
        case "failed":
            return Headline(f"Training failed after {done}.", study.error or "")
        case "cancelled":
            return Headline(
                f"Stopped after {done}.", verdict.answer if verdict else "Continue to train the missing runs."
            )
    if verdict is None:
        return Headline("None of the runs has a score.", _failures(found))
    return Headline(verdict.answer, " ".join(filter(None, (verdict.reason, _failures(found)))))


def _verdict(found: Repetition) -> Headline:
    summary = found.summary
    assert summary is not None
    score, f1 = summary.accuracy, summary.macro_f1
    about = " about the labels" if labels_are_noisy(found.config.experiment.data) else ""
    answer = f"Right{about} on {percent(score.mean, score.interval)} of {tracks(found)}, {_over(found, score.n)}."
    moved = (
        f"From run to run the score varies by {points(score.sd)} (standard deviation), from {percent(score.low)} to "
        f"{percent(score.high)}. "
        if score.sd is not None
        else ""
    )
    return Headline(answer, f"{moved}Macro-F1 {percent(f1.mean, f1.interval)}. {_covers(found, summary)}{_torn(found)}")


def tracks(found: Repetition) -> str:
    """Return what is judged: `validation tracks`, `held-out segments`."""
    part = "held-out" if isinstance(found.config.what, Folds) else found.part
    return f"{part} {noun(found)}s"


def noun(found: Repetition) -> str:
    """Return what one answer is about: a track, or a segment of one."""
    return "segment" if found.in_segments and not found.by_track else _whole(found)


def _whole(found: Repetition) -> str:
    return found.config.experiment.data.whole


def _over(found: Repetition, n: int) -> str:
    if isinstance(found.config.what, Folds):
        return f"on average over {count(n, 'fold')}"
    return f"on average over {count(n, 'seed')}"


def _covers(found: Repetition, summary: Repeats) -> str:
    """Say what the interval is about."""
    if summary.accuracy.interval is None:
        return "An interval appears with the third run."
    if summary.ratio == 0:
        n = count(summary.n_judged, noun(found))
        return f"The interval covers only luck in training: every run was judged on the same {n}."
    if not isinstance(found.config.what, Folds):
        return f"The interval allows for splits that share training {_whole(found)}s (Nadeau and Bengio 2003)."
    allows = f"The interval allows for folds that share training {_whole(found)}s (Nadeau and Bengio 2003)"
    if found.config.what.repeats > 1:
        return f"{allows}."
    simulated = (
        f"in simulations with independent {_whole(found)}s it contained the truth in 98 to 99 of 100 cases, not 95"
    )
    return f"{allows}. It is cautious: {simulated}."


def _torn(found: Repetition) -> str:
    """Say that the interval is for the groups that there are, where splits tear groups apart."""
    return shared_groups(found.complete) if found.summary and found.summary.accuracy.interval else ""


def _failures(found: Repetition) -> str:
    failed = [run for run in found.runs.values() if run.state == "failed"]
    if not failed:
        return ""
    return f"{count(len(failed), 'run')} failed: {failed[0].error}"


def held_out(found: Repetition) -> str:
    """Say what folds open, which tracks new splits deal, and what stays closed."""
    if not isinstance(found.config.what, Folds):
        return found.config.closed_sentence
    dealt = found.config.what.repeats
    once = "once" if dealt == 1 else f"{dealt} times"
    return (
        f"Every {_whole(found)} outside the test part is judged {once}. A held-out fold counts as an opened test part, "
        "once for its configuration. The real test part is in no fold and stays closed."
    )


def progress(found: Repetition) -> str:
    """Say how far a repetition is."""
    running = sum(run.state == "running" and run.epoch > 0 for run in found.runs.values())
    text = f"{len(found.complete)} of {count(found.total, 'run')}"
    return f"{text} · {running} training" if found.study.active and running else text


def rows(found: Repetition) -> dict[str, list[object]]:
    """Return the runs as columns; rates as they are written."""
    runs = list(found.runs.items())
    scored = tracks(found)
    return {
        "run": [found.config.name(number) for number, _ in runs],
        "state": [_state(run, found) for _, run in runs],
        "epochs": [run.epoch for _, run in runs],
        "best epoch": [run.best_epoch for _, run in runs],
        f"accuracy, {scored}": [_rate(found, number, "accuracy") for number, _ in runs],
        f"macro-F1, {scored}": [_rate(found, number, "macro_f1") for number, _ in runs],
        f"{noun(found)}s": [found.scores[number].n_judged if number in found.scores else None for number, _ in runs],
    }


def _state(run: Run, found: Repetition) -> str:
    if run.state == "queued" or (run.state == "running" and not run.epoch and not run.fraction):
        return RUN_STATES["queued"]
    if run.state != "running":
        return RUN_STATES[run.state]
    if not found.study.active:  # its worker has died
        return RUN_STATES["paused"]
    return f"▶ epoch {run.epoch + 1} of {found.config.experiment.train.max_epochs}"


def _rate(found: Repetition, number: int, measure: str) -> str | None:
    return percent(getattr(found.scores[number], measure)) if number in found.scores else None


def pooled(found: Repetition, score: PooledScore | None) -> str:
    """Say what the matrix over all held-out folds counts, and how sure its rate is where that is known."""
    matrix, what = found.matrix, found.config.what
    assert matrix is not None
    assert isinstance(what, Folds)
    n, right = int(matrix.counts.sum()), int(matrix.counts.trace())
    each = "once" if what.repeats == 1 else f"up to {what.repeats} times"
    share = f"{right:,} of {n:,} predictions are right, {percent(right / n, score.interval if score else None)}"
    answers = f"{share}. Each track is judged {each} by a network that did not learn from it."
    if score is None:
        return answers
    drawn = "; tracks of one group count together" if score.grouped else ""
    return f"{answers} The interval is for these networks on new tracks (Bayle et al. 2020){drawn}."


def compared(ours: Repetition, result: ComparedRepeats) -> Headline:
    """Say whether one repetition is better than another, and by how much."""
    if result.why_not:
        how = f"Change a setting of the network or of training, and repeat it with {studies.how_often(ours.config)}."
        return Headline("These two cannot be compared.", f"{result.why_not} {how}")
    if result.found is None:
        return Headline(
            "Too few runs to compare.", "You need three runs of each, on the same splits with the same seeds."
        )
    found = result.found
    reason = f"{probabilities_said(found)} {settings_test(found)}"
    if found.kind == "undecided" and not found.found.clear:
        reason = f"{reason} {_needed(result)}"
    return Headline(settings_verdict(found, "these settings", "the others", GAP), reason)


def probabilities_said(found: Practical) -> str:
    """Return what the bar of three probabilities shows, for those who cannot see it."""
    return probabilities(found, "these settings", "the others", GAP)


def planned(difference: float, runs: int | None) -> str:
    """Say how many runs would show a difference in accuracy."""
    size = points(difference)
    if runs is None:
        return f"No number of runs on these tracks would show a difference of {size}: you need more tracks."
    return (
        f"You need about {count(runs, 'run')} of each to show a difference of {size} in four of five cases, if other "
        "settings vary as much as these."
    )


def _needed(result: ComparedRepeats) -> str:
    assert result.found is not None
    assert result.needed is not None
    if result.found.found.mean == 0:
        return ""
    if result.needed.least is None:
        return "No number of runs on these tracks would show the true difference: you need more tracks."
    return f"To show the true difference, you need {result.needed.say('run')} of each."
