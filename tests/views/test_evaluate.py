import json

import numpy as np
import pytest

from dashboard.services import diagnoses, outcomes
from dashboard.text.badges import why_leaky
from dashboard.text.evaluate import answer, measured
from dashboard.text.evaluate_states import closed, no_data, no_run, not_complete
from dashboard.text.limits import limit_here_label
from genre_core.bayes.conditions import unheard
from genre_core.data.sources import load_dataset
from genre_core.findings.sentences import sentence
from genre_core.settings.names import configure
from genre_core.store.openings import Openings, open_test, openings_of
from genre_core.store.run_result import Judge, told_of
from tests.behind_the_gate import saved_scores
from tests.views.opening import opened, own_store, press, texts
from tests.views.stored import put_segments, trained

EVALUATE = "views/evaluate/page.py"
SMALL = {
    "data.n_samples": 400,
    "train.max_epochs": 3,
    "model.hidden": (32,),
    "train.batch_size": 16,
    "train.learning_rate": 0.01,
}


OF_TABLE = {name: value for name, value in SMALL.items() if name != "data.n_samples"}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("evaluate")) as own:
        trained(own, "small", SMALL, data__overlap=3.0)
        trained(own, "right", SMALL, data__overlap=0.05, data__n_genres=2, data__spread=5.0, train__max_epochs=30)
        trained(own, "sixty", SMALL, data__n_genres=60, data__n_samples=1200, train__max_epochs=1)
        trained(own, "again", SMALL, data__overlap=3.0, train__seed=7)
        table, deleted = put_segments(own, "kept"), put_segments(own, "deleted")
        trained(own, "gone", OF_TABLE, **deleted)
        own.delete_table(deleted["data__table"])
        trained(own, "closed", SMALL, data__overlap=3.0, train__seed=8)
        trained(own, "leaky", OF_TABLE, split__by="row", **table)
        trained(own, "grouped", OF_TABLE, **table)
        for run_id in ("queued", "failed", "cancelled", "paused", "running"):
            own.submit(run_id, configure(SMALL), f"The {run_id} one")
        own.claim("running", 1)
        own.fail("failed", 1, "The worker ran out of memory: take fewer tracks.")
        own.cancel("cancelled")
        own.hold("paused")
        for run_id in ("small", "right", "sixty", "again", "gone", "leaky", "grouped"):
            open_test(own, own.run(run_id))
        yield own


def on_test(**params):
    return opened(EVALUATE, part="test", **params)


def matrix(page):
    return json.loads(page.get("bidi_component")[2].proto.json)


def links(page):
    return [link.proto.label for link in page.get("page_link")]


def said(page):
    """Return what a page says in place of scores: the answer, the reason, and the label of the next step."""
    return page.header[0].value.replace("\\", ""), page.caption[-1].value.replace("\\", ""), links(page)


def told(state):
    headline, step = state
    return headline.answer, headline.reason, [step.label]


def html(page):
    return " ".join(item.proto.body for item in page.get("html"))


def test_without_any_run_the_page_leads_to_train(tmp_path):
    with own_store(tmp_path) as own:
        page = opened(EVALUATE)
        assert said(page) == told(no_run(None, False))
        own.submit("held", configure(SMALL))
        own.hold("held")
        assert said(opened(EVALUATE)) == told(no_run(None, True))
        assert said(opened(EVALUATE, run="nobody")) == told(no_run("nobody", True))


def test_without_a_run_in_the_address_the_latest_complete_one_is_shown_and_named(store):
    page = opened(EVALUATE)
    assert page.query_params["run"] == "grouped"


def test_an_unknown_run_says_so_and_leads_to_the_others(store):
    assert said(opened(EVALUATE, run="nobody")) == told(no_run("nobody", True))


@pytest.mark.parametrize("run_id", ["queued", "running", "paused", "failed", "cancelled"])
def test_a_run_that_is_not_complete_says_how_it_stands_and_where_to_go_on(store, run_id):
    if run_id == "running":
        store.beat("running", 1)
    page = opened(EVALUATE, run=run_id)
    assert store.run(run_id).state == run_id
    assert said(page) == told(not_complete(store.run(run_id)))
    assert not page.dataframe


