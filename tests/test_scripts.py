"""Scripts and notebooks that repeat a run: running them gives its figures, for each kind of network and source."""

import errno
import json
import re
import subprocess
from io import BytesIO
from zipfile import ZipFile

import pytest

from genre_core.data.fma.importing import import_fma
from genre_core.data.fma.layout import find_fma
from genre_core.errors import DataError, GenreLabError, RunStateError, StoreError
from genre_core.networks import ARCHITECTURES
from genre_core.settings.config import SOURCES
from genre_core.settings.names import configure
from genre_core.store.openings import open_test
from genre_core.store.runs import RunStore
from genre_core.takehome.cells import Cell, Program, notebook, run_cells
from genre_core.takehome.plain_script import plain_script
from genre_core.takehome.programs import notebook_of, temporary_folder
from genre_core.takehome.script import script
from genre_core.terminal.main import main
from genre_core.training.experiment import prepare
from genre_core.workers.run import execute
from tests.data.make_fma import write_fma
from tests.hums import import_hums, write_hums
from tests.views.stored import put_segments

TINY = {"data.n_samples": 240, "data.n_features": 4, "data.n_genres": 3, "model.hidden": "8,6", "train.max_epochs": 3}
AWKWARD = {
    "data.artists": 5, "data.missing_rate": 0.05, "data.label_noise": 0.1, "train.optimizer": "sgd",
    "train.class_weighting": "balanced", "train.label_smoothing": 0.1, "train.schedule": "plateau",
    "train.monitor": "loss",
}  # fmt: skip
SOFTMAX = {
    "model.hidden": None, "model.architecture": "linear", "train.schedule": "cosine", "train.optimizer": "adamw",
    "train.weight_decay": 0.01, "split.folds": 3,
}  # fmt: skip
SMALL = {
    "cnn": {"channels": "2,3"},
    "crnn": {"channels": "2,3", "units": 3, "cell": "gru"},
    "lstm": {"units": 3},
    "attention": {"channels": "2", "attention": 3},
    "transformer": {"width": 4, "depth": 1},
    "mlp": {"hidden": "4"},
}
"""Networks that listen to spectrograms."""
ODD = 'a/b \'c\' """d""" \\ \n import os {x} ü'


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scripts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENRE_LAB_STORE", f"sqlite:///{folder / 'store.sqlite'}")
        opened = RunStore()
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def clips(store, tmp_path_factory):
    return import_hums(write_hums(tmp_path_factory.mktemp("clips"), n=10, seconds=0.8), store)


def trained(store, name, settings, called=""):
    given = {key: value for key, value in (TINY | settings).items() if value is not None}
    if given.get("data.source", "synthetic") != "synthetic":
        given = {key: value for key, value in given.items() if not key.startswith("data.n_")}
    store.submit(name, configure(given), called)
    execute(name, 1, store.url)
    run = store.run(name)
    assert run.state == "complete", run.error
    return run


def figures(printed):
    """Return the figures that a program has printed, each with that of the run."""
    return re.findall(r"(\w+ \w+): ([\d.]+), then ([\d.]+)", printed[-1])


def repeats(run, program, folder):
    """Say that a program, run as it is, prints the figures of a run."""
    compile(program.text, "script", "exec")
    found = figures(run_cells(program, folder))
    assert len(found) == (6 if run.opened else 3)
    assert all(now == then for _, now, then in found), found


@pytest.mark.parametrize(
    "settings", [{}, AWKWARD, SOFTMAX, {"data.segments": 2}], ids=["usual", "awkward", "softmax", "segments"]
)
def test_scripts_of_synthetic_tracks(store, tmp_path, settings):
    run = trained(store, f"synthetic {sorted(settings)}"[:40], settings, ODD)
    repeats(run, script(run, {}), tmp_path)
    plain = plain_script(run, prepare(run.config, store))
    repeats(run, plain, tmp_path)
    assert "genre_core" not in plain.text
    assert bool(plain.data) == bool(settings)


def test_the_test_part_is_in_a_script_once_it_was_opened(store, tmp_path):
    run = trained(store, "opened", {"train.seed": 3})
    assert "'test':" not in script(run, {}).cells[-1].source
    open_test(store, run)
    run = store.run(run.id)
    repeats(run, script(run, {}), tmp_path)
    repeats(run, plain_script(run, prepare(run.config, store)), tmp_path)


