"""Clips as a browser gets them: their sound, and pictures of it. A clip is asked for by its identity, never by a path.

The picture is the network's own input: the log-mel spectrogram. All this takes processor time: call it in a thread.
"""

import hashlib
import hmac
import io
import math
import os
import re
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.services.workers import store
from genre_core.data.clips.reading import check_same
from genre_core.data.clips.sounds import SAMPLE_RATE, Location, Samples, samples
from genre_core.errors import ClipError

NOWHERE = Location("")
"""Where a sound lies that was made for a page."""
LONGEST = 600.0
"""Seconds of sound that are decoded for one answer, at most."""
HEARD_RATE = 44_100
"""Samples a second of a file that is coded anew."""
KEPT_BYTES = 128 * 1024**2
KEPT_SECONDS = 1800.0
"""How long a sound that was made for a page, or brought along by a person, is kept after its last use."""

MEDIA_TYPES = {"WAV": "audio/wav", "WAVEX": "audio/wav", "MP3": "audio/mpeg", "FLAC": "audio/flac", "OGG": "audio/ogg"}
"""Formats that browsers play."""
PLAYED_WAVS = ("PCM_16", "PCM_24", "PCM_U8")

HOP = 1024
PIECE_FRAMES = 1024
"""Frames of a picture that are computed at once: it needs little memory, however long the clip is."""
RANGE = 80.0
"""Decibels between the palest and the strongest color."""
LEAST_TOP = -20.0
"""Level in dB of the strongest color, at least: near silence stays pale."""
TICKS = (500, 1000, 2000, 4000, 8000)
SILENCE = -120.0
EVEN_DB, EVEN_RATIO = 1.0, 1.15
"""Differences between parts of a clip, in loudness and brightness, below which they are not worth a word."""


@dataclass(frozen=True)
class SoundFile:
    """A file that browsers play as it is."""

    path: str
    media_type: str
    found: os.stat_result


@dataclass(frozen=True, eq=False)
class Picture:
    """A spectrogram: `levels` uint8 (n_mels, n_frames), low frequencies first, frames a `step` apart, in seconds.

    The first frame is centered on `start`. `ticks` are frequencies (Hz) with their height in [0, 1]. `loudest` and
    `brightest` are parts of the clip (from, to) in seconds, None where the parts are alike; `strongest` is in Hz.
    """

    levels: npt.NDArray[np.uint8]
    start: float
    step: float
    seconds: float
    ticks: tuple[tuple[int, float], ...]
    loudness: float
    loudest: tuple[float, float] | None
    brightest: tuple[float, float] | None
    strongest: float


def find(clip: str) -> Location:
    """Return where the sound of a clip comes from. Raises ClipError where this store does not know it."""
    found = store().clips.find(clip) if re.fullmatch("[0-9a-f]{64}", clip) else None
    if found is None:
        raise ClipError("This clip is not known here: its collection was deleted, or it never was one.")
    return found


def sound(clip: str) -> SoundFile | bytes:
    """Return the file of a clip where browsers play it, otherwise its sound as a WAV file of at most ten minutes.

    Raises ClipError where it is not known, or its file is gone, has changed or cannot be read.
    """
    if made := _made.get(clip):
        return made
    location = find(clip)
    if location.path:
        found = _stat(location.path)
        if media_type := _media_type(clip, location.path, found.st_size, found.st_mtime_ns):
            return SoundFile(location.path, media_type, found)
    return _wavs.get(clip) or _wavs.put(clip, _wav(location))


def picture(clip: str, start: float, seconds: float, width: int) -> Picture:
    """Return the spectrogram of a part of a clip (of what is left, where `seconds` is 0), at most `width` frames wide.

    Raises ClipError where the clip is not known, its file is gone, has changed or cannot be read, or has no sound
    there.
    """
    location = NOWHERE if _made.get(clip) else find(clip)
    if location.path:
        found = _stat(location.path)
        _media_type(clip, location.path, found.st_size, found.st_mtime_ns)
    return _picture(clip, location, start, min(seconds or LONGEST, LONGEST), width)


def window(clip: str, start: float, seconds: float) -> Samples:
    """Return a part of a clip, mono, as networks hear it; raises ClipError as `picture` does."""
    location = find(clip)
    if location.path:
        found = _stat(location.path)
        _media_type(clip, location.path, found.st_size, found.st_mtime_ns)
    return _samples(clip, location, start, seconds)


