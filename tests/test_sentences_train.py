from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from dashboard.figures.curves import Parent
from dashboard.services.datasets import Shape
from dashboard.services.runs import Queue
from dashboard.text import train as sentences
from dashboard.text.ensembles import beside_members
from genre_core.bayes.limit import BayesLimit, bayes_limit
from genre_core.diagnosis.rules import Diagnosis
from genre_core.evaluation.confusion import ConfusionMatrix, confusion_matrix
from genre_core.evaluation.intervals import share_interval
from genre_core.networks import LinearConfig
from genre_core.settings.branches import branch_of
from genre_core.settings.config import ExperimentConfig, SyntheticConfig, TrainConfig
from genre_core.settings.ensembles import ensemble_of
from genre_core.store.schema import MEASURING, Epoch, Run

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CONTEXT = {"n_validation": 1197, "majority_accuracy": 0.125, "groups": {}}


@pytest.fixture(scope="module")
def limit() -> BayesLimit:
    return bayes_limit(SyntheticConfig(), n_draws=20_000)


def make_run(state: str, **changes: Any) -> Run:
    config = ExperimentConfig()
    blank = Run(
        id="r1", name="a run", config_json=config.model_dump_json(), fingerprint=config.fingerprint, state=state,
        request="continue", attempt=1, revision=1, pace=0.0, created_at=NOW, queued_at=NOW, started_at=NOW,
        finished_at=None, heartbeat_at=NOW, epoch=0, fraction=0.0, best_epoch=None, stopped_because=None, error=None,
        context=dict(CONTEXT), summary={},
    )  # fmt: skip
    return replace(blank, **changes)


def make_epochs(*accuracies: float) -> list[Epoch]:
    best, epochs = -1.0, []
    for number, accuracy in enumerate(accuracies, start=1):
        epochs.append(Epoch(number, 1.0, 0.5, 1.0, accuracy, 1e-3, 0.2, accuracy > best))
        best = max(best, accuracy)
    return epochs


def answered(accuracy: float, n: int = 1197, n_artists: int = 0) -> ConfusionMatrix:
    """Return the matrix of n tracks of two genres, by so many artists if any, of which such a share is right."""
    y = np.arange(n) % 2
    right = np.arange(n) * accuracy // 1 != (np.arange(n) + 1) * accuracy // 1
    groups = np.arange(n) % n_artists if n_artists else None
    return confusion_matrix(y, np.where(right, y, 1 - y), ("Rock", "Jazz"), groups, "artist")


def test_before_training_says_what_train_would_do_and_the_limit(limit: BayesLimit) -> None:
    shape = Shape(8000, (20,), 8, 0.125)
    headline = sentences.before_training(shape, ExperimentConfig(), limit)
    assert headline.answer == "Press Train and watch a perceptron learn to tell 8 genres apart."
    assert headline.reason.startswith("The best possible classifier is right on 8")
    linear = sentences.before_training(shape, ExperimentConfig(model=LinearConfig()), None)
    assert "softmax regression" in linear.answer
    assert linear.reason == "8,000 tracks, 20 features each."


def test_before_training_without_data_says_what_to_do() -> None:
    headline = sentences.before_training(None, None, None)
    assert headline.answer == "These settings cannot be trained yet."
    assert "Choose data" in headline.reason


@pytest.mark.parametrize(
    ("state", "changes", "answer"),
    [
        ("queued", {}, "Starting."),
        ("running", {}, "Preparing the tracks."),
        ("running", {"fraction": 0.3}, "Training: in the first epoch."),
        ("paused", {}, "Paused before the first epoch."),
        ("paused", {"fraction": 0.3}, "Paused in the first epoch."),
        ("paused", {"context": {MEASURING: [16, 24]}}, "Paused while measuring the clips: 16 of 24 windows."),
        ("cancelled", {}, "Stopped before the first epoch."),
        ("failed", {"error": "Its worker died in epoch 3: start it again."}, "Training failed."),
    ],
)
def test_every_state_without_epochs_has_its_sentence(state: str, changes: dict[str, Any], answer: str) -> None:
    headline = sentences.of_run(make_run(state, **changes), [], None, Queue())
    assert headline.answer == answer
    assert headline.reason or state == "queued"
    never = state in ("cancelled", "failed")
    assert sentences.no_confusions(make_run(state, **changes)).startswith("No epoch" if never else "After the first")


