"""Prediction sets on Evaluate, on a track's page, and in what is downloaded."""

import csv
import io
import json

import numpy as np
import pytest
import streamlit as st

from dashboard.services import outcomes
from dashboard.services.prediction_sets import Promise, genres_in_sets, sets_of
from dashboard.views.track.text import set_sentence
from genre_core.evaluation.set_sentences import held_sentence, promise_sentence
from genre_core.store.openings import open_test
from genre_core.store.run_result import JUDGE
from tests.views.opening import drawn, opened, own_store, texts
from tests.views.stored import put_segments, trained
from tests.views.test_evaluate import EVALUATE, OF_TABLE, SMALL

TRACK = "views/track/page.py"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("sets")) as own:
        trained(own, "small", SMALL, data__overlap=3.0, data__n_samples=800, train__max_epochs=8)
        trained(own, "grouped", OF_TABLE, **put_segments(own, "kept"))
        open_test(own, own.run("small"))
        yield own


def section(**params):
    return opened(EVALUATE, section="sets", **params)


def said(page):
    return " ".join([texts(page), *(sub.value for sub in page.subheader)]).replace("\\", "")


def test_the_promise_stands_beside_what_was_seen_on_the_part(store):
    run = store.run("small")
    for part in ("validation", "test"):
        page, found = section(run="small", part=part), sets_of(run, part, Promise())
        assert page.subheader[0].value == held_sentence(found, f"{part} tracks")
        assert promise_sentence(found.rule, run.context["genres"], "group") in said(page)
        bars = json.loads(drawn(page, "set sizes")["figure"])["data"]
        assert sum(map(sum, (bar["y"] for bar in bars))) == found.n
        assert sum(bars[0]["y"]) == found.held
        table = page.dataframe[0].value
        assert table["Tracks"].sum() == found.n
        assert ((table["In the set"] >= 0) & (table["In the set"] <= 100)).all()


def test_level_and_for_whom_are_in_the_address_and_change_the_sets(store):
    page = section(run="small", part="test")
    page.segmented_control(key="choice level").set_value("80").run()
    page.segmented_control(key="choice promise").set_value("genre").run()
    assert dict(page.query_params) == {
        "run": "small", "part": "test", "section": "sets", "level": "80", "promise": "genre",
    }  # fmt: skip
    found = sets_of(store.run("small"), "test", Promise(0.8, by_genre=True))
    assert page.subheader[0].value == held_sentence(found, "test tracks")
    assert "each genre's new tracks" in said(page)
    assert "level is “70”" in said(section(run="small", level="70"))


def test_where_tracks_come_in_groups_the_promise_is_for_new_ones_or_there_is_none(store):
    page, by_track = section(run="grouped", unit="row", level="80"), section(run="grouped", level="80")
    rule = sets_of(store.run("grouped"), "validation", Promise(0.8), judge=JUDGE.of_rows).rule
    assert rule.grouped
    assert not rule.too_few.any()
    assert "segments of new tracks, if" in said(page)
    assert "% of new tracks, if" in said(by_track)
    few = section(run="grouped", unit="row", level="90")
    assert f"takes 9 validation tracks, and there are only {rule.units[0]}." in said(few)
    assert "Each set holds all" in few.subheader[0].value


def test_each_track_is_downloaded_with_its_set(store, monkeypatch):
    taken = {}
    monkeypatch.setattr(st, "download_button", lambda label, data, name, *_, **__: taken.setdefault(name, data))
    run = store.run("small")
    section(run="small", level="80")
    opened(EVALUATE, run="small", cell="*-*", level="80")
    held = genres_in_sets(run, "validation", Promise(0.8))
    seen, genres = outcomes.outcome(run, "validation"), run.context["genres"]
    sets = {frozenset(genres[g] for g in np.flatnonzero(row)) for row in held}
    files = [
        text
        for text in (data() if callable(data) else data for data in taken.values())
        if "80 % set" in text.splitlines()[0]
    ]
    assert len(files) == 2
    for text in files:
        rows = list(csv.DictReader(io.StringIO(text)))
        assert len(rows) == len(seen.rows)
        assert {frozenset(row["80 % set"].split("; ")) for row in rows} == sets
        assert all(row["predicted"] in row["80 % set"].split("; ") for row in rows)


def test_a_track_says_its_set_unless_the_network_learned_from_it(store):
    run = store.run("small")
    seen, held = outcomes.outcome(run, "validation"), genres_in_sets(run, "validation", Promise(0.95))
    at = int(np.flatnonzero(held.sum(axis=1) == 2)[0])
    page = opened(TRACK, run="small", track=seen.rows[at], level="95")
    assert set_sentence(held[at], int(seen.y_true[at]), run.context["genres"], 0.95) in said(page)
    changed = said(opened(TRACK, run="small", track=seen.rows[at], what="mfcc1:0"))
    assert "feature changed" in changed
    assert "Prediction set" not in changed, "it is that of the unchanged track"
    outside = int(np.flatnonzero(~held[np.arange(len(held)), seen.y_true])[0])
    page = opened(TRACK, run="small", track=seen.rows[outside], level="95")
    assert set_sentence(held[outside], int(seen.y_true[outside]), run.context["genres"], 0.95) in said(page)
    train = outcomes.predictions(run).of("train").rows
    assert "Prediction set" not in said(opened(TRACK, run="small", track=train[0]))
    segment = outcomes.predictions(store.run("grouped")).of("validation").rows[1]
    assert "Prediction set" in said(opened(TRACK, run="grouped", track=segment))
