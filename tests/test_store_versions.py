"""Stores of other versions: an older one is brought up to date and copied before, a newer one is left alone."""

import hashlib
import shutil
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy.schema import CreateIndex, CreateTable

from genre_core.errors import StoreError
from genre_core.store import version
from genre_core.store.runs import RunStore
from genre_core.store.schema import metadata

OF_BEFORE = Path(__file__).with_name("data") / "store_before_rooms.sqlite"
SCHEMAS = {
    1: "0945024d",
    2: "ded02295",
    3: "5ad24b32",
    4: "4adfe26f",
    5: "a8500c0c",
    6: "d58c4fbe",
    7: "61b55164",
    8: "7e3e4e81",
}
"""Digests of the statements that make the tables, by version."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Give a store from before versions were written down; it lacks two tables and, besides, a column."""
    path = tmp_path / "store.sqlite"
    shutil.copy(OF_BEFORE, path)
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE lab_studies DROP COLUMN error")
    connection.close()
    return path


def schema_of(store: RunStore) -> dict[str, dict[str, tuple[str, bool]]]:
    """Return type and nullability of each column of each table of ours."""
    with store.transaction() as connection:
        there = sqlalchemy.inspect(connection)
        return {
            name: {column["name"]: (str(column["type"]), column["nullable"]) for column in there.get_columns(name)}
            for name in [*metadata.tables, "lab_schema"]
        }


def contents(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    lines = list(connection.iterdump())
    connection.close()
    return lines


def test_an_older_store_is_copied_and_then_has_the_tables_of_a_new_one(
    old: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = contents(old)
    opened, new = RunStore(f"sqlite:///{old}"), RunStore(f"sqlite:///{old.parent}/new.sqlite")
    assert schema_of(opened) == schema_of(new)
    assert len(opened.runs()) == 8
    (copy,) = old.parent.glob("store-version-0-*.sqlite")
    assert contents(copy) == before
    assert caplog.messages == [
        f"The store at {old} is brought from version 0 to {version.VERSION}; as it was before, it lies at {copy}."
    ]
    for store in (opened, new, RunStore(opened.url)):
        store.close()
    assert len(list(old.parent.glob("*"))) == 3, "it is copied once"


def test_a_newer_store_is_left_as_it_is(tmp_path: Path) -> None:
    store = RunStore(f"sqlite:///{tmp_path}/store.sqlite")
    with store.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE lab_schema SET version = {version.VERSION + 1}")
    store.close()
    before = contents(tmp_path / "store.sqlite")
    with pytest.raises(
        StoreError, match=r"was made by a newer version of Genre Lab .* of version \d+, this one knows \d+\): update"
    ):
        RunStore(store.url)
    assert contents(tmp_path / "store.sqlite") == before


def test_an_older_store_that_cannot_be_copied_stays_as_it_is(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(old)

    def fail(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(StoreError, match=r"earlier version .* no copy of it can be made .*No space left.*: make room"):
        RunStore(f"sqlite:///{old}")
    assert contents(old) == before
    assert not [path for path in old.parent.iterdir() if not path.name.startswith("store.sqlite")]


def test_a_read_only_older_store_is_read_where_it_lacks_nothing(old: Path) -> None:
    frozen = f"sqlite:///file:{old}?mode=ro&uri=true"
    with pytest.raises(StoreError, match=r"^The store was made by an earlier version .*first\. .* is read-only: make"):
        RunStore(frozen)
    RunStore(f"sqlite:///{old}").close()
    with sqlite3.connect(old) as connection:
        connection.execute("DROP TABLE lab_schema")
    connection.close()
    store = RunStore(frozen)
    assert len(store.runs()) == 8
    store.close()


def test_a_changed_schema_has_a_version_of_its_own() -> None:
    indexes = sorted((index for table in metadata.tables.values() for index in table.indexes), key=lambda one: one.name)
    statements = [*map(CreateTable, metadata.sorted_tables), *map(CreateIndex, indexes)]
    digest = hashlib.sha256("".join(map(str, statements)).encode()).hexdigest()[:8]
    assert SCHEMAS.get(version.VERSION) == digest, "raise VERSION, and add its digest here"
