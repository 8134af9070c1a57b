import json
import shlex
import time
from collections import defaultdict

import pytest

from dashboard.services import classroom, runs, taking_home, workers
from dashboard.services.asking import Asked
from dashboard.shell.address import plain
from dashboard.views.runs import studies as study_list
from dashboard.views.runs.studies_text import Row, how_many
from dashboard.views.runs.text import answer, marked, notes, rows_of
from genre_core.classroom.plan import ClassPlan
from genre_core.errors import DataError, GenreLabError
from genre_core.settings.names import configure
from genre_core.store.openings import Openings, open_test
from genre_core.store.schema import RunNote
from genre_core.studies.kinds import LENS, MAP, REPEATS, SEARCH
from genre_core.studies.repeats.config import Folds, RepeatsConfig
from genre_core.studies.tuning.config import search_config
from genre_core.studies.tuning.space import read_dimension
from genre_core.takehome.model import export_model
from genre_core.workers.run import execute
from tests.behind_the_gate import saved_scores
from tests.terminal import Terminal
from tests.views.opening import opened, own_store, panel, press, texts
from tests.views.stored import trained

RUNS = "views/runs/page.py"
SMALL = {"data.n_samples": 400, "train.max_epochs": 2, "model.hidden": (8, 4), "train.batch_size": 32}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("runs")) as own:
        trained(own, "first", SMALL, "First one", data__overlap=0.8, model__dropout=0.0)
        trained(own, "second", SMALL, "Second one")
        own.submit("lost", configure({"data.source": "table", "data.table": "ab" * 32}), "Lost table")
        execute("lost", 1, own.url)
        own.submit("held", configure({}), "Held")
        own.hold("held")
        yield own


def html(page):
    return " ".join(item.proto.body for item in page.get("html"))


def table(page):
    """Return the list, its runs by their names: their data stand behind where they differ."""
    found = page.dataframe[0].value
    return found.assign(run=[name.partition(" · ")[0] for name in found["run"]])


def test_without_runs_the_page_says_where_to_make_one(tmp_path):
    with own_store(tmp_path):
        page = opened(RUNS)
        assert page.header[0].value == "No runs yet."
        assert page.get("page_link")[0].proto.label == "Train the first one"


def test_the_list_says_what_differs_and_how_well_each_did_on_validation_never_on_test(store):
    page = opened(RUNS)
    rows = table(page).set_index("run")
    assert page.header[0].value.startswith("4 runs on 2 sets of tracks. The latest judged is Second one, right on ")
    assert "dropout 0" in rows.loc["First one", "apart"]
    assert "First one · synthetic, overlap 0.8, tracks 400" in page.dataframe[0].value["run"].tolist()
    assert rows.loc["First one", "state"] == "✓ complete"
    validation = store.run("first").summary["validation"]
    assert rows.loc["First one", "validation"].startswith(f"{100 * validation['accuracy']:.1f}")
    assert rows.loc["Lost table", "state"] == "✕ failed"
    assert not {"test", "opened"} & {*rows}
    ids = opened(RUNS, columns="settings,train.seed,nothing")
    assert list(table(ids)) == ["run", "settings", "train.seed"]
    assert "overlap 0.8" in table(ids).set_index("run").loc["First one", "settings"]


def test_the_list_is_filtered_by_what_is_said_of_a_run(store):
    page = opened(RUNS, run="second")
    page.multiselect(key="tags of second").set_value(["lesson 2", "lesson, 2"]).run()
    page.text_area(key="note of second").set_value("Too slow").run()
    assert store.notes.of(["second"])["second"] == RunNote(("lesson 2",), "Too slow")
    page.text_input(key="runs find").set_value("LESSON slow").run()
    assert page.query_params["find"] == "LESSON slow"
    assert table(page)["run"].tolist() == ["Second one"]
    assert table(page)["tags"].tolist() == [["lesson 2"]]
    assert page.header[0].value.startswith("1 of 4 runs, right on ")
    page.text_input(key="runs find").set_value("no such").run()
    assert page.header[0].value == "No run of 4 fits the filter."
    assert "find" not in page.text_input(key="runs find").set_value("").run().query_params
    store.notes.put("second", [], "")
    assert store.notes.of(["second"]) == {}


