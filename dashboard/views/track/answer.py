"""A network's probabilities for one track: a bar for each genre, with a tick where it stood before a change."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from dashboard.components.cell_tracks import Choice
from dashboard.components.drawn import drawn
from dashboard.theme import count, percent

STYLE = Path(__file__).with_name("answer.css").read_text(encoding="utf-8")
SHOWN = 10
"""As many genres stand on the page; of more, the others unfold."""


def answer_bars(choices: Sequence[Choice], before: Mapping[str, float] | None = None) -> None:
    """Draw genres with their probability; `before` are those of the unchanged track, by which they stay in order."""
    choices = sorted(choices, key=lambda choice: -(before or {}).get(choice.genre, choice.probability))
    bars = [_bar(choice, before) for choice in choices]
    if len(choices) <= SHOWN + 2:
        _draw(_list(bars))
        return
    likely = sorted(choices, key=lambda choice: -choice.probability)[:SHOWN]
    first = [choice in likely or bool(choice.role) for choice in choices]
    rest = [choice.probability for choice, kept in zip(choices, first, strict=True) if not kept]
    folded = _list([bar for bar, kept in zip(bars, first, strict=True) if not kept])
    summary = f"{count(len(rest), 'other genre')}, {percent(sum(rest))} together"
    _draw(
        _list([bar for bar, kept in zip(bars, first, strict=True) if kept])
        + f'<details class="gl-others"><summary>{summary}</summary>{folded}</details>'
    )


def _draw(html: str) -> None:
    drawn(html, "answer", style=STYLE, file="probabilities")


def _list(bars: Sequence[str]) -> str:
    return f'<ul class="gl-answer" aria-label="Probability of each genre">{"".join(bars)}</ul>'


def _bar(choice: Choice, before: Mapping[str, float] | None) -> str:
    tick, was = "", ""
    if before is not None:
        at = before[choice.genre]
        tick = f'<b style="left:{100 * at:.1f}%" title="before: {percent(at)}"></b>'
        was = f' aria-label="{escape(choice.genre)}: {percent(choice.probability)}, before {percent(at)}"'
    role = "predicted" if "predicted" in choice.role else ""
    return (
        f'<li class="{role}"{was}><span>{escape(choice.genre)}</span>'
        f'<span class="bar"><i style="width:{100 * choice.probability:.1f}%"></i>{tick}</span>'
        f'<span class="share">{percent(choice.probability)}</span><span class="role">{escape(choice.role)}</span></li>'
    )
