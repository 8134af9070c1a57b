"""Compare: each state of the page, and that its numbers are those of the runs."""

import json
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from dashboard.services import outcomes
from dashboard.theme import GAP
from dashboard.views.compare import comparing
from dashboard.views.compare import text as sentences
from genre_core.evaluation.verdict import verdict, why
from genre_core.settings.names import configure
from genre_core.store.openings import open_test, openings_of
from genre_core.store.run_result import JUDGE, Judge
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


def pair(store, *run_ids, judge=JUDGE):
    """Return the comparison of two runs on validation, called A and B."""
    return comparing.compared([store.run(run_id) for run_id in run_ids], "validation", judge=judge).lettered(0)


CHOOSE = sentences.choose_more("the good one").answer


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
    return unescape(" ".join(item.proto.body for item in page.get("html")))


def links(page):
    return [link.proto.label for link in page.get("page_link")]


def test_without_two_complete_runs_the_page_leads_to_train(tmp_path):
    with own_store(tmp_path) as own:
        assert (page := opened(COMPARE)).header[0].value == sentences.no_runs(False)[0].answer
        assert not page.multiselect, "there is nothing to choose"
        own.submit("held", configure(SMALL))
        page = opened(COMPARE, runs="held")
        assert page.header[0].value == sentences.no_runs(True)[0].answer
        assert sentences.incomplete(own.run("held")) in texts(page)
        assert links(page) == ["Train another"]


def test_with_one_run_it_asks_for_another_and_offers_those_on_the_same_tracks_first(store):
    page = opened(COMPARE, run="good")
    assert page.header[0].value == sentences.choose_more("the good one").answer
    assert page.multiselect[0].value == ["good"]
    offered = page.multiselect[0].options
    assert sorted(option.split(" · ")[0] for option in offered) == [
        "another seed", "the good one", "the good one again", "the poor one"
    ]  # fmt: skip
    assert ": another split" in texts(page)
    assert ": other data" in texts(page)
    said, reasons = sentences.not_offered(
        [(store.run("split"), "a split"), (store.run("other"), "a table")], store.run("good")
    )
    assert said == "2 runs on other tracks cannot be compared"
    assert reasons == ["a split: another split", "a table: other data"]
    page.multiselect[0].set_value(["good", "seed"])
    page.run()
    assert page.query_params["runs"] == "good,seed"
    assert verdict(pair(store, "good", "seed"), "validation tracks", GAP) in texts(page)


def test_with_one_run_those_on_the_same_tracks_are_one_click_away(store):
    page = opened(COMPARE, run="good")
    offered = [
        button.key.removeprefix("compare with ") for button in page.button if "compare with" in (button.key or "")
    ]
    assert offered == ["again", "poor", "seed"]  # newest first, and none of other data or of another split
    next(button for button in page.button if button.key == "compare with seed").click().run()
    assert page.query_params["runs"] == "good,seed"
    assert verdict(pair(store, "good", "seed"), "validation tracks", GAP) in texts(page)
    alone = opened(COMPARE, run="other")
    assert alone.header[0].value == sentences.none_alike("other data")[0].answer
    assert links(alone) == ["Train another"]


def test_the_verdict_comes_first_and_rests_on_the_runs_numbers(store):
    page = opened(COMPARE, runs="good,poor")
    good, poor = (outcomes.outcome(store.run(run_id), "validation") for run_id in ("good", "poor"))
    found = pair(store, "good", "poor")
    named = replace(found, first="the good one (A)", second="the poor one (B)")
    assert page.header[0].value.replace("\\", "") == verdict(named, "validation tracks", GAP)
    right = [one.logits.argmax(axis=1) == one.y_true for one in (good, poor)]
    assert found.matched.only_first == (right[0] & ~right[1]).sum()
    assert why(found, GAP) in html(page)
    limits = sentences.limits(store.run("good").config, store.run("poor").config, found)
    assert [badge.text for badge in limits] == ["each was trained once"]
    assert all(f">{badge.text}<" in html(page) for badge in limits)
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
    assert any(option.startswith("the poor one · ") for option in page.multiselect[0].options)
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
    page = opened(COMPARE, runs="good,poor", cell="1-1", track=row)
    assert {"Why A predicts this", "Why B predicts this"} <= set(links(page))
    assert "did not move here" in texts(opened(COMPARE, runs="good,poor", cell="1-1", track="599999"))


def test_what_differs_in_their_settings_and_nothing_else_is_listed(store):
    page = opened(COMPARE, runs="good,poor")
    assert list(page.dataframe[2].value["setting"]) == ["Learning rate", "Maximum epochs"]
    configs, found = [store.run(run_id).config for run_id in ("good", "seed")], pair(store, "good", "seed")
    apart = sentences.limits(*configs, found)
    assert apart[-1].text == "only the seed differs"
    said = html(opened(COMPARE, runs="good,seed"))
    assert all(f">{badge.text}<" in said for badge in apart)
    same = opened(COMPARE, runs="good,again")
    assert verdict(pair(store, "good", "again"), "validation tracks", GAP) in texts(same)
    assert "same run" in texts(same)
    assert "setting" not in [name for frame in same.dataframe for name in frame.value.columns]


