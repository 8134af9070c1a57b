"""Windows of a clip: where they lie, and how many there are."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_core.data.clips.windows import starts

SLACK = 0.0011
"""Starts are whole milliseconds."""

lengths = st.floats(0.5, 60.0)
hops = st.floats(0.05, 30.0)
windows = {
    "seconds": st.floats(0.5, 900.0),
    "length": lengths,
    "hop": hops,
    "most": st.integers(1, 60),
    "where": st.sampled_from(["middle", "whole"]),
}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((30, 3, 3, 10, "whole"), [0, 3, 6, 9, 12, 15, 18, 21, 24, 27]),
        ((30, 3, 3, 10, "middle"), [0, 3, 6, 9, 12, 15, 18, 21, 24, 27]),
        ((30, 3, 3, 4, "whole"), [0, 9, 18, 27]),
        ((30, 3, 3, 2, "middle"), [12, 15]),
        ((30, 5, 5, 1, "middle"), [12.5]),
        ((30, 5, 5, 1, "whole"), [12.5]),
        ((30, 5, 2.5, 3, "middle"), [10, 12.5, 15]),
        ((30, 3, 0.1, 1000, "whole"), [round(0.1 * n, 1) for n in range(271)]),
        ((2.5, 3, 3, 10, "whole"), [0]),
        ((3, 3, 3, 10, "middle"), [0]),
        ((31, 0, 3, 10, "middle"), [0]),
    ],
)
def test_starts(arguments, expected):
    assert list(starts(*arguments)) == expected


@given(**windows)
def test_windows_lie_within_the_clip(seconds, length, hop, most, where):
    found = starts(seconds, length, hop, most, where)
    assert found[0] >= 0
    assert found[-1] + min(length, seconds) <= seconds + 1e-6
    assert all(round(start * 1000) == pytest.approx(start * 1000) for start in found)


@given(**windows)
def test_there_are_as_many_as_fit_and_no_more_than_wanted(seconds, length, hop, most, where):
    found = starts(seconds, length, hop, most, where)
    fitting = 1
    while fitting < most and length + fitting * hop <= seconds:
        fitting += 1
    assert len(found) == pytest.approx(fitting, abs=1e-9) or abs(length + (fitting - 1) * hop - seconds) < 1e-6


@given(**windows)
def test_windows_keep_their_distance(seconds, length, hop, most, where):
    found = starts(seconds, length, hop, most, where)
    gaps = [later - earlier for earlier, later in pairwise(found)]
    assert all(gap >= hop - SLACK for gap in gaps)
    if where == "middle":
        assert all(gap <= hop + SLACK for gap in gaps)
    elif gaps:
        assert max(gaps) - min(gaps) <= hop + 2 * SLACK  # evenly spread, on the grid of the hop


@given(**windows)
def test_the_middle_is_the_middle(seconds, length, hop, most, where):
    found = starts(seconds, length, hop, most, "middle")
    after = seconds - found[-1] - min(length, seconds)
    assert found[0] == pytest.approx(after, abs=2 * SLACK)


@given(**windows)
def test_the_whole_clip_is_spanned(seconds, length, hop, most, where):
    found = starts(seconds, length, hop, most, "whole")
    if len(found) > 1:
        assert found[0] == 0
        assert found[-1] + length > seconds - hop - SLACK


@given(**windows)
def test_a_whole_clip_is_one_window(seconds, length, hop, most, where):
    assert starts(seconds, 0, hop, most, where) == (0.0,)
    assert starts(seconds, seconds + length, hop, most, where) == (0.0,)


@pytest.mark.parametrize(
    "wrong", [(-1, 3, 3, 1), (30, -3, 3, 1), (30, 3, 0, 1), (30, 3, 3, 0), (float("nan"), 3, 3, 1)]
)
def test_numbers_that_make_no_windows(wrong):
    with pytest.raises(ValueError, match="no windows"):
        starts(*wrong, "middle")
