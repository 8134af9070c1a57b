"""A table of a million rows and 20 columns: our import, load and check, against what pandas needs to read the file.

python -m tests.benchmarks.table [N_ROWS [N_FEATURES]], for a wide table such as 60 rows of 9,998 features

Each in a process of its own, best of three by seconds of the processor, since others may use the machine; memory is
the peak over what the imported libraries take.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.benchmarks.process import Cost, measured
from tests.benchmarks.report import print_table

GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")
MODULE = "tests.benchmarks.table"


def write(path: Path, n_rows: int, n_features: int) -> None:
    """Write track_id, features of six decimals, and the genre."""
    import pandas as pd

    rng = np.random.default_rng(0)
    y = rng.integers(0, min(len(GENRES), n_rows // 20), n_rows)
    X = rng.standard_normal((n_rows, n_features)) + y[:, None] / 10
    frame = pd.DataFrame({"track_id": rng.permutation(n_rows)} | {f"f{i}": X[:, i] for i in range(n_features)})
    frame.assign(genre=np.array(GENRES)[y]).to_csv(path, index=False, float_format="%.6f")


def prepare() -> None:
    import pandas
    import pyarrow.csv
    import pyarrow.parquet

    import genre_core.data.sources.table
    import genre_core.store.runs

    assert pandas
    assert pyarrow.csv
    assert pyarrow.parquet
    assert genre_core.data.sources.table
    assert genre_core.store.runs


def with_pandas(path: str) -> None:
    """Read the file as `pd.read_csv` does, and take the features and the genre from it."""
    import pandas as pd

    frame = pd.read_csv(path)
    frame[[name for name in frame if name.startswith("f")]].to_numpy()
    frame["genre"].astype("category").cat.codes.to_numpy()


def import_it(path: str, store: str) -> None:
    """Read the file, find out its layout and types, and store it, as the terminal and the page do."""
    from genre_core.data.tables.reading import read_table
    from genre_core.store.runs import RunStore

    Path(store).unlink(missing_ok=True)
    table = read_table([(Path(path).name, Path(path).read_bytes())])
    RunStore(f"sqlite:///{store}").put_table(
        table.content_hash, table.name, table.parquet, table.n_rows, table.n_columns, table.notes
    )


def load_it(store: str) -> None:
    """Load what is stored as a data set."""
    from genre_core.data.sources.table import load
    from genre_core.settings.config import TableConfig
    from genre_core.store.runs import RunStore

    held = RunStore(f"sqlite:///{store}")
    load(TableConfig(table=held.tables()[0].content_hash), held)


def check_it(store: str) -> None:
    """Load what is stored, split it, and find what there is to know, as the Data page does."""
    from genre_core.data.sources.table import load
    from genre_core.data.splitting import split_dataset
    from genre_core.inspection.warnings import findings
    from genre_core.settings.config import SplitConfig, TableConfig
    from genre_core.store.runs import RunStore

    held = RunStore(f"sqlite:///{store}")
    dataset = load(TableConfig(table=held.tables()[0].content_hash), held)
    findings(dataset, split_dataset(dataset, SplitConfig()))


def best(function: str, arguments: list[str]) -> Cost:
    return min((measured(MODULE, function, arguments) for _ in range(3)), key=lambda cost: cost.cpu_seconds)


def main() -> None:
    """Measure, and print a table of ratios."""
    given = [int(number) for number in sys.argv[1:]]
    n_rows, n_features = given + [1_000_000, 18][len(given) :]
    with tempfile.TemporaryDirectory() as folder:
        path, store = f"{folder}/table.csv", f"{folder}/store.sqlite"
        write(Path(path), n_rows, n_features)
        work = {
            "pandas.read_csv": ("with_pandas", [path]),
            "import: read and store": ("import_it", [path, store]),
            "load from the store": ("load_it", [store]),
            "load, split and check": ("check_it", [store]),
        }
        found = {name: best(function, arguments) for name, (function, arguments) in work.items()}
        size = Path(path).stat().st_size / 1024**2
    plain = found["pandas.read_csv"]
    rows = [
        (name, f"{cost.cpu_seconds:.2f} s", f"{cost.cpu_seconds / plain.cpu_seconds:.2f}",
         f"{cost.peak - cost.before:,.0f} MiB", f"{(cost.peak - cost.before) / (plain.peak - plain.before):.2f}")
        for name, cost in found.items()
    ]  # fmt: skip
    print(f"{n_rows:,} rows × {n_features + 2:,} columns, {size:,.0f} MiB of CSV")
    print_table(("what", "processor", "to pandas", "peak memory", "to pandas"), rows)


if __name__ == "__main__":
    main()
