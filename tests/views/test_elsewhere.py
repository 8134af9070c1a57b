"""Evaluate, judged on other data: chosen, begun, and shown with what it is to be compared with."""

import pytest

from genre_core.workers.study import execute_study
from tests.views.opening import opened, own_store, press, texts
from tests.views.stored import trained

SMALL = {"data.n_samples": 400, "data.n_genres": 3, "train.max_epochs": 3, "train.batch_size": 16}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("elsewhere")) as own:
        trained(own, "small", SMALL)
        yield own


def at(**other):
    return opened("views/evaluate/page.py", run="small", section="elsewhere", **other)


def partner(page, genre):
    return page.selectbox(key=f"partner of {genre}")


def test_data_are_chosen_first(store):
    page = at()
    assert not page.error
    offered = page.selectbox(key="other data").options
    assert "Generated music" not in offered
    assert "Rare genres" in offered


def test_genres_are_paired_by_name_or_as_a_person_says(store):
    page = at(on="notebook", pairs="Rock=Jazz, =Electronic")
    assert [partner(page, genre).value for genre in ("Rock", "Hip-Hop", "Jazz", "Electronic", "Pop")] == [
        "Rock", "Hip-Hop", "Rock", "none: leave it out", "none: leave it out",
    ]  # fmt: skip
    partner(page, "Jazz").select("none: leave it out").run()
    assert page.query_params["pairs"] == "=Electronic"
    assert "no genre Polka" in texts(at(on="notebook", pairs="Polka=Rock"))


def test_of_many_genres_one_is_found_and_paired(store, monkeypatch):
    monkeypatch.setattr("dashboard.views.evaluate.elsewhere.MANY", 2)
    page = at(on="notebook")
    assert not [one for one in page.selectbox if (one.key or "").startswith("partner of")]
    page.selectbox(key="their genre").select("Jazz").run()
    partner(page, "Jazz").select("Rock").run()
    assert page.query_params["pairs"] == "Rock=Jazz"


def test_a_worker_judges_and_the_page_shows_what_came_of_it(store):
    press(at(on="notebook"), "Judge on these data")
    study = store.studies.studies("elsewhere", 1)[0]
    assert study.state == "queued"
    execute_study(study.id, study.attempt, store.url)
    page = at(on="notebook")
    said = texts(page)
    assert any(" of 3,000 tracks" in item.value for item in page.subheader)
    assert "Guessing among 3 genres is right on 33.3" in said
    assert "left out: the run does not know Classical, Experimental, Folk, Jazz and Pop." in said


def test_what_is_not_there_is_said(store):
    assert "The data in this link are not in this store" in texts(at(on=f"table.{'ab' * 32}"))
