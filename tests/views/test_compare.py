"""Compare: each state of the page, and that its numbers are those of the runs."""

import json

import numpy as np
import pytest

from dashboard.services import outcomes
from dashboard.views.compare import comparing
from dashboard.views.compare.text import answer
from genre_core.settings.names import configure
from genre_core.store.openings import open_test, openings_of
from genre_core.store.run_result import Judge
from genre_core.workers.run import execute
from tests.views.opening import drawn, opened, own_store, press, texts
from tests.views.stored import put_segments, trained

COMPARE = "views/compare/page.py"
SMALL = {
    "data.n_samples": 600,
    "data.n_genres": 4,
    "data.overlap": 3.0,
    "train.max_epochs": 4,
    "model.hidden": (24,),
    "train.batch_size": 16,
    "train.learning_rate": 0.01,
}


def pair(store, *run_ids):
    """Return the comparison of two runs on validation."""
    return comparing.compared([store.run(run_id) for run_id in run_ids], "validation").comparisons[0]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("compare")) as own:
        trained(own, "good", SMALL, "the good one")
        trained(own, "seed", SMALL, "another seed", train__seed=7)
        trained(own, "poor", SMALL, "the poor one", train__learning_rate=1e-4, train__max_epochs=1)
        trained(own, "again", SMALL, "the good one again")
        trained(own, "split", SMALL, "another split", split__seed=9)
        trained(own, "other", SMALL, "other data", data__overlap=2.0)
        table, deleted = put_segments(own, "kept"), put_segments(own, "deleted")
        own.submit("gone", configure({"train.max_epochs": 1} | {k.replace("__", "."): v for k, v in deleted.items()}))
        execute("gone", 1, own.url)
        for run_id, seed in (("grouped", 1), ("grouped2", 2)):
            given = {k.replace("__", "."): v for k, v in table.items()}
            own.submit(run_id, configure({"train.max_epochs": 2, "train.seed": seed} | given), run_id)
            execute(run_id, 1, own.url)
        own.delete_table(deleted["data__table"])
        for run_id, seed in (("noisy", 1), ("noisy2", 2)):
            trained(own, run_id, SMALL, data__label_noise=0.3, train__seed=seed)
        own.submit("queued", configure(SMALL), "the queued one")
        yield own


def html(page):
    return " ".join(item.proto.body for item in page.get("html"))


def links(page):
    return [link.proto.label for link in page.get("page_link")]


def test_without_two_complete_runs_the_page_leads_to_train(tmp_path):
    with own_store(tmp_path) as own:
        assert opened(COMPARE).header[0].value == "Nothing to compare yet."
        own.submit("held", configure(SMALL))
        page = opened(COMPARE, runs="held")
        assert page.header[0].value == "Too few runs are complete."
        assert "is not complete (waiting)" in texts(page)
        assert links(page) == ["Train another"]


def test_with_one_run_it_asks_for_another_and_offers_those_on_the_same_tracks_first(store):
    page = opened(COMPARE, run="good")
    assert page.header[0].value == "Choose a run to compare the good one with."
    assert page.multiselect[0].value == ["good"]
    offered = page.multiselect[0].options
    assert [option.rpartition(" ")[2] for option in offered[:2]] != ["spli", "othe"]
    page.multiselect[0].set_value(["good", "seed"])
    page.run()
    assert page.query_params["runs"] == "good,seed"
    assert answer(pair(store, "good", "seed"), "validation tracks") in texts(page)


def test_the_verdict_comes_first_and_rests_on_the_runs_numbers(store):
    page = opened(COMPARE, runs="good,poor")
    good, poor = (outcomes.outcome(store.run(run_id), "validation") for run_id in ("good", "poor"))
    points = 100 * (good.evaluation.accuracy - poor.evaluation.accuracy)
    said = f"the good one (A) is better than the poor one (B) by {points:.1f}\u202fpoints of accuracy on 90 validation"
    assert page.header[0].value == f"{said} tracks."
    right = [one.logits.argmax(axis=1) == one.y_true for one in (good, poor)]
    alone = int((right[0] & ~right[1]).sum())
    assert f"Only A is right on {alone} tracks" in html(page)
    assert "Each was trained once" in html(page)
    marks = [drawn(page, f"compare ruler {number}")["marks"] for number in (0, 1)]
    assert [next(m["kind"] for m in ruler if m["kind"] in ("model", "other")) for ruler in marks] == ["model", "other"]
    for ruler, name in zip(marks, ("A · the good one", "B · the poor one"), strict=True):
        assert any(mark["text"].startswith(name) for mark in ruler)


def test_the_matrix_counts_the_first_less_the_second_and_its_cells_open_the_tracks_that_moved(store):
    page = opened(COMPARE, runs="good,poor")
    view = drawn(page, "difference matrix")["view"]
    good, poor = (outcomes.outcome(store.run(run_id), "validation") for run_id in ("good", "poor"))
    matrices = [one.evaluation.confusion_matrix.counts for one in (good, poor)]
    assert view["rates"] == (matrices[0] - matrices[1]).tolist()
    assert view["versus"] == ["A", "B"]
    answers = [one.logits.argmax(axis=1) for one in (good, poor)]
    assert len(page.dataframe[0].value) == int((answers[0] != answers[1]).sum())
    page = opened(COMPARE, runs="good,poor", cell="1-1")
    ours, theirs = ((one == 1) & (good.y_true == 1) for one in answers)
    moved = page.dataframe[0].value
    assert len(moved) == int((ours != theirs).sum())
    genres = good.genres
    assert set(moved["true"]) == {genres[1]}
    assert ((moved["A"] == genres[1]) != (moved["B"] == genres[1])).all()
    row = int(good.rows[np.flatnonzero(ours != theirs)[0]])
    page = opened(COMPARE, runs="good,poor", cell="1-1", track=str(row))
    assert {"Why A predicts this", "Why B predicts this"} <= set(links(page))
    assert "did not move here" in texts(opened(COMPARE, runs="good,poor", cell="1-1", track="599999"))


