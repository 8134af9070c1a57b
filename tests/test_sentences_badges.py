"""Badges beside a number, and for whom the best possible holds."""

from dataclasses import replace

import pytest

from dashboard.services.runs import Queue
from dashboard.text.badges import badges
from dashboard.text.evaluate import answer, limit_help
from dashboard.text.evaluate_states import closed, no_data
from dashboard.text.limits import known_already, limit_here_label, limit_label
from dashboard.text.run_names import how_it_did
from dashboard.text.runs import rate, scores_of
from dashboard.text.train import of_run
from dashboard.views.runs.studies_text import Row, how_many
from dashboard.views.runs.text import answer as answer_of_runs
from dashboard.views.runs.text import caution, rows_of
from genre_core.bayes.limit import bayes_limit
from genre_core.settings.config import SyntheticConfig, TableConfig
from genre_core.settings.names import configure
from genre_core.store.openings import Openings
from tests.test_sentences_evaluate import BALANCED, outcome
from tests.test_sentences_train import CONTEXT, answered, make_epochs, make_run

LEAKY = {**CONTEXT, "leaky": True, "straddlers": {"artist": 41}, "n_test": 1200}


def line(run, opened=None):
    return rows_of([run], {}, {run.id: opened or Openings()}, {})[0]


def test_a_test_number_has_its_count_and_a_leaky_one_says_what_is_torn_apart():
    assert badges(make_run("complete")) == []
    count, leak = badges(make_run("complete", context=LEAKY), Openings(3, True, 90, 1200))
    assert (count.text, leak.text, leak.tone) == ("test opened 3×", "leaky", "warning")
    assert "90 of these 1,200 tracks were looked at for 2 other configurations" in count.meaning
    assert leak.meaning.startswith("Tracks by 41 artists are in both training and test")


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "None of these tracks was looked at for another configuration."),
        (1, "9 of these 1,200 tracks were looked at for 1 other configuration"),
        (2, "2 other configurations"),
    ],
)
def test_a_closed_test_part_says_who_looked_and_what_it_costs(n, said):
    reason = closed(make_run("complete", context=LEAKY), Openings(n, False, 9 * n, 1200)).reason
    assert reason.startswith("Its 1,200 tracks are for the final report.")
    assert said in reason
    assert reason.endswith("Choosing by this score makes it too optimistic.")


def test_the_list_has_a_test_score_only_where_it_was_opened():
    scores = {"accuracy": 0.8, "accuracy_interval": [0.7, 0.9], "macro_f1": 0.8}
    run = make_run("complete", summary={"validation": scores, "test": scores})
    assert (line(run, Openings(4)).test, line(run, Openings(4)).opened) == (None, None)
    opened = line(run, Openings(4, True))
    assert (opened.test, opened.opened) == (rate(run, 0.8, opened.interval), "4×")
    assert rate(replace(run, context=LEAKY), 0.8, None).endswith(", leaky")


def test_saved_scores_say_that_they_are_about_labels_where_some_are_wrong():
    scores = {"accuracy": 0.8, "accuracy_interval": [0.7, 0.9], "macro_f1": 0.8, "macro_f1_interval": [0.7, 0.9]}
    run = make_run("complete", summary={"validation": {**scores, "n": 100}})
    noisy = replace(run, config_json=configure({"data.label_noise": 0.2}).model_dump_json())
    for one, of, what in ((run, "", ""), (noisy, " of labels", " about the labels")):
        assert how_it_did(one) == f"80.0\u202f%{of}"
        assert scores_of(one, "validation").startswith(f"Validation: right{what} on 80.0")
        assert no_data(one, "validation", "")[0].answer.startswith(f"Right{what} on 80.0")
        assert f"right{what} on 80.0" in answer_of_runs([line(one)])
    assert "of labels" not in how_it_did(replace(run, config_json="{}", summary={"validation": scores}))


