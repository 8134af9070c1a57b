"""An archive of runs, read and checked as a whole: each value by its type, each array by its shape and content.

Nothing of it is unpickled, and no name in it becomes that of a file here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NoReturn

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from genre_core.data.dataset import PARTS, Part
from genre_core.ear.sitting import Sitting
from genre_core.errors import DataError
from genre_core.evaluation.report import Evaluation
from genre_core.settings.config import ExperimentConfig
from genre_core.store.arrivals import Answers, ArrivingRun, ArrivingTable
from genre_core.store.notes import LONGEST_NOTE, MOST_TAGS, clean_tags
from genre_core.store.openings import Look
from genre_core.store.own_words import LONGEST
from genre_core.store.schema import Epoch, RunNote
from genre_core.takehome import collection, ear_tests
from genre_core.takehome.archive import unpack
from genre_core.takehome.clips import ArrivingClip, arriving_clips, comes_along
from genre_core.takehome.collection import ANSWERS, LISTED, TEST_SETS, VALIDATION, VALIDATION_ARRAYS, WEIGHTS
from genre_core.training.predictions import Predictions

_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Seconds = Annotated[float, Field(ge=0, le=1e11)]
_Count = Annotated[int, Field(ge=0)]
_Arrays = Mapping[str, npt.NDArray[Any]]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class _Context(_Said):
    """A run's card: what pages and commands read of it; more may be said."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)

    genres: list[str] = []
    data_hash: _Hash | None = None
    test_hash: _Hash | None = None
    n_train: _Count = 0
    n_validation: _Count = 0
    n_test: _Count = 0
    n_parameters: _Count = 0
    input_shape: list[int] = []
    majority_accuracy: float = 0.0
    leaky: bool = False
    straddlers: dict[str, int] | None = None
    groups: dict[str, int | str] = {}
    versions: dict[str, str] = {}
    notes: list[str] = []
    device: str = ""


class _Run(_Said):
    id: _Id
    name: Annotated[str, Field(min_length=1, max_length=200)]
    state: Literal["complete", "failed", "cancelled"]
    created_at: _Seconds
    queued_at: _Seconds
    started_at: _Seconds | None
    finished_at: _Seconds | None
    epoch: _Count
    best_epoch: _Count | None
    stopped_because: Annotated[str, Field(max_length=16)] | None
    error: Annotated[str, Field(max_length=10_000)] | None
    config: dict[str, Any]
    fingerprint: _Hash
    context: _Context
    summary: dict[Annotated[str, Field(pattern="^(validation|test)$")], dict[str, Any]]
    epochs: list[Epoch]
    tags: Annotated[list[str], Field(max_length=MOST_TAGS)]
    note: Annotated[str, Field(max_length=LONGEST_NOTE)]
    words: dict[Annotated[str, Field(max_length=32)], Annotated[str, Field(max_length=LONGEST)]]


class _Table(_Said):
    content_hash: _Hash
    name: Annotated[str, Field(min_length=1, max_length=200)]
    n_rows: _Count
    n_columns: _Count
    notes: list[str]
    kind: Annotated[str, Field(pattern=f"^({'|'.join(collection.TABLE_KINDS)})$")]


class _Look(_Said):
    test_hash: _Hash
    fingerprint: _Hash | _Id
    run_id: Annotated[str, Field(max_length=64)]
    opened_at: _Seconds


class _Document(_Said):
    runs: Annotated[list[_Run], Field(min_length=1, max_length=collection.MOST_RUNS)]
    tables: list[_Table]
    looks: list[_Look]
    test_sets: dict[_Hash, _Hash]


@dataclass(frozen=True)
class Read:
    """The contents of an archive, each run with its settings; `names` are those of tables, not all of which come.

    `clips` are those of the collections that do.
    """

    runs: Sequence[tuple[ExperimentConfig, ArrivingRun]]
    tables: Sequence[ArrivingTable]
    names: Mapping[str, str]
    looks: Sequence[Look]
    test_sets: Mapping[str, tuple[str, bytes]]
    clips: Mapping[str, ArrivingClip]
    ear_tests: Sequence[Sitting]


def read_archive(data: bytes) -> Read:
    """Return what an archive of runs holds.

    Raises DataError where it is none, of a newer version, damaged, changed, too large, or does not fit together.
    """
    files = unpack(data, collection.KIND, collection.VERSION, {LISTED})
    try:
        said = _Document.model_validate_json(files[LISTED])
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))[:80]
        raise DataError(f"{LISTED} in the archive cannot be read ({where}): export the runs again.") from error
    looks = [Look(**look.model_dump()) for look in said.looks]
    looked = {look.fingerprint for look in looks}
    runs = [_run(one, number, files, one.fingerprint in looked) for number, one in enumerate(said.runs, 1)]
    if len({config_and_run[1].values["id"] for config_and_run in runs}) < len(runs):
        raise DataError("The archive holds two runs of one identifier: it was changed. Export the runs again.")
    wanted = {content_hash for config, _ in runs for content_hash in config.data.stored}
    tables = [
        ArrivingTable(one.content_hash, one.name, files[place], one.n_rows, one.n_columns, tuple(one.notes), one.kind)
        for one in said.tables
        if (place := collection.table_file(one.content_hash)) in files and one.content_hash in wanted
    ]
    tables = [table for table in tables if comes_along(table, files)]
    marks = _load(files[TEST_SETS], TEST_SETS) if TEST_SETS in files else {}
    sets = {name: (of, marks[name].astype("<u8").tobytes()) for name, of in said.test_sets.items() if name in marks}
    names = {one.content_hash: one.name for one in said.tables}
    return Read(runs, tables, names, looks, sets, arriving_clips(tables, files), ear_tests.read(files, runs, looked))


