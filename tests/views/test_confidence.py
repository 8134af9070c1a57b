import json
import re

import numpy as np
import pytest
import streamlit as st
from safetensors.numpy import load, save

from dashboard.services import confidence, outcomes, workers
from dashboard.text import evaluate
from dashboard.text.evaluate_states import closed
from dashboard.views.evaluate import rejecting, rejection_text
from genre_core.data.dataset import PARTS
from genre_core.evaluation.calibration_sentences import posterior_sentence, scaling_sentence
from genre_core.store.openings import open_test, openings_of
from genre_core.store.run_result import Judge
from tests.views.opening import drawn, opened, own_store, texts
from tests.views.stored import put_segments, trained
from tests.views.test_evaluate import EVALUATE, OF_TABLE, SMALL, html

TEMPERATURE = "temperature"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("confidence")) as own:
        trained(own, "small", SMALL, data__overlap=3.0, train__max_epochs=12)
        trained(own, "noisy", SMALL, data__label_noise=0.3, data__n_samples=800)
        trained(own, "right", SMALL, data__overlap=0.05, data__n_genres=2, data__spread=5.0, train__max_epochs=30)
        trained(own, "grouped", OF_TABLE, **put_segments(own, "kept"))
        for run_id in ("small", "right"):
            open_test(own, own.run(run_id))
        yield own


def section(name, **params):
    return opened(EVALUATE, section=name, **params)


def said(page):
    return " ".join([texts(page), *(sub.value for sub in page.subheader)]).replace("\u202f", " ").replace("\\", "")


def numbers(page):
    """Return the rows of the table of scores: name → its cells."""
    table = html(page).split('class="gl-before-after"')[1].split("</table>")[0]
    rows = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', table)
    plain = re.compile(r"<[^>]+>")
    return [
        (plain.sub("", name), [plain.sub(" ", cell).split() for cell in row.split("</td>")[:-1]]) for name, row in rows
    ]


def test_confidence_says_its_part_how_many_and_the_same_numbers_as_the_head(store):
    for part in ("validation", "test"):
        page = section("confidence", run="small", part=part)
        scores = store.run("small").summary[part]
        n = scores["n"]
        measured = evaluate.measured(outcomes.outcome(store.run("small"), part), part)
        assert any(sub.value.endswith(f"On {measured}") for sub in page.subheader)
        rows = dict(numbers(page))
        assert rows["Log loss, nats"][0][0] == f"{scores['log_loss']:.3f}"
        assert rows["Accuracy"][0][0] == f"{100 * scores['accuracy']:.1f}"
        low, high = scores["accuracy_interval"]
        assert rows["Accuracy"][0][2] == f"{100 * low:.1f}–{100 * high:.1f}"
        figure = json.loads(drawn(page, "reliability")["figure"])
        counts = next(trace for trace in figure["data"] if trace["type"] == "bar")["y"]
        assert sum(counts) == n


def test_scaling_bins_and_genre_are_in_the_address_and_change_the_picture(store):
    page = section("confidence", run="small", part="test")
    before = drawn(page, "reliability")["figure"]
    page.segmented_control(key="choice scaled").set_value(TEMPERATURE).run()
    assert page.query_params["scaled"] == TEMPERATURE
    after = drawn(page, "reliability")["figure"]
    assert "before scaling" in after
    fitted = confidence.temperature(store.run("small"))
    n = store.run("small").summary["test"]["n"]
    assert scaling_sentence(fitted, "test", 0, n) in texts(page)
    page.segmented_control(key="choice bins").set_value("mass").run()
    page.selectbox(key="confidence genre").set_value("Jazz").run()
    assert dict(page.query_params) == {
        "run": "small", "part": "test", "section": "confidence", "scaled": TEMPERATURE, "bins": "mass", "genre": "Jazz",
    }  # fmt: skip
    assert "probability of Jazz" in drawn(page, "reliability")["figure"]
    assert before != after
    page.selectbox(key="confidence genre").set_value("All genres").run()
    assert "genre" not in page.query_params


def test_a_genre_or_scaling_that_does_not_exist_is_said(store):
    page = section("confidence", run="small", genre="Polka", scaled="magic")
    assert "no genre named “Polka”" in said(page)
    assert "scaled is “magic”" in said(page)


def test_on_validation_what_comes_after_scaling_is_cross_fitted(store):
    page = section("confidence", run="small", scaled="vector")
    assert "(cross-fitting)" in said(page)
    run = store.run("small")
    own, whole = outcomes.outcome(run, "validation"), confidence.vector(run)
    flattering = whole.apply(own.logits)
    shown = confidence.trusted(run, "validation", method="vector").scores.log_loss.value
    given = np.log(np.exp(flattering).sum(axis=1)) - flattering[np.arange(len(own.y_true)), own.y_true]
    assert given.mean() < shown


