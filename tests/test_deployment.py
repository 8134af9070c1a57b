"""The compose file and the README's guide to several machines name what exists: programs, options, variables, files."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import dask.config
import pytest
import yaml
from distributed.cli import dask_scheduler, dask_worker
from streamlit import config

from genre_core.workers.cluster import _SETTINGS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
COMPOSE = yaml.safe_load((ROOT / ".github" / "compose.yaml").read_text())
GUIDE = README.partition("## On several machines")[2].partition("\n## ")[0]
OWN = {name: of for name, of in COMPOSE["services"].items() if of["image"] == "genre-lab"}
WRITTEN = [
    *(of["command"] for of in OWN.values()),
    *re.findall(r"\.venv/bin/((?:dask|streamlit) [^`\n]+)", GUIDE),
]
VARIABLE = r"GENRE_LAB_[A-Z]+"


def variables_read() -> set[str]:
    """Return the names among the texts in the code that are nothing else, docstrings left out."""
    files = [path for room in ("genre_core", "dashboard") for path in (ROOT / room).rglob("*.py")]
    texts = (
        node.value
        for path in files
        if "GENRE_LAB_" in (code := path.read_text())
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {text for text in texts if re.fullmatch(VARIABLE, text)}


def environment() -> Iterator[tuple[str, str]]:
    for of in OWN.values():
        yield from of["environment"].items()


def test_there_is_something_to_check() -> None:
    assert set(OWN) == {"scheduler", "worker", "dashboard-1", "dashboard-2"}
    assert len(WRITTEN) == len(OWN) + 3


def test_variables_are_those_that_the_code_reads() -> None:
    documented = set(re.findall(rf"^\| `({VARIABLE})` \|", README, re.MULTILINE))
    assert documented == variables_read()
    assert {name for name, _ in environment() if name.startswith("GENRE_LAB_")} <= documented
    assert set(re.findall(VARIABLE, GUIDE)) <= documented


def test_settings_of_dask_are_those_of_local_workers() -> None:
    given = {name: value for name, value in environment() if name.startswith("DASK_")}
    found = dask.config.collect_env(given)
    for name, value in _SETTINGS.items():
        if name.startswith(("distributed.worker.profile", "distributed.admin")):
            assert dask.config.get(name, config=found) == value


def test_settings_of_streamlit_exist() -> None:
    names = {option.env_var for option in config.get_config_options().values()}
    given = {name for name, _ in environment() if name.startswith("STREAMLIT_")}
    assert given == set(re.findall(r"STREAMLIT_[A-Z_]+", GUIDE))
    assert given <= names


@pytest.mark.parametrize("line", WRITTEN)
def test_programs_have_the_options_that_are_written(line: str) -> None:
    program, what, *rest = shlex.split(line)
    options = {word for word in rest if word.startswith("--")}
    if program == "streamlit":
        assert (what, (ROOT / rest[0]).is_file()) == ("run", True)
        assert options <= {f"--{name}" for name in config.get_config_options()}
        return
    parser = {"scheduler": dask_scheduler, "worker": dask_worker}[what].main
    context = parser.make_context(what, [word.replace("$GENRE_LAB_SCHEDULER", "tcp://scheduler:8786") for word in rest])
    assert options
    assert context.params["preload"] == ("genre_core.workers.cluster",)


def test_the_image_takes_all_rooms_of_the_code() -> None:
    copied = re.findall(r"^COPY (\S+) \S+$", COMPOSE["x-lab"]["build"]["dockerfile_inline"], re.MULTILINE)
    assert all((ROOT / name).exists() for name in copied)
    assert {"requirements.txt", ".streamlit", "genre_core", "dashboard"} == set(copied)


def test_one_address_leads_to_every_dashboard() -> None:
    ports = {of["command"].split()[-1] for name, of in OWN.items() if name.startswith("dashboard")}
    named = [f"{name}:{port}" for name in OWN if name.startswith("dashboard") for port in ports]
    assert f"reverse_proxy {' '.join(named)} {{" in COMPOSE["configs"]["caddy"]["content"]