def test_a_failed_run_shows_its_error() -> None:
    run = make_run("failed", error="Its worker died in epoch 3: start it again.")
    assert sentences.of_run(run, make_epochs(0.5), None, Queue()).reason == run.error


def test_learning_says_epoch_share_and_distance_to_the_limit(limit: BayesLimit) -> None:
    matrix = confusion_matrix(240 * [0, 0, 0, 1, 1], 240 * [0, 1, 1, 1, 1], ("Rock", "Jazz"))
    headline = sentences.of_run(make_run("running"), make_epochs(0.5, 0.7), limit, Queue(), matrix)
    gap = 100 * (limit.accuracy - 0.7)
    assert headline.answer == (
        "Training: epoch 2 of 50, still rising: 70.0\u202f% right on validation, "
        f"{gap:.1f}\u202fpoints below the best possible."
    )
    assert headline.reason == "Macro-F1 58.3\u202f% on 1,197 validation tracks. This is the best epoch so far."


def test_as_good_as_any_only_where_the_interval_reaches_the_limit(limit: BayesLimit) -> None:
    def said(accuracy: float, n_artists: int = 0) -> str:
        matrix = answered(accuracy, n_artists=n_artists)
        return sentences.of_run(make_run("running"), make_epochs(accuracy), limit, Queue(), matrix).answer

    assert "not clearly below the best possible" in said(limit.accuracy - 0.01)
    assert "points below the best possible" in said(limit.accuracy - 0.05)


def test_while_it_trains_the_interval_knows_the_artists_and_few_are_said_with_their_number(limit: BayesLimit) -> None:
    y, artists = np.zeros(1200, int), np.arange(1200) // 100
    apart = confusion_matrix(y, np.where(artists < 9, 0, 1), ("Rock", "Jazz"), artists, "artist")
    epochs, context = make_epochs(0.75), {**CONTEXT, "groups": {"level": "artist", "validation": 3}}
    run = make_run("running")
    assert sentences.validation_interval(run, epochs[0], apart) == share_interval(artists < 9, y == 0, artists)
    assert "not clearly below" in sentences.of_run(run, epochs, limit, Queue(), apart).answer
    alone = confusion_matrix(y, np.where(artists < 9, 0, 1), ("Rock", "Jazz"))
    assert "points below the best possible" in sentences.of_run(run, epochs, limit, Queue(), alone).answer
    few = make_run("running", context=context)
    assert sentences.of_run(few, make_epochs(0.8), limit, Queue(), answered(0.8, n_artists=3)).answer == (
        "Training: epoch 1 of 50, 80.0\u202f% right on validation (3 artists are too few for an interval)."
    )


def test_of_a_run_that_knows_no_groups_no_interval_is_made_up(limit: BayesLimit) -> None:
    before = {name: value for name, value in CONTEXT.items() if name != "groups"}
    run = make_run("paused", context=before)
    assert sentences.validation_interval(run, make_epochs(0.8)[0], answered(0.8)) is None
    said = sentences.of_run(run, make_epochs(0.8), limit, Queue(), answered(0.8)).answer
    assert said == "Paused: epoch 1 of 50, 80.0\u202f% right on validation."
    scores = {"accuracy_interval": [0.0, 1.0], "macro_f1": 0.691, "macro_f1_interval": [0.0, 1.0]}
    changes = {"stopped_because": "max_epochs", "best_epoch": 1, "summary": {"validation": scores}}
    for context, why in (
        (before, "too few"),
        ({**CONTEXT, "groups": {"level": "album", "validation": 4}}, "4 albums are too few"),
    ):
        headline = sentences.of_run(make_run("complete", context=context, **changes), make_epochs(0.7), limit, Queue())
        assert headline.answer == f"Trained: right on 70.0\u202f% of 1,197 validation tracks ({why} for an interval)."
        assert headline.reason.startswith("Macro-F1 69.1\u202f%. ")


