"""Areas on a map: what they hold, and how the address says them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.views.data.drawn_area import as_text, from_text, inside, rectangle, stamp

corner = st.tuples(st.floats(-99, 99), st.floats(-99, 99))


@given(st.lists(corner, min_size=3, max_size=40))
def test_an_area_comes_back_from_its_text_to_four_digits(corners):
    found = from_text(as_text(corners, "3fa2c1"), "3fa2c1")
    assert found is not None
    np.testing.assert_allclose(found, corners, rtol=1e-3, atol=1e-12)


@pytest.mark.parametrize("text", ["", "3fa2c1", "3fa2c1~1,2~3,4", "3fa2c1~1,2~3,x~5,6", "3fa2c1~1,2,3~4,5~6,7"])
def test_what_is_no_area_chooses_nothing(text):
    assert from_text(text, "3fa2c1") is None


@pytest.mark.parametrize("number", ["nan", "inf", "1e999"])
def test_corners_are_finite(number):
    assert from_text(f"3fa2c1~{number},1~2,2~3,3", "3fa2c1") is None


def test_an_area_of_another_map_chooses_nothing():
    corners = rectangle((0, 1), (0, 1))
    assert from_text(as_text(corners, stamp("one", "pca")), stamp("one", "lda")) is None


@given(st.lists(corner, min_size=1, max_size=50), st.tuples(corner, corner))
def test_a_rectangle_holds_what_is_between_its_values(points, ends):
    (x0, y0), (x1, y1) = ends
    across, up = sorted((x0, x1)), sorted((y0, y1))
    found = inside(np.array(points), rectangle((across[0], across[1]), (up[0], up[1])))
    for (x, y), held in zip(points, found, strict=True):
        if held:
            assert across[0] <= x <= across[1]
            assert up[0] <= y <= up[1]
        elif across[0] < x < across[1]:
            assert not up[0] < y < up[1]


def test_a_bay_is_outside():
    bay = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 1.0), (0.0, 4.0)]
    assert inside(np.array([[2.0, 0.5], [2.0, 3.0], [0.5, 2.0], [9.0, 2.0]]), bay).tolist() == [
        True,
        False,
        True,
        False,
    ]
