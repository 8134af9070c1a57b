"""Runs that travel: what one store exports is the same runs in another, and nothing closed is opened on the way."""

import json
import re
import zipfile
from io import BytesIO

import numpy as np
import pytest
from safetensors.numpy import load, save

from genre_core.data.tables.reading import read_table
from genre_core.errors import DataError, GenreLabError, RunStateError, StoreError
from genre_core.settings.ensembles import ensemble_of
from genre_core.settings.names import configure
from genre_core.store import arrivals
from genre_core.store.arrivals import put_arrivals
from genre_core.store.openings import count_openings, open_test, openings_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import RunNote
from genre_core.takehome import archive, importing_runs
from genre_core.takehome.collection import KIND, LISTED, VERSION, deleted_data, export_runs
from genre_core.takehome.importing_runs import import_runs
from genre_core.terminal.main import main
from genre_core.workers.run import execute
from tests.behind_the_gate import saved_scores

SMALL = {"data.n_samples": 300, "data.n_features": 4, "data.n_genres": 3, "model.hidden": (6,), "train.max_epochs": 2}
NAME = "a/b \"c\" 'd' <i>: ../e"


def table():
    rng, lines = np.random.default_rng(0), ["name,genre,one,two"]
    for row in range(90):
        genre = ("blues", "jazz", "rock")[row % 3]
        one, two = rng.normal(row % 3, 0.7, 2)
        lines.append(f"track {row},{genre},{one:.4f},{two:.4f}")
    return read_table([("my features.csv", "\n".join(lines).encode())])


def new_store(folder, name):
    return RunStore(f"sqlite:///{folder / name}.sqlite")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = new_store(tmp_path_factory.mktemp("store"), "store")
    config, other, found = configure(SMALL), configure(SMALL | {"train.seed": 7}), table()
    opened.put_table(found.content_hash, found.name, found.parquet, found.n_rows, found.n_columns, found.notes)
    on_table = {"data.source": "table", "data.table": found.content_hash, "model.hidden": (6,), "train.max_epochs": 2}
    runs = {
        "closed": config,
        "seen": other,
        "both": ensemble_of([config, other]),
        "tabled": configure(on_table),
        "lost": configure(on_table | {"data.table": "ab" * 32}),
    }
    for run_id, what in runs.items():
        opened.submit(run_id, what, NAME if run_id == "closed" else run_id)
        execute(run_id, 1, opened.url)
    opened.notes.put("closed", ["first, one", "lesson"], "Look at <jazz>.")
    opened.own_words.write("closed", "question", "What is 'jazz'?")
    open_test(opened, opened.run("seen"))
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request, tmp_path):
    is_file = request.param == "sqlite"
    opened = new_store(tmp_path, "other") if is_file else RunStore(request.getfixturevalue("postgres").database())
    yield opened
    opened.close()


def exported(store, *run_ids, with_data=False):
    return export_runs(store, [store.run(run_id) for run_id in run_ids], with_data=with_data).content


def files_of(content):
    with zipfile.ZipFile(BytesIO(content)) as found:
        return {name: found.read(name) for name in found.namelist() if name != "manifest.json"}


def same(ours, theirs, run_id):
    a, b = ours.run(run_id), theirs.run(run_id)
    kept = ("name", "config", "fingerprint", "state", "created_at", "finished_at", "epoch", "best_epoch", "context",
            "stopped_because", "error", "summary", "opened")  # fmt: skip
    assert {name: getattr(a, name) for name in kept} == {name: getattr(b, name) for name in kept}
    assert ours.epochs(run_id) == theirs.epochs(run_id)
    assert np.array_equal(ours.all_predictions(run_id), theirs.all_predictions(run_id))
    for name in ("weights", "validation_labels", "validation_groups"):
        assert ours.artifact(run_id, name) == theirs.artifact(run_id, name)
    assert ours.notes.of([run_id]) == theirs.notes.of([run_id])
    assert ours.own_words.of(run_id) == theirs.own_words.of(run_id)


