"""Bad input: one sentence, the same in the terminal and on the page, and nothing that was saved is lost."""

from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
import sqlalchemy
import streamlit as st

from dashboard.services import tables as tables_service
from dashboard.services import workers
from dashboard.views.data.text import UNUSABLE
from genre_core.data.tables import reading
from genre_core.errors import StoreError
from genre_core.settings.names import configure
from genre_core.store.runs import RunStore
from genre_core.studies.kinds import KINDS
from genre_core.terminal.main import main
from genre_core.workers.run import execute
from tests.views.opening import opened, own_store, press, texts

GOOD = Path(__file__).with_name("data") / "segments.csv"
PAGES = ("views/train/page.py", "views/evaluate/page.py", "views/data/page.py", "views/runs/page.py")
SMALL = {"data.n_samples": 400, "train.max_epochs": 2, "model.hidden": (4,)}
LITTLE = ["--data.n_samples", "400", "--train.max_epochs", "2"]


def table(header: str, *cells: str) -> bytes:
    """Return a table of 60 rows; in a row's cells, ~ is a random number and G one of two genres."""
    rng = Random(7)
    rows = [cells[i % len(cells)].replace("G", ("Jazz", "Rock")[i % 2]) for i in range(60)]
    for i, row in enumerate(rows):
        while "~" in row:
            row = row.replace("~", f"{rng.gauss(0, 1):.4f}", 1)
        rows[i] = row
    return "\n".join([header, *rows, ""]).encode()


