"""The score of a generated clip: its sentence, its notes by name, and its picture."""

import json
import re
from itertools import pairwise

import pytest

from dashboard.figures.piano_roll import accidentals, note_name, roll_figure, roll_height
from dashboard.text.scores import piece_sentence, progression, roll_sentence, score_table
from genre_core.data.music.composing import compose
from genre_core.data.music.drawing import draw_pieces
from genre_core.data.music.recipe import Harmony, recipes
from genre_core.data.music.score import Lane, piano_roll
from genre_core.settings.config import MusicConfig

PIECES = draw_pieces(MusicConfig(clips=10, seconds=4)).pieces
ROLLS = [piano_roll(compose(piece)) for piece in PIECES]


def with_chords(chords, **changes):
    return PIECES[0].model_copy(update={"harmony": Harmony(mode="major", chords=chords), **changes})


def test_a_sentence_says_what_was_drawn_and_what_was_borrowed():
    jazz = {"genre": "Jazz", "leans": "Classical", "tempo": 142, "meter": "4/4", "swing": 80, "key": 1}
    piece = with_chords("iim7 | V7 | Imaj7 | Imaj7", **jazz, borrowed=("tempo", "bass"))
    assert piece_sentence(piece) == (
        "Jazz, 142 BPM, 4/4, swing, ii7–V7–Imaj7 in D♭ major. Its tempo and bass line were borrowed from Classical."
    )
    assert piece_sentence(piece.model_copy(update={"borrowed": ("bass",)})).endswith(
        "bass line was borrowed from Classical."
    )
    assert piece_sentence(piece.model_copy(update={"borrowed": ()})).endswith("comes from the recipe of Jazz.")


@pytest.mark.parametrize(
    ("chords", "said"),
    [
        ("im7 | im7", "i7"),
        ("i | bVII bVI | bVII", "i–♭VII–♭VI–♭VII"),
        ("idim7 | #Idim7", "idim7–♯Idim7"),
        ("iim7b5 | V7alt", "ii7♭5–V7alt"),
    ],
)
def test_a_progression_names_each_change_once(chords, said):
    assert progression(with_chords(chords)) == said


def test_every_progression_of_the_recipes_can_be_said():
    for recipe in recipes().values():
        for harmony in recipe.harmony:
            assert re.fullmatch(
                "[♭♯]?[iIvV]+[^ |b#]*(–[♭♯]?[iIvV]+[^ |b#]*)*", progression(with_chords(harmony.chords))
            )


def test_notes_are_called_as_musicians_call_them():
    piano = Lane("chords", "Piano", False, (0.0,), (1.0,), (60,), (0.5,))
    assert [note_name(piano, pitch) for pitch in (60, 61, 69)] == ["C4", "D♭4", "A4"]
    assert note_name(Lane("drums", "Jazz", True, (0.0,), (1.0,), (36,), (0.5,)), 36) == "kick"
    assert [accidentals(name) for name in ("Bbm7b5", "F#m7", "Ab")] == ["B♭m7♭5", "F♯m7", "A♭"]


@pytest.mark.parametrize("roll", ROLLS[:20])
def test_every_note_stands_in_the_lane_of_its_part(roll):
    figure = roll_figure(roll)
    lanes = {lane.part: lane for lane in roll.lanes}
    assert {trace["name"] for trace in figure["data"]} == set(lanes)
    ends = []
    for trace in figure["data"]:
        lane = lanes[trace["name"]]
        assert trace["base"] == [round(onset, 3) for onset in lane.onset]
        assert len(trace["y"]) == len(lane.pitch)
        ends.append((min(trace["y"]), max(trace["y"])))
        assert (trace["y"][0] < trace["y"][-1]) == (lane.pitch[0] < lane.pitch[-1])
    assert all(high < low for (_, high), (low, _) in pairwise(ends)), "lanes do not overlap"
    assert figure["layout"]["yaxis"]["range"][1] > ends[-1][1]
    assert 60 < roll_height(roll) < 700
    json.dumps(figure)


def test_the_table_has_every_note_in_the_order_of_time():
    for roll in ROLLS[:20]:
        rows = score_table(roll)
        assert len(rows) == sum(len(lane.onset) for lane in roll.lanes)
        starts = [row["Start (s)"] for row in rows]
        assert starts == sorted(starts)
        assert {row["Bar"] for row in rows} <= set(range(1, len(roll.bars) + 1))
        assert all(row["Chord"] for row in rows)
        assert all(f"{lane.instrument}, {len(lane.onset)} note" in roll_sentence(roll) for lane in roll.lanes)


def test_a_window_is_marked_on_the_whole_score():
    marked = roll_figure(ROLLS[0], window=(1.0, 2.0))["layout"]["shapes"]
    plain = roll_figure(ROLLS[0])["layout"]["shapes"]
    (window,) = [shape for shape in marked if shape not in plain]
    assert (window["x0"], window["x1"]) == (1.0, 2.0)