def test_scripts_of_a_table(store, tmp_path):
    stored = {name.replace("__", "."): value for name, value in put_segments(store, "scripts").items()}
    run = trained(store, "table", stored)
    program = script(run, store.table_names())
    assert "segments" in program.text
    assert "python -m genre_core import" in program.text
    repeats(run, program, tmp_path)
    repeats(run, plain_script(run, prepare(run.config, store)), tmp_path)
    store.delete_table(stored["data.table"])
    assert "no longer stored" in script(run, store.table_names()).text


def test_every_network_and_source_has_its_test_here():
    assert {*SMALL, "linear", "musicnn"} == set(ARCHITECTURES)  # musicnn's is beside its tagger
    assert {"synthetic", "table", "fma", "clips", "music"} == set(SOURCES)


@pytest.mark.parametrize("architecture", SMALL)
def test_scripts_of_networks_that_listen(store, clips, tmp_path, architecture):
    own = {f"model.{name}": value for name, value in SMALL[architecture].items()}
    given = {"data.source": "clips", "data.table": clips, "data.features": "logmel", "data.window": 0.5}
    usual = {"model.hidden": None, "model.architecture": architecture, "train.max_epochs": 2, "train.batch_size": 16}
    run = trained(store, architecture, given | usual | own)
    plain = plain_script(run, prepare(run.config, store))
    assert "genre_core" not in plain.text
    repeats(run, plain, tmp_path)
    if architecture == "cnn":
        repeats(run, script(run, store.table_names()), tmp_path)


def test_scripts_of_features_of_clips(store, clips, tmp_path):
    run = trained(store, "columns", {"data.source": "clips", "data.table": clips, "data.features": "notebook20"})
    repeats(run, script(run, store.table_names()), tmp_path)
    repeats(run, plain_script(run, prepare(run.config, store)), tmp_path)


def test_scripts_of_fma(store, tmp_path):
    write_fma(tmp_path / "fma", 800)
    *_, last = import_fma(find_fma([tmp_path / "fma"]), store)
    given = {"data.source": "fma", "data.table": last.content_hash, "data.subset": "full", "data.features": "tonnetz"}
    run = trained(store, "fma", given | {"split.by": "row"})
    repeats(run, script(run, store.table_names()), tmp_path)
    repeats(run, plain_script(run, prepare(run.config, store)), tmp_path)


def test_scripts_of_generated_music(store, tmp_path):
    given = {"data.source": "music", "data.clips": 10, "data.seconds": 2.0, "data.features": "notebook20"}
    run = trained(store, "music", given)
    repeats(run, script(run, store.table_names()), tmp_path)
    repeats(run, plain_script(run, prepare(run.config, store)), tmp_path)


def test_a_script_of_an_ensemble(store, tmp_path):
    member = configure(TINY | {"train.seed": 9})
    both = configure(TINY).model_dump() | {"averaged_with": [{"model": member.model, "train": member.train}]}
    run = store.run("opened")
    config = run.config.model_validate(both)
    store.submit("both", config)
    execute("both", 1, store.url)
    run = store.run("both")
    if run.state != "complete":  # its members must be there
        for number, one in enumerate(config.members):
            store.submit(f"member {number}", one)
            execute(f"member {number}", 1, store.url)
        execute("both", store.requeue("both", ("failed",), "continue", anew=True), store.url)
        run = store.run("both")
    repeats(run, script(run, {}), tmp_path)
    with pytest.raises(DataError, match="knows no ensembles: use the script with genre_core"):
        plain_script(run, prepare(run.config, store))


@pytest.mark.parametrize(
    ("settings", "what"),
    [({"model.masks": "fast"}, "fast dropout masks"), ({"train.mixup": 0.2}, "changes at random"),
     ({"before.epochs": 1}, "branches")],
)  # fmt: skip
def test_what_the_plain_script_cannot_do_is_a_sentence(store, settings, what):
    run = trained(store, what, settings)
    with pytest.raises(DataError, match=what):
        plain_script(run, prepare(run.config, store))


