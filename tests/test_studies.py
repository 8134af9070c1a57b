"""Studies in the store: their states, whoever loses a race, and what a dead worker leaves behind."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from genre_core.errors import RunStateError
from genre_core.store.runs import RunStore
from genre_core.store.schema import DEAD_AFTER
from genre_core.store.schema import studies as table
from genre_core.store.studies import StudyStore


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    own = RunStore(f"sqlite:///{tmp_path_factory.mktemp('studies')}/store.sqlite")
    yield own
    own.close()


@pytest.fixture
def studies(store) -> StudyStore:
    return store.studies


def queued(studies: StudyStore, name: str) -> str:
    assert studies.submit(name, "lens", "{}")
    return name


def running(studies: StudyStore, name: str) -> str:
    assert studies.claim(queued(studies, name), 1)
    return name


def silence(store: RunStore, name: str) -> None:
    with store.transaction() as connection:
        long_ago = time.time() - DEAD_AFTER - 1
        connection.execute(update(table).where(table.c.id == name).values(heartbeat_at=long_ago))


def test_a_study_is_queued_once(studies) -> None:
    assert studies.submit("once", "lens", '{"a": 1}')
    assert not studies.submit("once", "lens", "{}")
    found = studies.study("once")
    assert (found.state, found.attempt, found.config_json, found.n_results) == ("queued", 1, '{"a": 1}', 0)
    assert found.active
    assert "once" in [study.id for study in studies.active()]


def test_one_worker_takes_it_and_its_results_come_in_order(studies) -> None:
    queued(studies, "taken")
    assert studies.claim("taken", 1)
    assert studies.claim("taken", 1) is None
    before = studies.study("taken").revision
    assert studies.describe("taken", 1, {"levels": ["row"]})
    assert all(studies.append("taken", 1, {"number": number}) for number in range(3))
    assert studies.beat("taken", 1)
    found = studies.study("taken")
    assert (found.n_results, found.context) == (3, {"levels": ["row"]})
    assert found.revision == before + 4  # a sign of life alone changes nothing that is shown
    assert [result["number"] for result in studies.results("taken")] == [0, 1, 2]
    assert studies.finish("taken", 1)
    assert studies.study("taken").state == "complete"
    assert not studies.stop("taken")
    assert studies.requeue("taken") is None


def test_stop_is_told_to_the_worker_and_going_on_keeps_the_results(studies) -> None:
    running(studies, "stopped")
    assert studies.append("stopped", 1, {"n": 1})
    assert studies.stop("stopped")
    assert not studies.append("stopped", 1, {"n": 2})
    assert not studies.beat("stopped", 1)
    assert not studies.finish("stopped", 1)
    assert studies.study("stopped").state == "cancelled"
    assert studies.requeue("stopped") == 2
    assert studies.claim("stopped", 1) is None  # a worker of the attempt before comes too late
    assert studies.claim("stopped", 2)
    assert studies.append("stopped", 2, {"n": 2})
    assert [result["n"] for result in studies.results("stopped")] == [1, 2]


def test_a_study_can_be_stopped_before_it_begins(studies) -> None:
    assert studies.stop(queued(studies, "early"))
    assert studies.claim("early", 1) is None


def test_a_failure_has_its_sentence_and_does_not_come_back_by_itself(studies) -> None:
    running(studies, "failed")
    assert studies.fail("failed", 1, "It failed.")
    assert not studies.beat("failed", 1)
    assert (studies.study("failed").state, studies.study("failed").error) == ("failed", "It failed.")
    assert studies.requeue("failed") == 2
    assert studies.study("failed").error is None
    assert studies.fail("failed", 2, "Not even begun.")  # a worker that could not begin


def test_where_all_workers_are_silent_a_study_waits_for_others_at_a_look(store, studies) -> None:
    running(studies, "silent")
    silence(store, "silent")
    assert (studies.study("silent").state, studies.study("silent").error) == ("queued", None)
    assert studies.append("silent", 1, {"n": 1})  # it was only asleep
    assert studies.study("silent").state == "running"


def test_a_worker_that_was_replaced_writes_nothing(store, studies) -> None:
    running(studies, "replaced")
    assert studies.stop("replaced")
    assert studies.requeue("replaced") == 2
    assert not studies.append("replaced", 1, {"n": 1})
    assert studies.results("replaced") == []


def test_only_silence_is_reaped(studies) -> None:
    running(studies, "lively")
    assert "lively" not in studies.reap()
    assert "lively" in studies.reap(datetime.now(UTC) + timedelta(seconds=DEAD_AFTER + 1))
    assert studies.study("lively").state == "queued"


def test_what_is_deleted_is_gone_and_its_worker_stops(studies) -> None:
    running(studies, "deleted")
    studies.append("deleted", 1, {"n": 1})
    assert studies.delete("deleted")
    assert not studies.append("deleted", 1, {"n": 2})
    assert studies.results("deleted") == []
    with pytest.raises(RunStateError, match="no study deleted"):
        studies.study("deleted")
    assert not studies.delete("deleted")


def test_the_list_is_of_one_kind_newest_first(studies) -> None:
    studies.submit("other kind", "search", "{}")
    queued(studies, "newest")
    names = [study.id for study in studies.studies("lens")]
    assert names[0] == "newest"
    assert "other kind" not in names
    assert {study.state for study in studies.studies("lens", states=("complete",))} == {"complete"}


def test_a_store_from_before_searches_opens_with_its_lenses_and_leaves_the_name_studies_to_optuna(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/old.sqlite"
    old = RunStore(url)
    running(old.studies, "mine")
    assert old.studies.append("mine", 1, {"accuracy": 0.5})
    with old.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE lab_studies RENAME TO studies")
        connection.exec_driver_sql("DROP TABLE lab_schema")
    old.close()
    for _ in range(2):  # the second time Optuna's table is there
        opened = RunStore(url)
        assert [study.id for study in opened.studies.studies("lens")] == ["mine"]
        assert opened.studies.results("mine") == [{"accuracy": 0.5}]
        with opened.transaction() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS studies (study_id INTEGER, study_name TEXT)")
        opened.close()
