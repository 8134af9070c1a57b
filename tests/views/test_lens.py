"""The Split lens page without a browser, over a store of its own and without a cluster."""

import json
from importlib import import_module

import pytest
from sqlalchemy import update

from dashboard.components.live import answer as answer_of
from dashboard.services import lenses
from dashboard.text.limits import limit_label
from dashboard.text.studies import what_differs
from dashboard.views.lens import live as following
from dashboard.views.lens import text as sentences
from genre_core.data.dataset import Dataset
from genre_core.data.published import read_split
from genre_core.data.tables.reading import read_table
from genre_core.errors import DataError
from genre_core.networks import LinearConfig
from genre_core.settings.config import ClipsConfig, ExperimentConfig, TrainConfig
from genre_core.settings.names import configure
from genre_core.store.schema import MEASURING, studies
from genre_core.studies.kinds import LENS
from genre_core.studies.lens.config import LENS_BY, LensConfig
from genre_core.workers.study import execute_study, work_on
from tests.hums import import_hums, write_hums
from tests.views.opening import drawn, opened, own_store, press, texts

VIEW = "views/lens/page.py"
DATA = {"data__n_samples": "600", "data__n_genres": "3", "data__n_features": "6", "data__artists": "60"}
LEAKY = configure(
    {
        **{name.replace("__", "."): text for name, text in DATA.items()},
        "data.artist_spread": 8.0,
        "data.overlap": 0.5,
        "train.max_epochs": 15,
        "train.learning_rate": 0.01,
    }
)
KINDS = ("network", "majority", "neighbour")
QUICK = ExperimentConfig(data=LEAKY.data, model=LinearConfig(), train=TrainConfig(max_epochs=2))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("lens")) as own:
        yield own


def queued(store, lens_id, experiment=QUICK, **own):
    config = LensConfig(experiment=experiment, **{"n_repeats": 3, **own})
    assert store.studies.submit(lens_id, LENS.kind, config.model_dump_json())
    return lens_id


@pytest.fixture(scope="module")
def complete(store):
    execute_study(queued(store, "complete", LEAKY, classifiers=KINDS, n_repeats=5), 1, store.url)
    return "complete"


@pytest.fixture(scope="module")
def halfway(store):
    """A lens that runs and has seven scores."""
    queued(store, "halfway")
    for _ in work_on(store, store.studies.claim("halfway", 1)):
        if store.studies.study("halfway").n_results == 7:
            break
    assert store.studies.study("halfway").state == "running"
    return "halfway"


def set_state(store, lens_id, **changes):
    with store.transaction() as connection:
        connection.execute(update(studies).where(studies.c.id == lens_id).values(**changes))


def answer(page):
    return drawn(page, "lens answer words")["text"]


def headline(lens_id, limit=None):
    """Return what the page is to answer with of a lens."""
    return sentences.headline(lenses.lens(lens_id), limit).answer


def one(parameter):
    return parameter if isinstance(parameter, str) else parameter[0]


def buttons(page):
    return {
        button.label: button.disabled
        for button in page.button
        if button.label in ("Judge these splits", "Stop", "Continue")
    }


def test_tracks_that_stand_alone_are_told_how_to_leak(store):
    page = opened(VIEW)
    assert "no split can leak" in answer(page)
    assert "Give the tracks artists" in texts(page)
    assert buttons(page) == {"Judge these splits": False, "Stop": True}


def test_before_a_lens_the_page_says_what_it_would_do(store):
    page = opened(VIEW, **DATA)
    config = LensConfig(experiment=configure({name.replace("__", "."): text for name, text in DATA.items()}))
    plan = lenses.lens_plan(config)
    assert (plan.levels, plan.n_scores) == (("row", "artist"), 60)
    said = sentences.before(plan, config)
    assert answer(page) == said.answer
    assert said.reason in texts(page)
    assert sentences.own_splits(plan) in texts(page)


