"""Names of tracks in a narrow column: the end, where they differ."""

import re
from collections import Counter
from collections.abc import Sequence

LONGEST = 12
_ENDING = re.compile(r"\.[A-Za-z]\w{0,4}$")


def short_names(names: Sequence[str]) -> list[str]:
    """Return names without an ending that all share; of long ones the end, from a separator on: `…00012`.

    Names that would then be the same stay whole.
    """
    endings = {found[0] if (found := _ENDING.search(name)) else "" for name in names} if len(names) > 1 else {""}
    bare = [name.removesuffix(*endings) if len(endings) == 1 else name for name in names]
    short = [_end(name) for name in bare]
    seen = Counter(short)
    return [name if seen[text] > 1 and name != text else text for name, text in zip(bare, short, strict=True)]


def _end(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    parts = re.search(rf"[\s._/\\-]([^\s./\\].{{0,{LONGEST - 2}}})$", name)
    return f"…{parts[1]}" if parts else f"…{name[1 - LONGEST :]}"