def test_what_differs_in_their_settings_and_nothing_else_is_listed(store):
    page = opened(COMPARE, runs="good,poor")
    assert list(page.dataframe[2].value["setting"]) == ["Learning rate", "Maximum epochs"]
    assert "They differ only in their seed" in html(opened(COMPARE, runs="good,seed"))
    same = opened(COMPARE, runs="good,again")
    assert answer(pair(store, "good", "again"), "validation tracks") in texts(same)
    assert "the same settings and seeds give the same run" in texts(same)


def test_each_genre_has_its_recalls_and_an_adjusted_p(store):
    page = opened(COMPARE, runs="good,poor")
    genres = page.dataframe[1].value
    found = comparing.compared([store.run("good"), store.run("poor")], "validation").comparisons[0]
    assert list(genres["tracks"]) == [one.matched.n for one in found.per_genre]
    assert list(genres["clear difference"] != "") == [one.p_adjusted < 0.05 for one in found.per_genre]


def test_with_several_runs_each_is_compared_with_the_first_and_one_is_drawn(store):
    page = opened(COMPARE, runs="good,seed,poor", **{"with": "poor"})
    pairs = page.dataframe[0].value
    assert list(pairs["compared with"]) == ["B · another seed", "C · the poor one"]
    assert drawn(page, "difference matrix")["view"]["versus"] == ["A", "C"]
    assert "(C)" in page.header[0].value
    assert "difference from a run that is not compared" in texts(opened(COMPARE, runs="good,seed", **{"with": "poor"}))


@pytest.mark.parametrize(
    ("runs", "header", "sentence"),
    [
        ("good,nobody", "Choose a run to compare the good one with.", "There is no run nobody here"),
        ("good,queued", "Choose a run to compare the good one with.", "the queued one is not complete (waiting)"),
        ("good,good", "Choose a run to compare the good one with.", "a run cannot be compared with itself"),
        ("good,other", "These runs cannot be compared.", "use different data"),
        ("good,split", "These runs cannot be compared.", "use different splits of the same data: of 90 tracks"),
        ("good,gone", "These runs cannot be compared.", "gone cannot be compared."),
        ("gone,good", "These runs cannot be compared.", "gone cannot be compared."),
        ("good,seed,split", "No clear difference", "use different splits"),
        ("a,b,c,d,e,f,g", "Choose a run to compare", "identifiers of up to six runs"),
        ("<b>,x", "Choose a run to compare", "identifiers of up to six runs"),
    ],
)
def test_a_run_that_cannot_be_compared_is_named_with_the_reason(store, runs, header, sentence):
    page = opened(COMPARE, runs=runs)
    assert page.header[0].value.startswith(header)
    assert sentence in texts(page)


def test_the_test_part_is_asked_for_and_counted_for_each_run(store):
    page = opened(COMPARE, runs="good,seed", part="test")
    assert page.header[0].value == "The test part is closed for the good one and another seed."
    assert not page.dataframe
    open_test(store, store.run("good"))
    page = opened(COMPARE, runs="good,seed", part="test")
    assert page.header[0].value == "The test part is closed for another seed."
    page = press(page, "Open the test part")
    assert "of 90 test tracks" in texts(page) or "with 90 test tracks" in texts(page)
    assert "test opened 2×" in html(page)
    assert openings_of(store, [store.run("seed")])["seed"].opened


def test_tracks_in_groups_are_compared_by_group(store):
    page = opened(COMPARE, runs="grouped,grouped2", unit="row")
    runs = [store.run("grouped"), store.run("grouped2")]
    found = comparing.compared(runs, "validation", judge=Judge(unit="row")).comparisons[0]
    assert found.matched.effective < found.matched.n
    assert "groups tell as much as" in html(page)


def test_curves_of_both_runs_stand_on_one_chart(store):
    page = opened(COMPARE, runs="good,poor")
    figure = json.loads(drawn(page, "overlaid accuracy")["figure"])
    names = [trace["name"] for trace in figure["data"] if "name" in trace]
    assert len(names) == 4
    assert sum("best" in note["text"] for note in figure["layout"]["annotations"]) == 2
    assert "the good one: 4 epochs" in drawn(page, "overlaid accuracy")["alt"]


def test_labels_or_true_genres_judge_both(store):
    runs = [store.run("noisy"), store.run("noisy2")]
    by_label, by_genre = (
        comparing.compared(runs, "validation", judge=Judge(clean)).comparisons[0] for clean in (False, True)
    )
    assert by_label.matched.both < by_genre.matched.both
    page = opened(COMPARE, runs="noisy,noisy2", right="true")
    assert "Judged by the true genres." in html(page)
    assert f"is right on {by_genre.matched.only_first} track" in html(page)
    assert "Judged by the labels." in html(opened(COMPARE, runs="noisy,noisy2"))


def test_runs_and_evaluate_lead_here(store):
    page = opened("views/runs/page.py", run="good", runs="seed,good")
    assert "Compare these 2 runs" in links(page)
    assert "Compare with …" in links(opened("views/evaluate/page.py", run="good"))
