"""Parts of a report to hand in: its sections in the notebook's order, and what may stand in one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    sentence: str


@dataclass(frozen=True)
class Points:
    """Sentences, one below the other."""

    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows of cells under a header; the columns from `right` on are numbers."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: int = 1
    caption: str = ""


@dataclass(frozen=True)
class Chart:
    """A drawing as SVG, and its sentence for those who cannot see it."""

    svg: str
    alt: str


@dataclass(frozen=True)
class Code:
    """Text to be copied as it is."""

    text: str


@dataclass(frozen=True)
class Own:
    """Paragraphs that a person wrote, in the few marks of `own_words`."""

    text: str


Block = Text | Points | Table | Chart | Code | Own


@dataclass(frozen=True)
class Section:
    """A section: its heading, and what stands in it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """A report: its title, the line below, and its sections."""

    title: str
    about: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Heading:
    """A section that every report has, and what a person may write about there."""

    title: str
    ask: str


HEADINGS: Mapping[str, Heading] = {
    "question": Heading("Question", "What did you want to find out, and what did you expect?"),
    "data": Heading("Data", "Where do the tracks come from, and why these?"),
    "split": Heading("Split and preparation", "Why did you split the tracks like this?"),
    "network": Heading("Network", "Why this network, and what else did you try?"),
    "training": Heading("Training", "What did the curves show, and what did you change?"),
    "results": Heading("Results", "What do these numbers mean to you?"),
    "errors": Heading("Errors and confidence", "Which errors surprised you, and how do they sound?"),
    "comparison": Heading("Comparison and limitations", "What would you trust this model with, and what not?"),
    "conclusion": Heading("Conclusion", "What did you find out, and what would you try next?"),
}
"""The sections of a report, by the name under which a person's own paragraphs are kept."""


@dataclass
class Draft:
    """A report while it is written: blocks by section."""

    own: Mapping[str, str]
    blocks: dict[str, list[Block]] = field(default_factory=lambda: {name: [] for name in HEADINGS})

    def add(self, section: str, *blocks: Block | None) -> None:
        """Add blocks to a section; None is left out."""
        self.blocks[section] += [block for block in blocks if block is not None]

    def sections(self) -> tuple[Section, ...]:
        """Return the numbered sections, the person's own paragraphs at the end of each; empty ones are left out."""
        found: list[Section] = []
        for name, heading in HEADINGS.items():
            own = self.own.get(name, "").strip()
            blocks = [*self.blocks[name], *([Own(own)] if own else [])]
            if blocks:
                found.append(Section(f"{len(found) + 1}. {heading.title}", tuple(blocks)))
        return tuple(found)


def points(sentences: Sequence[str]) -> Points | None:
    """Return sentences as points; None without any."""
    return Points(tuple(sentences)) if sentences else None
