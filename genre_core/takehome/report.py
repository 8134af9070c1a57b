"""Parts of a report to hand in: its sections in the notebook's order, and what may stand in one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from genre_core.takehome.naming import one_line


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
    """A section: its heading, what stands in it, and the name under which a person's own paragraphs on it are kept."""

    title: str
    blocks: tuple[Block, ...]
    name: str = ""


AUTHOR = "author"
"""The name under which a person's own name is kept."""
AUTHORS = "A blue line marks what the author wrote. All other sentences are made from the numbers by Genre Lab."


@dataclass(frozen=True)
class Report:
    """A report: its title, the line below, its sections, who wrote it, and how what they wrote is `marked`."""

    title: str
    about: str
    sections: tuple[Section, ...]
    author: str = ""
    marked: str = ""

    def with_own(self, words: Mapping[str, str]) -> "Report":
        """Return it with a person's name, and with their paragraphs at the end of their sections."""
        own = {name: text.strip() for name, text in words.items() if name and text.strip()}
        sections = [
            replace(one, blocks=(*one.blocks, Own(own[one.name]))) if one.name in own else one for one in self.sections
        ]
        author = one_line(own.get(AUTHOR, ""))
        marked = AUTHORS if own.keys() - {AUTHOR} else ""
        return replace(self, author=author, marked=marked, sections=tuple(sections))


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

    blocks: dict[str, list[Block]] = field(default_factory=lambda: {name: [] for name in HEADINGS})

    def add(self, section: str, *blocks: Block | None) -> None:
        """Add blocks to a section; None is left out."""
        self.blocks[section] += [block for block in blocks if block is not None]

    def sections(self) -> tuple[Section, ...]:
        """Return the sections, numbered."""
        return tuple(
            Section(f"{number}. {heading.title}", tuple(self.blocks[name]), name)
            for number, (name, heading) in enumerate(HEADINGS.items(), 1)
        )


def points(sentences: Sequence[str]) -> Points | None:
    """Return sentences as points; None without any."""
    return Points(tuple(sentences)) if sentences else None
