"""`python -m genre_core compare`: what it prints, and what it refuses."""

import json

import pytest

from genre_core.settings.names import configure
from genre_core.store.openings import openings_of
from genre_core.store.runs import RunStore
from genre_core.terminal.main import main
from genre_core.workers.run import execute

SMALL = {
    "data.n_samples": 400,
    "data.n_genres": 3,
    "data.overlap": 3.0,
    "train.max_epochs": 3,
    "train.learning_rate": 0.02,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENRE_LAB_STORE", f"sqlite:///{tmp_path_factory.mktemp('compare') / 'store.sqlite'}")
        own = RunStore()
        given = {"one": {}, "two": {"train.seed": 7}, "poor": {"train.learning_rate": 1e-5}, "split": {"split.seed": 3}}
        for name, settings in given.items():
            own.submit(name, configure(SMALL | settings), f"run {name}")
            execute(name, 1, own.url)
        own.submit("queued", configure(SMALL))
        yield own
        own.close()


@pytest.mark.usefixtures("store")
def test_json_holds_verdicts_intervals_genres_and_the_matrix(capsys):
    assert main(["compare", "one", "run two", "poor", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [row["run"] for row in document["runs"]] == ["one", "two", "poor"]
    assert document["settings"]["train.seed"] == [42, 7, 42]
    for row in document["comparisons"]:
        low, high = row["accuracy_difference_interval"]
        assert low <= row["accuracy_difference"] <= high
        assert row["p"] <= row["p_adjusted"] <= 1
        assert row["accuracy_difference"] * row["n"] == pytest.approx(
            row["only_first_right"] - row["only_second_right"]
        )
        assert [sum(cells) for cells in row["difference_matrix"]] == [0, 0, 0]
        assert [genre["genre"] for genre in row["per_genre"]] == ["Rock", "Electronic", "Hip-Hop"]
    poor = document["comparisons"][1]
    assert poor["verdict"] == "first"
    assert poor["sentence"].startswith("run one is better than run poor by ")


@pytest.mark.usefixtures("store")
def test_text_says_the_verdict_first(capsys):
    assert main(["compare", "one", "two"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Compared with run two: ")
    assert "settings that differ" in said
    assert "train.seed" in said


def test_on_test_each_run_counts_as_opened(store, capsys):
    assert main(["compare", "one", "two", "--part", "test", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["test_opened"] == 2
    found = openings_of(store, [store.run("one"), store.run("poor")])
    assert found["one"].opened
    assert not found["poor"].opened


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("runs", "sentence"),
    [
        (["one"], "Name two runs or more"),
        (["one", "run one"], "A run is named twice"),
        (["one", "split"], "different splits"),
        (["one", "queued"], "only complete runs can be compared"),
        (["one", "nobody"], "nobody"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(capsys, runs, sentence):
    assert main(["compare", *runs]) == 2
    assert sentence in capsys.readouterr().err