@pytest.mark.parametrize(
    ("because", "expected"),
    [
        ("patience", "Training stopped after epoch 3, 2 epochs after the best."),
        ("max_epochs", "All 3 epochs are done."),
        ("diverged", "After epoch 3, the loss was no longer a number."),
        ("stopped", "You stopped it after epoch 3."),
    ],
)
def test_the_end_says_why_and_which_weights_are_kept(because: str, expected: str) -> None:
    run = make_run("complete", stopped_because=because, best_epoch=1)
    headline = sentences.of_run(run, make_epochs(0.7, 0.6, 0.5), None, Queue())
    assert headline.answer == "Trained: right on 70.0\u202f% of 1,197 validation tracks."
    assert expected in headline.reason
    assert "The weights of epoch 1 are kept." in headline.reason


def test_a_complete_run_shows_macro_f1_with_its_interval_beside_accuracy() -> None:
    scores = {"accuracy_interval": [0.6, 0.8], "macro_f1": 0.691, "macro_f1_interval": [0.65, 0.73]}
    run = make_run("complete", stopped_because="max_epochs", best_epoch=1, summary={"validation": scores})
    headline = sentences.of_run(run, make_epochs(0.7), None, Queue())
    assert headline.reason.startswith("Macro-F1 69.1\u202f% (65.0–73.0). The one epoch is done.")


def test_an_ensemble_says_that_it_averages_and_how_good_its_members_are() -> None:
    config = ensemble_of([ExperimentConfig(), ExperimentConfig(train=TrainConfig(seed=7))])
    scores = {"accuracy": 0.7, "accuracy_interval": [0.6, 0.8], "macro_f1": 0.691, "macro_f1_interval": [0.65, 0.73]}
    run = make_run("complete", config_json=config.model_dump_json(), summary={"validation": scores})
    headline = sentences.of_run(run, [], None, Queue())
    assert headline.answer == "Averaged: right on 70.0\u202f% of 1,197 validation tracks."
    assert headline.reason.endswith(
        "The ensemble is the mean of the probabilities of 2 networks; it has no epochs of its own."
    )
    assert sentences.which_epoch(run, None) == "validation, the mean of 2 networks"
    both = beside_members(run, "validation", [0.6, 0.7])
    assert both.startswith("The mean probability of 2 networks. The networks are right on 60.0\u202f% to 70.0\u202f%;")
    assert beside_members(run, "test", []).endswith(" Its members' test part is closed.")


def test_a_diagnosis_is_the_headline_and_what_was_reached_comes_after_it(limit: BayesLimit) -> None:
    run = make_run("complete", stopped_because="patience", best_epoch=1)
    unstable = Diagnosis("unstable", "Learning rate too high: best 70.0\u202f% at epoch 1.")
    headline = sentences.of_run(run, make_epochs(0.7, 0.6, 0.5), limit, Queue(), answered(0.7), unstable)
    assert headline.answer == unstable.sentence
    assert headline.reason.startswith("Trained: right on 70.0\u202f% of 1,197 validation tracks, ")
    assert "points below the best possible. Training stopped after epoch 3" in headline.reason
    few = replace(unstable, kind="too_few")
    reached = sentences.of_run(run, make_epochs(0.7), limit, Queue(), answered(0.7, n=9), few).reason
    assert reached.startswith("Trained: training stopped after epoch 1")
    nothing = make_run("failed", error="It diverged in its first epoch.")
    assert sentences.of_run(nothing, [], None, Queue(), diagnosis=unstable) == sentences.Headline(
        unstable.sentence, "It diverged in its first epoch."
    )


def test_while_it_trains_the_headline_says_where_it_goes_and_a_branch_begins_anew() -> None:
    flat = make_epochs(0.3, 0.5, 0.7, 0.7, 0.7, 0.7, 0.7)
    assert ", flat for 4 epochs: 70.0" in sentences.of_run(make_run("running"), flat, None, Queue()).answer
    fell = make_epochs(0.3, 0.7, 0.5, 0.5)
    assert "Paused: epoch 4 of 50, falling: 50.0" in sentences.of_run(make_run("paused"), fell, None, Queue()).answer
    branch = branch_of(ExperimentConfig(), 2, learning_rate=0.0001).model_dump_json()
    again = sentences.of_run(make_run("running", config_json=branch), fell, None, Queue()).answer
    assert again.startswith("Training: epoch 4 of 50, still rising")