def test_the_button_starts_the_lens_of_the_settings_and_the_address_names_it(store):
    page = opened(VIEW, repeats="3 splits", **DATA)
    press(page, "Judge these splits")
    lens_id = one(page.query_params["lens"])
    config = LensConfig.model_validate_json(store.studies.study(lens_id).config_json)
    assert (config.n_repeats, config.experiment.data.artists) == (3, 60)
    assert answer(page) == "Waiting for a worker."
    assert not any(item.proto.id.endswith("-lens slope") for item in page.get("bidi_component")), "nothing to draw yet"
    assert buttons(page) == {"Judge these splits": True, "Stop": False}
    press(page, "Stop")
    assert store.studies.study(lens_id).state == "cancelled"
    assert buttons(page) == {"Judge these splits": False, "Continue": False}
    press(page, "Continue")
    assert store.studies.study(lens_id).state == "queued"
    store.studies.stop(lens_id)


def test_a_page_runs_again_with_the_first_score_as_that_brings_the_slopes(store, halfway):
    queued(store, "not begun")
    phases = [following.look(lens_id).phase for lens_id in ("not begun", halfway)]
    assert [phase.split()[-1] for phase in phases] == ["planned", "judged"]
    page = opened(VIEW, lens=halfway)
    assert drawn(page, "lens slope")["figure"]
    assert "choice shown" not in [item.key for item in page.segmented_control], "no classifiers to rank yet"
    store.studies.stop("not begun")


def test_classifiers_are_ranked_at_each_level(store, complete):
    page, lens = opened(VIEW, lens=complete), lenses.lens(complete)
    assert page.segmented_control(key="choice shown").options == ["Splits", "Classifiers"], "a phone shows one"
    assert [one.level for one in lens.rankings] == ["row", "artist"]
    for ranking in lens.rankings:
        figure = json.loads(drawn(page, f"ranking {ranking.level}")["figure"])
        dots = [trace for trace in figure["data"] if "error_x" in trace]
        assert [trace["x"][0] for trace in dots] == sorted((trace["x"][0] for trace in dots), reverse=True)
        assert len(dots) == len(KINDS)
        assert len(figure["data"]) - len(dots) == len(ranking.together)
        assert texts(page).count(ranking.sentence) == 1, "under its chart"
    names = [note["text"] for note in json.loads(drawn(page, "lens slope")["figure"])["layout"]["annotations"]]
    assert ["network " in name for name in names if "%" in name] == [True], "on a phone names alone have room"


def test_a_complete_lens_says_what_leaked_and_draws_each_level(store, complete):
    page = opened(VIEW, lens=complete)
    lens = lenses.lens(complete)
    assert lens.leakage.interval.low > 0
    said = sentences.headline(lens, following._limit(lens))
    assert answer(page) == said.answer
    assert said.reason in texts(page)
    for level in ("row", "artist"):
        marks = drawn(page, f"lens ruler {level}")["marks"]
        assert [mark["kind"] for mark in marks] == ["model", "baseline", "tick", "limit"]
        assert marks[0]["low"] < marks[0]["value"] < marks[0]["high"]
    assert "unknown artists" in drawn(page, "lens ruler row")["alt"]
    assert "30 of 30 scores" in texts(page)


def test_what_differs_from_the_settings_is_said_and_can_be_adopted(store, complete):
    page = opened(VIEW, lens=complete)
    differs = what_differs(configure({}), LEAKY, "judged", "judged here")
    assert differs in texts(page)
    press(page, "Use the settings judged")
    assert one(page.query_params["data.artists"]) == "60"
    assert "settings differ" not in texts(page)


def test_a_running_lens_shows_what_it_has(store, halfway):
    page = opened(VIEW, lens=halfway)
    lens = lenses.lens(halfway)
    assert (len(lens.scores), lens.plan.n_scores) == (7, 36)
    assert answer(page) == headline(halfway)
    assert "left" in texts(page)
    assert drawn(page, "lens ruler row")["marks"]


def test_a_page_that_follows_gets_parts_only_when_they_are_new(store, halfway):
    answered = answer_of(following.look, halfway, "")
    assert answered["parts"]["answer"]["text"] == headline(halfway)
    assert "parts" not in answer_of(following.look, halfway, answered["state"])
    assert answer_of(following.look, "nowhere", "") == {"phase": "gone"}


