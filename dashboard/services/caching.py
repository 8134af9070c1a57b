"""Caching what was found of a run: kept for its attempt and its state, however its other arguments are given."""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from genre_core.store.run_result import Judge
from genre_core.store.schema import Run

Arguments = ParamSpec("Arguments")
Found = TypeVar("Found")


def cached_by_run(
    max_entries: int, show_spinner: bool | str = False
) -> Callable[[Callable[Arguments, Found]], Callable[Arguments, Found]]:
    """Cache the results of a function of a run, for what does not change while the run's state stays."""
    hashed: dict[str | type[Any], Callable[[Any], Any]] = {Run: _as_far_as, Judge: repr}
    keep = st.cache_resource(show_spinner=show_spinner, max_entries=max_entries, hash_funcs=hashed)

    def cached(find: Callable[Arguments, Found]) -> Callable[Arguments, Found]:
        takes, kept = signature(find), keep(find)

        @wraps(find)
        def found(*args: Arguments.args, **named: Arguments.kwargs) -> Found:
            given = takes.bind(*args, **named)
            given.apply_defaults()  # left out or given: it is one entry
            return kept(*given.args, **given.kwargs)

        return found

    return cached


def _as_far_as(run: Run) -> tuple[str, int, str, bool]:
    return run.id, run.attempt, run.state, run.opened