def test_a_run_that_failed_has_no_script(store):
    store.submit("failed", configure({"data.source": "table"}), "no / table")
    execute("failed", 1, store.url)
    with pytest.raises(RunStateError, match=r"The run no / table is failed \(.*choose.*\): only a complete run"):
        script(store.run("failed"), {})


def test_a_notebook_has_the_cells_and_what_they_print(tmp_path):
    program = Program("One", "About", (Cell("A", "x = 1\nprint(x, 'ü')"), Cell("B", "x += 1", "why")))
    written = json.loads(notebook(program, run_cells(program, tmp_path)))
    assert (written["nbformat"], written["nbformat_minor"]) == (4, 5)
    kinds = [cell["cell_type"] for cell in written["cells"]]
    assert kinds == ["markdown", "markdown", "code", "markdown", "code"]
    assert len({cell["id"] for cell in written["cells"]}) == 5
    code = [cell for cell in written["cells"] if cell["cell_type"] == "code"]
    assert code[0]["source"] == ["x = 1\n", "print(x, 'ü')"]
    assert code[0]["outputs"] == [{"output_type": "stream", "name": "stdout", "text": ["1 ü\n"]}]
    assert (code[1]["outputs"], code[1]["execution_count"]) == ([], 2)
    assert json.loads(notebook(program))["cells"][2]["execution_count"] is None


def test_a_cell_that_fails_is_named(tmp_path):
    with pytest.raises(GenreLabError, match=r"The cell “Data” ended by an error \(AssertionError: other data\)"):
        run_cells(Program("One", "", (Cell("Data", "assert False, 'other data'"),)), tmp_path)


def test_a_worker_makes_a_notebook_in_a_process_of_its_own(store, monkeypatch):
    run = store.run("synthetic ['data.segments']")
    made = notebook_of(store, run, plain=True)
    assert made.name.endswith(" plain notebook.zip")
    with ZipFile(BytesIO(made.content)) as packed:
        names = sorted(packed.namelist())
        written = json.loads(packed.read(names[0]))
    assert [name.rpartition(".")[2] for name in names] == ["ipynb", "npz"]
    found = figures(["".join(written["cells"][-1]["outputs"][0]["text"])])
    assert len(found) == 3
    assert all(now == then for _, now, then in found)


@pytest.mark.parametrize(
    ("status", "said", "sentence"),
    [
        (2, b"Running the cells.\nThe data are gone.\n", "The data are gone."),
        (-9, b"", "The process that ran its cells ended, perhaps for lack of memory"),
        (None, b"", "Its cells run for more than 30 minutes: make it in a terminal"),
    ],
)
def test_a_notebook_that_cannot_be_made_is_a_sentence(store, monkeypatch, status, said, sentence):
    def run(command, timeout, **_):
        if status is None:
            raise subprocess.TimeoutExpired(command, timeout)
        return subprocess.CompletedProcess(command, status, b"", said)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(GenreLabError, match=sentence):
        notebook_of(store, store.run("opened"))


def test_a_full_disk_is_a_sentence():
    with pytest.raises(DataError, match="temporary folder \\(No space left on device\\)"), temporary_folder():
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(StoreError, match="gone"), temporary_folder():
        raise StoreError("gone")


def test_the_terminal_writes_scripts_and_notebooks(store, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["script", "opened"]) == 0
    assert capsys.readouterr().out == "opened.py\n"
    compile((tmp_path / "opened.py").read_text(), "opened.py", "exec")
    out = tmp_path / "it's a notebook.ipynb"
    assert main(["script", "table", "--notebook", "--json", "--out", str(out)]) == 2
    assert "is not in the store: add its file" in capsys.readouterr().err
    assert main(["script", "synthetic ['data.segments']", "--plain", "--notebook", "--json", "--out", str(out)]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert files[0] == str(out)
    assert files[1].endswith(".npz")
    code = [cell for cell in json.loads(out.read_text())["cells"] if cell["cell_type"] == "code"]
    assert figures(["".join(code[-1]["outputs"][0]["text"])])
    assert main(["script", "opened", "--out", str(tmp_path / "none" / "x.py")]) == 2
    assert "cannot be written (No such file or directory): check its folder" in capsys.readouterr().err