def test_a_lens_that_waits_shows_the_rulers_to_come(store):
    page = opened(VIEW, lens=queued(store, "waiting"))
    assert "Waiting for a worker." in texts(page)
    assert [drawn(page, f"lens ruler {level}")["marks"] for level in ("row", "artist")]


def test_where_its_workers_were_killed_a_lens_waits_for_others_and_says_what_was_begun_again(store):
    queued(store, "killed")
    claim = store.studies.take("killed", 1, '"plan"', "dead")
    set_state(store, "killed", heartbeat_at=0.0)
    page = opened(VIEW, lens="killed")
    assert answer(page) == "Waiting for a worker."
    assert buttons(page)["Stop"] is False
    assert store.studies.take("killed", 1, claim.piece, "other", claim)
    note = drawn(opened(VIEW, lens="killed"), "lens answer words")["note"]
    assert note.endswith("A worker was lost, and another one began its piece of the work again.")


@pytest.mark.parametrize(
    ("link", "said"), [("nowhere", "There is no lens nowhere here"), ("../etc", "should be a lens's identifier")]
)
def test_a_link_that_leads_nowhere_is_said(store, link, said):
    page = opened(VIEW, lens=link)
    assert said in texts(page)
    assert buttons(page)["Judge these splits"] is False


def test_a_lens_of_another_version_is_said(store):
    store.studies.submit("foreign", LENS.kind, '{"experiment": {"data": {"source": "radio"}}}')
    page = opened(VIEW, lens="foreign")
    assert "made by another version" in texts(page)
    store.studies.delete("foreign")


def test_settings_that_cannot_be_judged_say_why(store):
    page = opened(VIEW, data__source="table")
    assert answer(page) == sentences.before(None, None).answer
    assert buttons(page)["Judge these splits"] is True


def test_a_level_that_cannot_be_split_is_named(store):
    page = opened(VIEW, **{**DATA, "data__artists": "2"})
    config = LensConfig(experiment=configure({name.replace("__", "."): text for name, text in DATA.items()}))
    few = config.experiment.data.model_copy(update={"artists": 2})
    config = config.model_copy(update={"experiment": config.experiment.model_copy(update={"data": few})})
    said = sentences.before(lenses.lens_plan(config), config)
    assert "artist" in said.answer
    assert answer(page) == said.answer
    assert said.reason in texts(page)
    assert not any("cannot be judged" in caption.value for caption in page.caption)  # the answer has it


def test_the_limit_is_for_unknown_artists_even_where_no_split_keeps_artists_together(store):
    few = {name.replace("__", "."): text for name, text in DATA.items()} | {"data.artists": 2, "data.segments": 2}
    execute_study(queued(store, "torn", configure(few), classifiers=("majority",)), 1, store.url)
    by_track = opened(VIEW, lens="torn")
    label = limit_label(configure(few).data)
    assert label not in drawn(by_track, "lens ruler track")["alt"]  # known of single rows alone
    page = opened(VIEW, lens="torn", unit="row")
    for level in ("row", "track"):
        assert label in drawn(page, f"lens ruler {level}")["alt"]
    (gap,) = sentences.gaps(lenses.lens("torn").plan)
    assert gap in texts(page)  # to its end


def test_a_plan_is_made_once_and_an_error_each_time(store, monkeypatch):
    config = LensConfig(experiment=QUICK, n_repeats=4)
    first = lenses.lens_plan(config)
    made = []
    monkeypatch.setattr(import_module("dashboard.services.lenses"), "plan_lens", lambda *_: made.append(1))
    assert lenses.lens_plan(LensConfig(experiment=QUICK, n_repeats=4)) is first
    assert made == []
    monkeypatch.undo()
    tiny = configure({"data.n_samples": 40, "data.n_genres": 8, "split.test_fraction": 0.05})
    for _ in range(2):
        with pytest.raises(DataError, match="too few"):
            lenses.lens_plan(LensConfig(experiment=tiny, n_repeats=3))