def test_saved_scores_say_with_their_number_that_groups_are_too_few():
    scores = {"accuracy": 0.8, "accuracy_interval": [0.0, 1.0], "macro_f1": 0.8, "macro_f1_interval": [0.0, 1.0]}
    few = {**CONTEXT, "groups": {"level": "artist", "validation": 3}}
    run = make_run("complete", context=few, summary={"validation": {**scores, "n": 100}})
    assert " 80.0\u202f% (3 artists are too few for an interval) of 100 tracks" in scores_of(run, "validation")
    assert "(3 artists are too few for an interval)" in no_data(run, "validation", "")[0].answer
    one = line(run)
    assert caution([one]).startswith("3 artists are too few for an interval. Choose by validation.")
    few = "Best on validation: a run. 3 artists are too few for an interval. The order could be chance."
    assert caution([one, one]) == few
    before = line(replace(run, context={}))
    assert caution([before, before]).endswith(
        "Its validation tracks are too few for an interval. The order could be chance."
    )


def test_the_limit_says_whom_it_holds_for():
    assert limit_label(SyntheticConfig()) == "no classifier can expect more"
    assert (
        limit_label(SyntheticConfig(artists=5)) == "no classifier can expect more on single tracks by unknown artists"
    )
    assert (
        limit_label(SyntheticConfig(segments=2)) == "no classifier can expect more on single segments of unknown tracks"
    )
    assert limit_label(SyntheticConfig(segments=2), "track") == "no classifier can expect more on unknown tracks"
    assert limit_label(TableConfig()) == "no classifier can expect more"


def test_the_limit_of_the_tracks_at_hand_is_not_called_that_in_the_long_run():
    assert limit_here_label(SyntheticConfig()) == "the best possible on these tracks"
    assert limit_here_label(SyntheticConfig(artists=5)) == "the best possible here, single tracks by unknown artists"
    long_run = bayes_limit(SyntheticConfig(), n_draws=20_000)
    told = str(limit_help(outcome(BALANCED, 384), "test", in_the_long_run=long_run))
    assert f"In the long run the best possible classifier is right on {100 * long_run.accuracy:.1f}\u202f%" in told
    assert "In the long run" not in str(limit_help(outcome(BALANCED, 384), "test"))


def test_only_a_leaky_split_lets_a_model_know_the_artists():
    config = configure({"data.artists": 5}).model_dump_json()
    assert known_already(make_run("complete", config_json=config)) == ""
    assert known_already(make_run("complete", config_json=config, context=LEAKY)) == "single tracks by unknown artists"


def test_above_the_limit_is_luck_only_where_nothing_leaks():
    result = outcome(BALANCED, 320)
    assert "lucky" in answer(result, "test")
    told = answer(result, "test", "unknown artists")
    assert told == "Right on 360 of 400 test tracks; on unknown artists, the best possible classifier gets 320."
    assert answer(outcome(BALANCED, 384), "test", "unknown artists").endswith(
        "the best possible classifier gets 24 more on unknown artists."
    )
    assert "but not on new ones" in str(limit_help(result, "test", "unknown artists"))


def test_train_says_that_a_leaky_run_exceeds_the_limit_of_unknown_artists():
    config = configure({"data.artists": 5, "split.by": "row"})
    limit = bayes_limit(config.data, n_draws=20_000)
    run = make_run("complete", config_json=config.model_dump_json(), context=LEAKY, best_epoch=1, epoch=1)

    def said(accuracy):
        return of_run(run, make_epochs(accuracy), limit, Queue(), answered(accuracy)).answer

    above = said(0.99)
    assert (
        f"{100 * (0.99 - limit.accuracy):.1f}\u202fpoints above the best possible on single tracks by unknown artists"
        in above
    )
    assert "below the best possible on single tracks by unknown artists" in said(0.3)
    level = said(round(limit.accuracy, 3))
    assert "which cannot be told from the best possible on single tracks by unknown artists" in level


def test_lists_say_how_many_runs_and_studies_they_hold():
    held = line(make_run("paused"))
    assert answer_of_runs([held, held]) == "2 runs; none is complete yet."
    listed = [Row(kind, "", None) for kind in ("lens", "repetition", "search")]
    assert how_many(listed, 50) == "3 studies: 1 lens, 1 repetition, 1 search"
    assert how_many(2 * listed, 50) == "6 studies: 2 lenses, 2 repetitions, 2 searches"
    assert how_many(listed, 50, 2).endswith("1 search; 2 of your 4 at a time are under way")
