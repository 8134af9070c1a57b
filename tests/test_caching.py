import pytest
import streamlit as st

from dashboard.services.caching import cached_by_run
from genre_core.settings.names import configure
from genre_core.store.runs import RunStore

CALLS = []


@cached_by_run(8)
def find(of, part, *, clean=False):
    CALLS.append((of.id, part, clean))
    return len(CALLS)


@pytest.fixture
def store(tmp_path):
    CALLS.clear()
    st.cache_resource.clear()
    with_runs = RunStore(f"sqlite:///{tmp_path / 'store.sqlite'}")
    with_runs.submit("a", configure({}))
    with_runs.submit("b", configure({}))
    yield with_runs
    with_runs.close()


def test_an_argument_that_is_left_out_is_the_one_given_as_its_default(store):
    a = store.run("a")
    assert find(a, "test") == find(a, "test", clean=False) == find(of=a, part="test")
    assert CALLS == [("a", "test", False)]
    find(a, "test", clean=True)
    find(a, "validation")
    find(store.run("b"), "test")
    assert len(CALLS) == 4


def test_a_new_name_is_the_same_run_and_another_state_or_attempt_is_not(store):
    first = find(store.run("a"), "test")
    store.rename("a", "renamed")
    assert find(store.run("a"), "test") == first
    store.cancel("a")
    second = find(store.run("a"), "test")
    store.requeue("a", ("cancelled",))
    assert len({first, second, find(store.run("a"), "test")}) == 3
