"""The page of one track: why, what if, what is near, and one sentence where there is no track to show."""

import json
import re
from urllib.parse import unquote

import numpy as np
import pytest

from dashboard.components.tracks import NONE_FITS
from dashboard.services import datasets, networks, outcomes
from dashboard.shell.address import LOOKED_AT
from dashboard.text.evaluate_states import no_run, no_tracks, not_complete
from dashboard.views.track import text as said
from genre_core.data.feature_words import NO_UNIT, meaning
from genre_core.errors import DataError
from genre_core.evaluation.metrics import softmax
from genre_core.settings.names import configure
from genre_core.store.openings import open_test
from tests.views.opening import drawn, opened, own_store, press, texts, track_named
from tests.views.stored import put_segments, trained

NO_ROWS = ("x", "-1", "9" * 40, "0", "401")
TRACK, EVALUATE = "views/track/page.py", "views/evaluate/page.py"
SMALL = {"data.n_samples": 400, "data.n_features": 8, "train.max_epochs": 3, "model.hidden": (16,), "data.overlap": 3.0}


OF_TABLE = {name: value for name, value in SMALL.items() if not name.startswith("data.")}
LINEAR = {name: value for name, value in SMALL.items() if name != "model.hidden"} | {"model.architecture": "linear"}


def put_table(store, salt):
    """Store a table with a feature of an awkward name and gaps; return its settings."""
    features = {"a,b:c%": lambda digest: "" if digest[1] < 20 else digest[0], "still": lambda digest: digest[2]}
    return put_segments(store, salt, **features) | {"data__missing": "median"}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("track")) as own:
        trained(own, "small", SMALL)
        trained(own, "linear", LINEAR)
        trained(own, "noisy", SMALL, data__label_noise=0.3)
        trained(own, "leaky", OF_TABLE, split__by="row", **put_table(own, "kept"))
        deleted = put_table(own, "deleted")
        trained(own, "gone", OF_TABLE, **deleted)
        own.delete_table(deleted["data__table"])
        for run_id in ("queued", "failed"):
            own.submit(run_id, configure(SMALL))
        own.claim("failed", 1)
        own.fail("failed", 1, "The worker ran out of memory: take fewer tracks.")
        yield own


def rows_of(run, part, *, wrong=False):
    found = outcomes.predictions(run)
    number = ("train", "validation", "test").index(part)
    return np.flatnonzero((found.part == number) & (not wrong or found.logits.argmax(axis=1) != found.y))


def of_small(run):
    return datasets.dataset(run("small").config.data)


def why_gone(run):
    """Return why the tracks of a run cannot be read."""
    with pytest.raises(DataError) as told:
        datasets.dataset(run.config.data)
    return str(told.value)


def html(page):
    return " ".join(item.proto.body for item in page.get("html"))


def shares(page):
    """Return the probabilities that stand beside the bars, in percent."""
    bars = drawn(page, "answer")["html"]
    return [float(text) for text in re.findall(r'class="share">([\d.]+)', bars)]


def links(page):
    return [link.proto.label for link in page.get("page_link")]


def test_a_track_says_what_it_is_and_how_sure_the_network_is(store):
    run = store.run("small")
    row = int(rows_of(run, "validation", wrong=True)[0])
    found = outcomes.predictions(run)
    y_prob = softmax(found.logits[[row]])[0]
    genres = run.context["genres"]
    page = opened(TRACK, run="small", track=row)
    true, predicted = genres[found.y[row]], genres[y_prob.argmax()]
    assert page.header[0].value == said.title(str(row + 1), true, predicted, y_prob.max())
    assert ">validation track<" in html(page)
    assert shares(page) == [round(100 * p, 1) for p in sorted(y_prob, reverse=True)]
    assert f"Why {predicted} rather than {true}" in drawn(page, "attribution")["figure"]
    right = int(np.setdiff1d(rows_of(run, "validation"), rows_of(run, "validation", wrong=True))[0])
    assert "; recognized with " in opened(TRACK, run="small", track=right).header[0].value


