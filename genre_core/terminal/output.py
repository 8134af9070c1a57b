"""Output streams: results to standard output, everything else to standard error, and an exit status."""

import json
import sys
from typing import Any

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130
WORKER = "worker"
"""The name of the thread that trains, which `__main__` asks for."""


def say(sentence: str) -> None:
    """Write one sentence to standard error."""
    print(" ".join(sentence.split()), file=sys.stderr)


def report(progress: dict[str, Any]) -> None:
    """Write how far something is to standard error, as one line of JSON."""
    print(json.dumps(progress), file=sys.stderr, flush=True)


def progress_bar(total: int, said: str, stage: str = "") -> Any:
    """Return a bar on standard error, to be entered; nothing of it is seen where that is no terminal."""
    from tqdm import tqdm  # type: ignore[import-untyped]

    shape = f"{stage}{{percentage:3.0f}} %|{{bar}}| {said}"
    return tqdm(total=total, bar_format=shape, leave=False, disable=not sys.stderr.isatty(), file=sys.stderr)


def show(document: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Write a result to standard output, as one JSON document or as text."""
    print(json.dumps(document, indent=1, allow_nan=False) if as_json else text)
