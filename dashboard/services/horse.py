"""Is it a horse? What came of a run's answers before and after changes, and how those changes sound."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from dashboard.services import clips
from dashboard.services.studies import find_study, named_by, start_or_resume
from dashboard.services.workers import store
from genre_core.data.clips.sounds import Samples
from genre_core.judging.horse import BEFORE, HorseConfig, changed
from genre_core.settings.config import SoundConfig
from genre_core.store.schema import Run, Study
from genre_core.studies.kinds import HORSE


def asked(run: Run) -> Study | None:
    """Return the study that asks; None where nobody has started it."""
    return find_study(_name(run))


def ask(run: Run) -> None:
    """Let a worker ask; raises StoreError where that could not be saved."""
    start_or_resume(HORSE, _name(run), HorseConfig(run=run.id))


def result(study: Study) -> Mapping[str, Any]:
    """Return what a complete study came to."""
    (found,) = store().studies.results(study.id)
    return found


def before_and_after(run: Run, clip: str, change: str) -> list[tuple[str, int]]:
    """Return the names by which the player has a piece of a clip before and after a change, with their lengths.

    Lengths are in samples at 22,050 Hz. Raises ClipError.
    """
    assert isinstance(run.config.data, SoundConfig)
    sounds = _changed(clip, run.config.data.window, change)
    return [(clips.keep(clips.wav_of(sounds[name])), len(sounds[name])) for name in (BEFORE, change)]


@lru_cache(maxsize=4)
def _changed(clip: str, window: float, change: str) -> dict[str, Samples]:
    return changed(store(), clip, window, change)[1]


def _name(run: Run) -> str:
    return named_by("horse", HorseConfig(run=run.id))
