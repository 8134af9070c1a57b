"""Sentences of Predict."""

from dashboard.services.predicting import Seen
from dashboard.text.train import Headline
from dashboard.theme import GAP, count, percent
from genre_core.evaluation.prediction_sets import LEVELS

KINDS = {"table": "A table", "folder": "A folder of sounds", "sounds": "Sound files"}
TABLE = (
    "A table with a row for each track or each segment of one, with genres or without: CSV, Parquet, Feather, Excel, "
    "ARFF or JSON, packed or not. Files chosen together are joined."
)
FOLDER = "A folder of sounds, with folders of genres in it or without. WAV, FLAC, MP3, OGG or AIFF."
SOUNDS = "Sound files. WAV, FLAC, MP3, OGG or AIFF."
KEPT = "The server keeps them for about a day, and adds them to none of your data."
THRESHOLD_HELP = (
    f"Below this confidence, the run says that it does not know. At 0{GAP}% it always answers. With genres known, "
    "Don't know on Evaluate shows what a threshold costs."
)
FILL_HELP = "Each track is then answered as if it had the usual value there. The answers may be worse."
ALONE_HELP = "Otherwise the rows of a track are averaged, by the mean of their log-probabilities."
MEDIAN = "Let the training median stand in for what is missing"
LEVEL = {str(round(100 * level)): f"Sets at {percent(level, decimals=0)}" for level in LEVELS}
"""How often a prediction set holds the right genre."""
EVERY, WITH_NOTE, UNKNOWN = "All", "With a note", "Don't know"


def waiting() -> Headline:
    """Say what the page is for, before there are files."""
    reason = (
        "Choose a table, a folder of clips or a sound file. The page says what of it will be used and what is odd; "
        "then the run answers for each track."
    )
    return Headline("Let a run answer for new tracks.", reason)


def found(seen: Seen) -> Headline:
    """Say what was found in the files."""
    if seen.matching and not seen.matching.columns:
        lacking = count(len(seen.matching.missing), "feature")
        return Headline(f"This table has none of the run's {lacking}.", "Choose other files, or name the columns.")
    rows = "" if seen.n_rows == seen.n_tracks else f" in {seen.n_rows:,} pieces"
    answer = f"{count(seen.n_tracks, seen.whole)}{rows} to answer for."
    return Headline(answer, "Check what will be used, then predict.")


def ask(seen: Seen) -> str:
    """Return what the button says."""
    return f"Predict {count(seen.n_tracks, seen.whole)}"
