"""Sentences of Split lens, from made-up scores."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dashboard.services.lenses import Lens
from dashboard.services.studies import seconds_left
from dashboard.text.studies import label, what_differs
from dashboard.views.lens import text as sentences
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.settings.config import ExperimentConfig, SyntheticConfig, TableConfig
from genre_core.store.schema import Study
from genre_core.studies.lens.config import Classifier, LensConfig
from genre_core.studies.lens.judging import LensPlan, LensScore

ARTISTS = ExperimentConfig(data=SyntheticConfig(artists=20))
NOISE = (0.0, 0.01, -0.01, 0.005, -0.005)
SWING = {"row": 1.0, "track": -2.0, "artist": -2.0, "published": 1.0}


def study(state="complete", **own) -> Study:
    now = datetime.now(UTC)
    usual = {"error": None, "context": {}, "lost": False, "n_results": 0, "revision": 1, "attempt": 1}
    return Study(id="id", kind="lens", config_json="{}", state=state, created_at=now, started_at=now, finished_at=None,
                 heartbeat_at=now, **{**usual, **own})  # type: ignore[arg-type]  # fmt: skip


def scores(rates, n_repeats=5, n_train=6000, n_available=6000):
    return tuple(
        LensScore(level, classifier, r + 1, rate + NOISE[r] * SWING[level], rate, n_train, n_available, 600, 2.0)
        for (level, classifier), rate in rates.items()
        for r in range(n_repeats)
    )


def lens(rates, of=ARTISTS, state="complete", groups=None, gaps=None, levels=None, n_scores=60, n_repeats=5, **own):
    groups = {"artist": 160} if groups is None else groups
    levels = levels or tuple(dict.fromkeys(level for level, _ in rates))
    plan = LensPlan(levels, gaps or {}, groups, 8000, 8, n_scores, "hash")
    return Lens(study(state), LensConfig(experiment=of), plan, scores(rates, n_repeats, **own))


LEAK = {("row", "network"): 0.82, ("artist", "network"): 0.60}


def test_a_leak_is_said_in_points_with_its_interval_and_what_is_left_without_it():
    said = sentences.headline(lens(LEAK), None)
    assert said.answer.startswith("Of the network's 82.0\u202f%, 22.0\u202fpoints (")
    assert said.answer.endswith("are leakage.")
    assert "tracks by training artists are in the test part" in said.reason
    assert "On unknown artists, the network is right on 60.0" in said.reason
    assert "macro-F1 60.0" in said.reason


def test_a_row_split_that_passes_the_limit_is_said_to_remember():
    assert "exceeds the best possible" in sentences.headline(lens(LEAK), 0.7).reason
    assert "exceeds" not in sentences.headline(lens(LEAK), 0.9).reason


def test_where_levels_agree_no_leakage_is_claimed_and_a_student_is_told_how_to_cause_it():
    said = sentences.headline(lens({("row", "network"): 0.701, ("artist", "network"): 0.70}), None)
    assert said.answer.startswith("No clear leakage: right on 70.1")
    assert "could be chance" in said.reason
    assert said.reason.endswith("Raise Artist spread to cause a leak.")


def test_the_headline_tells_the_published_split_and_what_few_splits_cannot_rule_out():
    published = sentences.headline(lens({**LEAK, ("published", "network"): 0.475}), None)
    assert published.answer.endswith("are leakage; as published, 47.5\u202f%.")
    few = lens({("row", "network"): 0.71, ("artist", "network"): 0.70}, n_repeats=3)
    said = sentences.headline(few, None)
    assert said.answer.startswith("No clear leakage")
    assert few.leakage is not None
    most = f"{100 * few.leakage.interval.high:.1f}"
    assert f"3 splits cannot rule out a leakage of up to {most}\u202fpoints" in said.reason


def test_a_large_difference_that_could_be_chance_asks_for_more_splits():
    wide = lens({("row", "network"): 0.74, ("artist", "network"): 0.70}, n_available=700)
    assert wide.leakage is not None
    assert wide.leakage.interval.low < 0
    said = sentences.headline(wide, None)
    assert said.answer.startswith("Too few splits to tell whether the score leaks")
    assert "More splits narrow the interval" in said.reason


def test_before_the_third_split_nothing_is_claimed():
    said = sentences.headline(lens(LEAK, state="running", n_repeats=2), None)
    assert said.answer == "Judging: 4 of 60 scores."
    assert said.reason == "Intervals appear with the third split."
    assert "So far: of the network's" in sentences.headline(lens(LEAK, state="running"), None).reason


@pytest.mark.parametrize(
    ("of", "way"),
    [(ExperimentConfig(), "Give the tracks artists"), (ExperimentConfig(data=TableConfig()), "group column")],
)
def test_tracks_that_stand_alone_are_told_what_would_leak(of, way):
    alone = lens({("row", "network"): 0.8}, of, groups={})
    said = sentences.headline(alone, None)
    assert "no split can leak" in said.answer
    assert way in said.reason
    assert way in sentences.before(alone.plan, LensConfig(experiment=of)).reason


def test_beside_a_published_split_not_every_difference_is_called_leakage():
    found = lens({("row", "network"): 0.73, ("published", "network"): 0.47}, groups={})
    said = sentences.headline(found, None)
    assert said.answer == "The network is right on 73.0\u202f% by row and on 47.0\u202f% as published."
    assert "so not all of the difference need be leakage" in said.reason
    assert "intervals cover only the training seed" in sentences.level_note(found, "published")


@pytest.mark.parametrize(
    ("state", "error", "answer", "reason"),
    [
        ("queued", None, "Waiting for a worker.", "It continues after 10 scores."),
        ("failed", "Its worker died.", "Judging failed after 10 of 60 scores.", "Its worker died."),
        ("cancelled", None, "Stopped after 10 of 60 scores.", "Of the network's"),
        ("running", None, "Judging: 10 of 60 scores.", "So far: of the network's"),
    ],
)
def test_each_state_says_how_far_it_came(state, error, answer, reason):
    found = lens(LEAK, state=state)
    said = sentences.headline(Lens(study(state, error=error), found.config, found.plan, found.scores), None)
    assert said.answer == answer
    assert said.reason.startswith(reason)


FEW = ExperimentConfig(data=SyntheticConfig(artists=2, segments=2))
TOO_FEW = "The genre Genre A has 2 artists, too few for three parts."
TORN = "Split by row, the same artists are in both training and test."


def test_where_one_artist_owns_a_genre_tracks_are_not_said_to_stand_alone():
    alone = lens({("row", "network"): 0.8}, FEW, groups={"artist": 16}, gaps={"artist": TOO_FEW})
    before, after = sentences.before(alone.plan, alone.config), sentences.headline(alone, None)
    assert before.answer == "These tracks cannot be judged by artist."
    assert before.reason == f"{TORN} {TOO_FEW}"
    assert after.answer == "The network is right on 80.0\u202f% by row, with the same artists in training and test."
    assert after.reason.endswith(f"These tracks cannot be judged by artist. {TORN} {TOO_FEW}")
    for said in (before, after):
        assert "alone" not in f"{said.answer} {said.reason}"
        assert "Give the tracks artists" not in said.reason
    assert not any("cannot be judged" in aside for aside in sentences.asides(alone))  # the answer has it


@pytest.mark.parametrize(
    ("row", "track", "answer"),
    [
        (0.82, 0.60, "are leakage; leakage by artist is unknown."),
        (0.60, 0.60, "No clear leakage between these splits: right on"),
    ],
)
def test_where_row_and_track_leave_artists_on_both_sides_the_verdict_says_so(row, track, answer):
    rates = {("row", "network"): row, ("track", "network"): track}
    said = sentences.headline(lens(rates, FEW, groups={"track": 8000, "artist": 16}, gaps={"artist": TOO_FEW}), None)
    assert answer in said.answer
    assert said.reason.endswith(f"Split by row and by track, the same artists are in both training and test. {TOO_FEW}")
    assert "to cause a leak" not in said.reason


def test_a_level_finer_than_one_that_is_judged_does_not_stand_on_both_sides():
    found = lens(LEAK, groups={"album": 300, "artist": 160}, gaps={"album": "Too few."})
    assert sentences.headline(found, None).answer.endswith("are leakage.")
    assert sentences.asides(found)[0] == "These tracks cannot be judged by album. Too few."


def test_the_page_says_that_no_test_part_of_a_run_is_opened_but_a_published_one():
    assert "no run uses them" in sentences.asides(lens(LEAK))[-1]
    published = lens({("row", "network"): 0.73, ("published", "network"): 0.47}, groups={})
    plan = replace(published.plan, n_closed=90)
    assert "judged, which chose no epoch" in sentences.own_splits(plan)
    assert "The 90 test tracks of these settings are in no split" in sentences.own_splits(plan)
    shown = replace(published, plan=replace(plan, test_hash="ab"))
    assert "count as looked at once for each classifier and seed" in sentences.asides(shown)[-1]


def test_a_lens_of_an_earlier_version_says_that_it_judged_test_tracks():
    assert "its splits also test tracks that are in the settings' test part" in sentences.asides(lens(LEAK))[-1]


def test_before_a_lens_it_is_said_what_would_be_judged():
    found = lens(LEAK)
    said = sentences.before(found.plan, found.config)
    assert said.answer == "How much does the score depend on the split?"
    assert said.reason.startswith("The same tracks are split by row and by artist, ")
    assert said.reason.endswith(
        "The network and five simple classifiers are tested on each split, which gives 60 scores."
    )
    assert sentences.before(None, None).answer == "These settings cannot be judged yet."


def test_before_its_plan_a_lens_prepares():
    assert sentences.headline(Lens(study("running"), LensConfig(), None, ()), None).answer == "Preparing the tracks."


def test_asides_name_gaps_reversed_winners_and_baselines_that_saw_a_part():
    rates = {("row", "svc"): 0.9, ("row", "logistic"): 0.8, ("artist", "svc"): 0.5, ("artist", "logistic"): 0.6}
    said = sentences.asides(lens(rates, gaps={"album": "Too few."}, n_available=9000))
    assert said[0] == "These tracks cannot be judged by album. Too few."
    assert said[1].startswith("The leakage is largest with support vectors: 40.0\u202fpoints (")
    assert said[2].endswith("support vectors ahead of logistic regression by row, behind by artist.")
    assert said[4] == "Support vectors learned from 6,000 of 9,000 training tracks, drawn at random."


def test_levels_say_what_they_keep_together():
    found = lens(LEAK)
    assert sentences.level_note(found, "row").startswith("single tracks, regardless of artist · 600 test tracks")
    assert sentences.level_note(found, "artist").startswith("160 artists, each on one side")


def test_progress_estimates_what_is_left_from_what_it_took():
    config = LensConfig(experiment=ARTISTS, n_repeats=5, classifiers=("network", "majority"))
    half = lens(
        {("row", "network"): 0.8, ("row", "majority"): 0.1}, state="running", levels=("row", "artist"), n_scores=20
    )
    running = Lens(half.study, config, half.plan, half.scores)
    assert running.seconds_left == pytest.approx(20.0)
    assert sentences.progress(running) == "10 of 20 scores · about 20\u202fs left"
    two = Lens(study("running", context={"workers": 2}), config, half.plan, half.scores)
    assert sentences.progress(two) == "10 of 20 scores · about 10\u202fs left", "they share the work"
    assert seconds_left(two.study, [("a", 1.0), ("b", 9.0)], "abb") == 10.0, "nobody shares the last piece"
    listens = Lens(
        half.study, LensConfig(n_repeats=3), replace(half.plan, network_alone="No features."), half.scores[:3]
    )
    assert listens.seconds_left == pytest.approx(6.0), "where only the network is judged, nobody else is waited for"


def test_what_is_left_weighs_each_classifier_by_its_own_cost_and_does_not_jump():
    """Boosted trees take fifty times as long as the others: an average over all scores would jump with each of them."""
    cost: dict[Classifier, float] = {
        "network": 2.0,
        "majority": 0.01,
        "neighbour": 0.1,
        "logistic": 0.2,
        "boosting": 20.0,
    }
    config = LensConfig(experiment=ARTISTS, n_repeats=5, classifiers=tuple(cost))
    rates = {(level, classifier): 0.5 for level in ("row", "artist") for classifier in cost}
    found = lens(rates, state="running", levels=("row", "artist"), n_scores=50)
    in_order = sorted(found.scores, key=lambda one: (one.repeat, one.level, list(cost).index(one.classifier)))
    done = [replace(one, seconds=cost[one.classifier]) for one in in_order]
    for n in range(len(done) + 1):
        left = Lens(found.study, config, found.plan, tuple(done[:n])).seconds_left
        truth = sum(one.seconds for one in done[n:])
        assert left == (None if n < len(cost) else pytest.approx(truth)), n


def test_of_a_published_split_only_what_will_be_judged_again_is_waited_for():
    rates = {(level, classifier): 0.5 for level in ("row", "published") for classifier in ("network", "majority")}
    config = LensConfig(experiment=ARTISTS, n_repeats=5, classifiers=("network", "majority"))
    found = lens(rates, state="running", n_repeats=1, groups={}, n_scores=16)
    running = Lens(found.study, config, found.plan, found.scores)
    assert running.seconds_left == pytest.approx(2.0 * (16 - 4))


def test_what_decides_which_tracks_stay_closed_is_said_to_differ():
    other = ARTISTS.model_copy(update={"split": ARTISTS.split.model_copy(update={"by": "row"})})
    assert "Keep together" in what_differs(other, ARTISTS, "judged", "judged here")
    assert "Artists per genre" in what_differs(ExperimentConfig(), ARTISTS, "judged", "judged here")


def test_the_list_says_data_age_and_state():
    old = study("cancelled")
    assert (
        label(old, LensConfig(experiment=ARTISTS), {})
        == "just now, stopped · synthetic, overlap 4.25, artists per genre 20"
    )
    assert label(study(), LensConfig(), {}) == "just now · synthetic, overlap 4.25"
    assert label(study(), None, {}).endswith("another version's")


def test_a_baseline_that_leaks_is_in_the_answer_where_the_network_does_not():
    found = lens({("row", "network"): 0.70, ("artist", "network"): 0.70, ("row", "neighbour"): 0.97,
                  ("artist", "neighbour"): 0.55})  # fmt: skip
    said = sentences.headline(found, None)
    assert said.answer.startswith("The split by row leaks. The leakage is largest with nearest neighbor: 42.0")
    assert len(said.answer) < 105, "three lines of a phone"
    assert "The network is right on 70.0\u202f% by row, 70.0\u202f% by artist." in said.reason
    assert not any("leakage is largest" in aside for aside in sentences.asides(found))


def test_a_lens_of_before_says_that_its_intervals_by_row_are_for_these_artists():
    before = lens(LEAK)
    said = " ".join(sentences.asides(before))
    assert "The intervals by row are for these artists: other artists would change the scores. Judge again" in said
    counted = tuple(
        replace(score, group_variances={"accuracy": 1e-4, "macro_f1": 1e-4}, group_degrees=100)
        if score.level == "row" else score for score in before.scores
    )  # fmt: skip
    now = replace(before, scores=counted)
    assert GLOSSARY["interval with other artists"] in sentences.asides(now)
    assert "Judge again" not in " ".join(sentences.asides(now))
    leaked = "The interval of the leakage is for these artists: other artists would leak more or less."
    assert leaked in sentences.asides(before)
    assert leaked in sentences.asides(now)
    narrow, wide = (of.estimates["row", "network"].accuracy_interval for of in (before, now))
    assert wide.high - wide.low > narrow.high - narrow.low


def test_by_row_a_ranking_holds_for_these_artists_only():
    rates = {(level, name): rate for level in ("row", "artist") for name, rate in (("network", 0.8), ("svc", 0.7))}
    assert sentences.ranked(lens(rates)).endswith(" By row, it holds for these artists only.")
    assert sentences.ranked(lens(rates, groups={})).endswith("although one is clearly ahead.")
