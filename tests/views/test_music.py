"""Pages about generated music: the score of a track, and what can be heard."""

import json

import numpy as np
import pytest

from dashboard.services import datasets
from dashboard.services.labels import doubtful_labels
from dashboard.services.outcomes import predictions
from dashboard.services.sounds import says_along
from dashboard.text.limits import KNOWS_RECIPE
from dashboard.theme import percent
from genre_core.bayes.recipe import recipe_known
from genre_core.data.music import rendering
from genre_core.evaluation.flips_round import flips_round
from genre_core.evaluation.metrics import softmax
from genre_core.judging.ear import draw_test
from genre_core.settings.config import MusicConfig, SyntheticConfig
from tests.sounds import noise_for
from tests.views.opening import drawn, opened, own_store, press, texts
from tests.views.stored import trained

SMALL = {
    "data.source": "music",
    "data.clips": 10,
    "data.seconds": 2,
    "data.window": 1,
    "data.features": "chroma",
    "train.max_epochs": 2,
    "model.architecture": "linear",
}
TRACK = "views/track/page.py"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("music")) as own, pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "_play", noise_for)
        trained(own, "windows", SMALL)
        trained(own, "other", SMALL, train__seed=1)
        trained(own, "noisy", SMALL, data__label_noise=0.2, split__test_fraction=0.2, split__validation_fraction=0.5)
        yield own


def test_a_track_shows_the_score_that_it_was_rendered_from(store):
    page = opened(TRACK, run="windows", track=3)
    data = datasets.dataset(store.run("windows").config.data)
    roll = drawn(page, "score")
    assert "Its score" in [head.value for head in page.subheader]
    assert "BPM" in texts(page)
    assert roll["alt"].startswith("Piano roll of 2 seconds")
    start = data.heard[3].start / 1000
    assert f'"x0":{start},"x1":{start + 1}' in roll["figure"]


def marks(page, key):
    return [mark["text"] for mark in drawn(page, key)["marks"]]


@pytest.mark.parametrize(
    ("view", "given", "key"),
    [
        ("views/evaluate/page.py", {"run": "windows"}, "evaluate ruler"),
        ("views/compare/page.py", {"runs": "windows,other"}, "compare ruler 0"),
    ],
)
def test_rulers_show_how_far_who_knows_the_recipe_can_get(store, view, given, key):
    best = datasets.recipe_limit(store.run("windows").config.data).accuracy
    page = opened(view, **given)
    assert f"{percent(best)} · {KNOWS_RECIPE}" in marks(page, key)


def test_the_ruler_of_a_genre_shows_its_recall_with_the_recipe_known(store):
    known = datasets.recipe_limit(store.run("windows").config.data)
    page = opened("views/genres/page.py", run="windows", genre="Jazz")
    at = datasets.dataset(store.run("windows").config.data).genres.index("Jazz")
    assert f"{percent(known.confusion[at, at])} · {KNOWS_RECIPE}" in marks(page, "genre ruler")


def test_train_and_data_say_that_the_limit_is_above_what_can_be_heard(store):
    given = {name.replace(".", "__"): str(value) for name, value in SMALL.items()}
    said = recipe_known(percent(datasets.recipe_limit(store.run("windows").config.data).accuracy))
    assert said in texts(opened("views/train/page.py", **given))
    page = opened("views/data/page.py", section="limits", **given)
    assert said in texts(page)
    counts = drawn(page, "limit matrix")["view"]["counts"]
    assert sum(map(sum, counts)) == pytest.approx(40_000, rel=0.01)


def test_the_limit_with_the_recipe_known_follows_noise_and_difficulty():
    easy, hard = (datasets.recipe_limit(MusicConfig(clips=10, difficulty=d)).accuracy for d in (0.0, 1.0))
    assert easy > 0.999
    assert hard < 0.55
    noisy = MusicConfig(clips=10, difficulty=0.0, label_noise=0.3)
    assert datasets.recipe_limit(noisy).accuracy == pytest.approx(0.7, abs=0.01)
    assert datasets.recipe_limit(noisy, clean=True).accuracy > 0.999
    assert datasets.recipe_limit(SyntheticConfig()) is None


def listened(page):
    """Return what each player of a page lists."""
    found = [json.loads(item.proto.json) for item in page.get("bidi_component")]
    return [part["clips"] for part in found if "clips" in part]


