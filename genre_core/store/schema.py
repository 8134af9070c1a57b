"""Contents of the store: its tables, and the frozen records that are read from them.

Times are seconds since 1970 in the database and aware UTC datetimes in records. Only SQL that SQLite and PostgreSQL
both understand is used.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError
from sqlalchemy import (
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
)

from genre_core.data.dataset import Part
from genre_core.errors import RunStateError
from genre_core.evaluation.grouped_share import FEWEST_GROUPS
from genre_core.settings.config import ExperimentConfig, SourceConfig
from genre_core.text import too_few
from genre_core.training.events import Epoch as Epoch

RunState = Literal["queued", "running", "paused", "complete", "failed", "cancelled"]
StudyState = Literal["queued", "running", "complete", "failed", "cancelled"]
Request = Literal["continue", "pause", "step", "stop"]

DEAD_AFTER = 5.0
"""Seconds without a sign of life after which what runs is taken for dead; workers give one each second."""

WATCHED_FOR = 12.0
"""Seconds after which nobody watches a network any more, unless the page says so again: hidden pages ask rarely."""

LOST, LEFT = "lost", "left"
"""Why a run stopped whose worker was lost, or was retired and gave the run back."""

MEASURING, WORKERS = "measuring", "workers"
"""Keys of a context: how many windows of clips are measured, and of how many; how many workers share a study."""

UNANSWERED = "unanswered"
"""Key of the context of a run that came without its data while its test part was closed: nothing of that is known."""

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("config", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("request", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("pace", Double, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("queued_at", Double, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("heartbeat_at", Double),
    Column("epoch", Integer, nullable=False),
    Column("fraction", Double, nullable=False),
    Column("best_epoch", Integer),
    Column("stopped_because", String(16)),
    Column("error", Text),
    Column("context", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("watched_at", Double),
    Index("runs_by_state", "state", "queued_at"),
    Index("runs_by_age", "created_at"),
)

epochs = Table(
    "epochs",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("train_loss", Double, nullable=False),
    Column("train_accuracy", Double, nullable=False),
    Column("validation_loss", Double, nullable=False),
    Column("validation_accuracy", Double, nullable=False),
    Column("learning_rate", Double, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("is_best", Boolean, nullable=False),
    Column("predictions", LargeBinary, nullable=False),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
)

tables = Table(
    "tables",
    metadata,
    Column("content_hash", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("n_rows", Integer, nullable=False),
    Column("n_columns", Integer, nullable=False),
    Column("notes", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("parquet", LargeBinary, nullable=False),
)

table_kinds = Table(
    "table_kinds",
    metadata,
    Column("content_hash", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
)
"""Kinds of stored tables other than a person's table of features."""