def test_a_test_score_stands_in_the_list_and_the_card_once_it_was_opened(store):
    test = saved_scores(store, "second")["test"]
    assert "Test: closed" in html(opened(RUNS, run="second"))
    open_test(store, store.run("second"))
    page = opened(RUNS, run="second")
    rows = table(page).set_index("run")
    assert rows.loc["Second one", "test"].startswith(f"{100 * test['accuracy']:.1f}")
    assert rows.loc["Second one", "opened"] == "1×"
    assert rows["test"].isna().tolist() == [name != "Second one" for name in rows.index]
    assert f"Test: right on {100 * test['accuracy']:.1f}" in html(page)
    assert ">test opened 1×<" in html(page)


def test_a_leaky_run_says_so_in_the_list_and_the_card(tmp_path):
    with own_store(tmp_path) as own:
        trained(own, "torn", SMALL, "Torn", data__segments=4, split__by="row")
        page = opened(RUNS, run="torn")
        assert table(page)["validation"][0].endswith(", leaky")
        assert ">leaky<" in html(page)
        assert "Segments of" in html(page)


def test_a_failed_run_says_why_and_can_be_restarted(store):
    page = opened(RUNS, run="lost")
    assert "is not in the store: add its file" in texts(page)
    assert {"Restart", "Same settings", "Delete"} <= {button.label for button in page.button}
    assert "Stop" not in {button.label for button in page.button}


def test_a_paused_run_can_be_resumed_and_stopped_and_not_restarted(store):
    labels = {button.label for button in opened(RUNS, run="held").button}
    assert {"Resume", "Stop"} <= labels
    assert "Restart" not in labels


def test_the_card_marks_the_settings_that_differ(store):
    rows = opened(RUNS, run="first").dataframe[1].value.set_index("setting")
    assert rows.loc["● Data · Overlap", "value"] == "0.8"
    assert rows.loc["● Data · Overlap", "usual"] == "4.25"
    assert rows.loc["Data · Spread", "usual"] == ""


def test_the_card_says_how_training_clips_were_changed(store):
    heard = {
        "data.source": "music",
        "model.architecture": "cnn",
        "data.copies": "pitch",
        "model.shift": 2,
        "model.crop": 1,
    }
    store.submit("changed", configure(heard), "Changed")
    (made_with,) = (
        one.value for one in opened(RUNS, run="changed").table if "settings hash" in list(one.value.iloc[:, 0])
    )
    said = dict(made_with.itertuples(index=False, name=None))
    assert said["copies"] == plain("2 copies of each training clip: a semitone lower, higher")
    assert said["changed at random"] == "random crop 1 second, pitch shift 2 bands; training clips only"
    store.delete("changed")


def test_the_command_repeats_the_run(store, tmp_path, monkeypatch):
    page = opened(RUNS, run="first")
    command, module, name, *arguments = shlex.split(page.code[0].value)
    assert (command, module, name) == ("python", "-m", "genre_core")
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///{tmp_path}/store.sqlite")  # which counts a look of its own
    status, out, _ = Terminal(tmp_path, *arguments).end()
    assert status == 0
    document = json.loads(out)
    assert document["test"]["accuracy"] == saved_scores(store, "first")["test"]["accuracy"]
    assert document["config"] == store.run("first").config.model_dump(mode="json")


def test_a_link_may_name_a_run_by_its_name(store):
    page = opened(RUNS, run="First one")
    assert page.query_params["run"] == "first"
    assert "First one" in [heading.value for heading in page.subheader]
    trained(store, "again", SMALL, "Second one", train__seed=5)
    page = opened(RUNS, run="Second one")
    assert page.query_params["run"] == "again"
    assert "2 runs are called “Second one”; this is the newest." in texts(page)
    store.delete("again")
    assert "should be a run's identifier" in texts(opened(RUNS, run="no such run"))


def test_same_settings_opens_train_with_exactly_them(store):
    page = press(opened(RUNS, run="first"), "Same settings")
    assert page.query_params["preset"] == "notebook"
    assert page.query_params["data.n_samples"] == "400"
    assert panel(page)["values"]["model.dropout"] == 0.0
    assert panel(page)["values"]["model.hidden"] == "8, 4"


def test_rename(store):
    page = opened(RUNS, run="second")
    page.text_input(key="name of second").set_value("Another name").run()
    assert store.run("second").name == "Another name"
    assert "Another name" in table(page)["run"].tolist()
    page.text_input(key="name of second").set_value("Second one").run()


def test_delete_asks_first(tmp_path):
    with own_store(tmp_path) as own:
        own.submit("a", configure({}), "A")
        own.hold("a")
        page = press(opened(RUNS, run="a"), "Delete")
        assert "cannot be undone" in texts(page)
        press(page, "Keep it")
        assert own.runs()
        press(press(page, "Delete"), "Delete run")
        assert not own.runs()
        assert page.header[0].value == "No runs yet."