def test_the_true_probabilities_are_there_only_where_they_are_known(store):
    known = posterior_sentence(confidence.against_posterior(store.run("small"), "validation"))
    assert known in texts(section("confidence", run="small"))
    assert confidence.against_posterior(store.run("grouped"), "validation") is None
    assert "true probabilities" not in said(section("confidence", run="grouped"))
    noisy = store.run("noisy")
    by_label, by_truth = (
        confidence.against_posterior(noisy, "validation", judge=Judge(clean)) for clean in (False, True)
    )
    assert by_label.truth.max() < 0.75 < by_truth.truth.max()
    assert posterior_sentence(by_truth) in texts(section("confidence", run="noisy", right="true"))


def test_reject_answers_first_and_takes_its_threshold_from_validation(store):
    run = store.run("small")
    page = section("reject", run="small", part="test", target="97")
    threshold = rejecting.threshold_for(run, 0.97)
    there, here = (rejecting.rejected(run, part, threshold).overall for part in ("validation", "test"))
    assert there.accuracy >= 0.97
    assert 0 < here.coverage < 1
    assert rejection_text.answering_sentence(here, "test tracks") == page.subheader[0].value
    came = {"surely": False, "part": "test", "validation": there}
    assert rejection_text.threshold_sentence(threshold, 0.97, "confidence", **came) in texts(page)
    assert page.number_input(key="reject threshold").value == pytest.approx(100 * threshold)
    view = drawn(page, "answers")["view"]
    assert view["held"]
    assert sum(row[8] for row in view["counts"]) == here.n - here.answered
    assert sum(row[g] for g, row in enumerate(view["counts"])) == here.right


def test_threshold_score_and_target_are_in_the_address(store):
    page = section("reject", run="small")
    page.number_input(key="reject threshold").set_value(62.5).run()
    assert page.query_params["reject"] == "0.625"
    curve = drawn(page, "risk coverage")
    assert curve["rows"][curve["at"]]["threshold"] == 0.625
    assert rejection_text.given_sentence(0.625, "confidence", "validation", None) in texts(page)
    page.number_input(key="reject target").set_value(75.0).run()
    assert page.query_params["target"] == "75"
    assert "reject" not in page.query_params
    page.toggle(key="reject surely").set_value(True).run()
    assert page.query_params["surely"] == "1"
    run = store.run("small")
    surely = rejecting.threshold_for(run, 0.75, surely=True)
    came = {"surely": True, "part": "validation", "validation": None}
    assert rejection_text.threshold_sentence(surely, 0.75, "confidence", **came) in texts(page)
    page.number_input(key="reject threshold").set_value(50.0).run()
    page.segmented_control(key="choice score").set_value("margin").run()
    assert page.query_params["score"] == "margin"
    assert "reject" not in page.query_params
    assert "margin" in page.number_input(key="reject threshold").label


def test_the_point_is_dragged_along_what_each_threshold_does(store):
    """A threshold between two steps has a row of its own; all rows say what the page says once it stands there."""
    run = store.run("small")
    data = drawn(section("reject", run="small", part="test", reject="0.6237"), "risk coverage")
    thresholds = [row["threshold"] for row in data["rows"]]
    assert thresholds == sorted({*(step / 200 for step in range(201)), 0.6237})
    assert data["diamond"]
    for row in data["rows"][::20]:
        there = rejecting.rejected(run, "test", row["threshold"]).overall
        assert row["coverage"][0] == pytest.approx(there.coverage, abs=1e-5)
        assert row["risk"][0] == pytest.approx(1 - there.accuracy if there.answered else 0, abs=1e-5)
    assert [row["coverage"][0] for row in data["rows"]] == sorted(
        (r["coverage"][0] for r in data["rows"]), reverse=True
    )


def test_every_cell_of_the_answers_lists_its_tracks_those_without_an_answer_too(store):
    page = section("reject", run="small", part="test", reject="0.6")
    counts = drawn(page, "answers")["view"]["counts"]
    wanted = {f"{i}-8": counts[i][8] for i in (0, 3)}
    wanted |= {"*-8": sum(row[8] for row in counts), "3-3": counts[3][3], "3-*": sum(counts[3])}
    wanted["wrong"] = sum(n for i, row in enumerate(counts) for j, n in enumerate(row[:8]) if i != j)
    for cells, n in wanted.items():
        page = section("reject", run="small", part="test", reject="0.6", answer=cells)
        assert drawn(page, "answers")["selected"] == cells
        rows = page.dataframe[0].value if n else ()
        assert len(rows) == n, cells
    assert "All errors" in said(page)
    assert f"{wanted['wrong']} of" in said(page)


