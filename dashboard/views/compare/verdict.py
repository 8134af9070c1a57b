"""The head of the page: the verdict, what it rests on, and the runs on rulers under each other."""

from dataclasses import replace

import streamlit as st

from dashboard.components import ruler as rulers
from dashboard.components.address_choice import address_menu
from dashboard.components.ruler_marks import limit_marks
from dashboard.components.table import table
from dashboard.components.terms import numbers_line
from dashboard.components.twin import limits, twin
from dashboard.services.workers import store
from dashboard.shell.address import plain
from dashboard.text.badges import Badge, badges, opened_badge
from dashboard.text.limits import limit_here_label
from dashboard.text.run_names import versus
from dashboard.theme import GAP
from dashboard.views.compare import text as sentences
from dashboard.views.compare.chosen import FORGET, Chosen, say
from dashboard.views.compare.comparing import Side
from genre_core.evaluation.verdict import why


def head(chosen: Chosen) -> None:
    """Draw the verdict on the two runs that are looked at, and what it rests on."""
    first, other, found = chosen.compared.first, chosen.other, chosen.pair
    better, worse = (other, first) if found.kind == "second" else (first, other)
    names = versus((better.run, worse.run), (better.name, worse.name), store().table_names())
    said = sentences.headline(found, names, chosen.nouns)
    st.header(plain(said, longest=700), anchor=False, help=sentences.POWER_HELP)
    reasons = (why(found, GAP), sentences.judged_by(first.outcome.about))
    numbers_line(" ".join(filter(None, reasons)), _badges(chosen))
    say(chosen.notes)


def _badges(chosen: Chosen) -> list[Badge]:
    marked = [badge for side in (chosen.compared.first, *chosen.compared.others) for badge in badges(side.run)]
    noun = chosen.compared.first.outcome.noun
    opened = [] if chosen.opened is None else [opened_badge(chosen.opened, noun)]
    configs = chosen.compared.first.run.config, chosen.other.run.config
    return [*opened, *dict.fromkeys(marked), *sentences.limits(*configs, chosen.pair)]


def draw_rulers(chosen: Chosen) -> None:
    """Draw a ruler for each run, the run looked at first; the first carries the names of the lines."""
    of = chosen.compared
    for number, side in enumerate((of.first, *of.others)):
        marks = _marks(side, chosen, first=number == 0)
        rulers.ruler(marks, key=f"compare ruler {number}", height=72 if number == 0 else 52)


def _marks(side: Side, chosen: Chosen, *, first: bool) -> rulers.Ruler:
    scores = side.outcome.evaluation
    kind: rulers.Kind = "model" if first else "other"
    few = scores.confusion_matrix.too_few()
    model = rulers.model(scores.accuracy, scores.accuracy_interval, side.title, chosen.part, kind, few)
    limit = side.outcome.limit
    lines = [rulers.majority(scores.majority_accuracy, *(() if first else ("",)))]
    if limit is not None:
        label = limit_here_label(side.run.config.data, side.outcome.unit) if first else ""
        lines.append(rulers.bayes_limit(limit.accuracy, label))
    elif found := limit_marks(side.run.config.data, side.outcome.unit, clean=side.outcome.about == "true genre"):
        lines += found if first else [replace(mark, label="") for mark in found]
    return rulers.Ruler((*lines, model), f"accuracy of {side.letter} on {chosen.nouns}")


def draw_pairs(chosen: Chosen) -> None:
    """Draw the run looked at against each of several others, and the choice of the one whose difference is drawn."""
    of = chosen.compared
    if len(of.others) < 2:
        return
    st.subheader("A compared with each", anchor=False)
    rows = [sentences.pair_row(side.title, of.lettered(number)) for number, side in enumerate(of.others)]
    alt = "The first run compared with each of the others: verdict, differences with intervals, adjusted p."
    table(rows, "pairs", alt, n=len(rows), file="A compared with each")
    st.caption("p is adjusted by Holm for the number of comparisons. Differences are A minus the other run.")


def choose_other(chosen: Chosen) -> None:
    """Draw the choice of the run whose difference from the first is drawn, where there are several."""
    others = chosen.compared.others
    if len(others) > 1:
        names = {side.run.id: f"A minus {side.title}" for side in others}
        address_menu("Difference from", "with", names, width=230, on_change=FORGET)


def draw_settings(chosen: Chosen) -> None:
    """Draw the settings in which the runs differ."""
    of = chosen.compared
    sides = (of.first, *of.others)
    rows = sentences.setting_rows([side.run.config for side in sides])
    st.subheader("Settings that differ", anchor=False)
    if not rows:
        st.caption("None: the same settings and seeds give the same run.")
        return
    names = [side.title for side in sides]
    shown = [{"setting": row.title, **dict(zip(names, row.values, strict=True))} for row in rows]
    alt = "The settings that are not the same in all compared runs."
    table(shown, "settings that differ", alt, n=len(shown), file="settings that differ")


def score_twin(chosen: Chosen) -> None:
    """Draw what stands on the rulers as a table."""
    rows = []
    for side in (chosen.compared.first, *chosen.compared.others):
        scores = side.outcome.evaluation
        accuracy, macro_f1 = limits(scores.accuracy_interval), limits(scores.macro_f1_interval)
        rows.append(
            {
                "run": side.title,
                "accuracy": 100 * scores.accuracy,
                "accuracy from": accuracy[0],
                "accuracy to": accuracy[1],
                "macro-F1": 100 * scores.macro_f1,
                "macro-F1 from": macro_f1[0],
                "macro-F1 to": macro_f1[1],
                "tracks": scores.n,
            }
        )
    shares = [name for name in rows[0] if name not in ("run", "tracks")]
    twin(
        rows,
        "compared scores",
        f"Scores of the compared runs on {chosen.nouns}.",
        shares,
        title="The scores as a table",
    )
