"""Names of tracks as a narrow column shows them, and as a link says them."""

import numpy as np
import pytest

from dashboard.text.track_names import short_names
from genre_core.data.dataset import Dataset
from genre_core.data.inputs import Features


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["classical.00012.wav", "jazz.00013.wav"], ["…00012", "…00013"]),
        (["classical.00012", "jazz.00012", "rock.00008"], ["classi…00012", "jazz.00012", "rock.00008"]),
        (["rock.00012", "jazz.00012"], ["rock.00012", "jazz.00012"]),
        (["A short one", "Some long title without end"], ["A short one", "…without end"]),
        (["classical.00012.0.wav", "classical.00012.1.wav"], ["…00012.0", "…00012.1"]),
        (["5,618", "134963"], ["5,618", "134963"]),
        (["a.wav"], ["a.wav"]),
        (["Some long title without end", "One_without_any_separatorsatall"], ["…without end", "…ratorsatall"]),
        (["left/a long title", "right/a long title"], ["left/a long title", "right/a long title"]),
        ([], []),
    ],
)
def test_a_narrow_column_shows_the_end_that_differs(names, shown):
    assert short_names(names) == shown


def test_a_link_calls_a_row_by_the_name_that_the_page_shows():
    names = ("5,618", "5,618.2", "a, b", "twice", "twice", "twice (2)")
    data = Dataset(Features(np.zeros((6, 1)), ("f",)), np.zeros(6, dtype=np.int64), ("Rock",), names)
    said = [data.address_of(row) for row in range(6)]
    assert said == ["5618", "5618.2", "a, b", "twice", "twice (2)", "twice (2) (2)"]
    assert [data.row_at(text) for text in said] == list(range(6))
    assert data.row_at("5,618") is None