def test_runs_are_the_same_elsewhere_with_their_words_and_looks(store, elsewhere):
    found = import_runs(elsewhere, exported(store, "both", "tabled", "lost", with_data=True))
    assert {run.id for run in found.runs} == {"closed", "seen", "both", "tabled", "lost"}, "members come along"
    assert (found.there, found.tables, found.notes) == ((), ("my features.csv",), ())
    for run in found.runs:
        same(store, elsewhere, run.id)
        if run.state == "complete":
            ours, theirs = (load(one.artifact(run.id, "logits")) for one in (store, elsewhere))
            assert ours["logits"] == pytest.approx(theirs["logits"], abs=1e-5)
    assert elsewhere.run("closed").name == NAME
    assert elsewhere.notes.of(["closed"]) == {"closed": RunNote(("first one", "lesson"), "Look at <jazz>.")}
    looks = [openings_of(one, one.runs())["closed"] for one in (store, elsewhere)]
    assert looks[0] == looks[1]
    assert looks[0].n == 1


def test_nothing_closed_is_told_or_opened_and_is_there_when_somebody_opens_it(store, other):
    content = exported(store, "closed", "seen")
    test = saved_scores(store, "closed")["test"]
    assert repr(test["log_loss"]) not in files_of(content)[LISTED].decode()
    answers = load(files_of(content)["runs/001/answers.safetensors"])
    assert np.isnan(answers["logits"][answers["part"] == 2]).all()
    assert not np.isnan(load(files_of(content)["runs/002/answers.safetensors"])["logits"]).any()
    import_runs(other, content)
    assert not other.run("closed").opened
    assert other.run("seen").summary["test"] == store.run("seen").summary["test"]
    open_test(other, other.run("closed"))
    again = other.run("closed").summary["test"]
    assert again["accuracy"] == test["accuracy"]
    assert again["log_loss"] == pytest.approx(test["log_loss"], abs=1e-5)


def test_the_hash_alone_is_enough_where_the_data_are_here_and_elsewhere_the_run_waits_for_them(store, other, tmp_path):
    content = exported(store, "tabled")
    assert not [name for name in files_of(content) if name.endswith(".parquet")]
    found = import_runs(other, content)
    (note,) = found.notes
    assert re.search(
        r"The run tabled came without its data \(The table \w{8} is .* part, import my features\.csv, then import the",
        note,
    )
    run = other.run("tabled")
    assert set(run.summary) == {"validation"}
    with pytest.raises(RunStateError, match="came without its data, so nothing is known of its test part: import"):
        open_test(other, run)
    assert count_openings(other, run.context["test_hash"]).n == 0
    assert import_runs(other, content).there == (run,), "and still waits"
    data = table()
    other.put_table(data.content_hash, data.name, data.parquet, data.n_rows, data.n_columns)
    assert "The run tabled was here without its data, and is complete now." in import_runs(other, content).notes
    same(store, other, "tabled")
    open_test(other, other.run("tabled"))
    assert other.run("tabled").summary["test"]["accuracy"] == saved_scores(store, "tabled")["test"]["accuracy"]


def test_a_run_without_its_data_stays_closed_whoever_opens_its_twin(store, other):
    import_runs(other, exported(store, "tabled"))
    with other.transaction() as connection:
        look = {"test_hash": "0" * 64, "fingerprint": other.run("tabled").fingerprint, "run_id": "x", "opened_at": 1.0}
        connection.execute(arrivals._openings.insert().values(look))
    assert not other.run("tabled").opened


def test_what_is_here_stays_and_another_run_of_its_identifier_is_refused(store, other):
    content = exported(store, "closed", "seen")
    import_runs(other, content)
    other.rename("closed", "mine")
    again = import_runs(other, content)
    assert (again.runs, {run.id for run in again.there}, again.notes) == ((), {"closed", "seen"}, ())
    assert other.run("closed").name == "mine"
    other.delete("closed")
    other.submit("closed", configure(SMALL | {"train.seed": 9}), "another")
    before = other.runs()
    with pytest.raises(RunStateError, match=r"A run closed with other content is here \(another\), so nothing was imp"):
        import_runs(other, exported(store, "closed", "tabled", with_data=True))
    assert other.runs() == before
    assert other.tables() == []


