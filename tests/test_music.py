"""Generated music: what determines a clip, what a recipe promises, and the best that anyone could do who knows it.

Samples are compared with each other alone: other processors round otherwise.
"""

from functools import cache

import numpy as np
import pytest
from pydantic import ValidationError

from genre_core.bayes.recipe import recipe_limit, recipe_posterior
from genre_core.data.music import rendering
from genre_core.data.music.composing import DRUMS, compose
from genre_core.data.music.drawing import MusicDraw, draw_pieces
from genre_core.data.music.harmony import SCALES, lay_out, read_chord, read_progression
from genre_core.data.music.piece import Piece
from genre_core.data.music.recipe import RING, TRAITS, Range, neighbors, recipes
from genre_core.data.music.rendering import KITS, render, samples_of
from genre_core.data.music.rhythm import STEPS, fit, read_groove, second, strokes
from genre_core.data.music.score import piano_roll
from genre_core.data.music.soundfont import soundfont, soundfont_in_use
from genre_core.data.music.voice import VOICES
from genre_core.data.sources.music import recipes_of
from genre_core.errors import DataError
from genre_core.settings.config import MusicConfig
from genre_core.settings.genres import GENRES

NOTEBOOK = GENRES[:8]
FEW = MusicConfig(clips=10, difficulty=0)


@cache
def drawn(**settings: object) -> MusicDraw:
    return draw_pieces(MusicConfig(**{"clips": 10, **settings}))


def first_of(genre: str, **settings: object) -> Piece:
    return next(piece for piece in drawn(**settings).pieces if piece.genre == genre)


def changed(piece: Piece, **traits: object) -> Piece:
    return Piece.model_validate({**piece.model_dump(), **traits})


# Recipes


def test_the_ring_holds_the_notebooks_genres():
    assert sorted(RING) == sorted(NOTEBOOK)
    assert tuple(recipes()) == NOTEBOOK
    assert all(genre in neighbors(other) for genre in RING for other in neighbors(genre))


@pytest.mark.parametrize("genre", NOTEBOOK)
def test_what_a_recipe_names_exists(genre):
    import pretty_midi

    recipe = recipes()[genre]
    pads = [pad.instrument for pad in recipe.pad if pad.instrument]
    for name in (*recipe.bass_instrument, *recipe.comping_instrument, *recipe.lead_instrument, *pads):
        assert name in VOICES or 0 <= pretty_midi.instrument_name_to_program(name) < 128
    assert set(recipe.kit) <= set(KITS)
    for harmony in recipe.harmony:
        assert read_progression(harmony.chords, 0)
        assert harmony.mode in SCALES
    for groove in recipe.groove:
        for drum, pattern in read_groove(groove).items():
            assert drum in DRUMS
            assert set(pattern) <= set("Xxo.")
    steps = {STEPS[meter] for meter in recipe.meter}
    for pattern in (
        *recipe.bass,
        *(comping.pattern for comping in recipe.comping),
        *(lead.rhythm for lead in recipe.lead),
    ):
        assert all(len(bar.strip()) in {0, *steps} for bar in pattern.split("|")), f"{pattern} fits no meter of {genre}"
        assert set(pattern) <= set("Xxow.-| 123456789")
    assert all(set(form) <= set("vcsb") for form in recipe.form)


def test_a_range_is_read_from_two_numbers_or_one():
    assert (Range.model_validate([3, 5]), Range.model_validate(4)) == (Range(low=3, high=5), Range(low=4, high=4))
    with pytest.raises(ValidationError, match="from low to high"):
        Range.model_validate([5, 3])


def test_chords_are_read_from_numerals():
    assert read_chord("bVII", 0).name == "Bb"
    assert read_chord("ii7", 0).name == "Dm7"
    assert read_chord("V7", 9) == read_chord("V7", 9)
    assert [(read_chord("V7", 9).root + tone) % 12 for tone in read_chord("V7", 9).tones] == [4, 8, 11, 2]
    for wrong in ("H", "I99", "", "viii"):
        with pytest.raises(ValueError, match="is no"):
            read_chord(wrong, 0)
    assert lay_out(read_chord("i", 9), "power", 60, np.random.default_rng(0)) == (45, 52, 57)


