"""Features of 30 s of sound by this library and by librosa's own calls, taken in turn on one thread.

Processor time is counted, because a machine that is shared stretches the clock's.

python -m tests.benchmarks.extracting
"""

import time
from collections.abc import Callable

import librosa
import numpy as np
from threadpoolctl import threadpool_limits

from genre_core.data.clips.features import FEATURE_SETS, extract
from genre_core.data.clips.features.fourier import SAMPLE_RATE, Float32
from genre_core.data.clips.features.mels import log_mel
from tests.benchmarks.report import median, milliseconds, print_table

SECONDS, ROUNDS = 30, 7


def main() -> None:
    """Extract by turns, and print medians and what librosa takes for the same."""
    y = clip()
    ours: dict[str, Callable[[], object]] = {name: lambda name=name: extract(y, [name]) for name in FEATURE_SETS}
    ours["all sets together"] = lambda: extract(y, FEATURE_SETS)
    ours |= {f"log-mel, 64 bands, hop {hop}": lambda hop=hop: log_mel(y, 64, hop) for hop in (1024, 512)}
    theirs = {"gtzan57": lambda: by_librosa(y)}
    theirs |= {f"log-mel, 64 bands, hop {hop}": lambda hop=hop: log_mel_by_librosa(y, hop) for hop in (1024, 512)}
    rows = []
    for name, work in ours.items():
        times = [(_processor(work), _processor(theirs[name]) if name in theirs else np.nan) for _ in range(ROUNDS)]
        mine, other = map(median, zip(*times, strict=True))
        compared = (milliseconds(other), f"{other / mine:.1f}") if name in theirs else ("", "")
        rows.append((name, milliseconds(mine), *compared))
    print_table((f"{SECONDS} s of sound, processor time", "this library", "librosa", "times as fast"), rows)


def clip() -> Float32:
    """Return notes, strokes and noise."""
    t = np.arange(SECONDS * SAMPLE_RATE) / SAMPLE_RATE
    pitch = 220 * 2 ** (np.random.default_rng(0).integers(0, 12, SECONDS * 4)[(4 * t).astype(int)] / 12)
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    noise = np.random.default_rng(1).normal(size=len(t))
    sound = sum(np.sin(h * phase) / h for h in range(1, 9)) / 4 + noise * (np.exp(-20 * (t % 0.5)) + 0.01) / 4
    return (sound / np.abs(sound).max()).astype(np.float32)


def by_librosa(y: Float32) -> list[float]:
    """Return the 57 columns by a call for each feature."""
    f = librosa.feature
    features = [
        f.chroma_stft(y=y),
        f.rms(y=y),
        f.spectral_centroid(y=y),
        f.spectral_bandwidth(y=y),
        f.spectral_rolloff(y=y),
        f.zero_crossing_rate(y),
        *librosa.effects.hpss(y),
        *f.mfcc(y=y),
    ]
    tempo, _ = librosa.beat.beat_track(y=y)
    return [*(statistic(one) for one in features for statistic in (np.mean, np.var)), tempo]


def log_mel_by_librosa(y: Float32, hop: int) -> Float32:
    """Return the log-mel spectrogram."""
    power = librosa.feature.melspectrogram(y=y, n_mels=64, hop_length=hop)
    return librosa.power_to_db(power, top_db=None).astype(np.float16)


def _processor(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