table_pieces = Table(
    "table_pieces",
    metadata,
    Column("content_hash", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
)
"""The content of tables too large to be read as a whole, in pieces of equal size."""

clips = Table(
    "clips",
    metadata,
    Column("clip", String(64), primary_key=True),
    Column("path", Text, nullable=False),
    Column("recipe", Text, nullable=False),
)
"""Where the sound of each clip comes from: a file, or the recipe that it is generated by. Sound itself is not here."""

extracted = Table(
    "extracted",
    metadata,
    Column("clip", String(64), primary_key=True),
    Column("extractor", String(64), primary_key=True),
    Column("start", Integer, primary_key=True, autoincrement=False),
    Column("length", Integer, primary_key=True, autoincrement=False),
    Column("shard", String(200), nullable=False),
    Column("row", Integer, nullable=False),
    Column("problem", Text, nullable=False),
)
"""Measurements of each window (start and length in milliseconds): the row of a shard, or why it was not."""


openings = Table(
    "openings",
    metadata,
    Column("test_hash", String(64), primary_key=True),
    Column("fingerprint", String(64), primary_key=True),
    Column("run_id", String(64), nullable=False),
    Column("opened_at", Double, nullable=False),
    Index("openings_by_configuration", "fingerprint"),
)
"""For which configurations a test set was looked at: what was seen stays seen, so that no run takes its row along."""

test_sets = Table(
    "test_sets",
    metadata,
    Column("test_hash", String(64), primary_key=True),
    Column("source", String(64), nullable=False),
    Column("marks", LargeBinary, nullable=False),
)
"""Which tracks of a source each test part holds, so that those of two splits are known to be the same."""

studies = Table(
    "lab_studies",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("config", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("heartbeat_at", Double),
    Column("n_results", Integer, nullable=False),
    Column("lost", Boolean, nullable=False),
    Column("error", Text),
    Column("context", Text, nullable=False),
    Column("person", String(64), nullable=False, server_default=""),
    Index("studies_by_age", "kind", "created_at"),
)
"""Work on many configurations at a time, such as a lens; not called `studies`, as Optuna's table beside it is."""

study_results = Table(
    "study_results",
    metadata,
    Column("study_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("result", Text, nullable=False),
)
"""Results of a study so far, one row for each result, counted from 1."""

study_pieces = Table(
    "study_pieces",
    metadata,
    Column("study_id", String(64), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("piece", Text, primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("heartbeat_at", Double, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("done", Boolean, nullable=False),
)
"""Pieces of a study, as JSON, that a worker holds or has done: each has one owner at a time."""

members = Table(
    "members",
    metadata,
    Column("study_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("run_id", String(64), nullable=False),
    Index("members_by_run", "run_id", unique=True),
)
"""Which runs a study consists of, counted from 1: seeds, folds, trials."""

losses = Table(
    "losses",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    Column("went_on", Integer),
)
"""Attempts at runs whose worker was lost after an epoch, and the epoch from which the run went on since."""

run_notes = Table(
    "run_notes",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("tags", Text, nullable=False),
    Column("note", Text, nullable=False),
)
"""Tags and notes of runs: tags, a JSON list, and a note; it stays when a run is trained again."""

own_words = Table(
    "own_words",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("section", String(32), primary_key=True),
    Column("text", Text, nullable=False),
)
"""Paragraphs that a person wrote for the report on a run, by its sections."""


ear_tests = Table(
    "ear_tests",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("run_id", String(64), nullable=False),
    Column("test", Text, nullable=False),
    Column("person", String(64), nullable=False),
    Column("session", String(64), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("finished_at", Double),
    Index("ear_tests_by_person", "person", "created_at"),
    Index("ear_tests_by_session", "session", "created_at"),
)
"""Ear tests as they were drawn, as JSON, each taken by one person; those of one `session` can be pooled."""

ear_answers = Table(
    "ear_answers",
    metadata,
    Column("ear_test_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("plays", Integer, nullable=False),
    Column("said", Integer),
)
"""Answers to each item of an ear test, counted from 0, and how often it was played."""

classes = Table(
    "classes",
    metadata,
    Column("code", String(8), primary_key=True),
    Column("teacher", String(64), nullable=False),
    Column("key_hash", String(64), nullable=False),
    Column("plan", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("closed_at", Double),
)
"""Classes of the last day: what their students see, and which browser is the teacher's."""

class_seats = Table(
    "class_seats",
    metadata,
    Column("code", String(8), primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("page", String(64), nullable=False),
    Column("seen_at", Double, nullable=False),
    Index("class_seats_by_person", "person"),
    Index("class_seats_by_number", "code", "number", unique=True),
)
"""Browsers that are in a class, numbered from 1, and the page that each has seen last."""

class_entries = Table(
    "class_entries",
    metadata,
    Column("code", String(8), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("about", String(120), primary_key=True),
    Column("value", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Index("class_entries_by_subject", "about"),
)
"""Entries of students, each thing once: predictions and their results, sentences, runs, ear tests."""

class_reveals = Table(
    "class_reveals",
    metadata,
    Column("code", String(8), primary_key=True),
    Column("about", String(120), primary_key=True),
)
"""Questions whose result the teacher shows."""


class Wish(NamedTuple):
    """A person's wishes for a run: what it shall do next, and the least seconds that an epoch shall take."""

    request: Request
    pace: float


@dataclass(frozen=True, kw_only=True)
class Queued:
    """Work as it stood when it was read."""

    id: str
    config_json: str
    attempt: int
    """How often it was queued; a worker that holds an older attempt is not listened to."""
    revision: int
    """Grows with every change that a page would show."""
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    heartbeat_at: datetime | None
    error: str | None
    context: dict[str, Any]
    state: RunState

    @property
    def active(self) -> bool:
        """Return whether it waits for a worker or has one."""
        return self.state in ("queued", "running")


@dataclass(frozen=True, kw_only=True)
class Run(Queued):
    """A run as it stood when it was read."""

    name: str
    fingerprint: str
    request: Request
    pace: float
    queued_at: datetime
    epoch: int
    """Epochs completed."""
    fraction: float
    """Finished share of the epoch after that, in [0, 1)."""
    best_epoch: int | None
    stopped_because: str | None
    summary: dict[str, Any]
    """Scores of the best weights by part; of the test part only where it is opened."""
    opened: bool = False
    """Whether somebody has opened the test part for its configuration."""
    watched_at: datetime | None = None
    """When somebody last watched its network."""

    @cached_property
    def config(self) -> ExperimentConfig:
        """Return the configuration that determines the result.

        Raises RunStateError where it was written by a version with other settings.
        """
        try:
            return ExperimentConfig.model_validate_json(self.config_json)
        except ValidationError as error:
            raise RunStateError(
                f"The run {self.name} was made by another version of Genre Lab, whose settings this one does not know: "
                "its curves can be seen, but it cannot be trained again."
            ) from error

    @property
    def averages(self) -> int:
        """Return how many networks an ensemble averages; 0 where it is none, or another version made it."""
        try:
            return len(self.config.members)
        except RunStateError:
            return 0

    @cached_property
    def whole(self) -> str:
        """Return what a piece of music is called in its data: a clip where it can be heard, else a track."""
        with suppress(RunStateError):
            return self.config.data.whole
        return SourceConfig.whole

    @property
    def noun(self) -> str:
        """Return what a row of its data is: a track, a clip, or a segment of one."""
        return "segment" if "n_validation_tracks" in self.context else self.whole

    @property
    def knows_groups(self) -> bool:
        """Return whether it is known which tracks belong together; earlier versions did not keep it."""
        return "groups" in self.context

    def too_few(self, part: Part) -> str:
        """Say of how few groups a part is, such as `3 artists are too few for an interval`; empty where enough."""
        groups = self.context.get("groups", {})
        n = groups.get(part, 0)
        return too_few(n, groups["level"]) if 0 < n < FEWEST_GROUPS else ""

    @property
    def lost(self) -> bool:
        """Return whether it failed because its worker gave no more sign of life."""
        return self.state == "failed" and self.stopped_because == LOST

    @property
    def seconds(self) -> float | None:
        """Return the seconds from its start to its end, or to its last sign of life; None before it started."""
        end = self.finished_at or self.heartbeat_at
        return (end - self.started_at).total_seconds() if self.started_at and end else None


@dataclass(frozen=True, kw_only=True)
class Study(Queued):
    """A study as it stood when it was read; its results are read apart."""

    kind: str
    state: StudyState
    n_results: int
    lost: bool
    """Whether it failed because its worker gave no more sign of life."""
    person: str = ""
    """Who began it, by a name that says nothing else of them; empty where that is not known."""
    measuring: tuple[int, int] | None = None
    """How many windows of its clips are measured, and of how many, while that is done before it begins."""

    @property
    def n_workers(self) -> int:
        """Return how many workers share it."""
        return int(self.context.get(WORKERS, 1))


@dataclass(frozen=True)
class Claim:
    """A worker's claim to a piece of a study, as JSON; `tries` counts the workers that have begun it."""

    study_id: str
    attempt: int
    piece: str
    owner: str
    tries: int
    done: bool = False
    silent: bool = False
    """Whether its owner has given no sign of life for so long that others may take the piece."""


@dataclass(frozen=True)
class RunNote:
    """Tags and note of a run."""

    tags: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class StoredTable:
    """An uploaded table without its content."""

    content_hash: str
    name: str
    n_rows: int
    n_columns: int
    notes: tuple[str, ...]
    created_at: datetime


def read_study(row: RowMapping) -> Study:
    """Return the record of a row of `lab_studies`."""
    values = values_of(row)
    measuring = values["context"].pop(MEASURING, None)
    return Study(**values, measuring=tuple(measuring) if measuring else None)


def values_of(row: RowMapping | Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a row of `runs` or `lab_studies` as its record has them."""
    values: dict[str, Any] = {name: utc(value) if name.endswith("_at") else value for name, value in row.items()}
    values["config_json"] = values.pop("config")
    for name in values.keys() & {"context", "summary"}:
        values[name] = json.loads(values[name])
    return values


def read_table_record(row: RowMapping | Mapping[str, Any]) -> StoredTable:
    """Return the record of a row of `tables`."""
    return StoredTable(**{**row, "notes": tuple(json.loads(row["notes"])), "created_at": utc(row["created_at"])})


def utc(seconds: float | None) -> datetime | None:
    """Return a moment of the database as a datetime."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
