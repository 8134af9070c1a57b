"""How the compared runs learned: their curves on one chart, and as a table."""

import streamlit as st

from dashboard.components.plot import plot
from dashboard.components.twin import twin
from dashboard.figures.overlaid import Curves, overlaid_accuracy, overlaid_loss
from dashboard.services.runs import progress
from dashboard.shell.address import plain
from dashboard.views.compare.chosen import Chosen
from dashboard.views.compare.comparing import Side
from dashboard.views.compare.text import curves_alt, no_curves

HEIGHT = 290


def draw(chosen: Chosen) -> None:
    """Draw loss and accuracy of all compared runs over the epochs."""
    of = chosen.compared
    runs = [_curves(of.first, 0), *(_curves(side, 1 if n == chosen.number else 2) for n, side in enumerate(of.others))]
    st.subheader("How they learned", anchor=False)
    if without := [run.name for run in runs if not run.epochs]:
        st.caption(plain(no_curves(without)))
    if len(without) == len(runs):
        return
    about = {run.name: (len(run.epochs), run.best_epoch) for run in runs}
    left, right = st.columns(2, gap="medium")
    with left:
        plot(overlaid_loss(runs, height=HEIGHT), "overlaid loss", height=HEIGHT, alt=curves_alt(about, "Loss"))
    with right:
        accuracy = overlaid_accuracy(runs, height=HEIGHT)
        plot(accuracy, "overlaid accuracy", height=HEIGHT, alt=curves_alt(about, "Accuracy"))
    twin(_rows(runs), "overlaid curves", "Loss and accuracy of each run after each epoch, on training and validation.")


def _curves(side: Side, place: int) -> Curves:
    return Curves(side.title, progress(side.run).epochs, side.run.best_epoch, place)


def _rows(runs: list[Curves]) -> list[dict[str, object]]:
    return [
        {
            "run": run.name,
            "epoch": row.epoch,
            "train loss": round(row.train_loss, 4),
            "validation loss": round(row.validation_loss, 4),
            "train accuracy": round(row.train_accuracy, 4),
            "validation accuracy": round(row.validation_accuracy, 4),
        }
        for run in runs
        for row in run.epochs
    ]
