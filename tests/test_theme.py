"""The palette, and numbers as they are written."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures.epoch_axis import PALER
from dashboard.theme import (
    FAINT,
    GENRE_COLOURS,
    PALETTE,
    TWINS,
    count,
    fade,
    genre_colour,
    percent,
    points,
    signed_points,
    spread,
)
from genre_core.evaluation.intervals import Interval
from genre_core.text import quoted_at_starts

DASHBOARD = Path(__file__).parents[1] / "dashboard"

# Linear RGB as seen with each deficiency at full strength: G. M. Machado et al., IEEE TVCG 15 (2009).
SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
    ),
}
# Linear RGB → OKLab: B. Ottosson, "A perceptual color space for image processing" (2020).
CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear(colour):
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    one, other = (linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (a, b))
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def oklab(colour, sight):
    return np.cbrt(np.clip(sight @ linear(colour), 0, 1) @ CONES.T) @ LAB.T


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("sight", SIGHT)
def test_genre_colours_can_be_told_apart(theme, sight):
    labs = [oklab(getattr(colour, theme), SIGHT[sight]) for colour in GENRE_COLOURS]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(labs, 2)) > 0.08


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_stand_out_from_the_page(theme):
    page = getattr(PALETTE["background"], theme)
    assert all(contrast(getattr(colour, theme), page) >= 3 for colour in GENRE_COLOURS)
    assert all(contrast(getattr(PALETTE[name], theme), page) >= 4.5 for name in ("ink", "muted", "accent"))
    assert contrast(getattr(PALETTE["other"], theme), page) >= 3


def test_a_thin_line_can_be_seen_on_dark():
    lines = (PALETTE[f"{whose}_{kind}"].dark for whose in ("accent", "other") for kind in ("light", "pale"))
    assert all(contrast(line, PALETTE["background"].dark) >= 2.7 for line in lines)


def test_a_thin_line_can_be_seen_on_dark_after_the_best_epoch():
    page = PALETTE["background"].dark
    line, under = (
        [int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in (PALETTE["accent_light"].dark, page)
    )
    seen = [round((1 - PALER) * one + PALER * other) for one, other in zip(line, under, strict=True)]
    assert contrast("#{:02x}{:02x}{:02x}".format(*seen), page) >= 2.7


def test_every_light_colour_has_one_dark_twin():
    colours = (*PALETTE.values(), *GENRE_COLOURS)
    assert len(TWINS) == len({colour.light for colour in colours}) == len(colours)


def test_genres_have_colours_up_to_eight_and_are_grey_beyond():
    assert len({genre_colour(number, 8) for number in range(8)}) == 8
    assert {genre_colour(number, 9) for number in range(9)} == {FAINT}


def test_percent_writes_the_rate_and_its_interval():
    assert percent(0.799, Interval(0.776, 0.821)) == "79.9\u202f% (77.6–82.1)"
    assert percent(1.0) == "100.0\u202f%"
    assert percent(0.1254, decimals=0) == "13\u202f%"
    assert percent(float("nan")) == "–"


@given(st.floats(0, 1))
def test_percent_is_right_to_its_last_digit(rate):
    assert abs(float(percent(rate).split("\u202f")[0]) / 100 - rate) <= 0.0005 + 1e-9


def test_counts_carry_their_noun():
    assert count(1200) == "1,200"
    assert count(1, "track") == "1 track"
    assert count(1200, "test track") == "1,200 test tracks"
    assert count(2, "entry", "entries") == "2 entries"


def test_a_faded_colour_keeps_its_twin():
    assert fade("#2b62c9", 0.25) == "#2b62c940"
    assert fade("#2b62c9", 0.25)[:7] in TWINS


def test_differences_and_ranges_are_written_in_one_way():
    assert points(0.124, Interval(0.091, 0.157)) == "12.4\u202fpoints (9.1 to 15.7)"
    assert points(-0.02, Interval(-0.05, 0.01)) == "\u22122.0\u202fpoints (\u22125.0 to 1.0)"
    assert signed_points(0.012) == "+1.2\u202fpoints"
    assert spread(Interval(0.776, 0.821)) == "77.6–82.1"


IN_A_STYLE = re.compile(r"(width|left|right):\s*$|linear-gradient|color-mix|transparent\s*$|#\{|hovertemplate")
FORMATTED = re.compile(r"\{(?:abs\()?100 \*[^{}]*:[+]?\.?\d?f?\}|\{[^{}]*:\.\d%\}")


def test_no_other_module_writes_percentages_or_points_on_its_own():
    found = []
    for path in sorted(DASHBOARD.rglob("*.py")):
        if path.name == "theme.py" or "figure" in str(path):  # a figure's labels stand in plotly's own format
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for match in FORMATTED.finditer(line):
                if not IN_A_STYLE.search(line[: match.start()]) and "#" not in line[: match.start()]:
                    found.append(f"{path.relative_to(DASHBOARD)}:{number}: {line.strip()}")
    assert not found


def test_a_genre_in_lower_case_does_not_begin_a_sentence_bare():
    said = quoted_at_starts("rock is hard. a\\b, 66 %, is close to rock: pop is not.", ("rock", "a\\b", "pop"))
    assert said == "“rock” is hard. “a\\b”, 66 %, is close to rock: “pop” is not."
    assert quoted_at_starts("Rock is hard.", ("Rock",)) == "Rock is hard."