def test_beside_a_published_split_it_is_said_how_often_its_test_part_was_opened(store):
    rows = [f"t{n},{n % 2 + n / 40},{n % 7},{'ab'[n % 2]}" for n in range(80)]
    table = read_table([("music.csv", "\n".join(["filename,f0,f1,label", *rows]).encode())])
    lists = {"train": range(40), "valid": range(40, 60), "test": range(60, 80)}
    split = read_split([(f"{part}.txt", "\n".join(f"t{n}" for n in own).encode()) for part, own in lists.items()])
    for found in (table, split):
        store.put_table(found.content_hash, found.name, found.parquet, 80, 4)
    of = {"data.source": "table", "data.table": table.content_hash, "data.published": split.content_hash}
    execute_study(queued(store, "published", configure(of), classifiers=("majority", "logistic")), 1, store.url)
    page = opened(VIEW, lens="published")
    assert drawn(page, "lens title published")["badges"].keys() == {"test opened 2×"}
    told = drawn(page, "lens title published")["badges"]["test opened 2×"]
    assert "tracks were looked at for 2 configurations" in told
    assert drawn(page, "lens title row")["badges"] == {}


NOISY = configure({name.replace("__", "."): text for name, text in DATA.items()} | {"data.label_noise": 0.3})


@pytest.fixture(scope="module")
def noisy(store):
    own = NOISY.model_copy(update={"data": NOISY.data.model_copy(update={"overlap": 0.5})})
    execute_study(queued(store, "noisy", own, classifiers=("network", "logistic")), 1, store.url)
    return "noisy"


def test_where_labels_are_wrong_a_lens_is_judged_by_them_or_by_the_true_genres(store, noisy):
    rates = {}
    for right, about in (("label", "labels"), ("true", "true genres")):
        page = opened(VIEW, lens=noisy, **({"right": right} if right == "true" else {}))
        ruler, title = drawn(page, "lens ruler row"), drawn(page, "lens title row")
        assert ruler["alt"].startswith(f"Test accuracy about the {about}")
        assert title["note"].endswith(f", judged by the {about}")
        assert "logistic regression" in drawn(page, "lens slope")["figure"]
        rates[right] = {mark["kind"]: mark["value"] for mark in ruler["marks"]}
    for part in ("model", "tick", "limit"):
        by_label, by_truth = (rates[right] for right in ("label", "true"))
        assert by_truth[part] > by_label[part] + 0.1
    followed = answer_of(following.look, f"{noisy}~true", "")["parts"]
    assert "true genres" in followed["row title"]["note"]
    assert "labels" in answer_of(following.look, noisy, "")["parts"]["row title"]["note"]


def test_a_lens_that_kept_no_scores_about_true_genres_says_so(store, noisy, monkeypatch):
    of = import_module("dashboard.services.lenses").LensScore
    monkeypatch.setattr(of, "from_json", lambda found: of(**{**found, "true_accuracy": None, "true_macro_f1": None}))
    set_state(store, noisy, revision=999)  # so that it is read anew
    page = opened(VIEW, lens=noisy, right="true")
    assert sentences.BY_LABELS_ALONE in texts(page)
    assert "by the labels" in drawn(page, "lens title row")["note"]
    set_state(store, noisy, revision=1000)


def test_a_lens_on_labels_that_are_right_has_no_such_choice(store, complete):
    page = opened(VIEW, lens=complete)
    assert "choice right" not in [item.key for item in page.segmented_control]
    assert "judged by" not in drawn(page, "lens title row")["note"]


def test_former_lenses_can_be_opened(store, complete):
    page = opened(VIEW)
    (choice,) = [box for box in page.selectbox if box.label == "Earlier lenses"]
    choice.set_value(complete).run()
    assert one(page.query_params["lens"]) == complete
    assert answer(page) == headline(complete, following._limit(lenses.lens(complete)))