@pytest.mark.parametrize("part", ["test", "validation"])
def test_the_same_numbers_stand_everywhere_and_say_their_part_and_how_many(store, part):
    page = opened(EVALUATE, run="small", **({"part": part} if part != "validation" else {}))
    scores = store.run("small").summary[part]
    n, counts = scores["n"], scores["confusion_matrix"]
    right = sum(counts[g][g] for g in range(8))
    assert page.header[0].value.startswith(f"Right on {right} of {n} {part} tracks")
    assert matrix(page)["view"]["counts"] == counts
    assert matrix(page)["view"]["nouns"] == f"{part} tracks"
    accuracy = f"{100 * scores['accuracy']:.1f}"
    assert html(page).count(f"{accuracy}\u202f%") >= 2
    genres = page.dataframe[0].value
    for g, score in enumerate(scores["per_genre"]):
        assert genres["recall"][g] == pytest.approx(100 * score["recall"])
        assert genres["tracks"][g] == score["support"]
    assert [sub.value for sub in page.subheader][1:] == [
        f"By genre, on {n} {part} tracks",
        f"All scores, on {n} {part} tracks",
    ]


def test_a_choice_of_part_or_share_goes_into_the_address_and_drops_the_track(store):
    page = opened(EVALUATE, run="small", cell="0-0", track=3)
    page.segmented_control(key="choice part").set_value("test").run()
    assert dict(page.query_params) == {"run": "small", "cell": "0-0", "part": "test"}
    page.selectbox(key="menu by").set_value("true").run()
    assert page.query_params["by"] == "true"
    assert matrix(page)["view"]["by"] == "true"
    page.segmented_control(key="choice part").set_value("validation").run()
    assert "part" not in page.query_params


def test_a_part_that_does_not_exist_falls_back_to_validation_with_a_note(store):
    page = opened(EVALUATE, run="small", part="train")
    assert "validation tracks" in page.header[0].value
    assert "part is “train” in this link; it can be validation or test." in texts(page)


def test_the_page_opens_on_validation_and_says_nothing_of_openings(store):
    page = opened(EVALUATE, run="closed")
    assert "validation tracks" in page.header[0].value
    assert "part" not in page.query_params
    assert "test opened" not in html(page)


def test_a_closed_test_part_shows_no_number_and_says_what_opening_costs(store):
    page = on_test(run="closed")
    accuracy = saved_scores(store, "closed")["test"]["accuracy"]
    asked = closed(store.run("closed"), openings_of(store, [store.run("closed")])["closed"])
    assert page.header[0].value == asked.answer
    assert asked.reason in texts(page)
    assert f"{100 * accuracy:.1f}" not in texts(page) + html(page)
    assert not page.dataframe
    press(page, "Stay with validation")
    assert "part" not in page.query_params
    assert "validation tracks" in page.header[0].value
    assert not openings_of(store, [store.run("closed")])["closed"].opened


def test_once_opened_it_stays_open_and_each_configuration_counts_once(store):
    trained(store, "first", SMALL, data__seed=5)
    trained(store, "same", SMALL, data__seed=5)
    trained(store, "other", SMALL, data__seed=5, train__seed=9)
    first, other = store.run("first"), store.run("other")
    assert closed(first, Openings(0)).reason in texts(on_test(run="first"))
    page = press(on_test(run="first"), "Open the test part")
    assert page.query_params["part"] == "test"
    assert "test tracks" in page.header[0].value
    assert ">test opened 1×<" in html(page)
    assert openings_of(store, [first])["first"].sentence("track") in html(page)
    for run_id in ("first", "same"):
        assert ">test opened 1×<" in html(on_test(run=run_id))
    page = on_test(run="other")
    seen = openings_of(store, [other])["other"]
    assert (seen.n, seen.opened) == (1, False)
    assert closed(other, seen).reason in texts(page)
    assert ">test opened 2×<" in html(press(page, "Open the test part"))
    assert ">test opened 2×<" in html(on_test(run="first"))