# A piece determines its clip


@pytest.mark.parametrize("genre", NOTEBOOK)
def test_a_piece_becomes_sound(genre):
    piece = first_of(genre, difficulty=0.0, seconds=2.0)
    sound = samples_of(piece.model_dump_json())
    assert sound.dtype == np.float32
    assert sound.shape == (2 * rendering.SAMPLE_RATE,)
    assert 0.01 < np.abs(sound).max() <= rendering.PEAK
    assert np.sqrt(np.mean(sound**2)) > 1e-3


def test_the_same_piece_sounds_the_same_and_another_seed_does_not():
    piece = first_of("Jazz", seconds=2.0)
    sound = samples_of(piece.model_dump_json())
    assert np.array_equal(sound, samples_of(Piece.model_validate_json(piece.model_dump_json()).model_dump_json()))
    assert not np.array_equal(sound, samples_of(changed(piece, seed=piece.seed ^ 1).model_dump_json()))
    for start, seconds in ((0.0, 1.0), (0.5, 1.0), (1.25, 0.0)):
        first, last = round(start * 22_050), round((start + seconds) * 22_050) if seconds else None
        assert np.array_equal(samples_of(piece.model_dump_json(), start, seconds), sound[first:last])
    assert len(samples_of(piece.model_dump_json(), 0.0, 1.5, 16_000)) == 24_000


def test_every_part_of_a_piece_is_in_its_identity():
    one, other = first_of("Rock"), first_of("Classical", seed=7)
    differ = {name for name in Piece.model_fields if getattr(one, name) != getattr(other, name)}
    assert differ >= {"seed", "genre", "groove", "kit", "lead", "lead_instrument", "bass_instrument", "production"}
    identities = {changed(one, **{name: getattr(other, name)}).identity for name in differ}
    assert len(identities | {one.identity}) == len(differ) + 1
    assert len(one.identity) == 64
    assert changed(one).identity == one.identity


def test_pieces_of_one_draw_all_differ():
    assert len({piece.identity for piece in drawn().pieces}) == 80


def test_a_soundfont_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    score = compose(first_of("Folk"))
    monkeypatch.setenv("GENRE_LAB_SOUNDFONT", str(tmp_path / "none.sf2"))
    with pytest.raises(DataError, match=r"none\.sf2 cannot be read: .* Set GENRE_LAB_SOUNDFONT"):
        soundfont_in_use()
    (tmp_path / "none.sf2").write_bytes(b"no soundfont")
    with pytest.raises(DataError, match=r"none\.sf2 cannot be played"):
        render(score, soundfont=soundfont_in_use())


def test_another_soundfont_makes_other_clips_and_those_of_before_still_sound(tmp_path, monkeypatch):
    piece = first_of("Folk", seconds=2.0)
    assert changed(piece, soundfont="").identity == piece.identity
    before = samples_of(piece.model_dump_json())
    copy = tmp_path / "other.sf2"
    copy.write_bytes(soundfont()[0] + b"\0\0")
    monkeypatch.setenv("GENRE_LAB_SOUNDFONT", str(copy))
    config = MusicConfig(clips=10)
    theirs = set(recipes_of(config))
    assert np.array_equal(samples_of(piece.model_dump_json()), before)
    assert samples_of(next(iter(recipes_of(config).values())).recipe, 0, 1).any()
    (recipe, *_) = (place.recipe for place in recipes_of(config).values())
    monkeypatch.delenv("GENRE_LAB_SOUNDFONT")
    assert not theirs & set(recipes_of(config))
    with pytest.raises(DataError, match="played by another soundfont: name the file"):
        samples_of(recipe)


# What is composed