@pytest.mark.parametrize("run_id", ["small", "linear"])
def test_the_bars_of_the_attribution_add_up_to_what_is_said(store, run_id):
    row = int(rows_of(store.run(run_id), "validation")[0])
    page = opened(TRACK, run=run_id, track=row)
    bars = json.loads(drawn(page, "attribution")["figure"])["data"][0]["x"]
    summed = re.search(r"([+−][\d.]+) nats", texts(page))
    assert float(summed[1].replace("−", "-")) == pytest.approx(sum(bars), abs=0.006)


def test_the_tracks_nearest_in_training_are_listed_and_open(store):
    run = store.run("small")
    row = int(rows_of(run, "validation")[0])
    page = opened(TRACK, run="small", track=row)
    nearest = page.dataframe[0].value
    assert len(nearest) == 10
    assert (np.diff(nearest["distance"]) >= 0).all()
    found, y = networks.neighbours(run, row), outcomes.predictions(run).y
    assert said.neighbours_sentence(found, y, run.context["genres"], None) in texts(page)
    train = {f"{row + 1:,}" for row in rows_of(run, "train")}
    assert set(nearest["Track"]) <= train
    row = int(nearest["Track"][0].replace(",", "")) - 1
    assert ">training track<" in html(opened(TRACK, run="small", track=row))


def test_what_features_mean_is_a_list_and_synthetic_ones_have_no_unit(store):
    page = opened(TRACK, run="small", track=rows_of(store.run("small"), "validation")[0])
    page.session_state["features meaning"] = True
    page.run()
    assert NO_UNIT in texts(page)
    listed = next(frame.value for frame in page.dataframe if "meaning" in frame.value)
    assert dict(zip(listed["feature"], listed["meaning"], strict=True))["tempo"] == "Beats a minute."
    assert page.slider[0].help == meaning(page.slider[0].label)


# -- what if -----------------------------------------------------------------------------------------------------------


def test_a_moved_slider_re_predicts_and_the_address_says_it(store):
    run = store.run("small")
    page = opened(TRACK, run="small", track=rows_of(run, "validation")[0])
    before, slider = shares(page), page.slider[0]
    slider.set_value(slider.max).run()
    name = slider.label.split(" · ")[0]
    assert unquote(page.query_params["what"]) == f"{name}:{slider.max:.6g}"
    assert "With 1 feature changed: " in texts(page)
    assert shares(page) != before
    assert sum(shares(page)) == pytest.approx(100, abs=0.5)
    bars = json.loads(drawn(page, "attribution")["figure"])["data"][0]["x"]
    said_sum = re.search(r"With your 1 change. The sum is ([+−][\d.]+) nats", texts(page))
    assert float(said_sum[1].replace("−", "-")) == pytest.approx(sum(bars), abs=0.006), "why is of the changed track"
    assert "With your 1 change. Compared with" in texts(page)
    press(page, "Reset")
    assert "what" not in page.query_params
    assert "With your" not in texts(page)
    assert shares(page) == before


@pytest.mark.parametrize("key", ["what flip", "what all"])
def test_trying_what_flips_the_answer_flips_it_and_the_link_says_the_same(store, key):
    run = store.run("small")
    for row in rows_of(run, "validation")[:8]:
        page = opened(TRACK, run="small", track=row)
        if key not in [button.key for button in page.button]:
            continue
        page.button(key=key).click().run()
        assert ", instead of " in texts(page)
        again = opened(TRACK, run="small", track=row, what=page.query_params["what"])
        assert shares(again) == shares(page)
        break
    else:
        pytest.fail("no track offers it")


