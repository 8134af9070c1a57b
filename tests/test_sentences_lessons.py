"""Sentences of lessons on predictions and of what came."""

import math

import numpy as np
import pytest

from dashboard.text import lessons as sentences
from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.lessons.lesson import Choice, Number
from genre_core.text import GAP


def number(figure="validation accuracy", compared_with=""):
    return Number(kind="number", text="?", figure=figure, compared_with=compared_with)


@pytest.mark.parametrize(
    ("question", "predicted", "value", "said"),
    [
        (number(), 80, 81.5, "You predicted 80 %: close."),
        (number(), 80, 80.0, "You predicted 80 %: right."),
        (number(), 50, 73.5, "You predicted 50 %. It came out 23.5 points higher."),
        (number(compared_with="one"), 1, 4.0, "You predicted 1 point. It came out 3 points higher."),
        (number(compared_with="one"), -20, -23.5, "You predicted −20 points. It came out 3.5 points lower."),
        (number("epochs to nearly the best"), 26, 3, "You predicted 26 epochs: 23 too many."),
        (number("right alone", "one"), 10, 47, "You predicted 10 tracks: 37 too few."),
        (number("genres below two thirds"), 4, 4, "You predicted 4 genres: right."),
        (number(), 50, math.nan, "You predicted 50 %."),
    ],
)
def test_how_far_a_number_is_from_what_came(question, predicted, value, said):
    assert sentences.number_reveal(question, predicted, value).replace(GAP, " ") == said


def test_what_came_says_on_how_many_tracks_and_that_it_is_a_difference():
    assert sentences.what_came(number(), 79.94, "1,408 validation clips", {}).replace(GAP, " ") == (
        "Validation accuracy: **79.9 %**, on 1,408 validation clips."
    )
    sides = {"now": 81.2, "before": 80}
    assert sentences.what_came(number(compared_with="one"), 1.2, "100 validation tracks", sides).replace(GAP, " ") == (
        "Change of validation accuracy: **+1.2 points** (81.2 % now, 80 % before), on 100 validation tracks."
    )
    loss = number("rise of validation loss", compared_with="one")
    assert sentences.what_came(loss, -0.7, "", {"now": 1.1, "before": 1.8}).replace(GAP, " ") == (
        "Validation loss in the last epoch, compared with its lowest value: 1.1 times as high now, "
        "1.8 times as high before."
    )
    assert sentences.what_came(number(), math.nan, "", {}).startswith("This run cannot tell")


def test_an_answer_is_the_one_that_came_or_another_one():
    choice = Choice(kind="choice", text="?", figure="epochs", answers=("few", "many"), cuts=(10,))
    assert sentences.choice_reveal(choice, 1, 20) == "You predicted: many. So it is."
    assert sentences.choice_reveal(choice, 0, 20) == "You predicted: few. What came: **many**."
    assert sentences.choice_reveal(choice, 0, math.nan) == "You predicted: few."


def test_a_cell_is_beside_the_most_common_one():
    matrix = ConfusionMatrix(np.array([[9, 1, 0], [4, 9, 0], [0, 0, 9]]), ("Jazz", "Rock", "Folk"))
    assert sentences.cell_reveal(matrix, (0, 1)) == (
        "You predicted Jazz taken for Rock: 1 track. Most common: **Rock taken for Jazz**, 4 tracks."
    )
    assert sentences.cell_reveal(matrix, (1, 0)).endswith("4 tracks. None is more common.")