def test_every_cell_of_the_matrix_lists_exactly_its_tracks(store):
    counts = store.run("small").summary["test"]["confusion_matrix"]
    cells = [(i, j) for i in range(8) for j in range(8)]
    filled = [cell for cell in cells if counts[cell[0]][cell[1]]]
    empty = next(cell for cell in cells if not counts[cell[0]][cell[1]])
    for i, j in filled[:6]:
        page = on_test(run="small", cell=f"{i}-{j}")
        assert matrix(page)["selected"] == f"{i}-{j}"
        assert len(page.dataframe[0].value) == counts[i][j]
        assert f"{counts[i][j]} of {sum(counts[i])}" in texts(page)
        confidence = list(page.dataframe[0].value["confidence"])
        assert confidence == sorted(confidence, reverse=True)
    assert "No track is in this cell." in texts(on_test(run="small", cell=f"{empty[0]}-{empty[1]}"))


def test_a_cell_that_the_matrix_does_not_have_is_said(store):
    page = on_test(run="small", cell="8-0")
    assert "no cell is chosen" in texts(page)
    assert page.subheader[0].value == "What stands out"


def test_a_track_shows_its_genres_probabilities_and_features(store):
    page = on_test(run="small", cell="0-0")
    name = page.dataframe[0].value["track"][0]
    page = on_test(run="small", cell="0-0", track=int(name.replace(",", "")) - 1)
    assert f"Track {name}: Rock recognized" in [sub.value for sub in page.subheader]
    choices, profile = (json.loads(item.proto.json) for item in page.get("bidi_component")[3:5])
    assert "predicted, true" in choices["html"]
    assert choices["html"].count("<li") == 8
    assert "this track" in profile["figure"]
    press(page, "Close")
    assert "track" not in page.query_params


@pytest.mark.parametrize("track", ["999999", "x", "-1", "9" * 40])
def test_a_track_that_is_not_in_the_cell_is_said(store, track):
    page = on_test(run="small", cell="0-0", track=track)
    assert "a track that is not in this cell" in texts(page)
    assert len(page.dataframe) == 2


def test_all_right_is_said(store):
    page = on_test(run="right")
    found = outcomes.outcome(store.run("right"), "test")
    assert found.evaluation.confusion_matrix.correct == 60
    assert page.header[0].value == answer(found, "test")
    run = store.run("right")
    first, *_ = diagnoses.findings(run, "test")
    assert first.kind == "all_right"
    assert sentence(first, told_of(run, "test", load_dataset(run.config.data))) in texts(page)


def test_sixty_genres_fit_in(store):
    page = on_test(run="sixty", cell="59-59")
    assert len(matrix(page)["view"]["counts"]) == 60
    assert "few tracks" in page.dataframe[-1].value["note"][0]


def test_a_leaky_split_is_marked_beside_the_number(store):
    for part in ("validation", "test"):
        page = opened(EVALUATE, run="leaky", part=part)
        assert ">leaky<" in html(page)
        assert why_leaky(store.run("leaky")) in html(page)
    assert "leaky" not in html(on_test(run="grouped"))
    box = next(box for box in page.selectbox if box.key == "run picker")
    assert sum("leaky" in label for label in box.options) == 1


def test_a_score_above_the_limit_by_knowing_the_artists_is_not_called_luck(store):
    artists = {"data__artists": 10, "data__artist_spread": 3.75, "data__overlap": 2.0, "split__by": "row"}
    trained(store, "artists", SMALL, **artists, data__n_samples=1600, train__max_epochs=15)
    page = opened(EVALUATE, run="artists")
    run = store.run("artists")
    found = outcomes.outcome(run, "validation")
    assert found.limit.accuracy < found.evaluation.accuracy
    whom = unheard(run.config.data)
    assert whom
    assert page.header[0].value == answer(found, "validation", whom)
    told_to = told_of(run, "validation", load_dataset(run.config.data))
    assert told_to.whom == whom
    for finding in diagnoses.findings(run, "validation")[:5]:
        assert sentence(finding, told_to) in texts(page)
    marks = next(json.loads(item.proto.json) for item in page.get("bidi_component"))["marks"]
    assert any(limit_here_label(run.config.data) in mark["text"] for mark in marks)