def _run(said: _Run, number: int, files: Mapping[str, bytes], looked_at: bool) -> tuple[ExperimentConfig, ArrivingRun]:
    """Return a run with its settings; `looked_at` says whether somebody has opened its test part."""
    config = _config(said)
    of = collection.folder(number)
    arrays = {name: _load(files[f"{of}{name}"], name) for name in (ANSWERS, VALIDATION) if f"{of}{name}" in files}
    answers = _answers(said, arrays[ANSWERS]) if ANSWERS in arrays else None
    weights = files.get(f"{of}{WEIGHTS}")
    if said.state == "complete" and (answers is None or (weights is None and not config.averaged_with)):
        _changed(said, "lacks its answers or its weights")
    if "test" in said.summary and not looked_at:
        _changed(said, "has a test score that nobody has looked at")
    if answers is not None:
        for part in (part for part in PARTS if part in said.summary):
            _check_scores(said, part, answers)
    epochs, saved = _history(said, arrays.get(VALIDATION, {}), answers)
    if weights is not None:
        saved["weights"] = weights
    names = ("id", "name", "state", *collection.TIMES, "best_epoch", "stopped_because", "error", "fingerprint")
    values = {name: getattr(said, name) for name in names} | {"epoch": len(epochs), "config": config.model_dump_json()}
    logits = None if answers is None else answers.save()
    known = Answers(said.context.model_dump(exclude_unset=True), said.summary, logits)
    note = RunNote(tuple(clean_tags(said.tags)), said.note)
    return config, ArrivingRun(values, known, epochs, saved, note, said.words)


def _config(said: _Run) -> ExperimentConfig:
    try:
        config = ExperimentConfig.model_validate(said.config)
    except ValidationError as error:
        raise DataError(
            f"The run {said.name} was made with settings that this version does not know: update Genre Lab here."
        ) from error
    if config.fingerprint != said.fingerprint:
        _changed(said, "has other settings than its fingerprint says")
    return config


def _answers(said: _Run, arrays: _Arrays) -> Predictions:
    """Return the answers of a run, whose arrays fit together and to its genres."""
    k, shape = len(said.context.genres), {name: array.shape for name, array in arrays.items()}
    fits = (
        set(arrays) == {"logits", "y", "part"} and shape["logits"] == (*shape["y"], k) and shape["y"] == shape["part"]
    )
    if not fits or arrays["logits"].dtype != np.float32 or not len(arrays["y"]):
        _changed(said, "has answers that do not fit together")
    y, part = arrays["y"].astype(np.int64), arrays["part"].astype(np.uint8)
    learned = arrays["logits"][part < PARTS.index("test")]
    if y.min() < 0 or y.max() >= k or part.max() > len(PARTS) or not learned.size or not np.isfinite(learned).all():
        _changed(said, "has answers that do not fit together")
    return Predictions(np.arange(len(y)), y, arrays["logits"], part)


def _check_scores(said: _Run, part: Part, answers: Predictions) -> None:
    """Go on only where the scores of a part are what its answers come to."""
    of = answers.of(part)
    try:
        scores = Evaluation.from_json(said.summary[part])
    except DataError:
        _changed(said, "has scores that cannot be read")
    k = len(said.context.genres)
    counts = np.bincount(of.y * k + of.y_pred, minlength=k * k).reshape(k, k)
    right = counts.trace() / max(1, len(of))
    if not np.array_equal(scores.confusion_matrix.counts, counts) or abs(scores.accuracy - right) > 1e-9:
        _changed(said, "has scores that its answers do not come to")


def _history(
    said: _Run, arrays: _Arrays, answers: Predictions | None
) -> tuple[list[tuple[Epoch, bytes]], dict[str, bytes]]:
    """Return the epochs with their predictions, and what is saved of the validation tracks beside."""
    predictions = arrays.get("predictions", np.zeros((0, 0), dtype=np.uint8))
    n = len(said.epochs)
    sizes = {predictions.shape[1] if predictions.ndim == 2 and n else None}
    sizes |= {len(arrays[name]) for name in VALIDATION_ARRAYS if name in arrays}
    sizes |= {len(answers.of("validation")) if answers else None}
    numbered = [epoch.epoch for epoch in said.epochs] == list(range(1, n + 1))
    if len(sizes - {None}) > 1 or len(predictions) != n or predictions.dtype != np.uint8 or not numbered:
        _changed(said, "has epochs that do not fit together")
    if said.best_epoch is not None and not 1 <= said.best_epoch <= n:
        _changed(said, "has no such best epoch")
    saved = {f"validation_{name}": arrays[name].astype(of).tobytes() for name, of in VALIDATION_ARRAYS.items()
             if name in arrays}  # fmt: skip
    return [(epoch, row.tobytes()) for epoch, row in zip(said.epochs, predictions, strict=True)], saved


def _load(data: bytes, name: str) -> dict[str, npt.NDArray[Any]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays: dict[str, npt.NDArray[Any]] = load(data)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{name} in the archive holds no arrays: export the runs again.") from error
    return arrays


def _changed(said: _Run, what: str) -> NoReturn:
    raise DataError(f"The run {said.name} in the archive {what}: it was changed. Export the runs again.")