def test_looks_travel_but_open_nothing_that_is_closed_here_and_has_not_come(store, other):
    other.submit("own", configure(SMALL | {"train.seed": 7}), "own")
    execute("own", 1, other.url)
    import_runs(other, exported(store, "closed"))
    assert not other.run("own").opened, "its look elsewhere is of a run that has not come"
    (note,) = import_runs(other, exported(store, "seen")).notes
    assert note == "The test part of the run own was opened where the archive comes from: it is open here, too."
    assert openings_of(other, [other.run("closed")])["closed"].n == 1


def test_a_run_that_is_deleted_while_others_come_stops_none(store, other, monkeypatch):
    other.submit("own", configure(SMALL | {"train.seed": 7}), "own")

    def put(to, coming):
        to.delete("own")
        return put_arrivals(to, coming)

    monkeypatch.setattr(importing_runs, "put_arrivals", put)
    assert [run.id for run in import_runs(other, exported(store, "seen")).runs] == ["seen"]


def test_a_look_at_a_run_that_is_here_comes_later(store, other, tmp_path):
    before, there = exported(store, "closed"), new_store(tmp_path, "there")
    for one in (other, there):
        import_runs(one, before)
    open_test(there, there.run("closed"))
    (note,) = import_runs(other, exported(there, "closed")).notes
    assert note.startswith('The test part of the run a/b "c"')
    assert other.run("closed").summary["test"] == there.run("closed").summary["test"]
    there.close()


def test_a_run_whose_data_were_deleted_travels_and_says_so(store, tmp_path, monkeypatch, capsys):
    here = new_store(tmp_path, "here")
    import_runs(here, exported(store, "tabled", with_data=True))
    (stored,) = here.tables()
    here.delete_table(stored.content_hash)
    assert deleted_data(here, [here.run("tabled")]) == [
        "The data of the run tabled are no longer stored: the archive has their hash alone."
    ]
    monkeypatch.setenv("GENRE_LAB_STORE", here.url)
    assert main(["export", "tabled", "--with-data", "--out", str(tmp_path / "runs.zip")]) == 0
    said = capsys.readouterr()
    assert "no longer stored" in said.err
    assert said.out.strip().endswith("with their data as far as these are still here.")
    assert not [name for name in files_of((tmp_path / "runs.zip").read_bytes()) if "tables" in name]
    here.close()


def test_what_has_not_ended_or_is_too_much_is_not_exported(store, tmp_path, monkeypatch):
    here = new_store(tmp_path, "here")
    here.submit("waits", configure(SMALL), "waits")
    with pytest.raises(RunStateError, match="The run waits is queued: export it when it has ended"):
        exported(here, "waits")
    monkeypatch.setattr("genre_core.takehome.collection.MOST_BYTES", 1000)
    with pytest.raises(DataError, match=r"more than an archive may have .* take fewer runs, or leave out their data"):
        exported(store, "closed", with_data=True)
    monkeypatch.setattr("genre_core.takehome.collection.MOST_RUNS", 1)
    with pytest.raises(DataError, match="An archive holds at most 1 runs, and these are 2"):
        exported(store, "closed", "seen")
    here.close()


# -- what was changed --------------------------------------------------------------------------------------------------


def packed(content, change=lambda document: None, **arrays):
    """Return the archive with its document or arrays of its first run changed, and listed anew as if it were right."""
    files = files_of(content)
    document = json.loads(files[LISTED])
    change(document)
    files[LISTED] = json.dumps(document).encode()
    for name, edit in arrays.items():
        place = f"runs/001/{name}.safetensors"
        found = load(files[place])
        edit(found)
        files[place] = save(found)
    return archive.pack(KIND, VERSION, files)


def tampered(content):
    """Return the archive with other weights under the list of before."""
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as found, zipfile.ZipFile(changed, "w") as out:
        for name in found.namelist():
            out.writestr(name, found.read(name)[::-1] if "weights" in name else found.read(name))
    return changed.getvalue()


def first(**changes):
    return lambda document: document["runs"][0].update(changes)


def of_first(name, **changes):
    return lambda document: document["runs"][0][name].update(changes)