def test_noisy_labels_are_judged_by_the_labels_or_by_the_true_genres(store):
    trained(store, "noisy", SMALL, data__overlap=3.0, data__label_noise=0.3, data__n_samples=800)
    run, rights = store.run("noisy"), {}
    for about, right in (("label", None), ("true genre", "true")):
        page = opened(EVALUATE, run="noisy", **({"right": right} if right else {}))
        judged = outcomes.outcome(run, "validation", judge=Judge(right == "true"))
        y_true = load_dataset(run.config.data).y if right is None else load_dataset(run.config.data).y_clean
        rights[about] = int((judged.logits.argmax(axis=1) == y_true[judged.rows]).sum())
        n = len(judged.rows)
        text = f"Right about the {about} on {rights[about]} of {n} validation tracks"
        assert page.header[0].value.startswith(text)
        counts = np.array(matrix(page)["view"]["counts"])
        assert counts.trace() == rights[about]
        assert (counts.sum(axis=1) == np.bincount(y_true[judged.rows], minlength=8)).all()
        on = measured(judged, "validation")
        assert [sub.value.partition(", on ")[2] for sub in page.subheader][1:] == [on, on]
        assert list(page.dataframe[0].value["tracks"]) == counts.sum(axis=1).tolist()
        assert html(page).count(f"{100 * rights[about] / n:.1f}\u202f%") >= 2
        best = outcomes.outcome(run, "validation", judge=Judge(right == "true")).limit.accuracy
        assert f"{100 * best:.1f}\u202f%" in html(page)
    assert rights["true genre"] > rights["label"]
    page = opened(EVALUATE, run="noisy", right="true", cell="0-0", track=3)
    page.segmented_control(key="choice right").set_value("label").run()
    assert "right" not in page.query_params
    assert "track" not in page.query_params
    assert "choice right" not in [item.key for item in opened(EVALUATE, run="small").segmented_control]


def test_tracks_of_a_recording_show_its_group(store):
    counts = store.run("grouped").summary["test"]["confusion_matrix"]
    i, j = next((i, j) for i in range(3) for j in range(3) if counts[i][j])
    page = on_test(run="grouped", cell=f"{i}-{j}", unit="row")
    assert page.dataframe[0].value["group"].notna().all()
    assert "possible" not in page.header[0].value


def test_another_run_keeps_the_cell_only_where_the_genres_are_the_same(store):
    page = on_test(run="small", cell="1-1", track=5)
    page.selectbox(key="run picker").set_value("again").run()
    assert dict(page.query_params) == {"run": "again", "cell": "1-1", "part": "test"}
    page.selectbox(key="run picker").set_value("sixty").run()
    assert dict(page.query_params) == {"run": "sixty", "part": "test"}


def test_a_run_whose_table_was_deleted_keeps_its_numbers_and_says_what_is_gone(store):
    page = on_test(run="gone")
    headline, step = no_data(store.run("gone"), "test", "")
    assert page.header[0].value == headline.answer
    assert headline.reason in texts(page)
    assert links(page) == [step.label]


@pytest.mark.parametrize(
    ("cell", "title", "mask"),
    [
        ("1-*", "True Electronic", lambda t, p: t == 1),
        ("*-2", "Predicted as Hip-Hop", lambda t, p: p == 2),
        ("0.1-2.3", "4 chosen cells", lambda t, p: (t <= 1) & ((p == 2) | (p == 3))),
        ("0-*,5-*", "True Rock and Folk", lambda t, p: (t == 0) | (t == 5)),
        ("wrong", "All errors", lambda t, p: t != p),
        ("right", "All correct predictions", lambda t, p: t == p),
    ],
)
def test_a_row_a_column_several_cells_and_all_errors_list_exactly_their_tracks(store, cell, title, mask):
    found = outcomes.outcome(store.run("small"), "test")
    chosen = mask(found.y_true, found.logits.argmax(axis=1))
    page = on_test(run="small", cell=cell)
    assert page.subheader[0].value == title
    listed = page.dataframe[0].value
    assert len(listed) == chosen.sum()
    assert matrix(page)["said"] in texts(page)
    assert matrix(page)["said"].split(" of ")[0] == str(
        int((chosen & (found.y_true == found.logits.argmax(axis=1))).sum()) if "*" in cell else int(chosen.sum())
    )