# Sound


class _Kept:
    """Sounds that were made, the latest of them, up to so many bytes, each until nobody has used it for a while."""

    def __init__(self, most: int, seconds: float = math.inf) -> None:
        self._most, self._seconds, self._size = most, seconds, 0
        self._sounds: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, clip: str) -> bytes | None:
        with self._lock:
            self._forget()
            if clip not in self._sounds:
                return None
            made = self._sounds.pop(clip)[1]
            self._sounds[clip] = time.monotonic(), made
            return made

    def put(self, clip: str, made: bytes) -> bytes:
        with self._lock:
            self._size += len(made) - len(self._sounds.pop(clip, (0.0, b""))[1])
            self._sounds[clip] = time.monotonic(), made
            self._forget()
        return made

    def _forget(self) -> None:
        """Forget the sound that was used longest ago, as long as they are too many or that was too long ago."""
        while self._sounds:
            used, oldest = next(iter(self._sounds.values()))
            if self._size <= self._most and time.monotonic() - used <= self._seconds:
                return
            self._sounds.popitem(last=False)
            self._size -= len(oldest)


_wavs, _made = _Kept(KEPT_BYTES), _Kept(KEPT_BYTES, KEPT_SECONDS)
_secret = secrets.token_bytes(32)


def keep(wav: bytes) -> str:
    """Keep a sound that was made for a page, at 22,050 Hz; return the name by which it is asked for as a clip is.

    Nobody can guess the name of a sound that no page has shown.
    """
    name = hmac.new(_secret, wav, hashlib.sha256).hexdigest()
    _made.put(name, wav)
    return name


def is_kept(name: str) -> bool:
    """Say whether a name is that of a sound that `keep` keeps."""
    return _made.get(name) is not None


def wav_of(heard: Samples, rate: int = SAMPLE_RATE) -> bytes:
    """Return mono samples as a WAV file."""
    import soundfile

    made = io.BytesIO()
    soundfile.write(made, heard, rate, format="WAV", subtype="PCM_16")
    return made.getvalue()


def _stat(path: str) -> os.stat_result:
    name = os.path.basename(path)
    try:
        found = os.stat(path)
    except FileNotFoundError as error:
        raise ClipError(f"{name} is no longer there: put it back, or import its folder again.") from error
    except OSError as error:
        raise ClipError(f"{name} cannot be read: {error.strerror}.") from error
    if not os.access(path, os.R_OK):
        raise ClipError(f"{name} cannot be read: the server has no permission for it.")
    return found


@lru_cache(4096)
def _media_type(clip: str, path: str, size: int, mtime: int) -> str:
    """Return the media type of a file that browsers play, "" for another; raises ClipError where it is not the clip."""
    import soundfile

    name = os.path.basename(path)
    try:
        check_same(clip, path)  # read once for each size and time of change
        info = soundfile.info(path)
    except (OSError, soundfile.LibsndfileError, TypeError) as error:  # a type error: samples without any header
        raise ClipError(f"{name} cannot be read: it is damaged, or no sound.") from error
    played = info.channels <= 2 and (not info.format.startswith("WAV") or info.subtype in PLAYED_WAVS)
    return MEDIA_TYPES.get(info.format, "") if played else ""


def _wav(location: Location) -> bytes:
    """Return the sound of a clip as a WAV file: a generated one has the very samples that are measured."""
    rate = SAMPLE_RATE if location.recipe else HEARD_RATE
    return wav_of(samples(location, 0.0, LONGEST, rate), rate)


# Picture


