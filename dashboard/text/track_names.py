"""Names of tracks in a narrow column: the end, where they differ."""

import re
from collections import Counter
from collections.abc import Sequence

LONGEST = 12
FEWEST_KEPT = 3
"""Letters of a beginning that are worth keeping, at least."""
_ENDING = re.compile(r"\.[A-Za-z]\w{0,4}$")
_TAIL = re.compile(rf"[\s._/\\-]([^\s./\\].{{0,{LONGEST - 2}}})$")
_PIECE = re.compile(r"[^\s._/\\-]+")


def short_names(names: Sequence[str]) -> list[str]:
    """Return names without an ending that all share; of long ones the end, from a separator on: `…00012`.

    Names of one shape, such as `jazz.00013`, are all shortened if one is. Where some would then be the same, long ones
    keep their beginning too, `classi…00012`, or stay whole if that does not tell them apart.
    """
    endings = {found[0] if (found := _ENDING.search(name)) else "" for name in names} if len(names) > 1 else {""}
    bare = [name.removesuffix(*endings) if len(endings) == 1 else name for name in names]
    if all(len(name) <= LONGEST for name in bare):
        return bare
    alike = len({_PIECE.sub("x", name) for name in bare}) == 1
    short = [_end(name) if alike or len(name) > LONGEST else name for name in bare]
    if len(set(short)) == len(set(bare)):
        return short
    short = [_both_ends(name) for name in bare]
    seen = Counter(short)
    return [name if seen[text] > 1 else text for name, text in zip(bare, short, strict=True)]


def _end(name: str) -> str:
    if parts := _TAIL.search(name):
        return f"…{parts[1]}"
    return name if len(name) <= LONGEST else f"…{name[1 - LONGEST :]}"


def _both_ends(name: str) -> str:
    end = _end(name)
    kept = LONGEST - len(end)
    return name if len(name) <= LONGEST or kept < FEWEST_KEPT else name[:kept] + end