def test_each_genre_has_its_recalls_and_an_adjusted_p(store):
    page = opened(COMPARE, runs="good,poor")
    genres = page.dataframe[1].value
    found = pair(store, "good", "poor")
    assert list(genres["tracks"]) == [one.matched.n for one in found.per_genre]
    assert list(genres["clear difference"] != "") == [one.p_adjusted < 0.05 for one in found.per_genre]


def test_with_several_runs_each_is_compared_with_the_first_and_one_is_drawn(store):
    page = opened(COMPARE, runs="good,seed,poor", **{"with": "poor"})
    pairs = page.dataframe[0].value
    assert [name[0] for name in pairs["compared with"]] == ["B", "C"]
    assert drawn(page, "difference matrix")["view"]["versus"] == ["A", "C"]
    assert "(C)" in page.header[0].value
    assert "a run that is not" in texts(opened(COMPARE, runs="good,seed", **{"with": "poor"}))


@pytest.mark.parametrize(
    ("runs", "header", "sentence"),
    [
        ("good,nobody", CHOOSE, sentences.missing("nobody")),
        ("good,queued", CHOOSE, lambda store: sentences.incomplete(store.run("queued"))),
        ("good,good", CHOOSE, sentences.twice("the good one")),
        ("good,other", sentences.INCOMPARABLE, "use different data"),
        ("good,split", sentences.INCOMPARABLE, "use different splits"),
        ("good,gone", sentences.INCOMPARABLE, "gone cannot be compared."),
        ("gone,good", sentences.INCOMPARABLE, "gone cannot be compared."),
        ("good,seed,split", "the good one (A) or another seed (B)? No clear difference", "use different splits"),
        ("a,b,c,d,e,f,g", "Choose a run", "identifiers of up to six runs"),
        ("<b>,x", "Choose a run", "identifiers of up to six runs"),
    ],
)
def test_a_run_that_cannot_be_compared_is_named_with_the_reason(store, runs, header, sentence):
    page = opened(COMPARE, runs=runs)
    assert page.header[0].value.startswith(header)
    assert (sentence(store) if callable(sentence) else sentence) in texts(page)


def test_the_test_part_is_asked_for_and_counted_for_each_run(store):
    page = opened(COMPARE, runs="good,seed", part="test")
    assert page.header[0].value == sentences.closed(["the good one", "another seed"]).answer
    assert not page.dataframe
    open_test(store, store.run("good"))
    page = opened(COMPARE, runs="good,seed", part="test")
    assert page.header[0].value == sentences.closed(["another seed"]).answer
    page = press(page, "Open the test part")
    assert "on 90 test tracks" in texts(page)
    assert "test opened 2×" in html(page)
    assert openings_of(store, [store.run("seed")])["seed"].opened


def test_of_several_test_parts_that_of_the_first_is_asked_for(store):
    trained(store, "shut", SMALL, "the first", train__seed=21)
    trained(store, "fewer", SMALL, "fewer to choose", train__seed=21, split__validation_fraction=0.2)
    trained(store, "more", SMALL, "more to test", split__test_fraction=0.2)
    page = opened(COMPARE, runs="shut,fewer,more", part="test")
    assert page.header[0].value == sentences.closed(["the first", "fewer to choose"]).answer
    page = press(page, "Open 2 test parts")
    assert "90 test tracks" in texts(page)
    assert "more to test cannot be compared. The test part of the run more to test is closed" in texts(page)


def test_tracks_in_groups_are_compared_by_group(store):
    page = opened(COMPARE, runs="grouped,grouped2", unit="row")
    found = pair(store, "grouped", "grouped2", judge=Judge(unit="row"))
    assert found.matched.effective < found.matched.n
    assert why(found, GAP) in html(page)


def test_curves_of_both_runs_stand_on_one_chart(store):
    page = opened(COMPARE, runs="good,poor")
    figure = json.loads(drawn(page, "overlaid accuracy")["figure"])
    names = [trace["name"] for trace in figure["data"] if "name" in trace]
    assert len(names) == 4
    assert sum("best" in note["text"] for note in figure["layout"]["annotations"]) == 2
    runs = {"A · the good one": store.run("good"), "B · the poor one": store.run("poor")}
    named = {name: (run.epoch, run.best_epoch) for name, run in runs.items()}
    assert drawn(page, "overlaid accuracy")["alt"] == sentences.curves_alt(named, "Accuracy")


def test_labels_or_true_genres_judge_both(store):
    by_label, by_genre = (pair(store, "noisy", "noisy2", judge=Judge(clean)) for clean in (False, True))
    assert by_label.matched.both < by_genre.matched.both
    page = opened(COMPARE, runs="noisy,noisy2", right="true")
    assert why(by_genre, GAP) in html(page)
    assert sentences.judged_by("true genre") in html(page)
    page = opened(COMPARE, runs="noisy,noisy2")
    assert why(by_label, GAP) in html(page)
    assert sentences.judged_by("label") in html(page)


def test_runs_and_evaluate_lead_here(store):
    page = opened("views/runs/page.py", run="good", runs="seed,good")
    assert "Compare these 2 runs" in links(page)
    assert "Compare with …" in links(opened("views/evaluate/page.py", run="good"))
