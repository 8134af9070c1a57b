"""Lessons as files: what is read, what is refused and with which line, and what comes of runs."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from genre_core.data.sources import load_dataset
from genre_core.errors import ConfigError
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.lessons.figures import FIGURES, Result, n_tracks_of, sides_of, value_of
from genre_core.lessons.lesson import Choice, Step
from genre_core.lessons.reading import lessons, read
from genre_core.settings.names import all_settings, configure
from genre_core.store.run_result import JUDGE, outcome_of
from genre_core.store.runs import RunStore
from genre_core.workers.run import execute

GOOD = """
title = "A lesson"
minutes = 10
goal = "Nothing."
against = "Nothing."
listen_for = "Nothing."
open_question = "Why?"

[[step]]
name = "one"
title = "One"
page = "train"
text = "Read."
trains = true
ask.kind = "choice"
ask.text = "How good?"
ask.figure = "validation accuracy"
ask.answers = ["bad", "good"]
ask.cuts = [50]
explain = "So it is."

[[step]]
name = "two"
title = "Two"
page = "evaluate"
of = "one"
text = "Read."
"""


def refusal(tmp_path, old, new):
    """Return why the lesson is refused once `old` is `new` in it."""
    assert old in GOOD
    file = tmp_path / "09-bad.toml"
    file.write_text(GOOD.replace(old, new))
    with pytest.raises(ConfigError) as error:
        read(file)
    return str(error.value)


def test_a_good_lesson_is_read(tmp_path):
    (tmp_path / "09-good.toml").write_text(GOOD)
    assert [step.name for step in read(tmp_path / "09-good.toml").step] == ["one", "two"]


def test_the_lesson_of_the_readme_is_one(tmp_path):
    readme = Path(__file__).parents[1].joinpath("README.md").read_text(encoding="utf-8")
    (tmp_path / "11-my-lesson.toml").write_text(re.findall(r"```toml\n(title.*?)```", readme, re.DOTALL)[0])
    assert [step.name for step in read(tmp_path / "11-my-lesson.toml").step] == ["few", "many"]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('title = "A lesson"', 'title = "A lesson', 2, "Illegal character"),
        ("minutes = 10", "minutes = 100", 3, "minutes: Input should be less than or equal to 20"),
        ('title = "Two"', 'titel = "Two"', 24, "titel: a lesson has no such entry"),
        ('text = "Read."\ntrains = true', "trains = true", 9, "text: is missing"),
        ('page = "evaluate"', 'page = "eval"', 25, "page: Input should be 'train'"),
        ('ask.figure = "validation accuracy"', 'ask.figure = "luck"', 17, "there is no figure “luck”; there are"),
        ("ask.cuts = [50]", "ask.cuts = [50, 60]", 15, "2 answers need 1 cuts between them"),
        ('of = "one"', 'of = "three"', 1, "step 2 needs a run of “three”"),
        ("trains = true", 'trains = true\npreset = "loud"', 15, "there is no preset “loud”"),
        ("trains = true", "trains = true\nsettings = { 'train.rate' = 1 }", 9, "train.rate"),
        ("trains = true", "", 9, "a question needs a run"),
        ('explain = "So it is."', "", 9, "a question needs an explanation"),
    ],
)
def test_an_error_is_named_in_a_sentence_with_its_line(tmp_path, old, new, line, said):
    why = refusal(tmp_path, old, new)
    assert why.startswith(f"09-bad.toml, line {line}: "), why
    assert said in why
    assert why.endswith(".")
    assert "\n" not in why


def test_a_step_knows_its_runs_by_all_settings_that_are_not_free():
    step = Step(
        name="find", title="Find", page="train", text="Do.", trains=True, free=("train.learning_rate",),
        settings={"train.learning_rate": 0.01},
    )  # fmt: skip
    assert step.is_result(configure({"train.learning_rate": 0.5}))
    assert not step.is_result(configure({"train.learning_rate": 0.5, "train.batch_size": 32}))
    assert not step.is_result(configure({"model.architecture": "linear"}))


def test_the_answer_of_a_choice_lies_between_its_cuts():
    choice = Choice(kind="choice", text="?", figure="epochs", answers=("low", "middle", "high"), cuts=(3, 10))
    assert [choice.answer(value) for value in (2.9, 3, 9.9, 10, 50)] == [0, 1, 1, 2, 2]


def test_every_lesson_has_what_a_lesson_needs():
    for name, lesson in lessons().items():
        assert lesson.open_question.endswith("?"), name
        assert lesson.step[0].page == "train" or lesson.step[0].page == "data", name
        assert sum(step.ask is not None for step in lesson.step) >= 3, name
        assert any(step.write for step in lesson.step), name


def test_no_number_is_parted_from_its_per_cent_sign():
    said = [lesson.model_dump_json() for lesson in lessons().values()]
    said += [figure.title for figure in FIGURES.values()]
    said += [*GLOSSARY.values(), *(one.help for one in all_settings().values())]
    assert not [text for text in said if re.search(r"\d %", text)]


CONTROLS = {"Learning rate", "Split by artist", "Change the clips", "Listen to it"}


def test_every_term_in_bold_has_its_sentence_in_the_glossary():
    known = {name.casefold() for name in GLOSSARY}
    texts = [text for lesson in lessons().values() for step in lesson.step for text in (step.text, step.explain)]
    bold = {word for text in texts for word in re.findall(r"\*\*(.+?)\*\*", text)}
    assert {word for word in bold - CONTROLS if word.casefold() not in known} == set()


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Two small runs that differ in their seed, on tracks of which some have wrong labels."""
    store = RunStore(f"sqlite:///{tmp_path_factory.mktemp('lessons') / 'store.sqlite'}")
    base = {"data.n_samples": 600, "data.label_noise": 0.2, "train.max_epochs": 3}
    for name, seed in (("one", 0), ("two", 1)):
        store.submit(name, configure({**base, "train.seed": seed}))
        execute(name, 1, store.url)
    data = load_dataset(store.run("one").config.data)

    def result(run_id):
        run = store.run(run_id)
        return Result(run, store.epochs(run_id), lambda part, judge=JUDGE: outcome_of(store, run, part, data, judge))

    yield result("one"), result("two")
    store.close()


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_read_from_a_run(results, name):
    value = value_of(name, *results) if FIGURES[name].paired else value_of(name, results[0])
    assert math.isfinite(value) or name in ("right when sure", "below the best possible")
    if FIGURES[name].unit == "percent":
        assert math.isnan(value) or 0 <= value <= 100


