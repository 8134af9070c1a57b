"""A study done in this terminal: its work in a thread, and a bar that says how far it is."""

import sys
import threading
from collections.abc import Callable

from genre_core.store.runs import RunStore
from genre_core.store.schema import Study
from genre_core.terminal.output import WORKER
from genre_core.workers.study import execute_study

POLL_SECONDS = 0.1


def do_study(store: RunStore, study_id: str, total: int, nouns: str, done: Callable[[], int]) -> tuple[Study, bool]:
    """Do a queued study and show how many of `total` are `done`; return it as it ended, and whether Ctrl-C ended it."""
    from tqdm import tqdm  # type: ignore[import-untyped]

    over = threading.Event()

    def work() -> None:
        try:
            execute_study(study_id, 1, store.url)
        finally:
            over.set()

    threading.Thread(target=work, name=WORKER, daemon=True).start()
    shape, silent = f"{{percentage:3.0f}} %|{{bar}}| {{n}} of {{total}} {nouns}, {{elapsed}}", not sys.stderr.isatty()
    try:
        with tqdm(total=total, bar_format=shape, leave=False, disable=silent, file=sys.stderr) as bar:
            while not over.wait(POLL_SECONDS) or store.studies.study(study_id).active:  # another worker may have it
                bar.n = done()
                bar.refresh()
    except KeyboardInterrupt:
        store.studies.stop(study_id)
        over.wait()
        return store.studies.study(study_id), True
    return store.studies.study(study_id), False
