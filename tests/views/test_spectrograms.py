"""Pages about a network that listens to spectrograms of clips."""

import io
import json

import numpy as np
import pytest
import soundfile

from dashboard.services import clips, outcomes
from dashboard.services.asking import Asked
from dashboard.services.datasets import dataset
from dashboard.views.track import first_layer, listened_to
from genre_core.data.clips.gathering import extractor_of
from genre_core.data.clips.tagger import tags
from genre_core.data.clips.tagger.about import TAGS_ALONE
from genre_core.data.sources import load_dataset
from genre_core.explaining.saliency import METHODS
from genre_core.networks import ARCHITECTURES
from genre_core.settings.ensembles import ensemble_of
from genre_core.workers.run import execute
from tests.hums import import_hums, write_hums
from tests.views.opening import drawn, opened, own_store, press, texts
from tests.views.stored import trained


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("cnn")) as own:
        table = import_hums(write_hums(tmp_path_factory.mktemp("hums"), 8, 1.0), own)
        settings = {"data.source": "clips", "data.table": table, "data.features": "logmel", "train.max_epochs": 2}
        trained(own, "cnn", settings, model__architecture="cnn", model__channels="4,8")
        yield own


def at(store, **other):
    return {"data__source": "clips", "data__table": store.run("cnn").config.data.table, **other}


def test_train_draws_it_with_its_size(store):
    page = opened("views/train/page.py", run="cnn")
    assert not page.error
    figure = str(json.loads(drawn(page, "network")["figure"]))
    size = f"{store.run('cnn').context['n_parameters']:,} parameters"
    assert all(said in figure for said in ("64 × 22 numbers", "3 × 3, ReLU", size, "hears 10 of 64 bands, 0.5"))


@pytest.mark.parametrize(
    ("architecture", "shown"),
    [
        ("crnn", ("LSTM both ways", "the whole clip")),
        ("lstm", ("LSTM both ways", "dropout 0.3")),
        ("attention", ("pool, attention", "all bands, 1.0")),
        ("transformer", ("of 4 frames", "the whole clip")),
    ],
)
def test_train_draws_each_network_and_measures_what_it_needs(store, architecture, shown):
    page = opened("views/train/page.py", preset="music", model__architecture=architecture)
    assert not page.error
    figure = str(json.loads(drawn(page, "network")["figure"])).replace("<br>", " ")  # captions wrap
    model = ARCHITECTURES[architecture]()
    assert all(said in figure for said in (*shown, f"{model.n_parameters((64, 108), 8):,} parameters"))
    assert f"watch {model.phrase} learn to tell 8 genres apart" in texts(page)


def test_tags_without_training_stand_on_the_rulers(store, monkeypatch):
    monkeypatch.setattr(tags, "_TAGS_OF_GENRE", {"hiss": ("ambient",), "drone": ("metal",)})
    assert not beside(opened("views/evaluate/page.py", run="cnn"), "evaluate")
    assert not beside(opened("views/train/page.py", run="cnn"), "train")
    data = dataset(store.run("cnn").config.data)
    store.clips.save(extractor_of("tags"), np.eye(len(data), len(tags.TAGS), dtype=np.float32), data.heard, {})
    page = opened("views/evaluate/page.py", run="cnn")
    assert beside(page, "evaluate")
    assert "Chirp has no tag, so the tags alone are never right there." in texts(page)
    assert "has no tag" not in texts(opened("views/evaluate/page.py", run="cnn", section="sets"))
    assert beside(opened("views/train/page.py", run="cnn"), "train")


def beside(page, name):
    """Return the marks of tags without training on the ruler of a page."""
    return [mark for mark in drawn(page, f"{name} ruler")["marks"] if mark["text"].endswith(TAGS_ALONE)]


def links(page):
    return [link.proto.label for link in page.get("page_link")]


def test_train_says_what_it_needs_where_it_is_given_features(store):
    page = opened("views/train/page.py", **at(store, model__architecture="cnn", data__features="rhythm"))
    assert "A CNN needs spectrograms: choose clips or generated music, with the feature set logmel." in texts(page)
    said = texts(opened("views/train/page.py", **at(store, model__architecture="cnn", data__features="logmel")))
    assert "watch a CNN learn to tell 3 genres apart" in said


@pytest.mark.parametrize(
    ("view", "label"), [("train", "Train"), ("repeat", "Repeat"), ("tune", "Search"), ("lens", "Judge")]
)
def test_a_network_that_listens_refuses_a_table_beside_the_button(store, view, label):
    page = opened(f"views/{view}/page.py", model__architecture="cnn")
    assert "A CNN needs spectrograms" in texts(page)
    assert next(button for button in page.button if button.label.startswith(label)).disabled