def test_a_feature_of_any_name_and_one_that_is_not_known_can_be_changed(store):
    run = store.run("leaky")
    X = datasets.dataset(run.config.data).X
    row = int(np.flatnonzero(np.isnan(X[:, 0]))[0])
    open_test(store, run)
    page = opened(TRACK, run="leaky", track=row)
    slider = next(slider for slider in page.slider if "replaced by" in slider.label)
    slider.set_value(slider.max).run()
    again = opened(TRACK, run="leaky", track=row, what=page.query_params["what"])
    assert "With 1 feature changed" in texts(again)
    assert not re.search("ignored", texts(again))


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("nobody:1", "The tracks have no feature named “nobody”; ignored."),
        ("nonsense", "no feature named “nonsense”"),
        ("mfcc1:much", "mfcc1 is “much” in this link, but should be a number; ignored."),
        ("mfcc1:nan", "should be a number"),
        ("mfcc1:1e9", "mfcc1 is 1e+09 in this link, far outside the training range"),
        (",,,", "no feature named “”"),
    ],
)
def test_a_change_that_does_not_fit_is_said_and_nothing_is_changed(store, what, sentence):
    page = opened(TRACK, run="small", track=rows_of(store.run("small"), "validation")[0], what=what)
    assert sentence in texts(page)
    assert "Move a feature to see" in texts(page)


# -- the selection that it came from -----------------------------------------------------------------------------------


def test_previous_and_next_go_through_the_cell_and_the_way_back_leads_to_it(store):
    run = store.run("small")
    counts = np.array(run.summary["validation"]["confusion_matrix"])
    i, j = (int(n) for n in np.unravel_index(counts.argmax(), counts.shape))
    found = outcomes.predictions(run)
    rows = rows_of(run, "validation")
    rows = rows[(found.y[rows] == i) & (found.logits[rows].argmax(axis=1) == j)]
    order = rows[np.argsort(-softmax(found.logits[rows]).max(axis=1), kind="stable")]
    page = opened(TRACK, run="small", cell=f"{i}-{j}", track=order[0], what="mfcc1:0")
    assert f"1 of {len(order)}" in texts(page)
    assert page.button(key="track Previous").disabled
    for row in order[1:]:
        press(page, "Next")
        assert dict(page.query_params) == {"run": "small", "cell": f"{i}-{j}", "track": track_named("small", row)}
    assert page.button(key="track Next").disabled
    back = page.get("page_link")[0].proto
    genres = run.context["genres"]
    assert back.label == (f"{genres[i]} recognized" if i == j else f"{genres[i]} taken for {genres[j]}")
    assert f"cell={i}-{j}" in back.query_string
    row_of = opened(TRACK, run="small", cell=f"{i}-*", track=order[0])
    assert f" of {counts[i].sum()}" in texts(row_of)


def test_the_list_of_a_cell_is_filtered_by_the_address_and_leads_to_the_track(store):
    run = store.run("small")
    counts = np.array(run.summary["validation"]["confusion_matrix"])
    i, j = (int(n) for n in np.unravel_index(counts.argmax(), counts.shape))
    n = int(counts[i, j])
    page = opened(EVALUATE, run="small", cell=f"{i}-{j}")
    listed = page.dataframe[0].value
    assert len(listed) == n
    middle = float(listed["confidence"].median())
    some = opened(EVALUATE, run="small", cell=f"{i}-{j}", only=f"sure:0-{middle:.2f}")
    fitting = int((listed["confidence"] <= round(middle, 2)).sum())
    assert len(some.dataframe[0].value) == fitting
    named = opened(EVALUATE, run="small", cell=f"{i}-{j}", find=listed["track"][0])
    assert listed["track"][0] in list(named.dataframe[0].value["track"])
    none = opened(EVALUATE, run="small", cell=f"{i}-{j}", find="nobody of that name")
    assert NONE_FITS in texts(none)
    wrong = opened(EVALUATE, run="small", cell=f"{i}-{j}", only="sure:all")
    assert LOOKED_AT["only"][1] in texts(wrong)
    row = listed["track"][0].replace(",", "")
    page = opened(EVALUATE, run="small", cell=f"{i}-{j}", track=row)
    assert any(label.startswith("Open this track") for label in links(page))


