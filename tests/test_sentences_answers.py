"""Sentences on chosen cells of a matrix with a last column for tracks without an answer."""

import numpy as np
import pytest

from dashboard.components.matrix_table import view_columns
from dashboard.services.matrix_views import answered_view, arranged
from dashboard.shell.cells import Selection
from dashboard.theme import GAP
from dashboard.views.evaluate.answers_text import answer_cells, answers_sentence, answers_title
from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.evaluation.intervals import wilson
from genre_core.evaluation.ordering import GenreOrder

MATRIX = ConfusionMatrix(
    np.array([[90, 8, 2, 50], [40, 60, 0, 50], [0, 0, 0, 1], [0, 0, 0, 0]]), ("Rock", "Folk", "Pop", "don't know")
)


@pytest.mark.parametrize(
    ("text", "title", "sentence"),
    [
        ("0-3", "Rock, not answered", "50 of 150 Rock test tracks are not answered, 33.3 % (26.3–41.2)."),
        ("*-3", "Not answered", "101 of 301 test tracks are not answered, 33.6 % (28.5–39.1)."),
        ("1-0", "Folk taken for Rock", "40 of 150 Folk test tracks were taken for Rock, 26.7 % (20.2–34.3)."),
        ("wrong", "All errors", "50 of 200 answers are wrong, 25.0 % (19.5–31.4)."),
        ("right", "All correct answers", "150 of 301 test tracks are recognized, 49.8 % (44.2–55.4)."),
        (
            "0-*",
            "True Rock",
            "Of 150 Rock test tracks, right: 90, 60.0 % (52.0–67.5); wrong: 10, 6.7 % (3.7–11.8); "
            "no answer: 50, 33.3 % (26.3–41.2).",
        ),
        (
            "0-1,1-3",
            "2 chosen cells",
            "58 of 301 test tracks are in these cells, 19.3 % (15.2–24.1); 50 of them are not answered.",
        ),
    ],
)
def test_each_kind_of_choice_has_its_sentence(text, title, sentence):
    chosen = Selection.of(text, 4)
    assert answers_title(MATRIX, chosen) == title
    assert answers_sentence(MATRIX, chosen, "test tracks").replace(GAP, " ") == sentence


def test_a_track_without_an_answer_is_not_wrong():
    cells = answer_cells(MATRIX, Selection.of("wrong", 4))
    assert MATRIX.counts[cells].sum() == 50


def test_the_last_column_has_shares_of_the_same_whole_and_stays_last_in_any_order():
    view = answered_view(MATRIX, "true", nouns="test tracks")
    assert view.genres == ("Rock", "Folk", "Pop")
    assert [row[3] for row in view.rates] == pytest.approx([1 / 3, 1 / 3, 1], abs=1e-6)
    limits = wilson(101, 301)
    assert view.precisions[3] == pytest.approx((101 / 301, limits.low, limits.high), abs=1e-6)
    turned = arranged(view, GenreOrder((2, 0, 1)), [[0], [1], [2]])
    assert turned.counts == [[0, 0, 0, 1], [2, 90, 8, 50], [0, 40, 60, 50]]
    assert turned.members == [[2], [0], [1], [3]]
    table = view_columns(turned)
    assert list(table) == [
        "true genre", "taken for Pop", "taken for Rock", "taken for Folk", "not answered", "tracks", "right"
    ]  # fmt: skip
    assert table["not answered"] == pytest.approx([1, 1 / 3, 1 / 3], abs=1e-6)