@pytest.mark.parametrize("view", ["repeat", "tune"])
def test_a_study_says_that_it_takes_other_settings_than_those_of_the_run_in_the_link(store, view):
    page = opened(f"views/{view}/page.py", run="cnn")
    assert "The settings in the sidebar are used, not those of cnn: Source synthetic tracks (that run clips)" in texts(
        page
    )
    press(page, "Use the settings of cnn")
    assert "not those of cnn" not in texts(page)


def test_train_offers_the_tagger_that_a_network_starts_from(store):
    page = opened("views/train/page.py", **at(store, model__architecture="musicnn", data__features="musicnn"))
    assert not page.error
    assert "Fetch the tagger (29 MB)" in [button.label for button in page.button]
    page = opened("views/train/page.py", **at(store, model__architecture="musicnn", data__features="logmel"))
    assert "choose the feature set musicnn." in texts(page)


def test_the_clips_behind_a_cell_can_be_heard(store):
    seen = outcomes.outcome(store.run("cnn"), "validation")
    true, predicted = seen.y_true[0], seen.logits.argmax(1)[0]
    page = opened("views/evaluate/page.py", run="cnn", cell=f"{true}-{predicted}")
    assert not page.error
    assert any("player" in item.proto.id for item in page.get("bidi_component"))


@pytest.mark.parametrize(
    ("page", "looked_at"),
    [
        *(("evaluate", {"section": name}) for name in ("matrix", "epochs", "confidence")),
        *(("genres", {"genre": "hiss", "section": name}) for name in ("threshold", "tracks", "features")),
        ("track", {"track": "3"}),
        ("runs", {}),
        ("repeat", {}),
        ("lens", {}),
    ],
)
def test_other_pages_show_it(store, page, looked_at):
    assert not opened(f"views/{page}/page.py", run="cnn", **looked_at).error


@pytest.mark.parametrize("section", ["check", "overview", "features", "genres"])
@pytest.mark.parametrize("window", ["0", "0.5"])
def test_data_shows_them_measured_or_not(store, section, window):
    page = opened("views/data/page.py", section=section, **at(store, data__features="logmel", data__window=window))
    assert not page.error
    if window == "0.5":
        assert "the levels of each window (Spectrogram)" in texts(page)


CHANGES = {"crop": 0.5, "mute_seconds": 0.2, "mute_bands": 8, "gain": 6, "noise": 0.1, "shift": 2, "stretch": 0.1}
"""Settings that change training clips."""


def test_train_plays_training_clips_before_and_after_each_change(store):
    given = at(store, model__architecture="cnn", data__features="logmel", train__mixup="0.2", data__copies="tempo")
    page = opened("views/train/page.py", **given, **{f"model__{name}": f"{value:g}" for name, value in CHANGES.items()})
    page.session_state["hear changes"] = True
    page.run()
    assert not page.exception
    assert not page.error
    heard = drawn(page, "player changes")["clips"]
    played = [soundfile.read(io.BytesIO(clips.sound(one["clip"])), dtype="float32")[0] for one in heard]
    assert [one["title"] for one in heard] == [
        "As it is", "Random crop", "Muted time", "Muted bands", "Random gain", "Added noise", "Pitch shift",
        "Time stretch", "Changed copy", "Changed copy", "Mixup",
    ]  # fmt: skip
    assert "at its strongest" in texts(page)
    assert "Changed copies stand beside the clip itself" in texts(page)
    whole, crop, *others, faster, _, _, _ = played
    assert (len(whole), len(crop), len(faster)) == (22_050, 11_025, round(22_050 / 1.1))
    assert all(len(one) == len(whole) and np.abs(one - whole).max() > 0.01 for one in others)
    data = dataset(store.run("cnn").config.data)
    rows = set(page.selectbox(key="changed clip").options)
    assert len(rows) == 3 * len(data.genres)
    closed = opened("views/train/page.py", **given).get("bidi_component")
    assert not any("player changes" in item.proto.id for item in closed)


def test_tune_searches_the_settings_of_the_network(store):
    page = opened("views/tune/page.py", **at(store, model__architecture="lstm"))
    assert not page.error
    (choice,) = (group for group in page.button_group if group.label == "Settings to vary")
    assert {"Memory", "Memory cell", "Directions", "Random crop"} <= set(choice.options)
    assert not {"Channels", "Hidden layers"} & set(choice.options)


# -- what it listened to -----------------------------------------------------------------------------------------------