# -- where there is no track to show -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"run": "nobody", "track": "3"}, lambda run: no_run("nobody", True)[0]),
        ({"run": "small"}, lambda run: said.no_track(None, of_small(run))),
        *(({"run": "small", "track": of}, lambda run, of=of: said.no_track(of, of_small(run))) for of in NO_ROWS),
        *(({"run": of, "track": "3"}, lambda run, of=of: not_complete(run(of))[0]) for of in ("queued", "failed")),
        ({"run": "gone", "track": "3"}, lambda run: no_tracks(why_gone(run("gone")))[0]),
    ],
)
def test_a_link_that_leads_to_no_track_says_why_and_leads_on(store, params, sentence):
    page, headline = opened(TRACK, **params), sentence(store.run)
    assert headline.answer in texts(page)
    assert headline.reason in texts(page)
    assert len(page.header) == 1
    assert len(links(page)) == 1
    assert not page.slider
    assert not page.dataframe


def test_a_test_track_asks_before_the_test_part_is_opened(store):
    trained(store, "closed", SMALL, train__seed=5)
    row = rows_of(store.run("closed"), "test")[0]
    page = opened(TRACK, run="closed", track=row)
    assert page.header[0].value == said.closed(f"{int(row) + 1}").answer
    assert len(page.get("bidi_component")) == 2, "nothing but what copies the link and lets go of the sidebar"
    assert not page.slider
    press(page, "Open the test part")
    assert ">test track<" in html(page)
    assert "test opened" in html(page)
    assert page.slider


def test_what_folds_leave_out_stays_closed_whatever_is_opened(store):
    trained(store, "fold", SMALL, split__folds=3)
    open_test(store, store.run("fold"))
    found, own = outcomes.predictions(store.run("fold")), outcomes.predictions(store.run("small"))
    left_out = np.isnan(found.logits).any(axis=1)
    assert left_out.tolist() == (own.part == 2).tolist()  # the test part of the same settings without folds
    row = int(np.flatnonzero(left_out)[0])
    page = opened(TRACK, run="fold", track=row)
    assert page.header[0].value == said.left_out(f"{row + 1}").answer
    assert len(page.get("bidi_component")) == 2, "nothing but what copies the link and lets go of the sidebar"


def test_a_link_that_names_another_part_says_so(store):
    row = rows_of(store.run("small"), "train")[0]
    page = opened(TRACK, run="small", part="validation", track=row)
    assert said.other_part("validation", "train") in texts(page)
    assert ">training track<" in html(page)


def test_without_weights_there_is_the_answer_but_no_why(store, monkeypatch):
    def missing(*_):
        raise DataError("No weights.")

    monkeypatch.setattr(networks, "network", missing)
    page = opened(TRACK, run="small", track=rows_of(store.run("small"), "validation")[1])
    assert "No weights." in texts(page)
    assert shares(page)
    assert not page.slider
    assert len(page.dataframe) == 1


def test_a_wrong_label_is_marked_and_the_true_genre_judges_where_the_link_says_so(store):
    run = store.run("noisy")
    data = datasets.dataset(run.config.data)
    rows = rows_of(run, "validation")
    row = int(rows[data.y_clean[rows] != data.y[rows]][0])
    by_label = opened(TRACK, run="noisy", track=row)
    assert f" is labeled {data.genres[data.y[row]]}" in by_label.header[0].value
    assert ">wrong label<" in html(by_label)
    by_genre = opened(TRACK, run="noisy", track=row, right="true")
    assert f" is {data.genres[data.y_clean[row]]}; " in by_genre.header[0].value


def test_pieces_of_the_same_recording_in_training_are_marked(store):
    open_test(store, store.run("leaky"))
    page = opened(TRACK, run="leaky", track=rows_of(store.run("leaky"), "validation")[0])
    assert "Same recording" in page.dataframe[0].value.columns
    assert ">leaky<" in html(page)
    assert ">recording " in html(page)


def test_without_a_run_the_latest_complete_one_is_looked_at(store):
    assert no_run(None, True)[0].answer not in texts(opened(TRACK, track="3"))
