"""Nothing says a test figure of a run that nobody has opened: no route, no page, no download and no command.

The test answers and scores of each run are replaced by ones that nothing else comes to.
"""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from sqlalchemy import text
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from dashboard.app import ROUTES
from dashboard.services import taking_home
from dashboard.services.asking import Asked
from genre_core.data.dataset import PARTS
from genre_core.data.sources import load_dataset
from genre_core.evaluation.report import evaluate
from genre_core.judging.ear import draw_test
from genre_core.settings.ensembles import ensemble_of
from genre_core.settings.names import configure
from genre_core.store.openings import open_test
from genre_core.store.runs import RunStore
from genre_core.store.saved import put
from genre_core.store.schema import Run
from genre_core.studies.kinds import LENS, REPEATS, SEARCH
from genre_core.studies.lens.config import LensConfig
from genre_core.studies.repeats.config import OtherSeeds, RepeatsConfig
from genre_core.studies.tuning.config import search_config
from genre_core.studies.tuning.space import read_dimension
from genre_core.takehome.report import Report
from genre_core.terminal import takehome
from genre_core.terminal.main import _COMMANDS as COMMANDS
from genre_core.terminal.main import main
from genre_core.training.predictions import Predictions
from genre_core.workers.run import execute
from genre_core.workers.study import execute_study
from genre_core.workers.takehome import NAMES, NOTEBOOKS
from tests.behind_the_gate import saved_scores
from tests.views.opening import opened, own_store

SMALL = {"data.n_samples": 600, "data.n_genres": 3, "model.hidden": (8,), "train.max_epochs": 3}
WORDS = ["--data.n_samples", "600", "--data.n_genres", "3", "--model.hidden", "8", "--train.max_epochs", "3"]
RUNS = ("closed", "other", "both")
KINDS = ("closed", "both")
"""A run alone and an ensemble; "other" is one like the first."""
RIGHT = (7, 8, 11, 13, 14, 16, 17, 19)
"""Test tracks of 90 that the runs are right on: rates that nothing else has."""
VIEWS = Path(__file__).parents[2] / "dashboard" / "views"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunStore]:
    with own_store(tmp_path_factory.mktemp("closed")) as own:
        config, other = configure(SMALL), configure(SMALL | {"train.seed": 7})
        for run_id, what in zip(RUNS, (config, other, ensemble_of([config, other])), strict=True):
            own.submit(run_id, what)
            execute(run_id, 1, own.url)
        space = [read_dimension("train.learning_rate=0.001|0.01", config)]
        studies = {
            "seeds": (REPEATS, RepeatsConfig(experiment=config, what=OtherSeeds(times=3, vary="network"))),
            "search": (SEARCH, search_config(config, space, sampler="grid", n_trials=2)),
            "lens": (LENS, LensConfig(experiment=config, n_repeats=3, classifiers=("network", "majority"))),
        }
        for study_id, (kind, what) in studies.items():
            own.studies.submit(study_id, kind.kind, what.model_dump_json())
            execute_study(study_id, 1, own.url)
            assert own.studies.study(study_id).state == "complete", own.studies.study(study_id).error
        test = draw_test(own, own.run("closed"), load_dataset(config.data), "validation", 12, 1)
        own.ear_tests.begin("heard", test)
        for number, item in enumerate(test.items):
            own.ear_tests.answer("heard", number, item.genre)
        for number, run_id in enumerate(all_runs(own)):
            disguise(own, run_id, RIGHT[number])
        yield own


@pytest.fixture(autouse=True)
def closed(store: RunStore) -> None:
    with store.transaction() as connection:
        connection.execute(text("DELETE FROM openings"))


def all_runs(store: RunStore) -> list[str]:
    return [run.id for run in store.runs(with_members=True)]