@lru_cache(1024)
def _picture(clip: str, location: Location, start: float, seconds: float, width: int) -> Picture:
    from genre_core.data.clips.features.mels import band_hz, hz_to_mel

    heard = _samples(clip, location, start, seconds)
    levels = _log_mel(heard)
    top = max(float(levels.max()), LEAST_TOP)
    frequencies = band_hz(np.arange(len(levels)))
    step = math.ceil(levels.shape[1] / width)
    loudness = _loudness(heard)
    power = 10 ** (levels / 10)
    loudest, brightest = _loudest(heard, start), _brightest(power, frequencies, start)
    highest = float(hz_to_mel(SAMPLE_RATE / 2))
    return Picture(
        levels=_as_bytes(_pooled(levels, step), top),
        start=start + (step - 1) / 2 * HOP / SAMPLE_RATE,
        step=step * HOP / SAMPLE_RATE,
        seconds=len(heard) / SAMPLE_RATE,
        ticks=tuple((hz, float(hz_to_mel(hz)) / highest) for hz in TICKS),
        loudness=loudness,
        loudest=loudest if loudness > SILENCE else None,
        brightest=brightest if loudness > SILENCE else None,
        strongest=float(frequencies[power.sum(axis=1).argmax()]),
    )


def _samples(clip: str, location: Location, start: float, seconds: float) -> Samples:
    kept = _made.get(clip)
    if not location.recipe and not kept:
        return samples(location, start, seconds)
    import soundfile  # to render costs more than to read what was rendered

    made = io.BytesIO(kept or _wavs.get(clip) or _wavs.put(clip, _wav(location)))
    first, n = round(start * SAMPLE_RATE), round(seconds * SAMPLE_RATE)
    return soundfile.read(made, n, first, dtype="float32")[0]


def _log_mel(heard: Samples) -> npt.NDArray[np.float32]:
    """Return the log-mel spectrogram (n_mels, n_frames) in dB, piece by piece: each reaches over its ends."""
    from genre_core.data.clips.features.mels import log_mel

    over, pieces = 2, []
    for first in range(0, 1 + len(heard) // HOP, PIECE_FRAMES):
        before = min(first, over)
        piece = heard[(first - before) * HOP : (first + PIECE_FRAMES + over) * HOP]
        pieces.append(log_mel(piece, hop=HOP)[:, before : before + PIECE_FRAMES].astype(np.float32))
    return np.concatenate(pieces, axis=1)


def _pooled(levels: npt.NDArray[np.float32], step: int) -> npt.NDArray[np.float32]:
    """Return means over so many frames each."""
    first = np.arange(0, levels.shape[1], step)
    sizes = np.diff(np.append(first, levels.shape[1]))
    return np.asarray(np.add.reduceat(levels, first, axis=1) / sizes, dtype=np.float32)


def _as_bytes(levels: npt.NDArray[np.float32], top: float) -> npt.NDArray[np.uint8]:
    return np.asarray(np.clip((levels - top) / RANGE + 1, 0, 1) * 255).round().astype(np.uint8)


def _loudness(heard: Samples) -> float:
    """Return the root mean square in dB re full scale."""
    power = float(np.square(heard, dtype=np.float64).mean()) if len(heard) else 0.0
    return max(SILENCE, 10 * math.log10(power)) if power else SILENCE


def _part_seconds(seconds: float) -> float:
    return next((size for size in (1.0, 5.0, 10.0, 30.0) if seconds <= 12 * size), 60.0)


def _loudest(heard: Samples, start: float) -> tuple[float, float] | None:
    """Return the part of a clip that is louder than others."""
    size = _part_seconds(len(heard) / SAMPLE_RATE)
    n = round(size * SAMPLE_RATE)
    values = [_loudness(heard[first : first + n]) for first in range(0, len(heard) - n // 2, n)]
    if len(values) < 2 or max(values) - min(values) < EVEN_DB:
        return None
    return _part(int(np.argmax(values)), size, start, len(heard) / SAMPLE_RATE)


def _brightest(power: npt.NDArray[Any], frequencies: npt.NDArray[Any], start: float) -> tuple[float, float] | None:
    """Return the part of a clip whose sound lies highest: by the mean frequency of its power."""
    seconds = (power.shape[1] - 1) * HOP / SAMPLE_RATE
    size = _part_seconds(seconds)
    n = round(size * SAMPLE_RATE / HOP)
    sums = [power[:, first : first + n].sum(axis=1) for first in range(0, power.shape[1] - n // 2, n)]
    values = [float(frequencies @ total / total.sum()) for total in sums]
    if len(values) < 2 or max(values) < EVEN_RATIO * min(values):
        return None
    return _part(int(np.argmax(values)), size, start, seconds)


def _part(number: int, size: float, start: float, seconds: float) -> tuple[float, float]:
    return start + number * size, start + min((number + 1) * size, seconds)
