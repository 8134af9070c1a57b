"""Sound files: what a file holds, and the samples of a part of it.

Samples are float32 in [-1, 1] of one channel, the mean of all channels. Files are read in blocks, so that one of hours
needs little memory. All that is wrong with a file is a `ClipError` of one sentence, with the file's name alone.
"""

import hashlib
import math
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from genre_core.errors import ClipError

Samples = npt.NDArray[np.float32]

SAMPLE_RATE = 22_050
"""Samples a second of all that is extracted."""
SHORTEST, LONGEST = 0.5, 6 * 3600.0
"""Seconds that a clip lasts."""
SAMPLE_RATES = 1_000, 768_000
LOUDEST = 100.0
"""Largest sample that is still sound: whole numbers saved as fractions reach thousands, where 1 is full scale."""
SILENCE = -120.0
"""Loudness of silence, in dB: below what 16 bits hold."""
BLOCK_VALUES = 2**18
"""Values decoded at a time, over all channels."""
BLOCK_BYTES = 1024**2
HEAD_BYTES = 512

NOT_DECODED = {
    (4, b"ftyp"): "MPEG-4 (AAC)",
    (0, b"\x1a\x45\xdf\xa3"): "WebM",
    (0, b"\x30\x26\xb2\x75"): "Windows Media",
    (0, b"ADIF"): "AAC",
    (0, b"\xff\xf1"): "AAC",
    (0, b"\xff\xf9"): "AAC",
    (0, b"MAC "): "Monkey's Audio",
    (0, b"wvpk"): "WavPack",
    (0, b"MThd"): "MIDI",
}
"""Formats that are not decoded here, by the bytes that stand at a place in them."""
NOT_SOUND = {
    (0, b"version https://git-lfs"): "a Git-LFS pointer, not the sound: fetch it with `git lfs pull`",
    (0, b"<!doctype"): "a web page, not a sound: download the file itself",
    (0, b"<html"): "a web page, not a sound: download the file itself",
    (0, b"\x89png"): "a picture, not a sound: leave it out",
    (0, b"\xff\xd8\xff"): "a picture, not a sound: leave it out",
    (0, b"pk\x03\x04"): "a zip archive, not a sound: unpack it first",
}


@dataclass(frozen=True)
class ClipInfo:
    """A sound file in numbers: `clip` is the SHA-256 of its bytes, `loudness` the RMS of the mono mix in dB."""

    clip: str
    seconds: float
    sample_rate: int
    channels: int
    codec: str
    loudness: float
    """In dB re full scale; silence has -120."""
    peak: float
    """Largest absolute sample of any channel, at most 1."""


def probe(path: Path, *, longest: float = LONGEST) -> ClipInfo:
    """Decode a whole file once, and describe it.

    Raises ClipError where it cannot be decoded, is too short or longer than `longest` seconds, or holds samples that
    are no numbers.
    """
    with _opened(path) as file:
        rate, most = file.samplerate, math.ceil(longest * file.samplerate)
        if most < file.frames < 2**62:  # a stream that was never closed does not know its length
            raise _too_long(path, longest)
        n, power, peak = 0, 0.0, 0.0
        for block in _blocks(path, file, most + 1):
            n += len(block)
            peak = max(peak, float(np.abs(block).max()))
            power += float(np.square(block.mean(axis=1, dtype=np.float64)).sum())
        if n > most:
            raise _too_long(path, longest)
        if not n:
            raise ClipError(f"{shown(path)} holds no sound: its length is 0 s.")
        if n < SHORTEST * rate:
            raise ClipError(
                f"{shown(path)} lasts {n / rate:.2f} s, too short to hear a genre: use {SHORTEST:g} s or more."
            )
        if peak > LOUDEST:
            raise ClipError(
                f"{shown(path)} holds samples up to {peak:,.0f}, where 1 is full scale: save it as 16 bits."
            )
        codec = _codec(file)
        channels = file.channels
    loudness = max(SILENCE, 10 * math.log10(power / n)) if power else SILENCE
    # Rounded, so that two machines that decode with other instructions describe a file alike.
    numbers = round(n / rate, 6), rate, channels, codec, round(loudness, 2), round(min(peak, 1.0), 4)
    return ClipInfo(_sha256(path), *numbers)


def read(
    path: Path,
    start: float = 0.0,
    seconds: float | None = None,
    sample_rate: int = SAMPLE_RATE,
    channel: int | None = None,
) -> Samples:
    """Return a part of a file, from `start` for `seconds` or to its end, as mono samples (n_samples,).

    Only that part is decoded. Fewer samples come where the file ends earlier. The samples are those of `librosa.load`:
    the mean of all channels, or one of them, then resampled by soxr at high quality.
    Raises ClipError where the file cannot be decoded, or holds no sound at `start`.
    """
    import soxr

    with _opened(path) as file:
        rate = file.samplerate
        first, most = int(start * rate), math.ceil(LONGEST * rate) if seconds is None else int(seconds * rate)
        if not 0 <= first < file.frames:
            raise ClipError(f"{shown(path)} has no sound at {start:g} s: it lasts {file.frames / rate:.2f} s.")
        if first:
            _seek(path, file, first)
        n, parts = 0, []
        stream = soxr.ResampleStream(rate, sample_rate, 1, dtype="float32", quality="HQ")
        for block in _blocks(path, file, most):
            mono = block.mean(axis=1) if channel is None else block[:, channel]
            n += len(mono)
            parts.append(mono if rate == sample_rate else stream.resample_chunk(mono))
    if not n:
        raise ClipError(f"{shown(path)} has no sound at {start:g} s: it ends before.")
    if rate != sample_rate:
        parts.append(stream.resample_chunk(np.empty(0, dtype=np.float32), last=True))
    n_samples = math.ceil(n * (sample_rate / rate))  # as librosa rounds: at most one more than there are
    parts.append(np.zeros(max(0, n_samples - sum(map(len, parts))), dtype=np.float32))
    return np.concatenate(parts)[:n_samples]