def test_a_figure_compared_is_a_difference_and_a_paired_one_counts_tracks(results):
    one, two = results
    both = [value_of("validation accuracy", each) for each in results]
    assert value_of("validation accuracy", one, two) == pytest.approx(both[0] - both[1])
    assert list(sides_of("validation accuracy", one, two).values()) == pytest.approx(both)
    assert sides_of("training minus validation", one)["on validation"] == pytest.approx(both[0])
    right = [each.outcome("validation").logits.argmax(axis=1) == each.outcome("validation").y_true for each in results]
    assert value_of("right alone", one, two) == np.count_nonzero(right[0] != right[1])
    assert both[0] == pytest.approx(100 * right[0].mean())


def test_the_lowest_recall_is_on_the_tracks_of_that_genre_alone(results):
    matrix = results[0].matrix
    lowest = int(np.nanargmin(matrix.recalls))
    assert n_tracks_of("lowest recall", results[0]) == matrix.counts[lowest].sum()
    assert value_of("lowest recall", results[0]) == pytest.approx(100 * matrix.recalls[lowest])


def test_wrong_labels_are_those_that_are_not_the_true_genre(results):
    seen = results[0].outcome("validation")
    assert value_of("accuracy by true genre", results[0]) != value_of("validation accuracy", results[0])
    assert value_of("luck of the best of 20", results[0]) == pytest.approx(
        100 * 1.867 * math.sqrt(seen.evaluation.accuracy * (1 - seen.evaluation.accuracy) / seen.evaluation.n), rel=0.01
    )
