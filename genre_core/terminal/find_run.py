"""Stored runs as a command line names them."""

from genre_core.errors import RunStateError
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run


def find_run(store: RunStore, name: str) -> Run:
    """Return the run of an identifier, or the only one of a name.

    Raises RunStateError where there is none, or several have that name.
    """
    named = [run for run in store.runs(limit=10_000) if name == run.name and name != run.id]
    if len(named) > 1:
        raise RunStateError(f"{len(named)} runs are called {name}: name one by its identifier, such as {named[0].id}.")
    return named[0] if named else store.run(name)
