"""Pages judge segments by track, and by segment where the address says so."""

import json
from pathlib import Path

import pytest

from dashboard.services import outcomes
from dashboard.services.repetitions import repetition
from dashboard.services.tables import add_table
from genre_core.settings.names import configure
from genre_core.store.run_result import Judge
from genre_core.studies.kinds import REPEATS
from genre_core.studies.repeats.config import Folds, RepeatsConfig
from genre_core.workers.run import execute
from genre_core.workers.study import execute_study
from tests.views.opening import drawn, opened, own_store, texts

SEGMENTS = Path(__file__).resolve().parents[1] / "data" / "segments.csv"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("by_track")) as own:
        settings = {
            "data.source": "table",
            "data.table": add_table([(SEGMENTS.name, SEGMENTS.read_bytes())]),
            "train.max_epochs": 3,
            "model.hidden": "8",
        }
        for run_id, seed in (("one", 0), ("two", 1)):
            own.submit(run_id, configure({**settings, "train.seed": seed}), run_id)
            execute(run_id, 1, own.url)
        yield own


def counted(store, unit):
    found = outcomes.outcome(store.run("one"), "validation", judge=Judge(unit=unit))
    return found.evaluation, found.n_rows, found.n_tracks


def test_evaluate_counts_tracks_and_says_of_how_many_segments(store):
    scores, n_rows, n_tracks = counted(store, "track")
    page = opened("views/evaluate/page.py", run="one")
    assert scores.n == n_tracks < n_rows
    assert f"{n_tracks} validation tracks ({n_rows} segments)" in page.header[0].value
    assert sum(map(sum, drawn(page, "matrix")["view"]["counts"])) == n_tracks


def test_evaluate_counts_segments_where_the_address_says_so(store):
    scores, n_rows, n_tracks = counted(store, "row")
    page = opened("views/evaluate/page.py", run="one", unit="row")
    assert scores.n == n_rows
    assert f"{n_rows} validation segments of {n_tracks} tracks" in page.header[0].value
    view = drawn(page, "matrix")["view"]
    assert (sum(map(sum, view["counts"])), view["nouns"]) == (n_rows, "validation segments")


@pytest.mark.parametrize("section", ["confidence", "reject", "labels", "epochs"])
@pytest.mark.parametrize("unit", ["track", "row"])
def test_every_section_can_be_judged_either_way(store, section, unit):
    opened("views/evaluate/page.py", run="one", section=section, unit=unit)


@pytest.mark.parametrize("unit", ["track", "row"])
def test_a_genre_is_judged_as_the_run_is(store, unit):
    scores, _, _ = counted(store, unit)
    first = scores.per_genre[0]
    page = opened("views/genres/page.py", run="one", unit=unit, genre=first.genre)
    assert str(first.support) in f"{page.header[0].value} {texts(page)}"


def test_all_genres_count_tracks_and_segments_apart_and_begin_no_sentence_in_lower_case(store):
    _, n_rows, n_tracks = counted(store, "track")
    page = opened("views/genres/page.py", run="one")
    assert f"{n_tracks} validation tracks ({n_rows} segments)" in f"{page.header[0].value} {texts(page)}"
    assert not page.header[0].value[0].islower()


@pytest.mark.parametrize(("unit", "noun"), [("track", "track"), ("row", "segment")])
def test_compare_counts_what_it_judges(store, unit, noun):
    scores, _, _ = counted(store, unit)
    page = opened("views/compare/page.py", runs="one,two", unit=unit)
    shown = json.dumps([json.loads(item.proto.json) for item in page.get("bidi_component")])
    assert f"validation {noun}s" in f"{texts(page)} {shown}"
    assert scores.n > 0


def test_a_repetition_is_judged_by_track_or_by_segment(store):
    config = RepeatsConfig(experiment=store.run("one").config, what=Folds(k=2))
    store.studies.submit("folds", REPEATS.kind, config.model_dump_json())
    execute_study("folds", 1, store.url)
    by_track, by_row = (repetition("folds", unit=unit) for unit in ("track", "row"))
    assert by_track.matrix.n < by_row.matrix.n
    assert by_track.matrix.n == sum(score.n_judged for score in by_track.scores.values())
    assert "held-out tracks" in texts(opened("views/repeat/page.py", study="folds"))
    assert "held-out segments" in texts(opened("views/repeat/page.py", study="folds", unit="row"))


def test_the_data_page_counts_segments_and_tracks_apart(store):
    run = store.run("one")
    page = opened("views/data/page.py", data__source="table", data__table=run.config.data.table)
    assert "108 segments of " in f"{page.header[0].value} {texts(page)}"


def test_train_counts_segments_and_tracks_apart(store):
    run = store.run("one")
    page = opened("views/train/page.py", run="one")
    n, tracks = run.context["n_validation"], run.context["n_validation_tracks"]
    assert f"{n} validation segments of {tracks} tracks" in texts(page)