def test_by_track_the_whole_clip_is_heard_with_what_is_said_of_each_window(store):
    run = store.run("windows")
    data, answers = datasets.dataset(run.config.data), predictions(run)
    for unit, whole in (("track", True), ("row", False)):
        page = opened("views/evaluate/page.py", run="windows", cell="0-*", unit=unit)
        (listed,) = listened(page)
        assert len(listed) == (1 if whole else 2) * int((answers.of("validation").y == 0).sum()) // 2
        for one in listed:
            assert (one["to"] - one["from"], "at" in one["title"]) == ((2, False) if whole else (1, True))
            assert one["shown"] == [0, 2]
            rows = [row for row, window in enumerate(data.heard) if window.clip == one["clip"]]
            expected = {(data.heard[row].start / 1000, 1.0): softmax(answers.logits[[row]])[0] for row in rows}
            assert len(one["windows"]) == len(rows) == 2
            for start, seconds, shares in one["windows"]:
                genres = [data.genres.index(genre) for genre in shares]
                assert 0 in genres
                assert list(shares.values()) == pytest.approx(expected[start, seconds][genres], abs=1e-3)


def test_a_track_is_heard_among_the_windows_of_its_clip(store):
    (one,), *_ = listened(opened(TRACK, run="windows", track=3))
    window = datasets.dataset(store.run("windows").config.data).heard[3]
    assert (one["from"], one["to"]) == (window.start / 1000, window.start / 1000 + 1)
    assert [start for start, *_ in one["windows"]] == [0.0, 1.0]


def test_windows_of_a_closed_test_part_stay_closed(store):
    run = store.run("windows")
    data, answers = datasets.dataset(run.config.data), predictions(run)
    row = int(np.flatnonzero(answers.part == 2)[0])
    assert says_along(run, data.heard[row].clip) == ()


def test_wrong_labels_are_found_against_who_knows_the_recipes(store):
    data = datasets.dataset(store.run("noisy").config.data)
    labels = doubtful_labels(store.run("noisy"), "validation")
    wrong = data.y[labels.rows] != data.y_clean[labels.rows]
    assert np.array_equal(labels.lab.wrong, wrong)
    assert labels.lab.chance_wrong[wrong].mean() > 0.9
    assert labels.lab.chance_wrong[~wrong].mean() < 0.1
    page = opened("views/evaluate/page.py", run="noisy", section="labels")
    assert "By the recipes, the" in texts(page)
    assert "right about the true genres" in str(page)


def test_the_tracks_of_the_game_are_heard_without_what_the_network_says(store):
    run = store.run("noisy")
    page = opened("views/evaluate/page.py", run="noisy", section="labels", game="1", marks="0-1")
    (twelve,) = listened(page)
    labels = doubtful_labels(run, "validation")
    shown = labels.rows[flips_round(labels.lab.wrong, 1).tracks]
    data = datasets.dataset(run.config.data)
    assert [one["clip"] for one in twelve] == [data.heard[row].clip for row in shown]
    assert [one["genre"] for one in twelve] == [data.genres[data.y[row]] for row in shown]
    assert not any(one["windows"] or one["detail"] for one in twelve)
    assert "Whoever knows the recipes found " in texts(page)


EAR = "views/ear/page.py"


def test_an_ear_test_asks_about_easier_or_harder_pieces_by_their_true_genres(store):
    data = datasets.dataset(store.run("noisy").config.data)
    borrowed = {}
    for hard in ("easier", "harder"):
        page = opened(EAR, run="noisy", n="12")
        page.segmented_control(key="choice hard").set_value(hard).run()
        page = press(page, "Start")
        test = store.ear_tests.sitting(page.query_params["ear"]).test
        assert test.hard == hard
        assert test.kind == "sound"
        assert all(item.genre == data.y_clean[item.row] for item in test.items), "what ears can hear"
        assert len({item.clip for item in test.items}) == len(test.items), "one window of a clip"
        borrowed[hard] = np.mean([item.borrowed for item in test.items])
    assert borrowed["easier"] < borrowed["harder"]


def test_an_ear_test_is_told_by_difficulty(store):
    run = store.run("noisy")
    test = draw_test(store, run, datasets.dataset(run.config.data), "validation", 12, 1, "harder")
    store.ear_tests.begin("harder", test)
    for number, item in enumerate(test.items):
        store.ear_tests.answer("harder", number, item.genre)
    page = opened(EAR, ear="harder")
    assert "Asked about were the harder clips" in texts(page)
    shown = next(table.value for table in page.dataframe if "borrowed traits" in table.value)
    assert shown["clips"].sum() == 12
    assert KNOWS_RECIPE in " ".join(marks(page, "ear ruler"))
