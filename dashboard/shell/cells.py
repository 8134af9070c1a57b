"""Selection in a confusion matrix, as the address writes it: `3-5`, `3-*`, `*-5`, `0.1-3.4`, `3-5,4-4`, `wrong`.

Numbers are genres counted from 0, true before predicted, in the order of the data: whatever the matrix's order or
merged genres, a link means the same cells.
"""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from genre_core.errors import ConfigError
from genre_core.evaluation.confusion import Cells

LONGEST = 600
_SIDE = r"(\*|\d{1,3}(\.\d{1,3}){0,99})"
PATTERN = re.compile(rf"(?=.{{1,{LONGEST}}}$)(right|wrong|{_SIDE}-{_SIDE}(,{_SIDE}-{_SIDE}){{0,99}})")
MERGE_PATTERN = re.compile(r"(?=.{1,400}$)\d{1,3}(\.\d{1,3})+(,\d{1,3}(\.\d{1,3})+)*")

Side = tuple[int, ...] | None
"""True or predicted genres; None: all of them."""
Kind = Literal["cell", "rows", "columns", "cells", "right", "wrong"]


@dataclass(frozen=True)
class Selection:
    """Chosen cells: rectangles of true and predicted genres, or the diagonal (`right`), or all off it (`wrong`)."""

    text: str
    blocks: tuple[tuple[Side, Side], ...] = ()

    @classmethod
    def of(cls, text: str, n_genres: int) -> "Selection":
        """Return the selection that an address writes.

        Raises ConfigError where it is no selection, or names a genre that is not there.
        """
        if not PATTERN.fullmatch(text):
            raise ConfigError("cell should be cells such as 3-5, a row 3-*, a column *-5, several 3-5,4-4, or wrong.")
        if text in ("right", "wrong"):
            return cls(text)
        blocks = tuple((_side(item.split("-")[0]), _side(item.split("-")[1])) for item in text.split(","))
        if any(genre >= n_genres for block in blocks for side in block for genre in side or ()):
            raise ConfigError(f"the matrix has {n_genres} genres")
        return cls(text, blocks)

    @property
    def kind(self) -> Kind:
        """Return what kind of selection it is."""
        if self.text == "right":
            return "right"
        if self.text == "wrong":
            return "wrong"
        if all(columns is None for _, columns in self.blocks):
            return "rows"
        if all(rows is None for rows, _ in self.blocks):
            return "columns"
        rows, columns = self.blocks[0]
        one = len(self.blocks) == 1 and rows is not None and columns is not None and len(rows) == len(columns) == 1
        return "cell" if one else "cells"

    def mask(self, members: tuple[tuple[int, ...], ...]) -> Cells:
        """Return the chosen cells of the matrix of merged genres, each with its original ones, shape (k, k)."""
        k = len(members)
        if not self.blocks:
            diagonal = np.eye(k, dtype=np.bool_)
            return diagonal if self.text == "right" else ~diagonal
        chosen = np.zeros((k, k), dtype=np.bool_)
        for rows, columns in self.blocks:
            chosen |= np.outer(_named(rows, members), _named(columns, members))
        return chosen


def _side(text: str) -> Side:
    return None if text == "*" else tuple(int(genre) for genre in text.split("."))


def _named(side: Side, members: tuple[tuple[int, ...], ...]) -> Cells:
    return np.array([side is None or bool(set(side) & set(genres)) for genres in members])


def merges_of(text: str) -> tuple[tuple[int, ...], ...]:
    """Return the sets of genres that an address merges (`0.3,4.6`)."""
    return tuple(tuple(int(genre) for genre in item.split(".")) for item in text.split(","))


def merges_text(merges: tuple[tuple[int, ...], ...]) -> str:
    """Return merges as the address writes them."""
    return ",".join(".".join(map(str, merge)) for merge in merges)