def test_the_answers_can_be_ordered_and_shared_and_the_last_column_stays(store):
    plain = drawn(section("reject", run="small", reject="0.6"), "answers")["view"]
    page = section("reject", run="small", reject="0.6", order="name", by="true")
    view = drawn(page, "answers")["view"]
    at = [plain["genres"].index(genre) for genre in view["genres"]]
    assert view["genres"] == sorted(plain["genres"])
    assert view["counts"] == [[plain["counts"][i][j] for j in (*at, 8)] for i in at]
    assert view["members"] == [[g] for g in (*at, 8)]
    for row in view["rates"]:
        assert sum(row) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("cells", ["8-0", "0-9"])
def test_a_cell_that_the_answers_do_not_have_is_said(store, cells):
    assert "answers 0 to 8" in said(section("reject", run="small", answer=cells))


@pytest.mark.parametrize(
    ("params", "note"),
    [
        ({"reject": "1.5"}, "reject is “1.5” in this link; it can be a threshold from 0 to 1, ignored."),
        ({"reject": "nan"}, "reject is “nan” in this link"),
        ({"target": "x"}, "target is “x” in this link; it can be a percentage from 1 to 99.9, ignored."),
        ({"score": "luck"}, "score is “luck” in this link; it can be confidence or margin or certainty."),
    ],
)
def test_what_cannot_be_in_the_address_is_said(store, params, note):
    assert note in said(section("reject", run="small", **params))


def test_where_everything_is_right_there_is_nothing_to_hold_back(store):
    page = section("reject", run="right", part="test")
    run = store.run("right")
    overall = rejecting.rejected(run, "test", 0.0).overall
    assert (overall.answered, overall.right) == (60, 60)
    assert page.subheader[0].value == rejection_text.answering_sentence(overall, "test tracks")
    curve = rejecting.risk_coverage_of(run, "test", rejecting.Rule())
    best = rejecting.best_risk_coverage(run, "test", rejecting.Rule())
    assert rejection_text.area_sentence(curve, "confidence", best) in texts(page)
    fitted = confidence.temperature(run)
    assert fitted.at_bound
    assert scaling_sentence(fitted, "test", 0, 60) in texts(section("confidence", run="right", part="test"))


def test_a_closed_test_part_shows_neither(store):
    for name in ("confidence", "reject"):
        page = section(name, run="noisy", part="test")
        asked = closed(store.run("noisy"), openings_of(store, [store.run("noisy")])["noisy"])
        assert page.header[0].value == asked.answer
        assert "gl-before-after" not in html(page)
        assert not page.number_input


def test_scalings_and_thresholds_are_fitted_without_a_look_at_the_test_part(store):
    """Permute the test labels: whatever is fitted stays the same, and what is shown of the test part changes."""
    run = store.run("small")

    def fitted():
        vector = confidence.vector(run)
        return [
            confidence.temperature(run).temperature,
            *vector.scale,
            *vector.bias,
            *(
                rejecting.threshold_for(run, 0.85, rejecting.Rule(method=method, score=score), surely=surely)
                for method in ("none", TEMPERATURE)
                for score in ("confidence", "margin", "certainty")
                for surely in (False, True)
            ),
        ]

    before = fitted()
    on_test = confidence.trusted(run, "test").scores.log_loss.value
    saved = store.artifact("small", "logits")
    arrays = load(saved)
    rows = np.flatnonzero(arrays["part"] == PARTS.index("test"))
    shuffled = np.random.default_rng(0).permutation(rows)
    arrays["y"][rows] = arrays["y"][shuffled]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(workers.store()), "artifact", lambda self, run_id, name: save(arrays))
        st.cache_resource.clear()
        assert fitted() == before
        assert confidence.trusted(run, "test").scores.log_loss.value > on_test + 0.1
    st.cache_resource.clear()


def test_a_single_group_on_validation_cannot_be_cross_fitted_and_says_so(store, monkeypatch):
    monkeypatch.setattr(confidence, "can_scale", lambda of, judge=None: "Only one track.")
    page = section("confidence", run="small", scaled="temperature")
    assert "Only one track." in said(page)
    assert len(numbers(page)[0][1]) == 1
