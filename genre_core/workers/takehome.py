"""Making of what is taken home, on a worker beside its runs."""

from collections.abc import Callable, Sequence

from genre_core.store.runs import RunStore, open_store
from genre_core.store.schema import Run
from genre_core.takehome.made import Made
from genre_core.takehome.model import export_model


def _model(store: RunStore, runs: Sequence[Run]) -> Made:
    return export_model(store, runs[0])


MAKERS: dict[str, Callable[[RunStore, Sequence[Run]], Made]] = {"model": _model}
"""What can be made of runs, by name."""


def make(name: str, run_ids: tuple[str, ...], _state: tuple[object, ...], store_url: str) -> Made:
    """Make a thing of runs; `_state` is what of them changes it, so that it is made anew then.

    Raises
    ------
    GenreLabError
        It cannot be made; the sentence says why.
    """
    store = open_store(store_url)
    return MAKERS[name](store, [store.run(run_id) for run_id in run_ids])
