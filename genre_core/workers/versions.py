"""Versions that have to agree on all machines: tasks are pickled, and the same run comes to the same bits."""

import hashlib
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genre_core.errors import ClusterError
from genre_core.text import joined

if TYPE_CHECKING:
    from distributed import Client

KEY = "genre_lab"
"""Under which a worker tells a scheduler of its versions."""


@cache
def own_versions() -> dict[str, str]:
    """Return the versions of this machine; that of `genre_core` is a digest of its code."""
    folder, digest = Path(__file__).resolve().parents[1], hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    found = {name: version(name).partition("+")[0] for name in ("dask", "distributed", "torch")}
    return {"Python": _python(sys.version), **found, "genre_core": digest.hexdigest()[:8]}


def check_versions(client: "Client") -> None:
    """Compare the versions of a scheduler and its workers with those of this machine.

    Raises ClusterError where some differ.
    """
    info, reached = client.scheduler_info(n_workers=-1), client.scheduler
    assert reached
    scheduler = client.sync(reached.versions)  # type: ignore[no-untyped-call]
    packages = {name: scheduler["packages"][name] for name in ("dask", "distributed")}
    _compare(f"scheduler at {info['address']}", {"Python": _python(scheduler["host"]["python"]), **packages})
    for address, worker in info["workers"].items():
        _compare(f"worker at {address}", worker.get(KEY))


def _compare(place: str, theirs: Mapping[str, Any] | None) -> None:
    if theirs is None:
        raise ClusterError(
            f"The {place} does not know Genre Lab: start it with --preload genre_core.workers.cluster, with this code."
        )
    own = own_versions()
    other = [f"{name} {found} (here {own[name]})" for name, found in theirs.items() if found != own[name]]
    if other:
        raise ClusterError(
            f"The {place} has other versions than this machine: {joined(other)}. Install the same on both, and start "
            "both again."
        )


def _python(text: str) -> str:
    return ".".join(text.split(".")[:2])
