"""Write `store_before_rooms.sqlite` beside this file: a store as it was made before the library was put into rooms.

It holds one of each: runs (complete, of a table, branched, an ensemble, failed, queued), studies of every kind, and
openings of test parts. A test reads all of it, so that stored work outlives changes of the code. It was made with the
code of commit ee394c6, whose names this uses, and must not be made again: another version's store is another file.
"""

import os
import sqlite3
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SMALL = {
    "data.n_samples": 160, "data.n_genres": 4, "data.n_features": 5, "data.overlap": 2.0, "model.hidden": (6,),
    "train.max_epochs": 3,
}  # fmt: skip
OWNED = {"data.artists": 40, "data.artist_spread": 1.0, "data.label_noise": 0.1, "data.noise_pairs": "Classical-Rock"}
TABLE = ["--table", str(HERE / "segments.csv"), "--model.hidden", "6", "--train.max_epochs", "3"]


def options(settings: dict[str, object]) -> list[str]:
    """Return settings as a terminal takes them."""
    words = {name: ",".join(map(str, value)) if isinstance(value, tuple) else value for name, value in settings.items()}
    return [word for name, value in words.items() for word in (f"--{name}", str(value))]


def make(path: Path) -> None:
    """Make a store of the version whose code is imported."""
    folder = tempfile.TemporaryDirectory()
    working = Path(folder.name) / "store.sqlite"
    os.environ["GENRE_LAB_STORE"] = f"sqlite:///{working}"

    from genre_core.config import ExperimentConfig
    from genre_core.cross_predictions import CrossPredictionsConfig
    from genre_core.learning_curve import LearningCurveConfig
    from genre_core.lens import LensConfig
    from genre_core.studying import CROSS_PREDICTIONS, LEARNING_CURVE, LENS, SEARCH, execute_study
    from genre_core.tuning import read_dimension, search_config
    from genre_core.worker import execute

    from genre_core.settings import configure
    from genre_core.store import RunStore
    from genre_core.terminal.main import main

    for command in (
        ["train", "--name", "Owned", *options(SMALL | OWNED)],
        ["train", "--name", "Segments", *TABLE, "--part", "validation"],
        ["train", "--name", "Branch", *options(SMALL), "--before.epochs", "2", "--train.learning_rate", "0.0001"],
        ["train", "--name", "Plain", *options(SMALL), "--part", "validation"],
        ["train", "--name", "Other seed", *options(SMALL | {"train.seed": 7}), "--part", "validation"],
        ["ensemble", "Plain", "Other seed", "--name", "Both"],
        ["repeat", "--times", "3", *options(SMALL)],
        ["crossvalidate", "--folds", "3", *options(SMALL)],
        ["search", "--space", "train.learning_rate", "model.dropout=0..0.5", "--trials", "3", *options(SMALL)],
    ):
        status = main(command)
        assert status == 0, (status, command)
    store = RunStore()
    store.submit("lost", configure({"data.source": "table", "data.table": "ab" * 32}), "Lost table")
    execute("lost", 1, store.url)
    store.submit("queued", configure(SMALL | {"train.seed": 3}), "Queued")
    experiment: ExperimentConfig = configure(SMALL | OWNED)
    for kind, config in {
        LENS: LensConfig(experiment=experiment, n_repeats=3),
        LEARNING_CURVE: LearningCurveConfig(experiment=experiment),
        CROSS_PREDICTIONS: CrossPredictionsConfig(experiment=experiment),
    }.items():
        store.studies.submit(kind.replace(" ", "-"), kind, config.model_dump_json())
        execute_study(kind.replace(" ", "-"), 1, store.url)
        assert store.studies.study(kind.replace(" ", "-")).state == "complete", kind
    space = [read_dimension("train.learning_rate", configure(SMALL))]
    search = search_config(configure(SMALL), space, n_trials=3, sampler="tpe")
    store.studies.submit("paused", SEARCH, search.model_dump_json())
    append = type(store.studies).append

    def append_and_pause(studies, study_id, attempt, result):
        """Keep a trial, and pause the search after its second."""
        alive = append(studies, study_id, attempt, result)
        if studies.study(study_id).n_results == 2:
            studies.stop(study_id)
        return alive

    type(store.studies).append = append_and_pause
    execute_study("paused", 1, store.url)
    assert store.studies.study("paused").state == "cancelled"
    store.close()
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(working)
    connection.execute("PRAGMA page_size=1024")
    connection.execute("VACUUM INTO ?", (str(path),))  # compact, and without a journal beside it
    connection.close()
    folder.cleanup()


if __name__ == "__main__":
    make(Path(sys.argv[1]).absolute())
