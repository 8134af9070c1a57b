"""The Data page's pictures: their states, choices and addresses."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from dashboard.services import datasets, exploring, tables
from dashboard.views.data import drawn_area
from dashboard.views.data import exploration_text as sentences
from dashboard.views.data.text import ASKED_FOR, LATEST, NO_RUN
from genre_core.bayes.conditions import unheard
from genre_core.bayes.curve import overlap_for
from genre_core.errors import ConfigError
from genre_core.inspection.projection import project
from genre_core.settings.config import SplitConfig
from genre_core.settings.names import configure
from genre_core.studies.kinds import MAP
from genre_core.values import fingerprint
from genre_core.workers.run import execute
from genre_core.workers.study import execute_study
from tests.views.opening import drawn, opened, own_store, press, texts

DATA = "views/data/page.py"
TABLES = Path(__file__).resolve().parents[1] / "data"
SMALL = {"data.n_samples": "400", "data.n_genres": "4", "data.overlap": "3"}


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("exploration")) as own:
        yield own


def on(section: str, **more: str):
    return opened(DATA, section=section, **({name.replace(".", "__"): text for name, text in SMALL.items()} | more))


def config(**more: str):
    return configure({**SMALL, **more}).data


def traces(page, key: str = "plane plot") -> dict[str, dict]:
    return {trace.get("name", ""): trace for trace in json.loads(drawn(page, key)["figure"])["data"]}


def marks(page) -> int:
    return sum(item.proto.body.count(">leaky<") for item in page.get("html"))


def said(page, name: str) -> str:
    found = page.query_params[name]
    return found[0] if isinstance(found, list) else found


def area(method: str) -> str:
    of = drawn_area.stamp(fingerprint(config()), method)
    return drawn_area.as_text(drawn_area.rectangle((-99, 99), (-99, 99)), of)


def test_an_area_in_the_address_lists_its_tracks():
    page = on("overview", area=area("lda"))
    data = datasets.dataset(config())
    drawn_tracks = data.y[project(data, "lda").rows]
    by_genre = sorted(zip(data.genres, np.bincount(drawn_tracks).tolist(), strict=True), key=lambda one: -one[1])
    assert sentences.chosen_sentence(200, 200, by_genre) in texts(page)
    listed = next(item for item in page.dataframe if "part" in item.value.columns).value
    assert list(listed.columns[:3]) == ["track", "genre", "part"]
    assert set(listed["part"]) == {"train", "validation", "test"}
    assert len(listed) == 200
    assert len(listed.columns) == 3 + 20
    press(page, "Close")
    assert "area" not in page.query_params
    assert "tracks drawn" not in texts(page)


def test_an_area_of_another_map_is_said_and_chooses_nothing():
    page = on("overview", area=area("pca"))
    assert "drawn on another map" in texts(page)
    assert "tracks drawn" not in texts(page)


def test_tracks_are_chosen_by_genre_without_a_mouse():
    page = on("overview")
    next(box for box in page.selectbox if box.label == "Genre").set_value("Hip-Hop").run()
    assert said(page, "genre") == "Hip-Hop"
    assert sentences.chosen_sentence(50, 200, [("Hip-Hop", 50)]) in texts(page)
    across = next(slider for slider in page.slider if slider.label == "Across")
    across.set_value((0.0, across.max)).run()
    assert not page.exception
    assert "area" in page.query_params
    assert "Hip-Hop" in texts(page)


def test_a_worker_places_neighbours_and_the_page_waits_for_it(store):
    page = on("overview", plane="tsne", data__seed="3")
    (study,) = store.studies.studies(MAP.kind)
    assert sentences.placing_sentence(study) in texts(page)
    page.run()
    assert len(store.studies.studies(MAP.kind)) == 1
    execute_study(study.id, study.attempt, store.url)
    page.run()
    found = traces(page)
    data = datasets.dataset(config(**{"data.seed": 3}))
    expected = project(data, "tsne")
    assert sum(len(trace["x"]) for trace in found.values()) == len(expected.rows)
    assert sentences.projection_sentence(expected, data) in texts(page)
    again = on("overview", plane="tsne", data__seed="3")  # another session
    assert traces(again).keys() == found.keys()
    assert store.studies.study(study.id).attempt == 1


def test_neighbours_that_were_not_placed_are_said_and_tried_again(store):
    page = on("overview", plane="tsne", data__seed="4")
    (study,) = [one for one in store.studies.studies(MAP.kind) if one.active]
    store.studies.fail(study.id, 1, "Its worker died.")
    page.run()
    assert sentences.placing_sentence(store.studies.study(study.id)) in texts(page)
    press(page, "Try again")
    assert store.studies.study(study.id).state == "queued"
    assert "Waiting for a worker" in texts(page)


def test_the_map_is_coloured_by_the_parts_of_the_split_that_the_address_says():
    page = on("overview", colour="part", split__test_fraction="0.3")
    found = traces(page)
    assert {"train", "validation", "test"} == set(found)
    assert len(found["test"]["x"]) == pytest.approx(60, abs=12)


def test_without_a_run_right_and_wrong_says_what_to_do():
    page = on("overview", colour="answer")
    assert NO_RUN in texts(page)
    assert "Rock" in traces(page)


def test_groups_colour_the_map_where_there_are_any():
    page = on("overview", colour="artist", data__artists="5")
    found = traces(page)
    assert "2 other artists" in found
    assert len(found) == 9
    nested = {"data__artists": "5", "data__albums": "3", "data__segments": "4", "data__n_samples": "800"}
    for level in ("artist", "album", "track"):
        page = on("overview", colour=level, **nested)
        assert any(name.startswith(f"{level} ") for name in traces(page)), level
    choice = next(item for item in page.segmented_control if item.key == "choice colour")
    assert list(choice.options)[:4] == ["by genre", "by artist", "by album", "by track"]
    plain = on("overview", colour="artist")
    assert "colour is “artist”" in texts(plain)


def test_more_than_eight_genres_are_grey_but_for_the_best_told():
    page = opened(DATA, section="overview", data__n_samples="600", data__n_genres="12", data__overlap="3")
    assert len(traces(page)) == 4
    assert "9 other genres" in traces(page)
    page = opened(
        DATA, section="overview", lift="2.5.99", data__n_samples="600", data__n_genres="12", data__overlap="3"
    )
    assert set(traces(page)) == {"10 other genres", "Hip-Hop", "Folk"}


def test_features_are_ranked_for_a_pair_of_genres():
    page = on("features", pair="0-3")
    found = exploring.separations(config(), (0, 3), "f")
    assert sentences.separation_sentence(found, "Rock and Classical", "f", 200) in texts(page)
    html = drawn(page, "multiples")["html"]
    assert "the others" in html
    press(page, "All genres")
    assert "pair" not in page.query_params
    assert sentences.separation_sentence(exploring.separations(config()), "genres", "f", 400) in texts(page)


@pytest.mark.parametrize("pair", ["0-0", "0-9", "x", "1"])
def test_a_pair_that_is_none_is_all_genres(pair):
    assert "Features that separate genres" in texts(on("features", pair=pair))


def test_information_ranks_as_well_and_a_feature_is_chosen_by_its_address():
    page = on("features", measure="information", feature="rms")
    found = exploring.separations(config(), None, "information")
    assert sentences.separation_sentence(found, "genres", "information", 400) in texts(page)
    assert next(box for box in page.selectbox if box.label == "Feature").value == "rms"
    assert drawn(page, "multiples")["chosen"] == "rms"


def test_train_and_test_are_compared_or_it_is_said_why_not():
    found = exploring.drifts(config(), SplitConfig())
    assert sentences.drift_sentence(found) in texts(on("features", features="parts"))
    page = on("features", features="parts", split__by="artist")
    assert sentences.drift_sentence(found) not in texts(page)
    assert "which artist" in texts(page)
    assert drawn(on("features", features="together"), "correlations")


def test_the_nearest_genres_lead_to_what_tells_them_apart():
    page = on("genres")
    assert "are closest" in texts(page)
    button = next(item for item in page.button if "on the wrong side" in item.label)
    button.click().run()
    assert not page.exception
    assert "pair" in page.query_params
    assert "on its own" in texts(page)


def test_a_table_whose_best_possible_score_nobody_knows_has_no_section_for_it():
    name = "segments.csv"
    table = tables.add_table([(name, (TABLES / name).read_bytes())])
    page = opened(DATA, section="limits", data__source="table", data__table=table)
    options = next(choice.options for choice in page.get("button_group") if "Features" in choice.options)
    assert list(options) == ["The table", "Segments", "Features", "Genres"]
    assert "section is “limits” in this link" in texts(page)


def test_the_overlap_is_found_for_a_wanted_limit():
    page = on("limits")
    page.number_input(key="wanted limit").set_value(90.0)
    press(page, "Find the overlap")
    assert float(said(page, "data.overlap")) > 3
    best = float(re.search(r"The best possible classifier is right on ([\d.]+)", texts(page))[1])
    assert best == pytest.approx(90, abs=0.6)
    page.number_input(key="wanted limit").set_value(1.0)
    press(page, "Find the overlap")
    with pytest.raises(ConfigError) as told:
        overlap_for(config(), 0.01)
    assert str(told.value) in texts(page)


def test_noisy_labels_ask_right_about_what():
    page = on("limits", data__label_noise="0.2")
    noisy = config(**{"data.label_noise": 0.2})
    assert datasets.limit(noisy).about in texts(page)
    page = on("limits", data__label_noise="0.2", right="true")
    assert datasets.limit(noisy, clean=True).about in texts(page)
    assert datasets.limit(noisy).about not in texts(page)
    assert "Judged by" not in texts(on("limits"))


def test_a_run_is_judged_beside_the_limit_on_its_validation_part(store):
    given = {**SMALL, "train.max_epochs": 2, "data.seed": 7}
    store.submit("shown", configure(given), "shown")
    execute("shown", 1, store.url)
    page = on("limits", data__seed="7")
    run = store.run("shown")
    shortfall = exploring.answers(run).shortfall
    assert sentences.shortfall_sentence(shortfall, datasets.dataset(run.config.data).genres) in texts(page)
    assert json.loads(drawn(page, "limit curve")["figure"])["data"][-1]["marker"]["symbol"] == "circle"
    answered = traces(on("overview", data__seed="7", colour="answer"))
    assert {"right", "wrong", "not judged"} == set(answered)


def test_the_run_beside_the_limit_says_why_it_is_that_one(store):
    tracks = {**SMALL, "data.seed": "17", "train.max_epochs": "1"}
    for name in ("first", "second"):
        store.submit(name, configure({**tracks, "train.seed": {"first": 1, "second": 2}[name]}), name)
        execute(name, 1, store.url)
    store.submit("elsewhere", configure({**tracks, "data.seed": 18}), "elsewhere")
    why = {"first": ASKED_FOR, "": LATEST, "elsewhere": f"elsewhere was trained on other tracks. {LATEST}"}
    for run, said in why.items():
        page = on("limits", data__seed="17", **({"run": run} if run else {}))
        assert said in texts(page)
        assert next(box for box in page.selectbox if box.label == "Run").value == (run if run == "first" else "second")


def test_what_a_leaky_run_remembers_is_not_called_luck(store):
    artists = {"data.artists": 5, "data.artist_spread": 3.75}
    store.submit("leaky", configure({**SMALL, **artists, "train.max_epochs": 8, "split.by": "row"}), "leaky")
    execute("leaky", 1, store.url)
    named = {name.replace(".", "__"): str(value) for name, value in artists.items()}
    page = on("limits", **named)
    shortfall, genres = exploring.answers(store.run("leaky")).shortfall, datasets.dataset(config(**artists)).genres
    assert sentences.shortfall_sentence(shortfall, genres, unheard(config(**artists))) in texts(page)
    assert marks(page) == 2
    assert sentences.circles_sentence(1, 1) in texts(page)
    assert json.loads(drawn(page, "limit curve")["figure"])["data"][-1]["marker"]["symbol"] == "circle-open"
    assert marks(on("overview", colour="answer", **named)) == 1
    assert not marks(on("overview", **named))


def test_genres_that_are_all_as_large_need_no_chart(store):
    keys = [item.proto.id for item in on("tracks", data__imbalance="8").get("bidi_component")]
    assert any(key.endswith("-counts") for key in keys)
    page = on("tracks")
    assert "4 genres of 100 each" in page.header[0].value
    assert not any(item.proto.id.endswith("-counts") for item in page.get("bidi_component"))
