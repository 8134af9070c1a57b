"""Sentences of Tune, from made-up trials."""

import math
from dataclasses import replace

import pytest

from dashboard.services import searches
from dashboard.services.searches import Search, Winner
from dashboard.theme import GAP
from dashboard.views.tune import text as sentences
from genre_core.errors import RunStateError
from genre_core.settings.config import ExperimentConfig
from genre_core.store.openings import Openings
from genre_core.studies.kinds import LENS, SEARCH
from genre_core.studies.tuning.config import search_config
from genre_core.studies.tuning.optimism import Optimism
from genre_core.studies.tuning.rows import SearchSummary, TrialResult
from genre_core.studies.tuning.space import read_dimension
from tests.test_sentences_lens import study
from tests.test_sentences_train import make_run
from tests.views.opening import own_store

CONFIG = search_config(ExperimentConfig(), [read_dimension("train.batch_size=32|64", ExperimentConfig())], n_trials=3)
ESTIMATE = Optimism(3, 0.72, 0.70, (0.65, 0.75), of_epochs=True)
SUMMARY = SearchSummary(3, optimism=ESTIMATE)


def search(n=3, state="complete", summary=SUMMARY, error=None) -> Search:
    """Return a search with this many trials, the last of which is the best."""
    scores = [(trial, 0.69 + trial / 100) for trial in range(1, n + 1)]
    trials = (
        TrialResult(trial, {"train.batch_size": 32}, "complete", ("r",), rate, rate, rate, 1.0, (0.6, 0.8), 45)
        for trial, rate in scores
    )
    return Search(study(state, error=error), CONFIG, tuple(trials), summary)


@pytest.mark.parametrize(
    ("state", "n", "answer", "reason"),
    [
        ("queued", 0, "Waiting for a worker.", "Then the first trials start."),
        ("running", 0, "Searching: 0 of 3 trials done.", "The best appears with the first finished trial."),
        ("running", 2, "Searching: 2 of 3 trials done.", f"Best so far: 71.0{GAP}% (60.0–80.0) accuracy."),
        ("failed", 0, "The search failed after 0 of 3 trials.", "Why."),
        ("cancelled", 0, "Paused after 0 of 3 trials.", "Continue it, or stop it here."),
        ("complete", 0, "No trial has a score.", "The search ended before a trial was finished."),
        ("complete", 3, f"Best of 3 trials: 72.0{GAP}% (60.0–80.0) accuracy on validation.", "Trial 3: Batch size 32;"),
    ],
)
def test_a_search_says_how_far_it_is(state, n, answer, reason):
    said = sentences.headline(search(n, state, error="Why."))
    assert said.answer == answer
    assert said.reason.startswith(reason)


def test_of_trials_that_are_as_good_the_best_stands_first():
    (first, second, third), rest = search().trials, search(0)
    found = replace(rest, trials=(first, replace(second, value=third.value), third))
    assert found.ranked[0] is found.best
    assert [trial.trial for trial in found.ranked] == [2, 3, 1]


def test_before_a_search_it_says_what_one_is_for():
    assert sentences.BEFORE.answer == "Which settings are better?"


def test_a_revealed_winner_is_said_with_what_it_was_chosen_for():
    test = {"accuracy": 0.68, "accuracy_interval": [0.6, 0.75], "macro_f1": 0.6, "macro_f1_interval": [0.5, 0.7]}
    run = make_run("complete", summary={"test": {**test, "log_loss": 1.1, "n": 45}})
    opened = sentences.headline(search(), Winner(run, Openings(1, True)))
    assert opened.answer == f"The winner is right on 68.0{GAP}% (60.0–75.0) of 45 test tracks."
    assert f"It was chosen for its 72.0{GAP}% accuracy on validation." in opened.reason
    assert sentences.headline(search(), Winner(run, Openings(1))).answer.startswith("Best of 3 trials")


def test_what_picking_the_best_inflates_says_which_trials_it_is_of():
    said = f"inflates the score by about 2.0{GAP}points: expect 70.0{GAP}% (65.0–75.0) on new tracks."
    assert sentences.optimism(search()) == f"Picking the best of 3 {said}"
    early = SearchSummary(2, optimism=replace(ESTIMATE, n_trials=2))
    late = f"Picking the best of 2 {said} This estimate leaves out 1 trial that ended later."
    assert sentences.optimism(search(summary=early)) == late
    by_loss = SearchSummary(3, optimism=replace(ESTIMATE, of_epochs=False))
    left_in = (
        "This estimate does not correct for choosing each trial's best epoch, so it is still a little too optimistic."
    )
    assert sentences.optimism(search(summary=by_loss)) == f"Picking the best of 3 {said} {left_in}"
    on_folds = replace(search(summary=by_loss), config=CONFIG.model_copy(update={"folds": 5}))
    assert sentences.optimism(on_folds) == f"Picking the best of 3 {said}"
    never = "Picking the best of 3 inflates the score; the search ended before it estimated by how much."
    assert sentences.optimism(search(summary=None)) == never
    of_one = replace(search(summary=SearchSummary(3)), too_few="1 artist is too few for an interval")
    unknown = "Picking the best of 3 inflates the score by an unknown amount: 1 artist is too few for an interval."
    assert sentences.optimism(of_one) == unknown
    assert sentences.optimism(search(1, summary=None)) == "With fewer than two trials, there was nothing to pick from."


def test_trials_on_few_artists_have_no_interval_and_say_why():
    few = "3 artists are too few for an interval"
    by_loss = CONFIG.model_copy(update={"objective": "log_loss"})
    estimate = SearchSummary(3, optimism=replace(ESTIMATE, interval=(0.0, math.inf)))
    said = sentences.optimism(replace(search(summary=estimate), config=by_loss, too_few=few))
    size, expected = f"0.020{GAP}nats", f"0.700{GAP}nats ({few})"
    assert said == f"Picking the best of 3 inflates the score by about {size}: expect {expected} on new tracks."
    assert "nats (too few for an interval) on new" in sentences.optimism(
        replace(search(summary=estimate), config=by_loss)
    )
    trials = tuple(replace(one, interval=(0.0, 1.0)) for one in search().trials)
    found = replace(
        search(summary=SearchSummary(3, optimism=replace(ESTIMATE, interval=(0.0, 1.0)))), trials=trials, too_few=few
    )
    assert sentences.headline(found).answer == f"Best of 3 trials: 72.0{GAP}% ({few}) accuracy on validation."
    assert f"expect 70.0{GAP}% ({few}) on new tracks" in sentences.optimism(found)
    assert sentences.uncertainty(found) == (
        f"Each score is on 45 validation tracks. {few}: any difference between trials could be chance."
    )


def test_failed_trials_are_counted_and_the_first_says_why():
    assert sentences.failures(search()) == ""
    failed = [replace(one, state="failed", error="Why.") for one in search(2).trials]
    assert sentences.failures(replace(search(), trials=tuple(failed))) == "2 trials failed. Trial 1: Why."


def test_a_link_to_no_search_is_told(tmp_path):
    with own_store(tmp_path) as own:
        own.studies.submit("lens", LENS.kind, "{}")
        own.studies.submit("old", SEARCH.kind, '{"space": 1}')
        for name, sentence in {
            "nowhere": "There is no search nowhere here: it was deleted or was made in another store.",
            "lens": "lens is no search but a lens",
            "old": "This search was made by another version of Genre Lab: make it again with this one.",
        }.items():
            with pytest.raises(RunStateError, match=sentence):
                searches.search(name)
