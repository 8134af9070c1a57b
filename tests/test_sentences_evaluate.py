from dataclasses import replace

import numpy as np
import pytest

from dashboard.components.cell_tracks import choices, in_cells, tracks_of
from dashboard.components.scores import genre_columns, remarks
from dashboard.services.outcomes import Outcome
from dashboard.shell.cells import Selection
from dashboard.text.evaluate import answer, limit_help, measured
from dashboard.text.evaluate_states import no_run, no_tracks, not_complete
from genre_core.bayes.limit import BayesScore
from genre_core.evaluation.intervals import wilson
from genre_core.evaluation.report import evaluate
from tests.test_sentences_train import make_run

GENRES = ("Rock", "Jazz", "Folk", "Pop")


def outcome(counts, best=None, groups=None, genres=GENRES, sureness=2.0):
    """Return an outcome with these confusion counts (k, k); `best` tracks are what the limit gets right."""
    counts = np.asarray(counts)
    k = len(counts)
    cells = np.repeat(np.arange(k * k), counts.ravel())
    y_true, y_pred = np.divmod(cells, k)
    rng = np.random.default_rng(0)
    logits = (rng.random((len(cells), k)) + sureness * np.eye(k)[y_pred]).astype(np.float32)
    scores = evaluate(y_true, logits, genres[:k], majority=0, groups=groups)
    limit = None if best is None else BayesScore(best / len(cells), wilson(best, len(cells)), y_true)
    return Outcome(np.arange(len(cells)) + 1000, y_true, logits, genres[:k], groups, scores, limit)


BALANCED = [[90, 4, 3, 3], [3, 90, 4, 3], [3, 3, 90, 4], [4, 3, 3, 90]]


@pytest.mark.parametrize(
    ("best", "sentence"),
    [
        (None, "Right on 360 of 400 test tracks."),
        (384, "Right on 360 of 400 test tracks; the best possible classifier gets 24 more."),
        (361, "Right on 360 of 400 test tracks; the best possible classifier gets 1 more."),
        (360, "Right on 360 of 400 test tracks, as many as the best possible classifier."),
    ],
)
def test_the_answer_counts_tracks_and_what_was_possible(best, sentence):
    assert answer(outcome(BALANCED, best), "test") == sentence


@pytest.mark.parametrize("about", ["label", "true genre"])
def test_where_labels_are_noisy_it_is_said_what_is_right(about):
    noisy = replace(outcome(BALANCED, 384), about=about)
    assert (
        answer(noisy, "test")
        == f"Right about the {about} on 360 of 400 test tracks; the best possible classifier gets 24 more."
    )
    assert f"It is right about the {about} on 384 of" in limit_help(noisy, "test")
    assert measured(noisy, "test") == f"400 test tracks, about the {about}s"
    assert answer(replace(outcome(np.diag([9, 9])), about=about), "test").startswith(f"Right about the {about} on all")
    assert measured(outcome(BALANCED), "test") == "400 test tracks"


def test_more_than_the_limit_is_called_luck():
    assert "the best possible classifier gets 350, so this model was lucky" in answer(outcome(BALANCED, 350), "test")


@pytest.mark.parametrize(
    ("state", "changes", "answer", "reason", "step"),
    [
        ("queued", {}, "This run is waiting for a free worker.", "No epoch is done yet. You", "See it on Train"),
        (
            "running",
            {"epoch": 2},
            "This run is still training.",
            "2 of at most 50 epochs so far. You",
            "Watch it on Train",
        ),
        ("paused", {}, "This run is paused.", "No epoch is done yet. Resume or stop it. You", "Continue it on Train"),
        ("failed", {"error": "Why."}, "This run failed.", "Why.", "Start it again on Train"),
        ("cancelled", {}, "This run was cancelled.", "It was stopped before its first", "Start it again on Train"),
    ],
)
def test_a_run_that_is_not_complete_says_how_it_stands(state, changes, answer, reason, step):
    headline, where = not_complete(make_run(state, **changes))
    assert (headline.answer, where.label) == (answer, step)
    assert headline.reason.startswith(reason)
    assert headline.reason.endswith("You can evaluate it when it is complete.") == ("You" in reason)


def test_without_a_run_it_says_where_to_get_one():
    assert no_run(None, False)[0].answer == "There is no run yet."
    assert no_run(None, True)[0].answer == "No run is complete yet."
    headline, step = no_run("nobody", True)
    assert headline.answer == "This run is not here."
    assert headline.reason.startswith("The link asks for nobody, which was deleted")
    assert (step.label, no_run("nobody", False)[1].label) == ("Choose another run", "Train the first run")


def test_all_right_says_so():
    assert answer(outcome(np.diag([100, 100]), 200), "validation") == "Right on all 200 validation tracks."


def test_a_genre_that_is_never_predicted_has_no_precision():
    never = outcome([[50, 10, 0, 0], [9, 50, 0, 0], [20, 10, 0, 0], [3, 2, 0, 4]])
    assert genre_columns(never.evaluation)["precision"][2] is None
    assert genre_columns(never.evaluation)["precision low"][2] is None
    assert remarks(never.evaluation) == ["", "", "never predicted", "few tracks"]


def test_a_cell_lists_exactly_its_tracks_the_surest_first():
    result = outcome(BALANCED)
    names = [f"t{row}" for row in range(2000)]
    seen = []
    for i in range(4):
        for j in range(4):
            found = tracks_of(result, names, in_cells(result, Selection.of(f"{i}-{j}", len(result.genres))))
            assert len(found) == BALANCED[i][j]
            assert (np.diff(found.confidence) <= 0).all()
            assert list(found.names) == [f"t{row}" for row in found.rows]
            assert (found.margin > 0).all()
            assert (found.second != j).all()
            assert (found.true == i).all()
            assert (found.predicted == j).all()
            seen += found.rows.tolist()
    assert sorted(seen) == result.rows.tolist()


def test_choices_are_all_genres_and_say_which_is_true_and_predicted():
    result = outcome(BALANCED)
    wrong = tracks_of(result, [""] * 2000, in_cells(result, Selection.of("0-1", 3)))
    found = choices(result, int(wrong.rows[0]))
    assert [choice.role for choice in found if choice.role] == ["predicted", "true"]
    assert found[0].genre == "Jazz"
    assert sum(choice.probability for choice in found) == pytest.approx(1)
    right = tracks_of(result, [""] * 2000, in_cells(result, Selection.of("0-0", 3)))
    assert choices(result, int(right.rows[0]))[0].role == "predicted, true"


def test_tracks_that_are_gone_are_said_with_the_way_to_get_them_back():
    headline, step = no_tracks("Why.")
    assert (headline.answer, headline.reason) == ("The tracks of this run are no longer stored.", "Why.")
    assert step.label == "Upload the table again on Data"