def test_what_was_changed_is_refused_in_a_sentence_and_nothing_is_imported(store, other):
    content = exported(store, "seen", with_data=True)
    tabled = exported(store, "tabled", with_data=True)
    validation = json.loads(files_of(content)[LISTED])["runs"][0]["summary"]["validation"]

    def flip(arrays):
        arrays["logits"] = -arrays["logits"]

    def cut(arrays):
        arrays["y"] = arrays["y"][:-1].copy()

    def another_table(document):
        document["runs"][0]["context"]["data_hash"] = "0" * 64

    cases = {
        "runs.json in the archive cannot be read (runs.0.id)": packed(content, first(id="../../etc/passwd")),
        "cannot be read (runs.0.name)": packed(content, first(name="x" * 201)),
        "cannot be read (runs.0.created_at)": packed(content, first(created_at=1e300)),
        "cannot be read (runs.0.secret)": packed(content, first(secret=1)),
        "made with settings that this version does not know": packed(content, first(config={"model": {"layers": 3}})),
        "has other settings than its fingerprint says": packed(content, of_first("config", train={"seed": 8})),
        "has scores that its answers do not come to": packed(
            content, of_first("summary", validation=validation | {"accuracy": 0.99})
        ),
        "has a test score that nobody has looked at": packed(content, lambda document: document["looks"].clear()),
        "has epochs that do not fit together": packed(content, first(epochs=[])),
        "has no such best epoch": packed(content, first(best_epoch=9)),
        "has answers that do not fit together": packed(content, answers=cut),
        "do not answer as the archive says": packed(content, first(summary={}), answers=flip),
        "weights are not those of this run's network": packed(content, weights=lambda found: found.popitem()),
        "The data in the archive are not what the run tabled learned from": packed(tabled, another_table),
        "lacks its answers or its weights": archive.pack(
            KIND, VERSION, {name: data for name, data in files_of(content).items() if "weights" not in name}
        ),
        "holds two runs of one identifier": packed(
            exported(store, "closed", "seen"), lambda document: document["runs"][1].update(id="closed")
        ),
        "weights.safetensors in the archive was changed after it was exported": tampered(content),
        "exported by a newer version of Genre Lab": archive.pack(KIND, VERSION + 1, files_of(content)),
        "is a model of Genre Lab, and a collection of runs is needed": archive.pack("model", 1, files_of(content)),
        "cannot be unpacked": content[:-100],
        "lacks runs.json": archive.pack(KIND, VERSION, {"a": b"b"}),
    }  # fmt: skip
    for sentence, data in cases.items():
        with pytest.raises(GenreLabError, match=re.escape(sentence)):
            import_runs(other, data)
    assert other.runs() == other.tables() == []


def test_a_store_that_cannot_be_written_takes_nothing(store, other, monkeypatch):
    def full(*_):
        raise StoreError("The disk that holds it is full: make room on it.")

    monkeypatch.setattr(arrivals, "_put_run", full)
    with pytest.raises(StoreError, match="is full: make room"):
        import_runs(other, exported(store, "tabled", with_data=True))
    assert other.runs() == other.tables() == []
    assert count_openings(other, store.run("seen").context["test_hash"]).n == 0


def test_arrays_that_are_all_the_same_are_no_archive_bomb():
    files = {"zeros": bytes(4 << 20), "x.parquet": b"x" * 10}
    assert archive.unpack(archive.pack(KIND, 1, files), KIND, 1, ()) == files


def test_the_terminal_exports_several_runs_and_imports_them(store, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GENRE_LAB_STORE", store.url)
    monkeypatch.chdir(tmp_path)
    assert main(["export", "closed", "tabled", "--with-data"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^Wrote 2 runs clos\.zip \(0\.\d MB\): 2\sruns, with their data\.$", said.strip())
    assert main(["export", NAME, "--whole", "--out", "one.zip", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"] == ["closed"]
    assert main(["export", "closed"]) == 0
    assert "model card" in capsys.readouterr().out
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///{tmp_path / 'third.sqlite'}")
    assert main(["import", "one.zip"]) == 0
    assert main(["import", "2 runs clos.zip", "--json"]) == 0
    found = json.loads(capsys.readouterr().out.partition("\n")[2])
    assert [one["run"] for one in found["runs"]] == ["tabled"]
    assert [one["name"] for one in found["here"]] == [NAME]
    assert main(["import", "2 runs clos.zip"]) == 0
    assert "The run tabled (tabled) is already here." in capsys.readouterr().out