REFUSED = {
    "empty": (b"", "is empty"),
    "header alone": (b"genre,tempo,rms\n", "a header and no rows"),
    "no label": (table("tempo,rms", "~,~"), "No column names the genre"),
    "one genre": (table("genre,tempo", "Jazz,~"), "holds one genre, Jazz"),
    "100,000 columns": (b"genre," + b"x," * 99_998 + b"x\nJazz" + b",1" * 99_999, "has 100,000 columns, more than"),
    "every row ragged": (table("genre,tempo", "G,~,~,~"), "2 columns in its header but 4 in its rows"),
    "binary": (bytes(range(256)) * 8, "is a binary file"),
    "Git-LFS pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"5c" * 32, "Git-LFS pointer"),
    "web page": (b"<!DOCTYPE html><html>404</html>", "is a web page"),
    "Parquet cut short": (b"PAR1" + bytes(99), "may be cut short"),
    "open quotation mark": (b'genre,tempo,rms\nJazz,"1,2\nRock,1,2,3\n', "never closed"),
}
MENDED = {
    "text feature": (table("genre,tempo,mood", "G,~,glad", "G,~,sad", "G,~,sad"), "Text, such as “glad”"),
    "a word among numbers": (
        table("genre,tempo,rms", *["G,~,~"] * 59, "G,~,loud"),
        "1 value is no number and counts as missing: “loud” in row 60",
    ),
    "constant feature": (table("genre,tempo,rms", "G,~,0.5"), "The same value in every row: 0.5"),
    "infinities": (table("genre,tempo,rms", *["G,~,~"] * 9, "G,inf,~"), "6 infinite values taken as missing"),
    "duplicate names": (
        table("genre,tempo,tempo", "G,~,~"),
        "1 column had the name of an earlier one and now a number, as tempo.2",
    ),
    "a genre without values": (
        b"genre,tempo\n" + b"".join(b"Rock,%d.5\nJazz,%d.1\nFolk,\n" % (n, 2 * n) for n in range(30)),
        "No row of the genre Folk is left",
    ),
    "ragged rows": (table("genre,tempo", *["G,~"] * 19, "G,~,~"), "3 ragged rows left out"),
}
USELESS = {
    "only text": (table("genre,mood", "G,glad", "G,sad", "G,sad"), "has no numeric feature"),
    "only constants": (table("genre,tempo", "G,120"), "has no numeric feature"),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Give a store with a complete run and a good table, which must be there as they were after every test."""
    with own_store(tmp_path_factory.mktemp("bad")) as own:
        good = tables_service.add_table([(GOOD.name, GOOD.read_bytes())])
        own.submit("kept", configure(SMALL), "Kept")
        execute("kept", 1, own.url)
        before = own.run("kept"), own.epochs("kept"), own.read_table(good)
        yield own
        assert before == (own.run("kept"), own.epochs("kept"), own.read_table(good))


def uploaded(name: str, data: bytes):
    page = opened("views/data/page.py")
    page.file_uploader[0].set_value([(name, data, "text/csv")]).run()
    assert not page.exception
    return page


@contextmanager
def pages_anew():
    """Let the pages open the store that the environment names now."""
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def fill_up(store) -> None:
    for number in range(1000):
        store.submit(f"r{number}", configure(SMALL))


def problem(page) -> str:
    """Return the only error that a page shows."""
    assert len(page.error) == 1
    return page.error[0].value.replace("\\", "")


def on_page(page) -> str:
    """Return all that a page says, its tables included."""
    said = [texts(page), *(error.value.replace("\\", "") for error in page.error)]
    return " ".join([*said, *(str(shown.value.to_numpy().tolist()) for shown in page.dataframe)])


def in_terminal(capsys, *command: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(command)
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize("case", REFUSED)
def test_a_table_that_is_none_is_refused_with_the_same_sentence(store, case, tmp_path, capsys):
    data, sentence = REFUSED[case]
    file = tmp_path / "bad.csv"
    file.write_bytes(data)
    tables = store.tables()
    for command in (["import", str(file)], ["train", "--table", str(file)]):
        status, out, err = in_terminal(capsys, *command)
        assert (status, out) == (2, "")
        assert sentence in err
        assert err.count("\n") == 1
    page = uploaded(file.name, data)
    assert err.strip() in problem(page)
    assert page.header[0].value.startswith("8,000 tracks")
    assert store.tables() == tables


@pytest.mark.parametrize("case", MENDED)
def test_a_table_with_flaws_is_used_and_each_flaw_is_said(store, case, tmp_path, capsys):
    data, sentence = MENDED[case]
    file = tmp_path / f"{case}.csv"
    file.write_bytes(data)
    status, out, err = in_terminal(capsys, "import", str(file))
    assert (status, err) == (0, "")
    assert sentence in out
    page = uploaded(file.name, data)
    assert not page.error
    assert "tracks in 2 genres" in page.header[0].value
    assert sentence in on_page(page)


@pytest.mark.parametrize("case", USELESS)
def test_a_table_without_features_says_so(store, case, tmp_path, capsys):
    data, sentence = USELESS[case]
    file = tmp_path / f"{case}.csv"
    file.write_bytes(data)
    status, _, err = in_terminal(capsys, "import", str(file))
    assert status == 2
    assert sentence in err
    page = uploaded(file.name, data)
    assert page.header[0].value == UNUSABLE
    assert err.strip() in on_page(page)


def test_a_genre_of_two_tracks_is_named_before_anything_is_trained(store, tmp_path, capsys):
    data = table("genre,tempo,rms", *["G,~,~"] * 58, "Polka,~,~", "Polka,~,~")
    file = tmp_path / "polka.csv"
    file.write_bytes(data)
    status, out, err = in_terminal(capsys, "train", "--table", str(file))
    assert (status, out) == (2, "")
    assert err.startswith("The genre Polka has 2 tracks, too few for a training, a validation and a test part")
    chosen = tables_service.add_table([(file.name, data)])
    page = opened("views/train/page.py", data__source="table", data__table=chosen)
    sentence, _, helps = err.strip().partition("\n")
    assert sentence in on_page(page)
    assert helps == "The others alone: --data.genres Jazz,Rock"
    assert next(button for button in page.button if button.label == "Train").disabled
    assert "Use the other 2 genres" in [button.label for button in page.button]


def test_a_file_that_is_too_large_is_refused_before_it_is_read(store, tmp_path, capsys, monkeypatch):
    file = tmp_path / "large.csv"
    with file.open("wb") as empty:
        empty.truncate(300 * 1024**2)
    status, _, err = in_terminal(capsys, "import", str(file))
    assert (status, err.split(":")[0]) == (2, "large.csv has 300 MB, more than the 200 MB that are read")
    assert opened("views/data/page.py").file_uploader[0].proto.max_upload_size_mb == 200
    monkeypatch.setattr(reading, "MAX_BYTES", 1024**2)
    page = uploaded("large.csv", bytes(2 * 1024**2))
    assert "large.csv has 2 MB, more than the 1 MB that are read" in page.error[0].value


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("data.overlap", "999", "data.overlap is 999, but the highest allowed is 20"),
        ("train.batch_size", "0", "train.batch_size is 0, but the lowest allowed is 1"),
        ("model.hidden", "many", "model.hidden"),
        ("train.nothing", "1", "There is no setting named train.nothing"),
    ],
)
def test_a_setting_out_of_bounds_is_named(store, capsys, setting, value, sentence):
    status, _, err = in_terminal(capsys, "train", f"--{setting}={value}")
    assert status == 2
    assert setting in err
    page = opened("views/train/page.py", **{setting.replace(".", "__"): value})
    assert sentence in on_page(page)
    assert setting not in page.query_params


@pytest.mark.parametrize("command", ["train", "repeat", "crossvalidate", "search --space train.learning_rate", "lens"])
def test_a_network_that_listens_refuses_a_table_and_leaves_nothing_behind(store, capsys, command):
    def kept():
        return [run.id for run in store.runs()], [study.id for kind in KINDS for study in store.studies.studies(kind)]

    there = kept()
    status, out, err = in_terminal(capsys, *command.split(), *LITTLE, "--model.architecture", "cnn")
    assert (status, out) == (2, "")
    assert err.startswith("A CNN needs spectrograms: choose clips or generated music")
    assert kept() == there


def test_a_read_only_store_shows_what_it_holds_and_says_why_nothing_is_started(store, monkeypatch, capsys):
    path = store.url.removeprefix("sqlite:///")
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///file:{path}?mode=ro&uri=true")
    with pages_anew():
        for view in PAGES:
            page = opened(view, run="kept")
            assert not page.error
        page = press(opened("views/train/page.py"), "Train")
        assert problem(page).startswith("Nothing was started. The store at ")
        assert "is read-only: make the file and its folder writable" in problem(page)
        assert "run" not in page.query_params
        assert "is read-only" in problem(uploaded("other.csv", GOOD.read_bytes() + b"\n"))
    status, _, err = in_terminal(capsys, "train", *LITTLE)
    assert status == 0
    assert err.startswith("The run is not kept. The store at ")
    assert "is read-only" in err


def test_a_full_disk_is_said_and_loses_nothing(store, monkeypatch, capsys):
    def fill(connection, _record):
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    sqlalchemy.event.listen(sqlalchemy.Engine, "connect", fill)
    try:
        with pages_anew():
            with pytest.raises(StoreError):
                fill_up(workers.store())
            n_runs = len(store.runs(limit=2000))
            page = press(opened("views/train/page.py", run="kept"), "Train")
            assert problem(page).startswith("Nothing was started. The disk that holds ")
            assert page.query_params["run"] == "kept"
            assert len(store.runs(limit=2000)) == n_runs
            assert "is full: make room on it" in problem(uploaded("other.csv", GOOD.read_bytes() + b"\n" * 9))
        status, _, err = in_terminal(capsys, "import", str(GOOD.with_name("segments_german.csv")))
        assert status == 2
        assert "is full: make room on it" in err
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "connect", fill)


@pytest.mark.parametrize("view", PAGES)
def test_a_store_that_cannot_be_opened_is_one_sentence_on_every_page(store, view, monkeypatch, capsys):
    monkeypatch.setenv("GENRE_LAB_STORE", "sqlite:////proc/genre-lab/store.sqlite")
    with pages_anew():
        page = opened(view, run="kept")
        assert problem(page).startswith("The store at /proc/genre-lab/store.sqlite cannot be opened: check that its ")
    status, _, err = in_terminal(capsys, "runs")
    assert (status, err.strip()) == (2, problem(page))


def test_a_store_that_fails_for_a_moment_is_one_sentence_until_it_is_back(store, monkeypatch):
    def silent(*_):
        raise StoreError("The store does not answer: try again.")

    page = opened("views/train/page.py", run="kept")
    with monkeypatch.context() as patch:
        patch.setattr(RunStore, "run", silent)
        page.run()
        assert not page.exception
        assert problem(page) == "The store does not answer: try again."
    page.run()
    assert not page.error
