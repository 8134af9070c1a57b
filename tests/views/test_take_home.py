"""All that leaves the laboratory: the menu beside a run, its route, and the page on which a report is written."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from sqlalchemy import text

from dashboard.components import take_home_routes
from dashboard.components.take_home import link
from dashboard.services import taking_home
from dashboard.services.asking import Asked
from dashboard.text import take_home as sentences
from dashboard.text.take_home import ENTRIES, how_long, no_plain, script_size, size
from dashboard.views.report.writing import LONGEST
from genre_core.errors import RunStateError, StoreError
from genre_core.settings.names import configure
from genre_core.store.own_words import OwnWords
from genre_core.takehome.made import Made
from genre_core.takehome.report import HEADINGS
from genre_core.workers.run import execute
from genre_core.workers.takehome import MAKERS, NAMES
from tests.test_clip_routes import ask_routes
from tests.views.opening import APP, drawn, opened, own_store, texts
from tests.views.stored import put_segments, trained

SMALL = {"data.n_samples": 400, "train.max_epochs": 2, "model.hidden": (8, 4), "train.batch_size": 32}
MADE = Made("a & b model.zip", "application/zip", b"zip")
REPORT = "views/report/page.py"
ODD = "a/b \"c\" 'd' <b>*e*</b>"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("taken home")) as own:
        trained(own, "one", SMALL, ODD)
        trained(own, "two", SMALL, "Second", train__seed=3, train__mixup=0.2)
        trained(own, "gone", {"train.max_epochs": 1}, "Gone", **put_segments(own, "taken home"))
        own.submit("failed", configure({"data.source": "table", "data.table": "ab" * 32}), "no / table")
        execute("failed", 1, own.url)
        yield own


@pytest.fixture
def answers(monkeypatch):
    """Give a list of what a worker says, one after another."""
    said = []
    monkeypatch.setattr(taking_home, "made_of", lambda name, runs: said.pop(0) if len(said) > 1 else said[0])
    monkeypatch.setattr(taking_home, "forget", lambda name, runs: said.append(Asked(found=MADE)))
    return said


@pytest.fixture
def answered(store, monkeypatch):
    """Let the page's own process answer what a worker is asked, and keep the answers."""
    known = {}

    def ask(work, *what):
        question = (work.__name__, what)
        if question not in known:
            known[question] = Asked(work(*what, store.url))
        return known[question]

    monkeypatch.setattr(taking_home, "ask", ask)
    return known


def menu(view, **params):
    """Open a page and its menu; return it, and the names of what can be made by the key of each button."""
    page = opened(view, **params)
    page.session_state["take home"] = True
    page.run()
    return page, {button.key.removeprefix("make ") for button in page.button if str(button.key).startswith("make ")}


def links(page):
    return [item.proto.body for item in page.get("html") if "take-home" in item.proto.body]


def test_everything_in_the_menu_can_be_made():
    assert [name for entry in ENTRIES for name in entry.forms] == list(
        dict.fromkeys(n for e in ENTRIES for n in e.forms)
    )
    assert {name for entry in ENTRIES for name in entry.forms} == set(NAMES)
    assert all(entry.about.endswith(".") for entry in ENTRIES)


@pytest.mark.parametrize("page", ["train", "evaluate", "genres", "runs"])
def test_the_menu_stands_beside_a_run(store, page):
    page, keys = menu(f"views/{page}/page.py", run="one")
    assert keys == {f"{name} one" for name in NAMES}
    assert [item.proto.label for item in page.get("page_link")].count("Write your own paragraphs") == 1
    said = texts(page)
    assert "About 4\u202fKB, made in about" in said
    assert "Text about 2\u202fKB, pictures about" in said


def test_the_menu_says_how_large_the_data_of_runs_are(store):
    assert "Their data take about" in texts(menu("views/runs/page.py", run="gone")[0])
    assert "Their data take" not in texts(menu("views/runs/page.py", run="one")[0])


def test_of_several_runs_there_is_one_report_and_of_each_the_rest(store):
    page, keys = menu("views/compare/page.py", runs="one,two")
    assert {"report.html one+two", "model one", "plain-script one"} < keys
    page.selectbox(key="take home of").select("two").run()
    keys = {button.key for button in page.button}
    assert {"make report.md one+two", "make model two", "make notebook two"} < keys
    assert "make plain-script two" not in keys
    assert "There is no plain one: torch alone knows no changes at random in training." in texts(page)
    (own,) = [item.proto for item in page.get("page_link") if item.proto.label == "Write your own paragraphs"]
    assert "runs=one%2Ctwo" in own.query_string


def test_a_run_whose_data_were_deleted_has_a_menu_and_one_that_failed_has_none(store):
    before = store.run("gone")
    store.delete_table(before.config.data.table)
    assert "report.html gone" in menu("views/evaluate/page.py", run="gone")[1]
    assert menu("views/runs/page.py", run="failed")[1] == set()