def test_two_hundred_runs_are_listed_in_a_moment(tmp_path):
    with own_store(tmp_path) as own:
        for number in range(200):
            own.submit(f"r{number}", configure({"train.seed": number}), f"Run {number}")
            own.hold(f"r{number}")
        page = opened(RUNS)
        began = time.process_time()  # others may keep the processor busy
        page.run()
        assert time.process_time() - began < 1.0
        assert len(table(page)) == 200
        assert page.header[0].value == answer(rows_of(own.runs(limit=200), {}, defaultdict(Openings), {}))
        # One that a link brings is in sight, and one that was pressed in the list stays where it was.
        assert table(opened(RUNS, run="r7"))["run"].tolist()[:2] == ["Run 7", "Run 199"]
        assert table(opened(RUNS, run="r198"))["run"].tolist()[:2] == ["Run 199", "Run 198"]
        page.session_state["run that was clicked"] = "r7"
        page.query_params["run"] = "r7"
        assert table(page.run())["run"].tolist()[:2] == ["Run 199", "Run 198"]


# -- studies -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def studies(store):
    """A search that waits, a repetition that was stopped, a lens of another version; the lens is the latest."""
    space = [read_dimension("model.dropout=0|0.3", configure(SMALL))]
    kept = {
        "a-search": (SEARCH.kind, search_config(configure(SMALL), space).model_dump_json()),
        "a-repetition": (REPEATS.kind, RepeatsConfig(experiment=configure(SMALL), what=Folds(k=5)).model_dump_json()),
        "a-lens": (LENS.kind, '{"experiment": 1}'),
        "a-map": (MAP.kind, "{}"),  # it belongs to a page, and is not listed
    }
    for study_id, (kind, config) in kept.items():
        assert store.studies.submit(study_id, kind, config)
    store.studies.stop("a-repetition")
    yield kept
    for study_id in kept:
        store.studies.delete(study_id)


def unfolded(monkeypatch, row=None):
    """Open Runs with its studies unfolded and one of them chosen."""
    drawn = study_list.st.dataframe

    def choosing(*given, **how):
        found = drawn(*given, **how)
        return {"selection": {"rows": [] if row is None else [row]}} if how["key"].startswith("studies") else found

    monkeypatch.setattr(study_list.st, "dataframe", choosing)
    page = opened(RUNS)
    page.session_state["studies"] = True
    return page.run()


def test_studies_are_listed_newest_first_with_their_kind_and_state(store, studies, monkeypatch):
    page = unfolded(monkeypatch)
    listed = [Row(kind, "", None) for kind in ("lens", "repetition", "search")]
    assert [box.label for box in page.expander] == [how_many(listed, 50)]
    rows = page.dataframe[1].value
    assert list(rows["kind"]) == ["lens", "repetition", "search"]
    assert rows["about"][0] == "another version's"
    assert rows["about"][1].startswith("5 folds · ")
    assert rows["about"][2] == "dropout"
    assert [state.split(" ", 1)[1] for state in rows["state"]] == ["waiting", "stopped", "waiting"]


def test_a_chosen_study_opens_on_its_page_and_is_deleted_with_its_runs(store, studies, monkeypatch):
    page = unfolded(monkeypatch, 1)
    link = next(item.proto for item in page.get("page_link") if item.proto.label.startswith("Open this repetition"))
    assert (link.page, link.query_string) == ("repeat", "study=a-repetition")
    store.members.enrol("a-repetition", 1, "of-a-repetition")
    store.submit("of-a-repetition", configure(SMALL), "Fold 1 of 5")
    next(button for button in page.button if button.key == "delete study").click()
    page.run()
    assert "deleted with its runs" in texts(page)
    press(page, "Delete repetition")
    assert store.studies.find("a-repetition") is None
    assert runs.run("of-a-repetition") is None


# -- runs that travel --------------------------------------------------------------------------------------------------


@pytest.fixture
def answering(monkeypatch):
    """Let the page's own process do what a worker is asked, once for each question."""
    known = {}

    def ask(work, *what):
        if (question := (work.__name__, what)) not in known:
            try:
                known[question] = Asked(work(*what, workers.store().url))
            except GenreLabError as error:
                known[question] = Asked(problem=str(error))
        return known[question]

    monkeypatch.setattr(taking_home, "ask", ask)


