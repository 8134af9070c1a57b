"""Sentences of Listen."""

from dashboard.text.evaluate_states import TRAIN, Step
from dashboard.text.train import Headline
from genre_core.judging.hearing import LONGEST, MUSIC_ONLY
from genre_core.settings.config import MusicConfig
from genre_core.store.schema import Run
from genre_core.text import GAP

SOURCES = {"clip": "A clip of its data", "file": "A file", "microphone": "A recording"}
UPLOAD = f"WAV, FLAC, MP3, OGG or AIFF. The first {LONGEST / 60:.0f} minutes are heard. Nothing is kept unless you ask."
RECORD = "Record some music with the microphone. Nothing is kept unless you ask."
THRESHOLD_HELP = f"Below this confidence, the run says that it does not know. At 0{GAP}% it always answers."


def nobody(any_runs: bool) -> tuple[Headline, Step]:
    """Say that no run can listen."""
    reason = "Train on clips or on generated music first: a run on a table of features cannot listen."
    return Headline("No run can listen yet." if any_runs else "There is no run yet.", reason), Step(
        TRAIN, "Train on generated music"
    )


def waiting(run: Run) -> Headline:
    """Say what the page is for, before there is a sound."""
    about = f" {MUSIC_ONLY}" if isinstance(run.config.data, MusicConfig) else ""
    reason = "Choose a clip of its data or a file, or record something. The answer is drawn along time."
    return Headline(f"Let a run listen.{about}", reason)
