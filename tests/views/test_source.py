"""A source that the pages never heard of: its rows are windows of tracks, and their inputs are no lists of features."""

import json

import numpy as np
import pytest

from genre_core.data.sources import load_dataset
from genre_core.evaluation.metrics import softmax
from genre_core.settings.ensembles import ensemble_of
from genre_core.settings.names import all_settings, configure
from genre_core.settings.naming import run_name
from genre_core.studies.cross_predictions import CrossPredictionsConfig
from genre_core.studies.kinds import CROSS_PREDICTIONS, LEARNING_CURVE, LENS, REPEATS, SEARCH
from genre_core.studies.learning_curve.config import LearningCurveConfig
from genre_core.studies.lens.config import LensConfig
from genre_core.studies.repeats.config import Folds, RepeatsConfig
from genre_core.studies.tuning.config import search_config
from genre_core.studies.tuning.space import read_dimension
from genre_core.terminal.main import main
from genre_core.training.predictions import Predictions
from genre_core.workers.run import execute
from genre_core.workers.study import execute_study
from tests import tones
from tests.views.opening import opened, own_store, texts
from tests.views.stored import trained

QUICK = {"train.max_epochs": 4, "model.architecture": "linear", "train.learning_rate": 0.01}
MISSING = "needs features, and these data hold spectrograms."


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    with tones.registered():
        yield tones.write_tones(tmp_path_factory.mktemp("tones")) | QUICK


@pytest.fixture(scope="module")
def store(settings, tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("source")) as own:
        trained(own, "one", settings)
        trained(own, "two", settings, model__architecture="mlp", model__hidden=(8,))
        trained(own, "branch", settings, before__epochs=2, train__learning_rate=0.02)
        members = [own.run("one").config, own.run("two").config]
        own.submit("both", ensemble_of(members), "both")
        execute("both", 1, own.url)
        yield own


def at(settings):
    return {name.replace(".", "__"): str(value) for name, value in settings.items()}


def test_it_is_a_source_like_any_other(settings):
    assert "tones" in all_settings()["data.source"].choices
    assert all_settings()["data.source"].label("tones") == "windows of tones"
    config = configure(settings)
    assert type(config).model_validate_json(config.model_dump_json()) == config
    assert configure({}, config).fingerprint == config.fingerprint
    data = load_dataset(config.data)
    assert data.inputs.shape == (tones.BANDS, tones.FRAMES)
    assert isinstance(data.inputs.array, np.memmap)


def test_a_run_on_it_is_stored_with_its_windows_kept_together(store):
    run = store.run("one")
    assert 0.4 < run.summary["validation"]["accuracy"] < 0.95
    assert run_name(run.config, {}).startswith("windows of tones · softmax regression")
    assert run.context["split_by"] == "track"
    assert not run.context["leaky"]
    assert run.context["n_parameters"] == (tones.BANDS * tones.FRAMES + 1) * len(tones.GENRES)


def test_a_run_on_it_is_judged_by_window_and_by_track(store, capsys):
    judged = {}
    for unit in ("row", "track"):
        assert main(["evaluate", "one", "--by", unit, "--json"]) == 0
        judged[unit] = json.loads(capsys.readouterr().out)["validation"]
    assert judged["row"]["n"] == tones.WINDOWS * judged["track"]["n"]
    run = store.run("one")
    assert judged["row"]["accuracy"] == run.summary["validation"]["accuracy"]
    windows = Predictions.load(store.artifact("one", "logits")).of("validation")
    by_track = np.log(softmax(windows.logits)).reshape(-1, tones.WINDOWS, len(tones.GENRES)).mean(axis=1)
    y = windows.y.reshape(-1, tones.WINDOWS)[:, 0]
    assert judged["track"]["accuracy"] == pytest.approx((by_track.argmax(axis=1) == y).mean())
    assert judged["track"]["accuracy"] > judged["row"]["accuracy"]  # windows of a track agree where chance does not


@pytest.mark.parametrize("run", ["branch", "both"])
def test_branches_and_ensembles_are_trained_on_it(store, run):
    assert store.run(run).state == "complete", store.run(run).error
    drawn = opened("views/evaluate/page.py", run=run)
    assert not drawn.error


@pytest.mark.parametrize(
    ("page", "looked_at"),
    [
        ("train", {}),
        *(("evaluate", {"section": name}) for name in ("matrix", "epochs", "confidence", "reject", "labels")),
        ("genres", {}),
        *(("genres", {"genre": "Middle", "section": name}) for name in ("threshold", "tracks", "learning")),
        ("genres", {"genre": "Middle", "section": "groups", "unit": "row"}),
        ("compare", {"runs": "one,two"}),
        ("runs", {}),
    ],
)
def test_pages_that_ask_for_no_features_show_a_run_on_it(store, page, looked_at):
    drawn = opened(f"views/{page}/page.py", run="one", **looked_at)
    assert not drawn.error
    assert "features" not in texts(drawn)