def disguise(store: RunStore, run_id: str, n_right: int) -> None:
    """Let a run be right on so many test tracks, as few as nothing else has, and be as sure as nothing else is."""
    every = Predictions.load(store.artifact(run_id, "logits") or b"")
    test, rng = np.flatnonzero(every.part == PARTS.index("test")), np.random.default_rng(n_right)
    said = (every.y[test] + 1) % 3
    said[:n_right] = every.y[test[:n_right]]
    logits = every.logits.copy()
    logits[test] = np.eye(3)[said] * (2.5 + rng.random((len(test), 1)))
    scores = evaluate(every.y[test], logits[test], store.run(run_id).context["genres"], majority=0).to_json()
    summary = json.dumps(saved_scores(store, run_id) | {"test": scores})
    with store.transaction() as connection:
        connection.execute(text("UPDATE runs SET summary = :s WHERE id = :id"), {"s": summary, "id": run_id})
        put(connection, run_id, "logits", replace(every, logits=logits).save())


def told(shown: str, store: RunStore, *run_ids: str) -> set[str]:
    """Return the test figures of these runs, or of all, that something says: as percentages, or as JSON has them."""
    shown, found = re.sub(r"[\u202f\u00a0]|\\+u202f|\\+342\\+200\\+257", " ", shown), set()
    for run_id in run_ids or all_runs(store):
        exact, rate = figures(store, run_id)
        found |= {figure for figure in exact if figure in shown}
        if rate and rate in shown and re.search(rf"(?<![\d.,]){re.escape(rate)}", shown):
            found.add(rate)
    return found


@cache
def figures(store: RunStore, run_id: str) -> tuple[tuple[str, ...], str]:
    """Return a run's test figures as JSON has them, and its accuracy as a percentage where nothing else has that."""
    test = saved_scores(store, run_id)["test"]
    is_disguised = round(90 * test["accuracy"]) in RIGHT
    whole = ("log_loss", "accuracy", "macro_f1") if is_disguised else ("log_loss",)
    return tuple(repr(test[name])[:9] for name in whole), f"{100 * test['accuracy']:.1f} %" if is_disguised else ""


# -- routes ------------------------------------------------------------------------------------------------------------


SERVER = Starlette(routes=ROUTES)


def ask(path: str) -> str:
    """Return what the server answers to an address."""
    said = list[bytes]()

    async def send(message: dict[str, Any]) -> None:
        said.append(message.get("body", b""))

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "root_path": ""}
    asyncio.run(SERVER(scope, receive, send))  # type: ignore[arg-type]
    return readable(b"".join(said))


