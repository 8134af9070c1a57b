"""Is it a horse? What came of a run's answers before and after changes, and how those changes sound."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from dashboard.services import clips
from dashboard.services.studies import Named
from dashboard.services.workers import store
from genre_core.data.clips.sounds import Samples
from genre_core.judging.horse import BEFORE, FIRST, changed, horse_of
from genre_core.settings.config import SoundConfig
from genre_core.store.schema import Run, Study
from genre_core.studies.kinds import HORSE

STUDIES = Named(HORSE, "horse")


def result(study: Study) -> Mapping[str, Any]:
    """Return what a complete study came to."""
    answers = store().studies.results(study.id)
    if "headline" in answers[0]:  # an earlier version kept all in one
        return answers[0]
    return horse_of(study.context, answers).to_json()


def so_far(study: Study) -> tuple[int, int]:
    """Return of how many clips there are answers, and how many there will be; 0 while that is not known."""
    return study.n_results, len(study.context.get("rows", ()))


def before_and_after(run: Run, clip: str, change: str) -> list[tuple[str, int]]:
    """Return the names by which the player has a piece of a clip before and after a change, with their lengths.

    Lengths are in samples at 22,050 Hz. Raises ClipError.
    """
    assert isinstance(run.config.data, SoundConfig)
    sounds = _changed(clip, run.config.data.window, change)
    pair = sounds.get(FIRST, sounds[BEFORE]), sounds[change]  # of excerpts of short clips, the first half
    return [(clips.keep(clips.wav_of(sound)), len(sound)) for sound in pair]


@lru_cache(maxsize=4)
def _changed(clip: str, window: float, change: str) -> dict[str, Samples]:
    return changed(store(), clip, window, change)[1]