@pytest.mark.parametrize("genre", NOTEBOOK)
def test_a_score_keeps_to_its_recipe(genre):
    recipe = recipes()[genre]
    for piece in drawn(difficulty=0.0).pieces:
        if piece.genre != genre:
            continue
        score = compose(piece)
        assert recipe.tempo.low <= score.tempo <= recipe.tempo.high
        assert score.meter in recipe.meter
        assert np.allclose(np.diff(score.bars), STEPS[piece.meter] * 15 / piece.tempo)
        assert len({part.name for part in score.parts}) == len(score.parts) >= 1
        for part in score.parts:
            low, high = {"bass": (24, 60), "drums": (29, 81)}.get(part.name, (36, 108))
            for note in part.notes:
                assert 0 <= note.onset < piece.seconds
                assert note.duration > 0
                assert note.onset + note.duration <= piece.seconds + 0.05
                assert 1 <= note.velocity <= 127
                assert low <= note.pitch <= high, part.name
        assert sum(chord.duration for chord in score.chords) == pytest.approx(
            score.bars[-1] + STEPS[piece.meter] * 15 / piece.tempo
        )


def test_melodies_of_a_key_stay_in_it():
    harmony = {"mode": "major", "chords": "I | vi | IV | V"}
    piece = changed(
        first_of("Folk"), harmony=harmony, key=2, seconds=20.0, lead=first_of("Pop").lead, pad={}, form="vvvv"
    )
    (lead,) = [part for part in compose(piece).parts if part.name == "lead"]
    assert {(note.pitch - 2) % 12 for note in lead.notes} <= set(SCALES["major"])


def test_patterns_fit_every_meter():
    assert fit("x...", 6) == "x...x."
    assert fit("x-------", 4) == "x---"
    assert [(s.step, s.length, s.symbol) for s in strokes("x--.1-x.-")] == [(0, 3, "x"), (4, 2, "1"), (6, 1, "x")]
    assert read_groove("kick x...\n\n hat  xx..") == {"kick": "x...", "hat": "xx.."}
    with pytest.raises(ValueError, match="name of a drum"):
        read_groove("kick")
    for meter in STEPS:
        piece = changed(first_of("Rock"), meter=meter)
        assert [part.name for part in compose(piece).parts][:2] == ["drums", "bass"]


def test_swing_makes_every_other_eighth_late():
    straight, swung = (changed(first_of("Jazz"), tempo=120, swing=percent, shuffle=0) for percent in (0, 100))
    assert [second(straight, 0, step) for step in (0, 2, 4)] == pytest.approx([0, 0.25, 0.5])
    assert [second(swung, 0, step) for step in (0, 2, 4)] == pytest.approx([0, 1 / 3, 0.5])
    shuffled = changed(straight, shuffle=100)
    assert [second(shuffled, 0, step) for step in (0, 1, 2)] == pytest.approx([0, 1 / 6, 0.25])


def test_a_piano_roll_shows_every_note():
    score = compose(first_of("Pop"))
    roll = piano_roll(score)
    assert (roll.seconds, roll.tempo, roll.meter, roll.bars) == (score.seconds, score.tempo, score.meter, score.bars)
    assert [len(lane.onset) for lane in roll.lanes] == [len(part.notes) for part in score.parts]
    low, high = roll.pitches
    assert all(low <= pitch <= high for lane in roll.lanes if not lane.is_drums for pitch in lane.pitch)
    assert hash(roll) == hash(piano_roll(compose(first_of("Pop"))))


# The draw


@pytest.mark.parametrize("difficulty", [0.0, 0.6, 1.0])
def test_traits_come_from_the_genre_or_the_neighbor_it_leans_to(difficulty):
    borrowed = 0
    for piece in drawn(difficulty=difficulty).pieces:
        assert piece.leans in neighbors(piece.genre)
        borrowed += len(piece.borrowed)
        for trait in TRAITS:
            source = piece.leans if trait in piece.borrowed else piece.genre
            assert getattr(piece, trait) in recipes()[source].options(trait), trait
    share = borrowed / (80 * len(TRAITS))
    assert share == pytest.approx(difficulty / 2, abs=0.05 if difficulty else 0)


