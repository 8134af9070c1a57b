"""The selection of a matrix, as the address writes it, and the sentence for it."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.shell.cells import LONGEST, PATTERN, Selection, merges_of, merges_text
from dashboard.text.cells import selection_sentence, selection_title, whole_sentence
from genre_core.errors import ConfigError
from genre_core.evaluation.confusion import ConfusionMatrix, confusion_matrix

ALONE = ((0,), (1,), (2,))
MATRIX = ConfusionMatrix(np.array([[90, 8, 2], [47, 103, 0], [0, 0, 0]]), ("Rock", "Folk", "Pop"))


@pytest.mark.parametrize(
    ("text", "kind", "cells"),
    [
        ("1-0", "cell", [(1, 0)]),
        ("1-*", "rows", [(1, 0), (1, 1), (1, 2)]),
        ("*-0,*-0", "columns", [(0, 0), (1, 0), (2, 0)]),
        ("0.1-1.2", "cells", [(0, 1), (0, 2), (1, 1), (1, 2)]),
        ("1-0,2-2", "cells", [(1, 0), (2, 2)]),
        ("right", "right", [(0, 0), (1, 1), (2, 2)]),
        ("wrong", "wrong", [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]),
    ],
)
def test_an_address_names_cells(text, kind, cells):
    chosen = Selection.of(text, 3)
    assert chosen.kind == kind
    assert [tuple(cell) for cell in np.argwhere(chosen.mask(ALONE)).tolist()] == cells


def test_a_link_means_the_same_genres_where_some_are_merged():
    assert Selection.of("2-1", 3).mask(((0, 2), (1,))).tolist() == [[False, True], [False, False]]


@pytest.mark.parametrize("text", ["", "3", "3-", "-3", "0-1,", "a-b", "1-2-3", "0..1-2", "all", "1-2 ", "9999-1"])
def test_what_is_no_selection_is_refused(text):
    with pytest.raises(ConfigError):
        Selection.of(text, 3)


def test_a_genre_that_is_not_there_is_refused_and_length_is_bounded():
    with pytest.raises(ConfigError, match="3 genres"):
        Selection.of("0-3", 3)
    assert PATTERN.fullmatch(",".join(["0-0"] * 100))
    assert not PATTERN.fullmatch(",".join(["0-0"] * 101))
    assert not PATTERN.fullmatch("-".join([".".join(["123"] * 90)] * 2))
    assert LONGEST < 2000


@given(st.text(alphabet="0123456789-*,.rightwon", max_size=40))
def test_any_text_is_a_selection_or_refused(text):
    with suppress(ConfigError):
        assert Selection.of(text, 5).mask(((0,), (1,), (2,), (3,), (4,))).shape == (5, 5)


def test_merges_are_written_as_they_are_read():
    assert merges_text(merges_of("0.3,4.6.7")) == "0.3,4.6.7"


@pytest.mark.parametrize(
    ("text", "title", "sentence"),
    [
        ("1-0", "Folk taken for Rock", "47 of 150 Folk test tracks were taken for Rock, 31.3 % (24.5–39.1)."),
        ("0-0", "Rock recognized", "90 of 100 Rock test tracks were recognized, 90.0 % (82.6–94.5)."),
        ("1-*", "True Folk", "103 of 150 Folk test tracks were recognized, 68.7 % (60.9–75.5); the most frequent"),
        ("*-0", "Predicted as Rock", "90 of 137 test tracks predicted as Rock are right, 65.7 % (57.4–73.1); the most"),
        ("0.1-1", "2 chosen cells", "111 of 111 test tracks predicted as Folk are Rock and Folk, 100.0 %"),
        ("0-1.2", "2 chosen cells", "10 of 100 Rock test tracks were taken for Folk or Pop, 10.0 % (5.5–17.4)."),
        ("0-1,1-0", "2 chosen cells", "55 of 250 test tracks are in these cells, 22.0 %"),
        ("wrong", "All errors", "57 of 250 test tracks are taken for another genre, 22.8 % (18.0–28.4); the most"),
        ("right", "All correct predictions", "193 of 250 test tracks are recognized, 77.2 % (71.6–82.0)."),
        ("2-*", "True Pop", "There is no Pop track among the test tracks."),
        ("2-0", "Pop taken for Rock", "There is no Pop track among the test tracks."),
    ],
)
def test_each_kind_of_selection_has_its_sentence(text, title, sentence):
    chosen = Selection.of(text, 3)
    assert selection_title(MATRIX, chosen) == title
    assert selection_sentence(MATRIX, chosen, "test tracks").replace("\u202f", " ").startswith(sentence)


def test_a_genre_never_predicted_has_no_precision():
    matrix = ConfusionMatrix(np.array([[5, 0], [3, 0]]), ("Rock", "Pop"))
    said = selection_sentence(matrix, Selection.of("*-1", 2), "test tracks")
    assert said == "No track was predicted as Pop, so there is no precision."


def test_the_sentence_for_the_whole():
    said = whole_sentence(MATRIX).replace("\u202f", " ")
    assert said == ("Right on 77.2 % (71.6–82.0); the most frequent error is Folk taken for Rock (47 of 150).")
    right = ConfusionMatrix(np.diag([5, 3]), ("Rock", "Pop"))
    assert whole_sentence(right).endswith("nothing lies off the diagonal.")


def test_a_selections_interval_takes_groups_whole():
    y = np.repeat([0, 0, 1, 1], 25)
    guess = np.repeat([0, 1, 1, 1], 25)
    alone, grouped = (confusion_matrix(y, guess, ("a", "b"), g) for g in (None, np.repeat(np.arange(20), 5)))
    sure, unsure = (selection_sentence(m, Selection.of("0-1", 2), "tracks") for m in (alone, grouped))
    assert sure.startswith("25 of 50 a tracks were taken for b")
    assert sure != unsure
