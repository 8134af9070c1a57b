"""FMA at its real size: importing its files once, then loading its subsets from the store.

python -m tests.benchmarks.fma [N_TRACKS]

Files in the layout of FMA's metadata are written by tests/data/make_fma.py; 2 GB of disk are needed. Each piece of work
runs in a process of its own; memory is the peak of the whole process.
"""

import sys
import tempfile
from pathlib import Path

from tests.benchmarks.process import measured
from tests.benchmarks.report import print_table
from tests.data.make_fma import N_TRACKS, write_fma

MODULE = "tests.benchmarks.fma"
LIMIT_MIB = 2048


def import_it(folder: str, store: str) -> None:
    """Import the files into a store, as the terminal does."""
    from genre_core.data.fma.importing import import_fma
    from genre_core.data.fma.layout import find_fma
    from genre_core.store.runs import RunStore

    files = find_fma([Path(folder)])
    assert files is not None
    for _ in import_fma(files, RunStore(f"sqlite:///{store}")):
        pass


def load_it(store: str, subset: str, features: str) -> None:
    """Load a subset from the store as a data set."""
    from genre_core.data.sources.fma import load
    from genre_core.settings.config import FmaConfig
    from genre_core.store.runs import RunStore

    held = RunStore(f"sqlite:///{store}")
    load(FmaConfig(table=held.tables("fma")[0].content_hash, subset=subset, features=features), held)  # type: ignore[arg-type]


def main() -> None:
    """Measure, and print a table."""
    n_tracks = int(sys.argv[1]) if len(sys.argv) > 1 else N_TRACKS
    with tempfile.TemporaryDirectory() as folder:
        store = f"{folder}/store.sqlite"
        write_fma(Path(folder) / "fma", n_tracks)
        size = sum(path.stat().st_size for path in (Path(folder) / "fma").iterdir()) / 1024**2
        work = {
            "import": ("import_it", [f"{folder}/fma", store]),
            "import again": ("import_it", [f"{folder}/fma", store]),
            "load small, mfcc": ("load_it", [store, "small", "mfcc"]),
            "load small": ("load_it", [store, "small", ""]),
            "load medium": ("load_it", [store, "medium", ""]),
            "load full": ("load_it", [store, "full", ""]),
        }
        found = {name: measured(MODULE, function, arguments) for name, (function, arguments) in work.items()}
        stored = Path(store).stat().st_size / 1024**2
    print(f"{n_tracks:,} tracks, {size:,.0f} MiB of CSV, {stored:,.0f} MiB in the store")
    rows = [
        (name, f"{cost.seconds:.1f} s", f"{cost.peak:,.0f} MiB", f"{cost.peak / LIMIT_MIB:.2f}")
        for name, cost in found.items()
    ]
    print_table(("what", "time", "peak memory", "of 2 GiB"), rows)


if __name__ == "__main__":
    main()