def test_selected_runs_are_exported_together_and_imported_elsewhere(store, tmp_path, answering):
    page = opened(RUNS, run="second", runs="first,second")
    assert "Compare these 2 runs" in {link.proto.label for link in page.get("page_link")}
    assert not page.button(key="average runs").proto.label.startswith("Export")
    page.session_state["export several"] = True
    page.run()
    assert "About " in texts(page)
    page.button(key="make runs-with-data first+second").click().run()
    (link,) = [item.proto.body for item in page.get("html") if "take-home" in item.proto.body]
    assert 'href="take/runs-with-data/first%2Bsecond"' in link
    assert "Download archive with data" in link
    made = taking_home.made_of("runs-with-data", [store.run("first"), store.run("second")]).found
    with own_store(tmp_path):
        page = opened(RUNS)
        page.file_uploader(key="archive 0").upload(made.name, made.content, "application/zip").run()
        assert "Imported 2 runs." in texts(page)
        assert page.header[0].value.startswith("2 runs on 2 sets of tracks.")
        assert not list(tmp_path.rglob("archive.zip"))
        page.file_uploader(key="archive 1").upload(made.name, made.content, "application/zip").run()
        assert "Imported no run; 2 runs were here already." in texts(page)
        page.button(key="dismiss arrived").click().run()
        assert "Imported" not in texts(page)


def test_an_archive_that_is_none_or_a_model_is_said(store, tmp_path, answering):
    made = export_model(store, store.run("first"))
    with own_store(tmp_path):
        page = opened(RUNS)
        page.file_uploader(key="archive 0").upload("x.zip", b"PK\x03\x04 no zip", "application/zip").run()
        assert "The archive cannot be unpacked" in texts(page)
        page.file_uploader(key="archive 1").upload("model.zip", made.content, "application/zip").run()
        assert "Imported 1 run." in texts(page)
        page.button(key="show arrived").click().run()
        assert workers.store().run(page.query_params["run"]).name == "First one"


def test_a_server_without_room_for_an_archive_says_so(store, monkeypatch):
    def full(*_):
        raise DataError("The server's disk could not store these files: free some space on it.")

    monkeypatch.setattr(taking_home, "write", full)
    page = opened(RUNS)
    page.file_uploader(key="archive 0").upload("x.zip", b"PK", "application/zip").run()
    assert "free some space on it" in texts(page)


def test_in_a_class_no_archive_is_imported(store, monkeypatch):
    assert opened(RUNS).file_uploader
    code, _ = store.classes.begin(ClassPlan(pages=("runs",)), "teacher")
    store.classes.join(code, "student")
    monkeypatch.setattr(classroom, "person", lambda: "student")
    assert opened(RUNS).header[0].value == "No runs yet."
    assert not opened(RUNS).file_uploader


def test_while_a_worker_takes_an_archive_in_the_page_says_so(store, monkeypatch, tmp_path):
    monkeypatch.setattr(taking_home, "ask", lambda *_: Asked())
    page = opened(RUNS)
    page.file_uploader(key="archive 0").upload("x.zip", b"PK", "application/zip").run()
    assert "A worker checks the archive" in texts(page)


@pytest.mark.parametrize(
    ("numbers", "exported"), [([0, 1, 2], ["a", "b", "c"]), ([], ["a", "b"]), ([0, 2], ["a", "b"]), ([9], ["a", "b"])]
)
def test_all_marked_runs_are_exported_and_of_a_link_those_that_it_names(numbers, exported):
    assert marked(numbers, ("a", "b", "c"), ["a", "b"]) == exported


def test_of_many_notes_on_an_archive_the_first_are_said():
    assert notes(["a"] * 8) == [*["a"] * 5, "And 3 more like these."]
    assert notes(["a"]) == ["a"]


def test_of_several_runs_on_the_same_tracks_the_answer_is_short_and_the_best_named_below_it(tmp_path):
    with own_store(tmp_path) as own:
        for run_id, n in (("one", 400), ("other", 500), ("more", 400)):
            trained(own, run_id, {**SMALL, "data.n_samples": n, "train.max_epochs": 1})
        page = opened(RUNS)
        assert page.header[0].value.startswith("3 runs on 2 sets of tracks. The best of the latest is right on ")
        assert page.caption[0].value.startswith("Best on validation: perceptron 8-4 ")
        assert page.caption[0].value.endswith("Compare only runs on the same tracks; ★ marks the best.")
        assert "perceptron 8-4 · synthetic, tracks 500" in page.dataframe[0].value["run"].tolist()