def check_same(clip: str, path: str | Path) -> None:
    """Check that a file still holds the bytes that its clip is named by.

    Raises ClipError where it holds others, or is no longer there.
    """
    path = Path(path)
    with _reached(path):
        _check_regular(path)
    if _sha256(path) != clip:
        raise ClipError(f"{shown(path)} has changed since it was imported: import its folder again.")


def shown(path: str | Path) -> str:
    """Return a file's name as it stands in a sentence: without its folder, on one line, nothing invisible in it."""
    return one_line(os.path.basename(os.fspath(path)))


def one_line(text: str) -> str:
    """Return a text on one line, with nothing invisible in it and nothing that UTF-8 cannot hold."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a sound file; say in one sentence why it cannot be."""
    import soundfile

    try:
        with _reached(path):
            head = _head(path)
            file = soundfile.SoundFile(os.fsencode(path))  # bytes: a name need not be text
    except (soundfile.LibsndfileError, TypeError) as error:  # a type error: samples without any header
        raise ClipError(f"{shown(path)} {_wrong_with(head)}.") from error
    with file:
        if not SAMPLE_RATES[0] <= file.samplerate <= SAMPLE_RATES[1]:
            raise ClipError(f"{shown(path)} has a sample rate of {file.samplerate:,} Hz: save it at 44,100 Hz.")
        yield file


@contextmanager
def _reached(path: Path) -> Iterator[None]:
    """Say in one sentence why a file cannot be reached."""
    try:
        yield
    except FileNotFoundError as error:
        raise ClipError(f"{shown(path)} is no longer there: put it back, or import its folder again.") from error
    except PermissionError as error:
        raise ClipError(f"{shown(path)} cannot be read: you have no permission for it.") from error
    except OSError as error:
        raise ClipError(f"{shown(path)} cannot be read ({error.strerror}): copy it again.") from error


def _check_regular(path: Path) -> None:
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        raise ClipError(f"{shown(path)} is a folder, not a sound: name the files in it.")
    if not stat.S_ISREG(mode):  # to open a pipe would wait forever
        raise ClipError(f"{shown(path)} is a device or a pipe, not a sound: leave it out.")


def _head(path: Path) -> bytes:
    """Return a file's first bytes; refuse what is no file, or has none."""
    _check_regular(path)
    with open(path, "rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise ClipError(f"{shown(path)} is empty: copy it again.")
    if _is_text(head):  # the decoder of MP3 looks for sound in any text, and complains on the terminal
        raise ClipError(f"{shown(path)} {_wrong_with(head)}.")
    return head


def _is_text(head: bytes) -> bool:
    return not any(byte < 32 and byte not in b"\t\n\f\r" for byte in head)


def _wrong_with(head: bytes) -> str:
    for (at, mark), name in NOT_DECODED.items():
        if head[at:].startswith(mark):
            return f"is {name}, which is not decoded here: save it as WAV, FLAC, MP3 or OGG"
    for (at, mark), name in NOT_SOUND.items():
        if head[at:].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(mark):
            return f"is {name}"
    if _is_text(head):
        return "is text, not a sound: leave it out"
    return "is damaged or no sound that can be decoded: copy it again, or save it as WAV, FLAC, MP3 or OGG"


def _blocks(path: Path, file: Any, most: int) -> Iterator[npt.NDArray[np.float32]]:
    """Yield blocks of samples (n_samples, n_channels), `most` samples at most, until the file really ends."""
    import soundfile

    size, left = max(1, BLOCK_VALUES // file.channels), most
    while left > 0:
        try:
            block = file.read(min(size, left), dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            at = (most - left) / file.samplerate
            raise ClipError(f"{shown(path)} is damaged after {at:.0f} s: copy it again.") from error
        if not len(block):
            return
        if not np.isfinite(block).all():
            raise ClipError(f"{shown(path)} holds samples that are no numbers: save it again as WAV or FLAC.")
        yield block
        left -= len(block)


def _seek(path: Path, file: Any, frame: int) -> None:
    import soundfile

    try:
        file.seek(frame)
    except soundfile.LibsndfileError as error:
        raise ClipError(f"{shown(path)} is damaged: no part of it can be reached; copy it again.") from error


def _codec(file: Any) -> str:
    """Return how the sound is coded: `WAV PCM_16`, `FLAC PCM_24`, `OGG VORBIS`, `MP3`."""
    kind = str(file.format).replace("WAVEX", "WAV")  # the same, with more than two channels or 16 bits
    return kind if kind == "MP3" else f"{kind} {file.subtype}"


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
    except OSError as error:
        raise ClipError(f"{shown(path)} cannot be read ({error.strerror}): copy it again.") from error
    return digest.hexdigest()


def _too_long(path: Path, longest: float) -> ClipError:
    return ClipError(f"{shown(path)} lasts longer than {longest / 3600:g} hours: cut it into pieces.")