def test_of_many_genres_blocks_come_first_one_is_found_and_the_worst_pairs_are_chosen(store):
    page = on_test(run="sixty")
    counts = np.array(matrix(page)["view"]["counts"])
    assert matrix(page)["view"]["blocks"]
    assert matrix(on_test(run="sixty", order="given"))["view"]["blocks"] in (None, [], ())
    pairs = [button for button in page.button if " taken for " in button.label]
    numbers = [int(button.label.rpartition(": ")[2].split(" of ")[0]) for button in pairs]
    assert numbers == sorted(numbers, reverse=True)
    assert (len(pairs), numbers[0]) == (8, (counts - np.diag(np.diag(counts))).max())
    assert len(page.dataframe[0].value) == min(200, np.count_nonzero(counts - np.diag(np.diag(counts)))) - 8
    chosen = pairs[0].label.split(": ")[0].replace("\\", "")
    pairs[0].click().run()
    assert page.subheader[0].value.replace("\\", "") == chosen
    next(box for box in page.selectbox if box.label == "Find a genre").set_value(2).run()
    assert page.query_params["cell"] == "2-*"
    assert "Find a genre" not in [box.label for box in on_test(run="small").selectbox]


def test_two_rows_are_merged_and_unmerged_and_the_selection_survives(store):
    before = np.array(matrix(on_test(run="small"))["view"]["counts"])
    page = on_test(run="small", cell="0-*,5-*")
    press(page, "Merge Rock and Folk")
    assert dict(page.query_params) == {"run": "small", "part": "test", "merge": "0.5"}
    view = matrix(page)["view"]
    assert view["genres"][0] == "Rock + Folk"
    assert view["counts"][0][0] == before[np.ix_([0, 5], [0, 5])].sum()
    assert view["members"][0] == [0, 5]
    right = sum(view["counts"][g][g] for g in range(7))
    assert f"{100 * right / before.sum():.1f}\u202f%" in texts(page)
    wrong = before.sum() - np.trace(before)
    assert f"Of {wrong} errors, {before[0, 5] + before[5, 0]} stay within a branch" in texts(page)
    chosen = on_test(run="small", merge="0.5", cell="5-*")
    assert chosen.subheader[0].value == "True Rock + Folk"
    assert len(chosen.dataframe[0].value) == before[[0, 5]].sum()
    press(page, "Undo")
    assert "merge" not in page.query_params
    assert "within a branch" not in texts(page)
    assert np.array(matrix(page)["view"]["counts"]).tolist() == before.tolist()


@pytest.mark.parametrize(
    ("merge", "sentence"),
    [
        ("0.8", "merge names genre 8, but there are 8 genres"),
        ("0.1,1.2", "each genre once"),
        ("0.1.2.3.4.5.6.7", "leaves only one genre"),
        ("0", "merge is “0” in this link, but should be sets of genres"),
    ],
)
def test_a_merge_that_cannot_be_is_said(store, merge, sentence):
    page = on_test(run="small", merge=merge)
    assert sentence in texts(page)
    assert len(matrix(page)["view"]["genres"]) == 8


def test_order_comparison_and_diagonal_are_in_the_address_and_the_limit_only_where_it_is_known(store):
    plain = matrix(on_test(run="small"))["view"]
    page = on_test(run="small", order="recall", against="difference", diagonal="hidden", by="true")
    view, names = matrix(page)["view"], [None if r is None else r[0] for r in plain["recalls"]]
    assert view["genres"] == [plain["genres"][g] for g in np.argsort(names, kind="stable")]
    assert view["hide"]
    found = outcomes.outcome(store.run("small"), "test")
    best = np.zeros((8, 8), dtype=int)
    np.add.at(best, (found.y_true, found.limit.y_pred), 1)
    at = [plain["genres"].index(name) for name in view["genres"]]
    assert view["others"] == best[np.ix_(at, at)].tolist()
    assert "minus the best possible" in matrix(page)["note"]
    assert matrix(on_test(run="small", against="limit"))["view"]["counts"] == best.tolist()
    assert "by is “predicted”" in texts(on_test(run="small", against="difference", by="predicted"))
    grouped = on_test(run="grouped")
    assert "menu against" not in [box.key for box in grouped.selectbox]
    assert matrix(on_test(run="grouped", against="limit"))["view"]["compare"] == "model"


def test_the_ruler_belongs_to_the_confusions(store):
    for section, n in ((None, 1), ("confidence", 0), ("epochs", 0)):
        page = opened(EVALUATE, run="small", **({"section": section} if section else {}))
        assert [item.proto.id.endswith("-evaluate ruler") for item in page.get("bidi_component")].count(True) == n