def test_nothing_is_made_before_it_is_asked_for_and_then_it_can_be_downloaded(store, answers):
    answers.append(Asked(problem="The weights are gone."))
    page, _ = menu("views/runs/page.py", run="one")
    page.button(key="make model one").click().run()
    assert "The weights are gone." in texts(page)
    assert not links(page)
    page.button(key="again model one").click().run()
    answers[:] = [Asked(found=MADE)]
    (found,) = links(page.run())
    assert 'href="take/model/one"' in found
    assert 'download="a &amp; b model.zip"' in found
    assert "Download model (1\u202fKB)" in found


def test_what_takes_long_shows_how_far_it_is(store, answers):
    answers.append(Asked())
    page, _ = menu("views/runs/page.py", run="one")
    page.button(key="make notebook one").click().run()
    page.button(key="make matrix.tex one").click().run()
    (progress,) = page.get("progress")
    assert 0 <= progress.proto.value < 95
    assert progress.proto.text == "A worker runs the cells of the notebook …"
    assert "A worker makes the LaTeX …" in texts(page)


def test_a_training_of_hours_is_repeated_in_a_terminal(store, monkeypatch):
    monkeypatch.setattr(sentences, "notebook_seconds", lambda epochs: 5000.0)
    page, keys = menu("views/runs/page.py", run="one")
    assert "notebook one" not in keys
    assert "script one" in keys
    assert "make it in a terminal, by python -m genre_core script one --notebook." in texts(page)


def test_the_route_gives_the_file_or_a_sentence(answers, monkeypatch):
    def run(run_id):
        if run_id != "ab":
            raise RunStateError("There is no run.")
        return SimpleNamespace(id="ab")

    monkeypatch.setattr(take_home_routes, "store", lambda: SimpleNamespace(run=run))
    monkeypatch.setattr(take_home_routes, "LOOK_SECONDS", 0.001)
    answers += [Asked(), Asked(found=MADE)]
    status, headers, body = ask_routes(take_home_routes.ROUTES, "/take/model/ab", "look")
    assert (status, body, headers["cache-control"]) == (200, b"zip", "no-store")
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''a%20%26%20b%20model.zip"
    assert ask_routes(take_home_routes.ROUTES, "/take/model/cd")[0::2] == (404, b'{"problem":"There is no run."}')
    assert ask_routes(take_home_routes.ROUTES, "/take/secret/ab")[0] == 404
    headers = ask_routes(take_home_routes.ROUTES, "/take/report.html/ab", "look=1")[1]
    assert headers["content-disposition"].startswith("inline")
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none';")
    answers[:] = [Asked(problem="The weights are gone.")]
    assert b"gone" in ask_routes(take_home_routes.ROUTES, "/take/model/ab")[2]


def test_sizes_and_times_are_told_as_a_person_says_them():
    assert [size(n).replace("\u202f", " ") for n in (3, 107_555, 3_130_000)] == ["1 KB", "108 KB", "3.1 MB"]
    assert how_long(0) == "made as its cells run"
    run = SimpleNamespace(config=configure({"data.artists": 3}), context={"n_train": 800, "input_shape": [20]})
    assert script_size(run).replace("\u202f", " ") == "About 4 KB, the plain one with its data up to 128 KB"
    assert no_plain(run) == ""


@pytest.mark.parametrize("name", [*(name for name in MAKERS if name != "model"), "report.md"])
def test_each_thing_is_named_by_what_it_holds(store, answered, name):
    made = taking_home.made_of(name, [store.run("one")]).found
    assert made.name.startswith("ab c d beb one")
    assert made.content
    assert not set('/\\"<>|:*?') & set(made.name)
    if name.startswith("matrix"):
        assert "validation confusion matrix" in made.name


# -- charts and tables -------------------------------------------------------------------------------------------------


def test_files_of_charts_and_tables_say_what_they_hold(store, monkeypatch):
    files = {}

    def download_button(label, data, file_name, *args, **named):
        files[file_name] = data() if callable(data) else data
        return False

    monkeypatch.setattr(st, "download_button", download_button)
    opened("views/runs/page.py", run="one")
    assert set(files) == {"Runs.csv", "ab c d beb one settings.csv", "ab c d beb one made with.csv"}
    assert files["Runs.csv"].startswith("run,")
    files.clear()
    page = opened("views/evaluate/page.py", run="two", section="confidence")
    assert drawn(page, "reliability")["name"] == "Second two validation reliability"
    page = opened("views/genres/page.py", run="two", genre="Rock", section="calibration")
    (chart,) = [data for data in components(page) if data.get("name")]
    assert chart["name"] == "Second two validation Rock reliability"
    opened("views/compare/page.py", runs="one,two")
    page = opened("views/data/page.py", data__overlap="2", section="genres")
    evaluated = components(opened("views/evaluate/page.py", run="two"))
    pictures = [data["taken"]["file"] for data in evaluated if "taken" in data]
    about = "Second two validation"
    assert pictures == [f"{about} ruler of accuracy on 60 validation tracks", f"{about} confusion matrix"]
    assert drawn(page, "distances")["name"] == "synthetic tracks distances"
    assert "ab c d beb one and Second two validation settings that differ.csv" in files
    assert all(name.count(" ") > 1 for name in files)


def components(page):
    return [json.loads(item.proto.json) for item in page.get("bidi_component")]