def test_label_noise_moves_nothing_but_labels():
    clean, noisy = drawn(), drawn(label_noise=0.3)
    assert np.array_equal(clean.y, clean.y_clean)
    assert clean.pieces == noisy.pieces
    assert np.array_equal(noisy.y_clean, clean.y)
    assert 0.1 < (noisy.y != noisy.y_clean).mean() < 0.5
    near = drawn(label_noise=0.5, noise_kind="neighbours")
    assert all(
        NOTEBOOK[y] in (NOTEBOOK[true], *neighbors(NOTEBOOK[true]))
        for y, true in zip(near.y, near.y_clean, strict=True)
    )


def test_artists_and_albums_share_a_sound():
    draw = drawn(clips=24, artists=4, albums=2, artist_sound=0.8, difficulty=0.6)
    assert len(set(draw.artist.tolist())) == 32
    assert len(set(draw.album.tolist())) == 64
    alike = {True: [], False: []}
    for a, one in enumerate(draw.pieces):
        for b in range(a):
            other = draw.pieces[b]
            if one.genre == other.genre:
                same = bool(draw.artist[a] == draw.artist[b])
                alike[same].append(
                    np.mean([getattr(one, trait) == getattr(other, trait) for trait in (*TRAITS, "key")])
                )
                assert not same or one.leans == other.leans
                assert same or draw.album[a] != draw.album[b]
    assert np.mean(alike[True]) > np.mean(alike[False]) + 0.2
    alone = drawn()
    assert set(alone.artist.tolist()) == set(alone.album.tolist()) == {-1}


def test_imbalance_and_bounds():
    assert np.bincount(drawn(clips=20, imbalance=4.0).y).tolist() == list(
        MusicConfig(clips=20, imbalance=4).clips_by_genre
    )
    for wrong in (
        {"clips": 501},
        {"seconds": 31},
        {"difficulty": 1.1},
        {"clips": 10, "imbalance": 50},
        {"clips": 10, "artists": 11},
    ):
        with pytest.raises(ValidationError):
            MusicConfig(**wrong)


# The limit


def test_the_limit_falls_from_one_to_a_half():
    limits = [recipe_limit(MusicConfig(difficulty=d), 8_000) for d in (0, 0.3, 0.6, 0.8, 1)]
    scores = [limit.accuracy for limit in limits]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.999
    assert scores[-1] == pytest.approx(0.5, abs=0.01), "of two neighbors that share everything, one is as likely"
    assert all(0 <= limit.standard_error < 0.01 for limit in limits)
    assert np.allclose(limits[2].confusion.sum(axis=1), 1)


def test_the_limit_is_what_the_posterior_gets_right_on_drawn_pieces():
    for settings in ({"label_noise": 0.2}, {"imbalance": 5.0}, {"artists": 60, "artist_sound": 0.3}):
        config = MusicConfig(clips=120, difficulty=0.8, **settings)
        draw = draw_pieces(config)
        y_prob = recipe_posterior(config, draw.pieces)
        assert np.allclose(y_prob.sum(axis=1), 1)
        right = (y_prob.argmax(axis=1) == draw.y).mean()
        limit = recipe_limit(config, 8_000)
        assert abs(right - limit.accuracy) < 0.07
    assert recipe_limit(config, 8_000, clean=True).accuracy == limit.accuracy


def test_wrong_labels_lower_the_limit_on_labels_alone():
    noisy = MusicConfig(difficulty=0.3, label_noise=0.25)
    assert recipe_limit(noisy, 8_000).accuracy == pytest.approx(0.75, abs=0.01)
    assert recipe_limit(noisy, 8_000, clean=True).accuracy > 0.98
