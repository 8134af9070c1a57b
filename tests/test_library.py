"""The package as a library: what the README shows runs as it stands there; public names are few and described."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import genre_core
from genre_core.terminal.main import main

ROOT = Path(__file__).parents[1]
IN_PYTHON = re.search(r"\n## In Python\n(.*?)\n## ", (ROOT / "README.md").read_text(), re.DOTALL)
assert IN_PYTHON
BLOCKS = re.findall(r"```python\n(.*?)```", IN_PYTHON[1], re.DOTALL)


def test_the_quick_start_has_ten_lines_and_runs_as_it_stands(capsys):
    assert len(BLOCKS[0].replace("\n\n", "\n").strip().splitlines()) == 10
    exec(BLOCKS[0], {})
    said = capsys.readouterr()
    assert "/21 [" in said.err, "the bar"
    assert re.search(r"^[5-9]\d\.\d% of the validation tracks are right\nThe first track is \S+$", said.out.strip())


def test_what_stands_in_scikit_learn_runs_as_it_stands(capsys):
    exec(BLOCKS[1], {})
    scores, *probabilities = capsys.readouterr().out.strip().split("\n")
    assert min(map(float, scores.strip("[]").split())) > 0.5
    assert len(probabilities) == 3
    assert len(BLOCKS) == 2


def test_importing_it_is_fast_until_something_is_used():
    names = "import genre_core, sys; dir(genre_core); print(sorted(m for m in sys.modules if '.' not in m))"
    said = subprocess.run([sys.executable, "-c", names], capture_output=True, text=True, cwd=ROOT, check=True)
    assert not {"torch", "sklearn", "numpy", "pandas", "pydantic"} & set(re.findall(r"\w+", said.stdout))


def test_public_names_are_listed_once_and_come_from_where_they_are_said_to():
    assert sorted(genre_core.HOMES) == sorted(genre_core.__all__)
    assert set(genre_core.__all__) <= set(dir(genre_core))
    for name in genre_core.__all__:
        assert getattr(genre_core, name).__module__ == f"genre_core.{genre_core.HOMES[name]}"
    with pytest.raises(AttributeError, match="has no attribute 'Genres'"):
        _ = genre_core.Genres
    assert (ROOT / "genre_core" / "py.typed").is_file()


def test_the_page_on_the_public_names_is_made_of_their_docstrings(capsys):
    assert main(["api"]) == 0
    page = capsys.readouterr().out
    for name in genre_core.__all__:
        assert f"## `{name}" in page
        assert getattr(genre_core, name).__doc__.split("\n")[0] in page
    assert "## `make_trainer(config, prepared)`\n\nBuild the network and what trains it. Raises ConfigError" in page
    assert "- `predict_proba(X)`: Return the probability of each genre (n, n_genres)" in page
    assert "- `hidden`: Number of units in each hidden layer" in page
    assert "- `architecture`: mlp: perceptron; linear: softmax regression." in page
    assert main(["api", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)["names"]) == list(genre_core.HOMES)
