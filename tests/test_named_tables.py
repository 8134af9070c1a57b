"""Stored tables are named by their names, in the terminal as in the command that repeats a run."""

import shlex

import pytest

from genre_core.data.published import KIND as SPLIT
from genre_core.errors import DataError
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import all_settings, configure
from genre_core.store.runs import RunStore
from genre_core.takehome.command import command
from genre_core.terminal.inputs import read_order
from genre_core.terminal.options import parse
from tests.test_sentences_train import make_run
from tests.views.stored import put_segments


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///{tmp_path}/store.sqlite")
    return RunStore()


def of_table(content_hash, **given):
    config = configure({"data.source": "table", "data.table": content_hash, **given})
    return make_run("complete", config_json=config.model_dump_json())


def test_a_command_names_the_table_and_the_terminal_finds_it_by_that(store):
    content_hash = put_segments(store, "one")["data__table"]
    said = command(of_table(content_hash), store.table_names())
    assert "--data.table segments.csv " in said
    for name in ("segments.csv", "segments", content_hash[:6], content_hash):
        words = ["train", "--data.source", "table", "--data.table", name]
        config, _ = read_order(parse(words))
        assert config.data.table == content_hash
    config, _ = read_order(parse(shlex.split(said)[3:]))
    assert config == ExperimentConfig(data=config.data)


def test_what_has_no_name_of_its_own_is_named_by_the_start_of_its_hash(store):
    one, two = (put_segments(store, salt)["data__table"] for salt in ("one", "two"))
    assert f"--data.table {one[:12]} " in command(of_table(one), store.table_names())
    with pytest.raises(DataError, match="2 stored data are called segments: name one by its hash, such as"):
        store.find_table("segments")
    with pytest.raises(DataError, match="No stored data are called nowhere: import them, or check the name"):
        store.find_table("nowhere")
    with pytest.raises(DataError, match="No stored data"):
        store.find_table(one[:12], [SPLIT])
    store.rename_table(two, "--json")
    assert f"--data.table {two[:12]} " in command(of_table(two), store.table_names())


def test_no_setting_reads_as_a_whole_hash():
    assert all_settings()["data.table"].label("ab" * 32) == "abababab"