@pytest.mark.parametrize(
    ("page", "looked_at", "said"),
    [
        ("genres", {"genre": "Middle"}, "What sets a genre apart"),
        ("genres", {"genre": "Middle", "section": "features"}, "What recognition rests on"),
        ("track", {"track": 3}, "Why the network answers so"),
    ],
)
@pytest.mark.parametrize("run", ["one", "two", "both"])
def test_what_would_show_features_of_a_run_says_that_there_are_none(store, run, page, looked_at, said):
    drawn = opened(f"views/{page}/page.py", run=run, **looked_at)
    assert not drawn.error
    assert drawn.header
    assert texts(drawn).count(f"{said} {MISSING}") == 1


def test_a_track_behind_a_cell_is_shown_without_its_profile(store):
    from dashboard.services import outcomes

    seen = outcomes.outcome(store.run("one"), "validation")
    row = next(row for row, y, z in zip(seen.rows, seen.y_true, seen.logits.argmax(1), strict=True) if y == z)
    genre = seen.y_true[seen.rows == row][0]
    drawn = opened("views/evaluate/page.py", run="one", cell=f"{genre}-{genre}", track=row)
    assert not drawn.error
    assert f"A track's profile {MISSING}" in texts(drawn)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("overview", "The map"),
        ("features", "This section"),
        ("genres", "How far genres lie apart"),
        ("limits", None),
        ("check", "Looking for copies, gaps and leaks"),
    ],
)
def test_data_shows_what_it_can(store, settings, section, said):
    drawn = opened("views/data/page.py", section=section, **at(settings))
    assert not drawn.error
    assert "spectrograms of 8 × 16 numbers" in drawn.header[0].value
    assert said is None or texts(drawn).count(f"{said} {MISSING}") == 1


def test_settings_of_it_can_be_trained(store, settings):
    drawn = opened("views/train/page.py", **at(settings))
    assert "8 × 16 numbers each" in texts(drawn)
    assert next(button for button in drawn.button if button.label == "Train").disabled is False


@pytest.mark.parametrize("page", ["repeat", "tune", "lens"])
def test_pages_of_studies_open_with_it(store, settings, page):
    drawn = opened(f"views/{page}/page.py", **at(settings))
    assert not drawn.error
    alone = "Simple classifiers need features, and these data hold spectrograms."
    assert (alone in texts(drawn)) == (page == "lens")


@pytest.mark.parametrize("kind", [REPEATS.kind, SEARCH.kind, LENS.kind, LEARNING_CURVE.kind, CROSS_PREDICTIONS.kind])
def test_studies_of_it_run_and_their_pages_show_them(store, settings, kind):
    experiment = configure(settings)
    dimension = read_dimension("train.learning_rate", experiment)
    config, page, look = {
        REPEATS.kind: (RepeatsConfig(experiment=experiment, what=Folds(k=3)), "repeat", "repeat"),
        SEARCH.kind: (search_config(experiment, [dimension], n_trials=3, sampler="random"), "tune", "search"),
        LENS.kind: (LensConfig(experiment=experiment, n_repeats=3), "lens", "lens"),
        LEARNING_CURVE.kind: (LearningCurveConfig(experiment=experiment, shares=(0.5, 1.0), n_repeats=3), "", ""),
        CROSS_PREDICTIONS.kind: (CrossPredictionsConfig(experiment=experiment, n_folds=3), "", ""),
    }[kind]
    store.studies.submit(kind, kind, config.model_dump_json())
    execute_study(kind, 1, store.url)
    study = store.studies.study(kind)
    assert study.state == "complete", study.error
    if page:
        drawn = opened(f"views/{page}/page.py", **{look: kind})
        assert not drawn.error


def test_the_terminal_trains_on_it_and_judges_its_network_alone(store, settings, capsys):
    options = [text for name, value in settings.items() for text in (f"--{name}", str(value))]
    assert main(["train", *options, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["config"]["data"]["source"] == "tones"
    assert main(["lens", *options, "--repeats", "3", "--json"]) == 0
    judged = json.loads(capsys.readouterr().out)
    assert {score["classifier"] for score in judged["scores"]} == {"network"}
    assert "Simple classifiers need features, and these data hold spectrograms." in judged["notes"]