@pytest.fixture
def answered(store, monkeypatch):
    """Let questions to the workers be answered at once."""
    monkeypatch.setattr(listened_to, "ask", lambda work, *arguments: Asked(work(*arguments, store.url)))


def sound(one):
    return soundfile.read(io.BytesIO(clips.sound(one["clip"])), dtype="float32")[0]


@pytest.mark.parametrize("method", METHODS)
def test_what_decided_is_seen_heard_and_judged(store, answered, method):
    page = opened("views/track/page.py", run="cnn", track=3, method=method, share="30")
    heard = drawn(page, "player listened")
    assert [one["title"] for one in heard["clips"]] == [
        "Whole window",
        "What decided (30\u202f%)",
        "The rest (70\u202f%)",
    ]
    whole, decided, rest = map(sound, heard["clips"])
    assert np.abs(decided + rest - whole).max() < 2 / 2**15
    assert np.abs(decided).max() > 0
    every = outcomes.predictions(store.run("cnn"))
    answer = store.run("cnn").context["genres"][every.logits[3].argmax()]
    assert heard["clips"][0]["detail"].startswith(answer)
    assert heard["map"]["shape"] == [64, 22]
    assert f"What speaks for {answer} is" in heard["map"]["sentence"]
    assert "This map" in drawn(page, "faithfulness")["alt"]
    assert "needs features" not in texts(page)


def test_another_genre_can_be_asked_about(store, answered):
    page = opened("views/track/page.py", run="cnn", track=3, **{"for": "2"})
    assert "for hiss" in drawn(page, "player listened")["map"]["sentence"]


def test_the_filters_of_the_first_layer_are_seen_and_what_they_answer_to_is_heard(store, monkeypatch):
    monkeypatch.setattr(first_layer, "ask", lambda work, *arguments: Asked(work(*arguments, store.url)))
    page = opened("views/track/page.py", run="cnn", track=3, filter="1")
    page.session_state["first layer"] = True  # the expander is opened
    page.run()
    assert not page.exception
    heard = drawn(page, "player filter")
    assert heard["title"] == "What filter 2 answers to most"
    assert len({one["clip"] for one in heard["clips"]}) == 4
    data = load_dataset(store.run("cnn").config.data, store)
    rows = [data.tracks.index(one["title"]) for one in heard["clips"]]
    assert set(rows) <= set(outcomes.predictions(store.run("cnn")).of("train").rows.tolist())
    assert drawn(page, "patterns")["html"].startswith('<ul class="gl-patterns">')


def test_while_a_worker_computes_one_waits(store):
    said = texts(opened("views/track/page.py", run="cnn", track=3, share="13", **{"for": "99"}))
    assert "Waiting for a worker" in said
    assert "share is “13” in this link; it can be 5, 10, 20, 30, 40 or 50" in said
    assert "for is “99” in this link; it can be 0 to " in said


def test_what_could_not_be_computed_says_why_and_can_be_tried_again(store, monkeypatch):
    monkeypatch.setattr(listened_to, "ask", lambda *_: Asked(problem="The weights are gone: train it again."))
    page = opened("views/track/page.py", run="cnn", track=3)
    assert "The weights are gone: train it again." in texts(page)
    assert "Try again" in [button.label for button in page.button]


def test_an_ensemble_of_features_and_spectrograms_says_whose_it_shows(store):
    heard = store.run("cnn").config
    settings = {"data.source": "clips", "data.table": heard.data.table, "train.max_epochs": 1}
    trained(store, "columns", settings, data__features="chroma", model__architecture="linear")
    store.submit("mixed", ensemble_of([heard, store.run("columns").config]), "mixed")
    execute("mixed", 1, store.url)
    page = opened("views/train/page.py", run="mixed")
    assert "features" in drawn(page, "network")["figure"]
    (choice,) = (one for one in page.button_group if "CNN" in one.options)
    choice.set_value("CNN").run()
    assert "64 × 22 numbers" in json.loads(drawn(page, "network")["figure"])["data"][-1]["text"][0]
    said = "These are features of one member, the softmax regression (chroma). The ensemble averages it with"
    page = opened("views/track/page.py", run="mixed", track=0)
    assert f"{said} the CNN (logmel)." in texts(page)
    assert "Its answer along the clip" not in links(page)
    assert "Its answer along the clip" in links(opened("views/track/page.py", run="cnn", track=0))
    assert "Let it listen to a sound" in links(opened("views/train/page.py", run="cnn"))
    page = opened("views/listen/page.py", run="mixed")
    assert "The members of this ensemble listen to different things" in texts(page)
    assert {"cnn", "columns"} <= {button.label for button in page.button}
