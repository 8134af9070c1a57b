"""The count of a test set's openings: different configurations, not clicks, and nothing is forgotten."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy

from genre_core.data.published import read_split
from genre_core.data.splitting import name_test_set
from genre_core.data.tables.reading import read_table
from genre_core.errors import RunStateError
from genre_core.settings.config import FmaConfig, SyntheticConfig, TableConfig
from genre_core.settings.names import configure
from genre_core.store.openings import Openings, count_openings, open_test, openings_of
from genre_core.store.runs import RunStore, new_run_id
from genre_core.store.schema import Run
from genre_core.studies.kinds import LENS
from genre_core.studies.lens.config import LensConfig
from genre_core.training.experiment import prepare
from genre_core.workers.run import execute
from genre_core.workers.study import execute_study

TINY = {"data.n_samples": 200, "data.n_genres": 2, "model.hidden": (4,), "train.max_epochs": 1}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunStore]:
    store = RunStore(f"sqlite:///{tmp_path_factory.mktemp('openings')}/store.sqlite")
    settings = {
        "first": {}, "again": {}, "seed": {"train.seed": 7}, "resplit": {"split.seed": 7}, "redrawn": {"data.seed": 7},
        "larger": {"split.test_fraction": 0.16},
    }  # fmt: skip
    for run_id, more in settings.items():
        store.submit(run_id, configure(TINY | more))
        execute(run_id, 1, store.url)
    store.submit("waits", configure(TINY))
    yield store
    store.close()


@pytest.fixture
def store(trained: RunStore) -> RunStore:
    with trained.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM openings")
    return trained


def counted(store: RunStore) -> dict[str, tuple[int, bool]]:
    return {run_id: pair(found) for run_id, found in openings_of(store, store.runs()).items()}


def pair(found: Openings) -> tuple[int, bool]:
    return found.n, found.opened


def looked_at(store: RunStore, run_id: str) -> tuple[int, bool]:
    return pair(open_test(store, store.run(run_id)))


def test_nothing_is_open_before_somebody_looks(store: RunStore) -> None:
    assert set(counted(store).values()) == {(0, False)}
    assert openings_of(store, []) == {}


def test_a_second_look_and_the_same_configuration_again_change_nothing(store: RunStore) -> None:
    for run_id in ("first", "first", "again"):
        assert looked_at(store, run_id) == (1, True)
    assert counted(store)["again"] == (1, True)
    assert counted(store)["seed"] == (1, False)


def test_another_configuration_on_the_same_rows_counts_up_for_all(store: RunStore) -> None:
    open_test(store, store.run("first"))
    assert looked_at(store, "seed") == (2, True)
    assert counted(store)["first"] == (2, True)


def test_other_data_are_other_tracks(store: RunStore) -> None:
    open_test(store, store.run("first"))
    assert counted(store)["redrawn"] == (0, False)
    assert looked_at(store, "redrawn") == (1, True)
    assert counted(store)["first"] == (1, True)


@pytest.mark.parametrize("other", ["resplit", "larger"])
def test_another_split_is_counted_by_the_tracks_that_it_shares(store: RunStore, other: str) -> None:
    def tested(run_id: str) -> set[int]:
        return set(prepare(store.run(run_id).config).split.test.tolist())

    shared = len(tested("first") & tested(other))
    assert (shared == len(tested("first")) < len(tested(other))) == (other == "larger")
    open_test(store, store.run("first"))
    found = openings_of(store, store.runs())[other]
    assert found == Openings(1, False, shared, len(tested(other)))
    assert found.sentence() == (
        f"{shared} of these {len(tested(other))} tracks were looked at for 1 other configuration: the best of several "
        "looks too good."
    )
    assert open_test(store, store.run(other)) == Openings(2, True, shared, len(tested(other)))
    assert counted(store)["first"] == (2, True)


def test_tracks_that_several_have_shown_count_once(store: RunStore) -> None:
    for run_id in ("first", "seed", "larger"):
        open_test(store, store.run(run_id))
    found = openings_of(store, store.runs())
    n = {run_id: found[run_id].total for run_id in ("first", "larger")}
    assert found["first"] == Openings(3, True, n["first"], n["first"])
    assert found["larger"] == Openings(3, True, n["first"], n["larger"])


def test_what_an_earlier_version_opened_is_counted_by_its_tracks_too(store: RunStore) -> None:
    open_test(store, store.run("first"))
    known = openings_of(store, store.runs())
    with store.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM test_sets")
    anew = RunStore(store.url)
    assert openings_of(anew, anew.runs()) == known
    anew.close()


def test_many_who_look_at_once_are_counted_once(store: RunStore) -> None:
    run = store.run("first")
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: pair(open_test(store, run)), range(8))) == {(1, True)}


def test_what_was_seen_stays_counted_when_its_run_is_deleted(store: RunStore) -> None:
    store.submit("brief", configure(TINY | {"train.seed": 8}))
    execute("brief", 1, store.url)
    open_test(store, store.run("brief"))
    assert store.delete("brief")
    assert counted(store)["first"] == (1, False)
    assert looked_at(store, "first") == (2, True)


def test_only_a_complete_run_can_be_opened(store: RunStore) -> None:
    with pytest.raises(RunStateError, match="when it is complete"):
        open_test(store, store.run("waits"))


def test_a_run_from_before_test_sets_had_names_is_named_when_it_is_first_opened(store: RunStore) -> None:
    open_test(store, store.run("seed"))
    before = store.run("first")
    with store.transaction() as connection:
        old = {name: value for name, value in before.context.items() if name != "test_hash"}
        _save(connection, before, old)
    assert counted(store)["first"] == (0, False)
    assert looked_at(store, "first") == (2, True)
    assert store.run("first").context == before.context
    assert counted(store)["first"] == (2, True)


def test_an_older_run_whose_table_was_deleted_is_counted_all_the_same(of_table: RunStore) -> None:
    run = of_table.run("all columns")
    old = {name: value for name, value in run.context.items() if name != "test_hash"}
    with of_table.transaction() as connection:
        _save(connection, run, old)
    table = run.config.data
    assert isinstance(table, TableConfig)
    of_table.delete_table(table.table)
    assert looked_at(of_table, "all columns") == (1, True)
    assert looked_at(of_table, "all columns") == (1, True)


@pytest.mark.parametrize("is_old", [False, True], ids=["named", "from before test sets had names"])
def test_another_choice_of_features_is_no_new_test_set(of_table: RunStore, is_old: bool) -> None:
    for run in of_table.runs() if is_old else ():
        with of_table.transaction() as connection:
            _save(connection, run, {name: value for name, value in run.context.items() if name != "test_hash"})
    for number, run_id in enumerate(FEATURES, start=1):
        assert looked_at(of_table, run_id) == (number, True)
    assert len({run.context["data_hash"] for run in of_table.runs()}) == len(FEATURES)


FEATURES: dict[str, dict[str, str]] = {
    "all columns": {},
    "one less": {"data.left_out": "f1"},
    "split attached": {"data.published": "of the list"},
}


@pytest.fixture
def of_table(tmp_path: Path) -> Iterator[RunStore]:
    rows = [f"t{n},{n % 2 + n / 40},{n % 7},{n % 5},{'ab'[n % 2]}" for n in range(80)]
    table = read_table([("music.csv", "\n".join(["filename,f0,f1,f2,label", *rows]).encode())])
    lists = {"train": range(40), "valid": range(40, 60), "test": range(60, 80)}
    split = read_split([(f"{part}.txt", "\n".join(f"t{n}" for n in own).encode()) for part, own in lists.items()])
    store = RunStore(f"sqlite:///{tmp_path}/store.sqlite")
    for found in (table, split):
        store.put_table(found.content_hash, found.name, found.parquet, 80, 5)
    settings = {"data.source": "table", "data.table": table.content_hash, "model.hidden": (4,), "train.max_epochs": 1}
    for run_id, more in FEATURES.items():
        attached = {"data.published": split.content_hash} if "data.published" in more else more
        store.submit(run_id, configure(settings | {"split.by": "row"} | attached))
        execute(run_id, 1, store.url)
        assert store.run(run_id).state == "complete", store.run(run_id).error
    yield store
    store.close()


JUDGED = LensConfig(n_repeats=3, classifiers=("network", "majority"))


def of_published(store: RunStore, *, anew: bool = False) -> tuple[RunStore, str]:
    """Judge the published split of the table by a lens; return the store and the name of what it tests there."""
    run = store.run("split attached")
    split = run.config.split.model_copy(update={"seed": 9 if anew else 42})
    config = JUDGED.model_copy(update={"experiment": run.config.model_copy(update={"split": split})})
    lens_id = new_run_id()
    store.studies.submit(lens_id, LENS.kind, config.model_dump_json())
    execute_study(lens_id, 1, store.url)
    study = store.studies.study(lens_id)
    assert study.state == "complete", study.error
    return store, study.context["test_hash"]


def test_a_lens_opens_a_published_test_part_for_each_classifier_and_seed(of_table: RunStore) -> None:
    store, name = of_published(of_table)
    assert count_openings(store, name).n == 3 + 1
    of_published(of_table)
    assert count_openings(store, name).n == 3 + 1
    of_published(of_table, anew=True)
    assert count_openings(store, name).n == 2 * (3 + 1)


def test_a_run_on_the_published_split_is_tested_on_what_the_lens_has_opened(of_table: RunStore) -> None:
    of_published(of_table)
    config = of_table.run("split attached").config
    by = config.split.model_copy(update={"by": "published"})
    of_table.submit("published", config.model_copy(update={"split": by}))
    execute("published", 1, of_table.url)
    closed = prepare(of_table.run("split attached").config, of_table).split.test
    found = openings_of(of_table, of_table.runs())
    assert found["published"] == Openings(4, False, 20 - np.count_nonzero(closed >= 60), 20)
    assert found["split attached"] == Openings(0, False, 0, len(closed))  # the lens leaves out its own
    assert looked_at(of_table, "published") == (5, True)


def test_a_test_set_is_its_tracks_in_any_order() -> None:
    data = SyntheticConfig()
    name = name_test_set(data, ["3", "1", "2"])
    assert name == name_test_set(data, ["1", "2", "3"])
    assert name not in (name_test_set(SyntheticConfig(seed=7), ["1", "2", "3"]), name_test_set(data, ["1", "2", "4"]))


def test_families_of_fmas_features_are_no_new_test_set() -> None:
    every, some = (FmaConfig(table="ab" * 32, features=features) for features in ("", "mfcc"))
    assert name_test_set(every, ["Ann: One (1)"]) == name_test_set(some, ["Ann: One (1)"])
    assert name_test_set(every, ["Ann: One (1)"]) != name_test_set(FmaConfig(table="cd" * 32), ["Ann: One (1)"])


def test_a_store_from_before_openings_were_counted_is_read(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite"
    old = RunStore(url)
    with old.transaction() as connection:
        for table in ("openings", "lab_schema"):
            connection.execute(sqlalchemy.text(f"DROP TABLE {table}"))
    old.close()
    store = RunStore(url)
    store.submit("a", configure(TINY))
    assert counted(store)["a"] == (0, False)
    store.close()


def _save(connection: sqlalchemy.Connection, run: Run, context: dict[str, object]) -> None:
    import json

    statement = sqlalchemy.text("UPDATE runs SET context = :context WHERE id = :id")
    connection.execute(statement, {"context": json.dumps(context), "id": run.id})