def test_the_button_of_streamlits_own_tables_is_the_one_that_is_hidden():
    # It would write cells that a spreadsheet runs.
    (source,) = (Path(st.__file__).parent / "static" / "static" / "js").glob("DataFrame.*.js")
    assert "Download as CSV" in source.read_text()
    assert '[aria-label^="Download as CSV"]' in APP.with_name("app.css").read_text()


# -- the report --------------------------------------------------------------------------------------------------------


def fields(page):
    return {area.key.split()[-1]: area for area in page.text_area if str(area.key).startswith("own ")}


def frame(page):
    (found,) = page.get("iframe")
    return found.proto


def test_own_paragraphs_are_kept_shown_and_there_again(store, answered):
    page = opened(REPORT, run="one")
    assert list(fields(page)) == list(HEADINGS)
    assert fields(page)["question"].placeholder == HEADINGS["question"].ask
    assert ODD in texts(page)
    before = frame(page).src
    assert before.startswith(f"/{link('report.html', [store.run('one')])}?look=")
    page.text_input(key="own one author").input("Ana <i>").run()
    fields(page)["results"].input("I was <b>**wrong**</b>.").run()
    assert store.own_words.of("one") == {"author": "Ana <i>", "results": "I was <b>**wrong**</b>."}
    assert frame(page).src != before
    assert frame(page).src.endswith("#results")
    html = taking_home.made_of("report.html", [store.run("one")]).found.content.decode()
    assert "I was &lt;b&gt;<strong>wrong</strong>&lt;/b&gt;." in html
    assert '<p class="author">Ana &lt;i&gt;</p>' in html
    assert len(answered) == 1, "words alone write no new report"
    assert [item.split(">")[1][:13] for item in links(page)] == ["Download HTML", "Download Mark"]
    page.run()
    assert fields(page)["results"].value == "I was <b>**wrong**</b>."
    assert fields(opened(REPORT, run="one"))["results"].value == "I was <b>**wrong**</b>."
    assert fields(page)["data"].proto.max_chars == LONGEST


def test_what_cannot_be_saved_is_not_lost(store, answered, monkeypatch):
    def full(*_):
        raise StoreError("The disk is full.")

    page = opened(REPORT, run="two")
    with monkeypatch.context() as patch:
        patch.setattr(OwnWords, "write", full)
        fields(page)["data"].input("mine").run()
        assert "Not saved yet: The disk is full." in texts(page)
        assert fields(page.run())["data"].value == "mine"
    again = opened(REPORT, run="one")  # where the field is new, as after another page
    again.session_state["report unsaved"] = page.session_state["report unsaved"]
    again.query_params["run"] = "two"
    assert fields(again.run())["data"].value == "mine"
    page.button(key="save own two data").click().run()
    assert "Not saved yet" not in texts(page)
    assert store.own_words.of("two") == {"data": "mine"}


def test_runs_are_reported_together(store, answered):
    page = opened(REPORT, runs="two,one")
    assert "compared with" in texts(page)
    assert "kept with the first of these runs" in texts(page)
    made = taking_home.made_of("report.html", [store.run("two"), store.run("one")]).found
    assert made.name == "Second two and 1 other report.html"
    assert b"The compared runs" in made.content


def test_while_it_is_written_one_can_write_and_a_problem_is_a_sentence(store, monkeypatch):
    said = [Asked()]
    monkeypatch.setattr(taking_home, "ask", lambda *_: said[0])
    monkeypatch.setattr(taking_home, "ask_again", lambda *_: said.insert(0, Asked()))
    page = opened(REPORT, run="one")
    assert "A worker writes the report" in texts(page)
    assert len(fields(page)) == len(HEADINGS)
    said[:] = [Asked(problem="The disk of the worker is full.")]
    assert "The disk of the worker is full." in texts(page.run())
    page.button(key="report again").click().run()
    assert "A worker writes the report" in texts(page)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"run": "failed"}, "The run no / table failed, so there is no report of it: "),
        ({"run": "nobody"}, "The link asks for nobody, which was deleted"),
        ({"runs": "one,nobody"}, "The link asks for nobody, which was deleted"),
    ],
)
def test_without_a_complete_run_the_page_says_why(store, asked, sentence):
    page = opened(REPORT, **asked)
    assert sentence in texts(page)
    assert not page.text_area


def test_a_run_of_another_version_is_a_sentence(store):
    trained(store, "older", SMALL, "Older", train__seed=4)
    with store.transaction() as connection:
        connection.execute(text("""UPDATE runs SET config = '{"model": {"layers": 3}}' WHERE id = 'older'"""))
    page = opened(REPORT, run="older")
    assert "The run Older was made by another version of Genre Lab" in texts(page)
    assert not page.text_area
    page, keys = menu("views/runs/page.py", run="older")
    assert not any(key.startswith("plain") for key in keys)


def test_without_runs_the_page_says_where_to_make_one(tmp_path):
    with own_store(tmp_path):
        page = opened(REPORT)
        assert [item.proto.label for item in page.get("page_link")] == ["Train the first run"]
        assert json.dumps(page.query_params) == "{}"
