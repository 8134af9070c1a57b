"""The contract of a source, asked of each that there is."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from genre_core.data.dataset import Dataset
from genre_core.data.inputs import Spectrograms
from genre_core.data.sources import load_dataset
from genre_core.errors import DataError
from genre_core.settings.config import SOURCES, ExperimentConfig
from genre_core.settings.names import all_settings, configure
from tests import tones

HASH = "ab" * 32


@pytest.fixture(params=[*SOURCES, "tones"])
def name(request):
    with tones.registered():
        yield request.param


def test_it_declares_itself(name):
    source = SOURCES[name]
    choice = all_settings()["data.source"]
    assert source().source == name
    assert choice.label(name) == source.title
    assert source.title in choice.help.lower() or source.title in choice.help
    assert callable(import_module(source.module).load)


def test_a_configuration_of_it_is_the_same_after_a_round_trip(name):
    config = configure({"data.source": name})
    assert type(config.data) is SOURCES[name]
    again = ExperimentConfig.model_validate_json(config.model_dump_json())
    assert again == config
    assert again.fingerprint == config.fingerprint


def test_what_it_reads_and_is_called_needs_no_data(name):
    data = SOURCES[name]()
    named = SOURCES[name].model_validate({"table": HASH}) if "table" in SOURCES[name].model_fields else data
    assert isinstance(named.called({HASH: "tracks.csv"}), str)
    assert data.stored == ()
    assert named.stored == ((HASH,) if named != data else ())
    assert bool(data.imported) == (named != data)
    assert named.identity != data.identity or named == data


def test_it_has_tracks_or_says_in_a_sentence_why_not(name):
    config = SOURCES[name]()
    if config.generator:
        assert isinstance(load_dataset(config), Dataset)
    else:
        with pytest.raises(DataError, match=r"\.$"):
            load_dataset(config)


def test_the_law_of_tracks_is_known_of_drawn_ones_alone():
    assert [name for name, source in SOURCES.items() if source().generator] == ["synthetic"]


def test_which_source_it_is_is_asked_by_its_own_file_and_by_what_offers_its_settings_alone():
    root = Path(__file__).parents[1]
    asks = re.compile(r"isinstance\([^)]*\b(Synthetic|Table|Fma)Config\b")
    rooms = ("genre_core/settings/", "genre_core/data/", "genre_core/terminal/importing.py", "dashboard/views/data/",
             "genre_core/inspection/remedies.py")  # fmt: skip
    found = [str(path.relative_to(root)) for room in ("genre_core", "dashboard") for path in (root / room).rglob("*.py")
             if asks.search(path.read_text())]  # fmt: skip
    assert found
    assert [path for path in found if not path.startswith(rooms)] == []


def test_rows_may_be_windows_of_tracks_whose_inputs_lie_in_a_file(tmp_path):
    with tones.registered():
        data = load_dataset(configure(tones.write_tones(tmp_path)).data)
    assert isinstance(data.inputs, Spectrograms)
    assert data.inputs.shape == (8, 16)
    assert list(data.groups) == ["track"]
    assert len(data) == tones.N_TRACKS * tones.WINDOWS
