"""Curves of several runs on one chart."""

import math

import pytest

from dashboard.figures.overlaid import Curves, overlaid_accuracy, overlaid_loss
from dashboard.theme import ACCENT, OTHER, limits
from genre_core.store.schema import Epoch


def run(name, place, n=12, best=4, loss=1.0):
    epochs = [Epoch(e, loss / e, 0.5, loss / e, 0.8, 1e-3, 0.1, e == best) for e in range(1, n + 1)]
    return Curves(name, epochs, best if n else None, place)


@pytest.mark.parametrize("figure", [overlaid_loss, overlaid_accuracy])
def test_each_run_has_two_curves_in_its_colour_and_a_flag_at_its_best_epoch(figure):
    drawn = figure([run("A · first", 0), run("B · second", 1, 20, 9), run("C · third", 2)])
    lines = [trace for trace in drawn["data"] if "name" in trace]
    assert len(lines) == 6
    assert lines[-1]["line"]["color"] == ACCENT
    assert lines[-3]["line"]["color"] == OTHER
    texts = [note["text"] for note in drawn["layout"]["annotations"]]
    assert {"best · 4", "best · 9"} <= set(texts)
    assert sum("●" in text for text in texts) == 3
    assert limits(drawn["layout"]["xaxis"])[1] > 20


def test_accuracy_runs_from_0_to_100_percent_and_loss_leaves_out_what_diverged():
    assert limits(overlaid_accuracy([run("A", 0)])["layout"]["yaxis"]) == (0, 100)
    diverged = overlaid_loss([run("A", 0), run("B", 1, loss=math.inf)])
    assert limits(diverged["layout"]["yaxis"])[1] == pytest.approx(1.06)


def test_a_run_without_epochs_leaves_the_others_as_they_are():
    drawn = overlaid_loss([run("A", 0, 0), run("B <b>", 1)])
    assert sum("●" in note["text"] for note in drawn["layout"]["annotations"]) == 1
    assert not any("<b>" in note["text"] for note in drawn["layout"]["annotations"])