def test_who_waits_behind_others_is_told_so_even_between_epochs() -> None:
    headline = sentences.of_run(make_run("queued"), make_epochs(0.5), None, Queue(before=2, seconds=20))
    assert headline.answer == "Waiting for a free worker."
    assert headline.reason == "2 runs are ahead of it. The wait is about 20\u202fs."


def test_why_the_workers_could_not_be_had_is_said_while_they_are_tried_again() -> None:
    text = sentences.in_queue(Queue(starting=True, problem="The scheduler at tcp://x does not answer."))
    assert text.startswith("The scheduler at tcp://x does not answer. Trying again.")


def test_queue_says_how_many_go_first_and_how_long() -> None:
    assert sentences.in_queue(Queue(before=1, seconds=20)) == "1 run is ahead of it. The wait is about 20\u202fs."
    assert sentences.in_queue(Queue(before=3)) == "3 runs are ahead of it."
    assert sentences.in_queue(Queue()) == "This run is next."
    assert sentences.in_queue(Queue(starting=True)) == "The workers are starting, which takes a few seconds."


def test_time_left_counts_the_pace_and_only_while_running() -> None:
    epochs = make_epochs(0.5, 0.6)
    assert sentences.time_left(make_run("running"), epochs) == "2 of 50 epochs · at most 9.6\u202fs left"
    assert sentences.time_left(make_run("running", pace=0.5), epochs) == "2 of 50 epochs · at most 24\u202fs left"
    done = make_run("complete", finished_at=NOW + timedelta(seconds=17))
    assert sentences.time_left(done, epochs) == "2 of 50 epochs · 17\u202fs", "as on Runs, from its start to its end"
    assert sentences.time_left(make_run("queued"), []) == "0 of 50 epochs"


def test_progress_within_an_epoch_is_put_into_words_where_epochs_are_long() -> None:
    halfway = make_run("running", fraction=0.52)
    assert sentences.time_left(halfway, []) == "0 of 50 epochs, 52\u202f% of the next"
    assert "of the next" not in sentences.time_left(halfway, make_epochs(0.5))
    slow = [replace(make_epochs(0.5)[0], seconds=9.0)]
    assert "1 of 50 epochs, 52\u202f% of the next · at most" in sentences.time_left(halfway, slow)
    assert "of the next" not in sentences.time_left(make_run("paused", fraction=0.52), slow)


def test_a_branch_says_where_it_branches_and_what_differs_after_that() -> None:
    before = ExperimentConfig()
    slower, same = branch_of(before, 2, learning_rate=0.0001), branch_of(before, 3)
    changed = "learning rate 0.0001 instead of 0.001 after that."
    assert sentences.branch_sentence(before) == ""
    assert sentences.branch_sentence(slower) == f"This run branches after epoch 2: {changed}"
    assert sentences.branch_sentence(slower, "it", planned=True) == f"Train branches after epoch 2 of it: {changed}"
    assert sentences.branch_sentence(same, planned=True) == (
        "Train branches after epoch 3, but no setting differs after that. Change a setting in the sidebar first."
    )
    parent = Parent(2, make_epochs(0.5, 0.6, 0.7))
    assert sentences.branch_alt(parent) == " It branches after epoch 2. Its parent run continues to epoch 3."


def test_what_differs_names_settings_and_values() -> None:
    run = ExperimentConfig()
    assert sentences.what_differs(run, run) == ""
    changed = ExperimentConfig(train=TrainConfig(learning_rate=0.01))
    said = "Changed since this run: Learning rate 0.01 (this run 0.001)."
    assert sentences.what_differs(changed, run) == said


def test_charts_are_described_in_words() -> None:
    epochs = make_epochs(0.5, 0.625)
    assert "empty" in sentences.loss_alt([])
    assert "50.0\u202f% to 62.5\u202f%" in sentences.accuracy_alt(epochs)
