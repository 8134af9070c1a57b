import json
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import update

from dashboard.components import live
from dashboard.services import datasets, diagnoses, histories, runs, tables, workers
from dashboard.text import train as sentences
from dashboard.views.train import live as following
from dashboard.views.train import watching
from dashboard.views.train import watching_text as sentences_of_watching
from genre_core.evaluation.intervals import wilson
from genre_core.settings.names import configure
from genre_core.settings.naming import run_name
from genre_core.store.schema import runs as run_table
from genre_core.studies.kinds import REPEATS
from genre_core.studies.repeats.config import Folds, RepeatsConfig
from genre_core.workers.run import execute
from tests.views.opening import drawn, opened, own_store, panel, press, texts

TRAIN = "views/train/page.py"
SEGMENTS = Path(__file__).resolve().parents[1] / "data" / "segments.csv"
SMALL = configure({"data.n_samples": 400, "train.max_epochs": 3, "model.hidden": (8, 4), "train.batch_size": 32})
BUTTONS = ("Train", "Pause", "Resume", "Start again", "Step", "Stop")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("train")) as own:
        yield own


def queued(store, run_id, config=SMALL, **more):
    assert store.submit(run_id, config, run_id, **more)
    return run_id


def paused(store, run_id, config=SMALL):
    queued(store, run_id, config)
    store.request(run_id, "step")
    execute(run_id, 1, store.url)
    assert store.run(run_id).state == "paused"
    return run_id


@pytest.fixture(scope="module")
def complete(store):
    execute(queued(store, "complete"), 1, store.url)
    return "complete"


def enabled(page):
    return {button.label for button in page.button if button.label in BUTTONS and not button.disabled}


def answer(page):
    return drawn(page, "answer words")["text"]


def headline(run):
    """Return the two sentences that a page is to say of a run."""
    progress, limit = runs.progress(run), datasets.limit(run.config.data)
    told = diagnoses.diagnosis(run)
    said = sentences.of_run(run, progress.epochs, limit, runs.queue(run), progress.matrix, told)
    return said.answer, said.reason


def answers(page):
    part = drawn(page, "answer words")
    return part["text"], part["note"]


def keys(page):
    return {item.proto.id.rpartition("-")[2] for item in page.get("bidi_component")}


def points(page):
    named = {trace.get("name"): trace for trace in json.loads(drawn(page, "loss")["figure"])["data"]}
    return len(named["validation"]["x"])


def progress(page):
    return drawn(page, "train progress")["text"]


def test_the_network_drawn_is_that_of_the_run_looked_at(store):
    config = configure({"data.n_features": 4, "data.n_genres": 3, "model.hidden": (5,)}, SMALL)
    page = opened(TRAIN, run=queued(store, "other-network", config))
    network = drawn(page, "network")
    assert " 4, 5, 3 " in network["alt"]
    assert " 20, 128, 64, 32, 8 " in drawn(opened(TRAIN), "network")["alt"]


