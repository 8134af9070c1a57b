"""How long the Data page takes on the server: each section's first picture, and each change on it.

python -m tests.benchmarks.data_page [n_tracks]
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.benchmarks.report import median, milliseconds, print_table

N_TRACKS = 100_000
CHANGES = 5
APP = Path(__file__).resolve().parents[2] / "dashboard" / "pages.py"
VISITS: dict[str, dict[str, list[str]]] = {
    "overview": {"plane": ["pca", "lda"], "colour": ["part", "genre"], "genre": ["Rock", "Jazz"]},
    "features": {
        "pair": ["0-1", "2-5", "3-4"],
        "feature": ["tempo", "rms", "mfcc1"],
        "measure": ["information", "f"],
    },
    "genres": {},
    "limits": {"data.overlap": ["3", "5", "4"]},
}


def main(n_tracks: int) -> None:
    """Open each section afresh and make changes on it, each time from the address to the last picture."""
    with _opened(n_tracks) as page:
        rows = [("opened first, on the tracks", milliseconds(_timed(lambda: _look(page, section="overview"))), "", "")]
        for section, changes in VISITS.items():
            first = _timed(lambda section=section: _look(page, section=section))
            again = median([_timed(lambda section=section: _look(page, section=section)) for _ in range(CHANGES)])
            rows.append((section, milliseconds(first), milliseconds(again), ""))
            for name, values in changes.items():
                took = [_timed(lambda name=name, value=value: _look(page, **{name: value})) for value in values]
                rows.append((f"  {name}", "", "", milliseconds(max(took))))
        rows.append(("  t-SNE", milliseconds(_timed(lambda: _look(page, section="overview", plane="tsne"))), "", ""))
    print(f"The Data page at {n_tracks:,} tracks × 20 features, server side")
    print_table(("section or change", "first", "again", "slowest change"), rows)


@contextmanager
def _opened(n_tracks: int):
    """Give a page on a store of its own, once all that is imported and cached for smaller data is there."""
    with tempfile.TemporaryDirectory(prefix="genre-lab-benchmark-") as folder:
        os.environ["GENRE_LAB_STORE"] = f"sqlite:///{folder}/store.sqlite"
        os.environ["GENRE_LAB_SCHEDULER"] = "tcp://127.0.0.1:9"  # nothing is trained here
        page = AppTest.from_file(APP, default_timeout=120)
        page.run()
        page.switch_page("views/data/page.py")
        for section in VISITS:
            _look(page, section=section, **{"data.n_samples": "400"})
        page.query_params["data.n_samples"] = str(n_tracks)
        yield page


def _look(page: AppTest, **params: str) -> None:
    for name, text in params.items():
        page.query_params[name] = text
    page.run()
    if page.exception:
        raise RuntimeError(page.exception[0].value)


def _timed(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else N_TRACKS)