def test_two_lenses_that_are_called_alike_are_told_apart_and_each_opens_itself(store):
    for lens_id in ("a1b2c3d4e5", "a1b2f6a7b8"):
        queued(store, lens_id)
        store.studies.stop(lens_id)
        set_state(store, lens_id, created_at=0.0)
    for lens_id in ("a1b2c3d4e5", "a1b2f6a7b8"):
        page = opened(VIEW)
        (choice,) = [box for box in page.selectbox if box.label == "Earlier lenses"]
        assert len(set(choice.options)) == len(choice.options)
        choice.set_value(lens_id).run()
        assert one(page.query_params["lens"]) == lens_id


def test_an_empty_page_shows_the_rulers_to_come_and_an_example_that_leaks_in_one_click(store):
    page = opened(VIEW, data__n_samples="400")
    assert [mark["kind"] for mark in drawn(page, "lens ruler artist")["marks"]] == ["limit"]
    assert "belong to this example. Its tracks have artists, so it is judged by row and by artist." in texts(page)
    assert "belong to this example" not in texts(opened(VIEW, data__n_samples="400", data__artists="8"))
    press(page, following.sentences.EXAMPLE)
    lens = lenses.lens(page.query_params["lens"])
    leaky = {"data.n_samples": 2000, "data.overlap": 2.0, "data.artists": 10, "data.artist_spread": 3.75}
    assert lens.config.experiment == configure(leaky)
    assert (page.query_params["preset"], page.query_params["data.n_samples"]) == ("leaking_artists", "2000")
    assert "settings differ" not in texts(page)


def test_segments_are_judged_by_track_or_by_segment_as_the_address_says(store):
    data = QUICK.data.model_copy(update={"segments": 3})
    segments = QUICK.model_copy(update={"data": data})
    execute_study(queued(store, "segments", segments, classifiers=("network", "majority")), 1, store.url)
    found = {unit: lenses.lens("segments", unit=unit) for unit in ("track", "row")}
    for unit, sentence in LENS_BY.items():
        page = opened(VIEW, lens="segments", **({} if unit == "track" else {"unit": unit}))
        assert answer(page) == sentences.headline(found[unit], following._limit(found[unit])).answer
        assert sentence in texts(page)
        note = sentences.level_note(found[unit], "track")
        assert note in texts(page)
        assert "segments" in note
    assert following._limit(found["track"]) > following._limit(found["row"])
    pairs = zip(found["track"].scores, found["row"].scores, strict=True)
    assert all(track.accuracy == row.track_accuracy for track, row in pairs)


def test_a_page_that_follows_segments_goes_on_following_them(store):
    data = QUICK.data.model_copy(update={"segments": 3})
    execute_study(
        queued(store, "followed", QUICK.model_copy(update={"data": data}), classifiers=("majority",)), 1, store.url
    )
    by_row = following.look(f"followed{following.ROW}")
    assert by_row.parts("") == following.parts(lenses.lens("followed", unit="row"))
    assert following.look("followed").parts("") == following.parts(lenses.lens("followed"))


def test_a_lens_of_an_earlier_version_is_shown_by_segment_and_says_so(store, monkeypatch):
    data = QUICK.data.model_copy(update={"segments": 3})
    before = queued(store, "before", QUICK.model_copy(update={"data": data}), classifiers=("majority",))
    with monkeypatch.context() as patch:
        patch.setattr(Dataset, "in_segments", False)
        execute_study(before, 1, store.url)
    page = opened(VIEW, lens=before)
    assert lenses.lens(before).unit == "row"
    assert sentences.BY_SEGMENT_ALONE in texts(page)
    assert LENS_BY["row"] in texts(page)


def test_a_lens_says_that_it_measures_clips_first_and_how_far_that_is(store, tmp_path):
    table = import_hums(write_hums(tmp_path, 4, 0.6), store)
    page = opened(VIEW, data__source="clips", data__table=table)
    assert "Judge these splits, and the clips are measured first. 12 of 12 windows are not measured yet." in texts(page)
    lens_id = queued(store, "clips", ExperimentConfig(data=ClipsConfig(table=table)))
    store.studies.claim(lens_id, 1)
    store.studies.describe(lens_id, 1, {MEASURING: (3, 12)})
    assert "Measuring the clips: 3 of 12 windows." in texts(opened(VIEW, lens=lens_id))