def test_a_watched_network_is_drawn_with_its_weights_and_a_map_and_nothing_of_it_is_sent_to_others(store, complete):
    assert "network drawing" not in keys(opened(TRAIN, run=complete))
    assert "watch" not in live.answer(following.look, complete, "")["parts"]
    page = opened(TRAIN, run=complete, watch="on")
    picture = json.loads(drawn(page, "network drawing")["picture"])
    assert [layer["n"] for layer in picture["layers"]] == [20, 8, 4, 8]
    assert [len(lines) // 3 for lines in picture["lines"]] == [watching.MOST_LINES, 8 * 4, 4 * 8]
    assert "120 of 160, all 32 and all 32" in picture["drawn"]
    assert picture["said"] == {"0": f"best weights, of epoch {store.run(complete).best_epoch}"}
    points = drawn(page, "answer map")
    right = np.mean(np.array(picture["answers"]) == points["y"])
    assert right == store.run(complete).summary["validation"]["accuracy"]
    other = points["tracks"][-1]
    assert "network" not in keys(page)
    page = opened(TRAIN, run=complete, watch="on", watched=str(other))
    drawing = drawn(page, "network drawing")
    told = live.answer(watching.look, drawing["path"].removeprefix("watch/"), "")
    assert told["parts"]["watch"]["picture"] == drawing["picture"]
    assert json.loads(drawing["picture"])["chosen"] == len(points["tracks"]) - 1


def test_a_network_is_watched_from_before_its_first_epoch_and_others_say_why_not(store):
    run = queued(store, "watched-early")
    assert "Weights are drawn after the first epoch." in texts(opened(TRAIN, run=run, watch="on"))
    assert store.run(run).watched_at
    assert not store.run(queued(store, "not-watched")).watched_at
    cnn = configure({"data.source": "music", "model.architecture": "cnn"})
    assert sentences_of_watching.why_not(cnn) == "Perceptrons and softmax regression only."


def test_the_first_visit_says_what_train_does_and_what_is_possible(store):
    page, config = opened(TRAIN), configure({})
    planned = sentences.before_training(datasets.shape(config.data), config, datasets.limit(config.data))
    assert answers(page) == (planned.answer, planned.reason)
    assert enabled(page) == {"Train"}
    assert [mark["kind"] for mark in drawn(page, "train ruler")["marks"]] == ["baseline", "limit"]
    assert points(page) == 0
    assert "After the first epoch" in texts(page)
    assert progress(page) == "at most 50 epochs"


def test_train_starts_one_run_with_the_settings_and_puts_it_into_the_address(store):
    page = press(opened(TRAIN, train__seed="7", pace="two epochs a second"), "Train")
    run = store.run(page.query_params["run"])
    assert (run.state, run.pace) == ("queued", 0.5)
    assert run.config == configure({"train.seed": 7})
    assert run.name == run_name(run.config, {})
    assert answer(page) == "Starting."
    assert answers(page) == headline(run)
    assert enabled(page) == {"Pause", "Step", "Stop"}


def test_the_menu_repeats_with_as_many_seeds_or_folds_as_are_asked_for(store):
    page = opened(TRAIN, train__seed="8")
    assert {"With 5 other seeds", "On 5 folds"} <= {button.label for button in page.button}
    page.number_input(key="repeat times").set_value(3).run()
    press(page, "On 3 folds")
    config = RepeatsConfig.model_validate_json(store.studies.studies(REPEATS.kind)[0].config_json)
    assert config.what == Folds(k=3)


def test_by_hand_train_asks_for_one_epoch(store):
    page = press(opened(TRAIN, pace="pause after each epoch"), "Train")
    assert store.run(page.query_params["run"]).request == "step"


def test_the_epochs_of_tracks_by_artists_have_the_interval_of_their_artists(store):
    for run_id, artists, few in (("few-artists", 2, "4 artists are too few for an interval"), ("many-artists", 20, "")):
        config = configure(
            {"data.artists": artists, "data.n_genres": 2, "data.artist_spread": 3.0, "split.by": "row"}, SMALL
        )
        run = store.run(paused(store, run_id, config))
        progress, told = runs.progress(run), histories.history(run).matrix(1)  # Evaluate asks the data themselves
        interval = sentences.validation_interval(run, progress.shown, progress.matrix)
        assert interval == told.accuracy_interval != wilson(told.correct, told.n)
        assert run.too_few("validation") == told.too_few() == few
        page = opened(TRAIN, run=run_id)
        assert answers(page) == headline(run)
        assert few in answer(page)
        model = next(mark for mark in drawn(page, "train ruler")["marks"] if mark["kind"] == "model")
        assert [model["low"], model["high"]] == ([None, None] if few else [interval.low, interval.high])
        assert few in model["text"]


def test_pause_resume_and_stop_act_on_the_run_that_is_shown(store):
    page = opened(TRAIN, run=queued(store, "commanded"))
    press(page, "Pause")
    assert store.run("commanded").state == "paused"
    assert answers(page) == headline(store.run("commanded"))
    assert enabled(page) == {"Train", "Resume", "Step", "Stop"}
    press(page, "Resume")
    assert store.run("commanded").state == "queued"
    press(page, "Stop")
    assert store.run("commanded").state == "cancelled"
    assert answers(page) == headline(store.run("commanded"))
    assert enabled(page) == {"Train", "Start again"}
    press(page, "Start again")
    assert store.run("commanded").state == "queued"


def test_who_waits_sees_how_many_runs_go_first_and_how_long(store, complete, monkeypatch):
    there = Future()
    there.set_result(SimpleNamespace(alive=True))
    monkeypatch.setattr(workers, "linked", lambda: workers.Linking(there))
    monkeypatch.setattr(workers, "n_workers", lambda: 1)
    for run in store.runs(states=["queued"]):
        store.cancel(run.id)
    for name in ("ahead 1", "ahead 2"):
        queued(store, name)
    page = opened(TRAIN, run=queued(store, "waiting"))
    queue = runs.queue(store.run("waiting"))
    assert queue.before == 2
    assert queue.seconds
    assert answers(page) == headline(store.run("waiting"))


def test_a_run_without_an_epoch_is_preparing(store):
    store.claim(queued(store, "preparing"), 1)
    page = opened(TRAIN, run="preparing")
    assert answer(page) == "Preparing the tracks."
    assert enabled(page) == {"Pause", "Step", "Stop"}
    assert progress(page) == "0 of 3 epochs"


def test_a_long_first_epoch_shows_how_far_it_is(store):
    store.claim(queued(store, "long"), 1)
    store.beat("long", 1, 0.25)
    page = opened(TRAIN, run="long")
    assert answers(page) == headline(store.run("long"))
    assert "25\u202f%" in progress(page)
    assert drawn(page, "train progress")["done"] == 0.25 / 3


def test_a_running_run_shows_its_epochs_matrix_and_time_left(store):
    store.claim(paused(store, "running"), store.requeue("running", ["paused"]))
    page = opened(TRAIN, run="running")
    assert answers(page) == headline(store.run("running"))
    assert "Macro-F1" in answers(page)[1]
    assert points(page) == 1
    assert sum(map(sum, drawn(page, "live matrix")["view"]["counts"])) == store.run("running").context["n_validation"]
    assert "at most" in progress(page)


def test_a_paused_run_can_go_on(store):
    page = opened(TRAIN, run=paused(store, "resting"))
    assert answers(page) == headline(store.run("resting"))
    assert enabled(page) == {"Train", "Resume", "Step", "Stop"}


def test_a_complete_run_says_why_it_ended_macro_f1_beside_accuracy_and_leads_to_the_test_part(store, complete):
    page = opened(TRAIN, run=complete)
    scores = store.run(complete).summary["validation"]
    assert answers(page) == headline(store.run(complete))
    assert points(page) == 3
    assert [link.proto.label for link in page.get("page_link")][1:] == ["Through time", "Evaluate it"]
    assert enabled(page) == {"Train"}
    model = next(mark for mark in drawn(page, "train ruler")["marks"] if mark["kind"] == "model")
    assert [model["low"], model["high"]] == scores["accuracy_interval"]


def test_tables_say_the_same_as_the_charts(store, complete):
    page = opened(TRAIN, run=complete)
    assert not page.dataframe
    page.session_state["as a table"] = True
    page.run()
    epochs, matrix = (frame.value for frame in page.dataframe)
    history = store.epochs(complete)
    assert epochs["epoch"].tolist() == [1, 2, 3]
    assert epochs["validation_accuracy"].tolist() == [epoch.validation_accuracy for epoch in history]
    assert matrix.drop(columns="true genre").to_numpy().tolist() == drawn(page, "live matrix")["view"]["counts"]
    assert [button.proto.label for button in page.get("download_button")] == ["Epochs as CSV", "Matrix as CSV"]


def test_a_failed_run_says_what_happened_and_can_be_started_again(store):
    store.claim(queued(store, "failed"), 1)
    store.fail("failed", 1, "Its worker died.")
    page = opened(TRAIN, run="failed")
    assert answers(page) == headline(store.run("failed"))
    assert answers(page)[1] == "Its worker died."
    assert enabled(page) == {"Train", "Start again"}


def test_a_run_whose_worker_was_lost_says_so_and_goes_on(store):
    store.claim(paused(store, "lost"), store.requeue("lost", ["paused"]))
    store.lose("lost", 2)
    assert answers(opened(TRAIN, run="lost"))[1].endswith(
        "Its worker was lost after epoch 1: the run goes on by itself."
    )
    store.claim("lost", 3)
    store.rewind("lost", 3, 1)
    said = "Its worker was lost after epoch 1 and it went on from there."
    page = opened(TRAIN, run="lost")
    assert answers(page)[1].endswith(said)
    assert enabled(page) == {"Pause", "Step", "Stop"}
    assert said in texts(opened("views/runs/page.py", run="lost"))


def test_a_diverged_run_says_so_and_one_click_trains_with_a_tenth_of_the_rate(store):
    rate = {"train.learning_rate": 1.0, "train.optimizer": "sgd", "train.momentum": 0.99, "train.patience": 60}
    execute(queued(store, "diverged", configure(rate)), 1, store.url)
    page = opened(TRAIN, run="diverged")
    assert store.run("diverged").stopped_because == "diverged"
    assert answers(page) == headline(store.run("diverged"))
    assert answer(page).startswith("Learning rate too high: best ")
    press(page, "Train with learning rate 0.1")
    mended = configure(rate | {"train.learning_rate": 0.1})
    assert store.run(page.query_params["run"]).config == mended
    assert page.query_params["train.learning_rate"] == "0.1"


def test_an_unknown_run_in_the_link_is_said_and_the_page_works(store):
    page = opened(TRAIN, run="nowhere")
    assert "nowhere" in texts(page)
    assert enabled(page) == {"Train"}
    press(page, "Train")
    assert "nowhere" not in texts(page)


def test_a_run_of_another_version_is_said_and_the_page_works(store):
    queued(store, "foreign")
    with store.transaction() as connection:
        connection.execute(
            update(run_table).where(run_table.c.id == "foreign").values(config='{"data": {"source": "tape"}}')
        )
    page = opened(TRAIN, run="foreign")
    assert "another version" in texts(page)
    assert enabled(page) == {"Train"}


def test_settings_that_do_not_fit_fall_back_with_a_note(store):
    page = opened(TRAIN, train__learning_rate="1000", data__source="radio", pace="sideways")
    assert "train.learning_rate" in texts(page)
    assert "using synthetic tracks" in texts(page)
    assert enabled(page) == {"Train"}


def test_without_a_table_train_is_off_and_the_page_says_what_to_do(store):
    page = opened(TRAIN, data__source="table")
    assert answer(page) == sentences.before_training(None, None, None).answer
    assert enabled(page) == set()
    assert panel(page)["notes"][0]["text"].startswith("No table")


def test_a_split_that_lets_segments_leak_is_labelled_beside_the_number(store):
    table = tables.add_table([("segments.csv", SEGMENTS.read_bytes())])
    leaky = {"data.source": "table", "data.table": table, "split.by": "row", "train.max_epochs": 1}
    for run_id, config in (("leaky", configure(leaky)), ("tight", configure(leaky | {"split.by": "track"}))):
        execute(queued(store, run_id, config), 1, store.url)
        page = opened(TRAIN, run=run_id)
        assert "right on" in " ".join(answers(page)), store.run(run_id).error
        assert drawn(page, "answer words")["badges"].keys() == ({"leaky"} if run_id == "leaky" else set())


def test_serious_warnings_of_the_data_stand_beside_the_answer_before_a_training_and_after(store):
    table = tables.add_table([("segments.csv", SEGMENTS.read_bytes())])
    given = {"data.source": "table", "data.table": table, "data.taken": "length", "train.max_epochs": 1}
    config = configure(given)
    (said,) = (
        one.sentence for one in datasets.checked(config.data, config.split).findings if one.severity == "serious"
    )
    for run in ({}, {"run": queued(store, "warned", config)}):
        page = opened(TRAIN, **{name.replace(".", "__"): str(value) for name, value in given.items()}, **run)
        assert drawn(page, "answer words")["badges"]["check the data"].startswith(said), run
    execute("warned", 1, store.url)
    assert "check the data" in drawn(opened(TRAIN, run="warned"), "answer words")["badges"]


def test_settings_that_are_no_longer_the_runs_are_said_and_can_be_taken_back(store, complete):
    page = opened(TRAIN, run=complete)
    differs = sentences.what_differs(configure({}), store.run(complete).config)
    assert differs
    assert differs in texts(page)
    press(page, "Use this run's settings")
    assert differs not in texts(page)
    assert page.query_params["data.n_samples"] == "400"