def readable(content: bytes) -> str:
    """Return text as it is, and what lies in an archive one after the other."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def addresses(store: RunStore) -> dict[str, list[str]]:
    """Return what to ask of each route of the server."""
    ends = ["", "~test", "~row", "~test~row", "~true", "~true~row"]
    ways = ("/latest/none/labels", "/2/0-1/true", "/test")
    runs, studies = all_runs(store), ("seeds", "search", "lens")
    return {
        "/live/class/{followed}": ["/live/class/ABCDEF"],
        "/live/shown/{followed:path}": ["/live/shown/ABCDEF/rates.1"],
        "/live/epochs/{followed:path}": [f"/live/epochs/{run}{end}" for run in runs for end in ways],
        "/live/lens/{followed}": [f"/live/lens/{study}{end}" for study in studies for end in ends],
        "/live/repeat/{followed}": [f"/live/repeat/{study}{end}" for study in studies for end in ends],
        "/live/search/{followed}": [f"/live/search/{study}{end}" for study in studies for end in ends],
        "/live/watch/{followed:path}": [f"/live/watch/{run}/{track}" for run in runs for track in ("typical", "1")],
        "/take/{name}/{runs}": [  # a command writes the notebooks
            *(f"/take/{name}/{run}" for run in KINDS for name in NAMES if name not in NOTEBOOKS),
            "/take/report.html/closed+other",
            "/take/runs-with-data/closed+other",
        ],
        "/live/{followed}": [f"/live/{run}{end}" for run in runs for end in ends],
        "/clip/{clip}": [f"/clip/{'0' * 64}"],
        "/clip/{clip}/mel": [f"/clip/{'0' * 64}/mel"],
        "/marks.js": ["/marks.js"],
        "/train": ["/train"],
        "/{page:page}": ["/runs", "/evaluate", "/"],
    }  # fmt: skip


def test_no_route_says_a_figure_of_a_closed_test_part(store: RunStore, monkeypatch: Any) -> None:
    monkeypatch.setattr(taking_home, "ask", cache(lambda work, *what: Asked(work(*what, store.url))))
    known = addresses(store)
    assert set(known) == {route.path for route in ROUTES}, "a new route is to be asked here too"
    for path in (path for paths in known.values() for path in paths):
        assert told(ask(path), store) == set(), path


def test_once_opened_a_route_says_it(store: RunStore) -> None:
    assert "of validation tracks" in ask("/live/repeat/seeds~test")
    members = list(store.members.runs("seeds").values())
    for number, run in enumerate(members, 1):
        open_test(store, run)
        assert bool(told(ask("/live/repeat/seeds~test"), store, run.id)) == (number == len(members))


# -- pages and downloads -----------------------------------------------------------------------------------------------


def everything(page: AppTest) -> str:
    """Return all that a page sends to the browser."""
    tables = [table.value.to_csv() for table in page.dataframe]
    protos = [str(node.proto) for node in page._tree if getattr(node, "proto", None) is not None]
    return " ".join([*tables, *protos])


ASKED: dict[str, list[dict[str, str]]] = {
    "classroom": [{}],
    "compare": [{"runs": "closed,other"}, {"runs": "closed,both"}],
    "data": [{"run": "closed"}],
    "ear": [{"run": "closed"}, {"ear": "heard"}, {"ear": "heard", "with": "other"}],
    "evaluate": [{"run": run, "section": "all"} for run in KINDS],
    "glossary": [{}],
    "genres": [{"run": "closed"}, {"run": "closed", "genre": "0"}],
    "lens": [{"lens": "lens"}],
    "lessons": [{}],
    "listen": [{"run": run} for run in KINDS],
    "predict": [{"run": run} for run in KINDS],
    "repeat": [{"study": "seeds"}],
    "report": [*({"run": run} for run in KINDS), {"runs": "closed,other"}],
    "runs": [{"run": run} for run in KINDS],
    "track": [{"run": "closed", "track": str(row)} for row in range(8)],
    "train": [{"run": run} for run in KINDS],
    "tune": [{"study": "search"}, {"search": "search"}],
}
"""Parameters with which each page is opened; each of them also for the test part."""


def test_no_page_and_no_download_says_a_figure_of_a_closed_test_part(store: RunStore, monkeypatch: Any) -> None:
    taken = list[str]()

    def download_button(label: str, data: Any, *args: Any, **named: Any) -> bool:
        taken.append(str(data() if callable(data) else data))
        return False

    monkeypatch.setattr(st, "download_button", download_button)
    assert set(ASKED) == {path.parent.name for path in VIEWS.glob("*/page.py")}, "a new page is to be opened here too"
    for view, every in ASKED.items():
        for params in every:
            for part in ({}, {"part": "test"}):
                page = opened(f"views/{view}/page.py", **params, **part)
                assert told(everything(page), store) == set(), (view, params, part)
    assert taken
    assert told(" ".join(taken), store) == set()


def test_once_opened_a_page_says_it(store: RunStore) -> None:
    assert not told(everything(opened("views/evaluate/page.py", run="closed", part="test")), store, "closed")
    open_test(store, store.run("closed"))
    assert told(everything(opened("views/evaluate/page.py", run="closed", part="test")), store, "closed")
    assert told(everything(opened("views/runs/page.py", run="closed")), store, "closed")


# -- commands ----------------------------------------------------------------------------------------------------------

LINES: dict[str, list[list[str]]] = {
    "train": [["train", *WORDS, "--train.seed", "8", "--part", "validation"], ["train", *WORDS, "--no-store"]],
    "lens": [["lens", *WORDS, "--repeats", "3"]],
    "repeat": [["repeat", *WORDS, "--times", "3"], ["repeat", *WORDS, "--times", "3", "--vary", "network"]],
    "crossvalidate": [["crossvalidate", *WORDS, "--folds", "3"]],
    "search": [["search", *WORDS, "--space", "model.hidden=4|8", "--sampler", "grid", "--trials", "2"]],
    "evaluate": [
        *(["evaluate", run, "--part", part] for run in KINDS for part in ("train", "validation")),
        ["evaluate", "closed", "--explain"],
    ],
    "compare": [["compare", "closed", "other"]],
    "few": [["few", *WORDS]],
    "horse": [["horse", "closed"]],
    "predict": [["predict", run, "{tracks}", "--out", "{folder}/answers.csv"] for run in KINDS],
    "listen": [["listen", "closed", "nowhere.wav"]],
    "limit": [["limit", "--preset", "overlapping"]],
    "import": [["import", "nowhere.csv"]],
    "tagger": [["tagger", "--wheel", "nowhere.whl"]],
    "export": [["export", run, *how, "--out", "{folder}/out.zip"] for run in KINDS for how in ([], ["--whole"])],
    "script": [["script", "closed", *how, "--out", "{folder}/script"] for how in ([], ["--plain"], ["--notebook"])],
    "report": [["report", "closed", "other", "--out", f"{{folder}}/report.{end}"] for end in ("md", "html")],
    "ensemble": [["ensemble", "closed", "other"]],
    "runs": [["runs"]],
    "api": [["api"]],
}
"""Command lines of each command that do not ask for the test part."""


@pytest.fixture(scope="module")
def own_tracks(store: RunStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a table of the runs' own tracks with their genres."""
    data = load_dataset(store.run("closed").config.data)
    path = tmp_path_factory.mktemp("tracks") / "own.csv"
    columns = dict(zip(data.features, data.X.T, strict=True))
    pd.DataFrame({**columns, "genre": np.array(data.genres)[data.y]}).to_csv(path, index=False)
    return path


