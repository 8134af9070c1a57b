"""A folder of clips that needs no recording: chords and noises by genre, told apart by what is measured on them."""

from pathlib import Path

import numpy as np
import soundfile

RATE = 22_050
GENRES = {"drone": (110, 220), "chirp": (880, 1320), "hiss": ()}


def write_hums(folder: Path, n: int = 8, seconds: float = 1.0) -> Path:
    """Write `n` clips of each genre as `genre/genre.00001.wav`; return the folder."""
    time = np.arange(round(seconds * RATE)) / RATE
    for genre, tones in GENRES.items():
        (folder / genre).mkdir(parents=True, exist_ok=True)
        for number in range(1, n + 1):
            rng = np.random.default_rng([number, *genre.encode()])
            sound = 0.05 * rng.standard_normal(len(time))
            for tone in tones:
                sound += 0.2 * np.sin(2 * np.pi * tone * rng.uniform(0.9, 1.1) * time)
            soundfile.write(folder / genre / f"{genre}.{number:05}.wav", sound, RATE)
    return folder


def import_hums(folder: Path, store: object) -> str:
    """Store a folder's clips as the terminal does; return the hash of their collection."""
    from genre_core.terminal.inputs import import_clips

    return import_clips(folder, store)[0].content_hash  # type: ignore[arg-type]
