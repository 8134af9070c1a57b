"""Sentences of Repeat, from made-up scores."""

import pytest

from dashboard.services.repetitions import ComparedRepeats, Repetition
from dashboard.theme import GAP
from dashboard.views.repeat import text as sentences
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.needed import Needed
from genre_core.evaluation.practical import practical, settings_test, settings_verdict
from genre_core.evaluation.repeated_scores import PairedScores, PooledScore
from genre_core.studies.repeats.config import Folds, OtherSeeds, RepeatsConfig
from tests.test_sentences_lens import study
from tests.test_sentences_train import make_run

CONTEXT = {"n_train": 700, "n_validation": 150, "n_test": 150, "input_shape": [20], "genres": ["a", "b"]}
RATES = (0.70, 0.71, 0.72, 0.73)
SEEDS = OtherSeeds(times=4, vary="network")


def repetition(what=SEEDS, rates=RATES, state="complete", error=None, in_fact=1.0) -> Repetition:
    """Return a repetition whose runs have these accuracies."""
    config = RepeatsConfig(what=what)
    counts = [[75, 0], [75, 0]]
    summary = [{"accuracy": rate, "macro_f1": rate / 2, "confusion_matrix": counts} for rate in rates]
    runs = {n: make_run("complete", context=CONTEXT, summary={config.part: one}) for n, one in enumerate(summary, 1)}
    return Repetition(study(state, error=error), config, runs, {}, config.part)


@pytest.mark.parametrize(
    ("what", "opening"),
    [
        (SEEDS, "of validation tracks, on average over 4 seeds."),
        (Folds(k=4), "of held-out tracks, on average over 4 folds."),
    ],
)
def test_the_mean_says_of_what_it_is(what, opening):
    answer = sentences.headline(repetition(what)).answer
    assert answer.startswith(f"Right on 71.5{GAP}% (")
    assert answer.endswith(opening)


def test_the_interval_says_what_it_covers():
    assert "the score varies by 1.3" in (reason := sentences.headline(repetition()).reason)
    assert reason.endswith("The interval covers only luck in training: every run was judged on the same 150 tracks.")
    allows = "The interval allows for {} that share training tracks (Nadeau and Bengio 2003)"
    splits, folds = OtherSeeds(times=4, vary="split"), Folds(k=4)
    assert sentences.headline(repetition(splits)).reason.endswith(f"{allows.format('splits')}.")
    assert f"{allows.format('folds')}. It is cautious:" in sentences.headline(repetition(folds)).reason
    assert sentences.headline(repetition(rates=RATES[:2])).reason.endswith("An interval appears with the third run.")


@pytest.mark.parametrize(
    ("state", "n", "answer", "reason"),
    [
        ("queued", 0, "Waiting for a worker.", "Then the first epochs start."),
        ("running", 0, "Training 4 seeds of the network: 0 of 4 runs done.", "The mean appears with the first"),
        ("running", 3, "Training 4 seeds of the network: 3 of 4 runs done.", "So far: right on 71.0"),
        ("failed", 0, "Training failed after 0 of 4 runs.", "Why."),
        ("cancelled", 4, "Stopped after 4 of 4 runs.", "Right on 71.5"),
        ("complete", 0, "None of the runs has a score.", ""),
    ],
)
def test_a_repetition_says_how_far_it_is(state, n, answer, reason):
    said = sentences.headline(repetition(rates=RATES[:n], state=state, error="Why."))
    assert said.answer == answer
    assert said.reason.startswith(reason)


def test_folds_say_what_they_judge_and_leave_closed():
    folds = repetition(Folds(k=4))
    assert sentences.held_out(folds) == (
        "Every track outside the test part is judged once. A held-out fold counts as an opened test part, once for its "
        "configuration. The real test part is in no fold and stays closed."
    )
    score = PooledScore(600, 300, Interval(0.45, 0.55), grouped=False)
    assert sentences.pooled(folds, score).startswith(
        f"300 of 600 predictions are right, 50.0{GAP}% (45.0–55.0). Each track is judged once by a network"
    )


def test_the_number_of_runs_for_a_difference_is_said_or_that_none_is_enough():
    assert sentences.planned(0.5, 3).startswith(
        f"You need about 3 runs of each to show a difference of 50.0{GAP}points in four of five cases"
    )
    none = f"No number of runs on these tracks would show a difference of 0.1{GAP}points: you need more tracks."
    assert sentences.planned(0.001, None) == none


def test_two_repetitions_are_compared_by_the_verdict_on_their_settings():
    ours, clear = repetition(), practical(PairedScores(4, 0.1, 0.01, Interval(0.05, 0.15), 0.0001, 0.0))
    said = sentences.compared(ours, ComparedRepeats(clear, None))
    assert said.answer == settings_verdict(clear, "these settings", "the others", GAP)
    assert settings_test(clear) in said.reason
    assert sentences.probabilities_said(clear) in said.reason
    unclear = practical(PairedScores(4, 0.02, 0.1, Interval(-0.14, 0.18), 0.7, 0.0))
    assert (
        f"To show the true difference, you need {Needed(10, 20).say('run')} of each."
        in sentences.compared(ours, ComparedRepeats(unclear, Needed(10, 20))).reason
    )
    assert sentences.compared(ours, ComparedRepeats(None, None)).answer == "Too few runs to compare."
    apart = sentences.compared(ours, ComparedRepeats(None, None, "Why."))
    assert apart.answer == "These two cannot be compared."
    assert apart.reason.startswith("Why. Change a setting of the network or of training, and repeat it with 4 seeds")


def test_before_there_is_one_and_while_test_parts_are_closed_it_says_so():
    assert sentences.BEFORE.answer == "How reliable is this score?"
    assert sentences.CLOSED.startswith("The test parts of these runs are closed. Opening them counts once for each")