@pytest.fixture
def _one_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the report of the same runs be written once, for all of its forms."""
    written, write = dict[tuple[str, ...], Report](), takehome.report_of

    def report_of(store: RunStore, runs: Sequence[Run]) -> Report:
        names = tuple(run.id for run in runs)
        if names not in written:
            written[names] = write(store, runs)
        return written[names]

    monkeypatch.setattr(takehome, "report_of", report_of)


@pytest.mark.usefixtures("_one_report")
@pytest.mark.parametrize("command", LINES)
def test_no_command_says_a_figure_of_a_closed_test_part(
    store: RunStore, own_tracks: Path, capsys: Any, command: str, tmp_path: Path
) -> None:
    assert set(LINES) == set(COMMANDS), "a new command is to be asked here too"
    for line in LINES[command]:
        for more in ([], ["--json"]):
            main([*(word.format(folder=tmp_path, tracks=own_tracks) for word in line), *more])
            said, written = capsys.readouterr(), " ".join(readable(file.read_bytes()) for file in tmp_path.iterdir())
            shut = [run.id for run in store.runs(with_members=True) if not run.opened]
            assert told(said.out + said.err + written, store, *shut) == set(), line
            assert {"closed", "other", "both"} <= set(shut)


def test_a_command_that_asks_for_it_opens_it_and_says_it(store: RunStore, capsys: Any) -> None:
    assert main(["evaluate", "closed", "--part", "test"]) == 0
    assert told(capsys.readouterr().out, store, "closed")
    assert store.run("closed").opened
    assert main(["runs", "--json"]) == 0
    assert told(capsys.readouterr().out, store, "closed")
