"""Links to the evidence of findings: pure functions from a finding to a link."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.theme import count
from genre_core.findings.finding import Cells, Evidence, Finding
from genre_core.findings.sentences import Told

PAGES = {
    "evaluate": "views/evaluate/page.py",
    "genres": "views/genres/page.py",
    "train": "views/train/page.py",
    "lens": "views/lens/page.py",
}
_FIRST_SECTION = "matrix"
"""The section that a page shows where the address names none."""


@dataclass(frozen=True)
class Link:
    """The way to the evidence: a page, what it shows there, and the label of the link."""

    page: str
    label: str
    looked_at: Mapping[str, str]


def link(finding: Finding, told: Told) -> Link:
    """Return the way to the evidence of a finding."""
    evidence = finding.evidence
    return Link(PAGES[evidence.page], _label(finding, told), _looked_at(evidence, told.genres))


def _looked_at(evidence: Evidence, genres: tuple[str, ...]) -> dict[str, str]:
    """Return what the address says at the evidence."""
    said = {"part": "test" if evidence.part == "test" else "", "right": "true" if evidence.clean else ""}
    if evidence.page in ("train", "lens"):
        said = {}
    said["section"] = "" if evidence.section == _FIRST_SECTION else evidence.section
    said["cell"] = ",".join(_cell(cell) for cell in evidence.cells)
    said["genre"] = "" if evidence.genre is None else genres[evidence.genre]
    return {name: text for name, text in said.items() if text}


def _cell(cells: Cells) -> str:
    return "-".join("*" if not side else ".".join(map(str, side)) for side in map(_side, cells))


def _side(side: int | tuple[int, ...] | None) -> tuple[int, ...]:
    """Return the genres on one side of chosen cells, none where it is all of them."""
    return () if side is None else (side,) if isinstance(side, int) else side


_LABELS = {
    "lens": "How much of the score is leakage?",
    "train": "The curves",
    "confidence": "Confidence",
    "reject": "Answer only when confident",
    "label_noise": "Judge by the true genres",
    "part_gap": "The validation part",
}
"""Labels of links, by the page, the section or the kind of finding."""


def _label(finding: Finding, told: Told) -> str:
    evidence = finding.evidence
    named = [_LABELS[at] for at in (finding.kind, evidence.section, evidence.page) if at in _LABELS]
    if named:
        return named[0]
    if evidence.genre is not None:
        name = told.genres[evidence.genre]
        return f"{name} by {told.level}" if evidence.section == "groups" else name
    if len(evidence.cells) > 1:
        return "These cells of the matrix"
    true, predicted = ([told.genres[genre] for genre in _side(side)] for side in (evidence.cells or ((None, None),))[0])
    if len(true) == len(predicted) == 1:
        return f"{true[0]} taken for {predicted[0]}: {count(int(finding.values['n']), told.noun)}"
    if true and predicted:
        return "These genres among themselves"
    if true:
        return f"All {true[0] if len(true) == 1 else 'their'} {told.noun}s"
    return f"Everything predicted as {predicted[0]}" if predicted else "The confusion matrix"
