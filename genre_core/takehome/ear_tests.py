"""Ear tests that travel with the run that asked: questions and answers, the day, and nothing of who answered."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from genre_core.ear.sitting import UNHEARD, Answer, EarTest, Item, Sitting
from genre_core.errors import DataError
from genre_core.settings.config import ExperimentConfig
from genre_core.store.arrivals import ArrivingRun
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.store.test_sets import source_of
from genre_core.training.predictions import Predictions

FILE = "ear_tests.json"
DAY = 86_400
_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_Count = Annotated[int, Field(ge=0, lt=2**31)]
_Name = Annotated[str, Field(max_length=1000)]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class _Test(_Said):
    run: _Id
    part: Literal["validation", "test"]
    source: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    seed: _Count
    kind: Literal["sound", "picture"]
    genres: list[_Name]
    items: Annotated[
        list[
            tuple[
                _Count,
                _Name,
                _Count,
                Annotated[int, Field(ge=-1)],
                Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")],
                _Count,
                _Count,
                Annotated[int, Field(ge=-1, le=100)],
            ]
        ],
        Field(min_length=1, max_length=500),
    ]
    n_practice: _Count
    level: Annotated[str, Field(max_length=32)]
    hard: Literal["any", "easier", "harder"]


class _Sitting(_Said):
    id: _Id
    day: Annotated[int, Field(ge=0, lt=10**6)]
    test: _Test
    answers: list[tuple[Annotated[int, Field(ge=UNHEARD)] | None, _Count]]


_SITTINGS = TypeAdapter(Annotated[list[_Sitting], Field(max_length=10_000)])


def written(store: RunStore, runs: Sequence[Run]) -> bytes:
    """Return the ear tests of runs that have ended as JSON; nothing where there is none."""
    found = [
        {
            "id": sitting.id,
            "day": int(sitting.created_at // DAY),
            "test": json.loads(sitting.test.to_json()),
            "answers": sitting.answers,
        }
        for sitting in store.ear_tests.of_runs([run.id for run in runs])
    ]
    return json.dumps(found, ensure_ascii=False).encode() if found else b""


def read(
    files: Mapping[str, bytes], runs: Sequence[tuple[ExperimentConfig, ArrivingRun]], looked_at: Collection[str]
) -> list[Sitting]:
    """Return the ear tests of an archive of runs; `looked_at` are configurations whose test part somebody has opened.

    Raises DataError where they do not fit together, or to the runs that asked.
    """
    if FILE not in files:
        return []
    try:
        said = _SITTINGS.validate_json(files[FILE])
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))[:80]
        raise DataError(f"{FILE} in the archive cannot be read ({where}): export the runs again.") from error
    if len({one.id for one in said}) < len(said):
        _changed("two ear tests of one identifier")
    of = {run.values["id"]: (config, run) for config, run in runs}
    return [_sitting(one, of, looked_at) for one in said]


def _sitting(
    said: _Sitting, of: Mapping[str, tuple[ExperimentConfig, ArrivingRun]], looked_at: Collection[str]
) -> Sitting:
    """Return an ear test that fits to the run that asked."""
    if said.test.run not in of:
        _changed("an ear test of a run that is not in it")
    values = dict(said.test)
    values["genres"] = tuple(said.test.genres)
    values["items"] = tuple(Item(*item) for item in said.test.items)
    test, (config, run) = EarTest(**values), of[said.test.run]
    answers = tuple(Answer(*one) for one in said.answers)
    if test.part == "test" and config.fingerprint not in looked_at:
        _changed("an ear test on a test part that nobody has opened")
    n_rows = len(Predictions.load(run.answers.logits)) if run.answers.logits else 0
    k, genres = len(test.genres), run.answers.context.get("genres", ())
    fits = (
        test.source == source_of(config.data)
        and list(test.genres) == list(genres)
        and len(answers) == len(test.items) > test.n_practice
        and all(item.genre < k and item.row < n_rows for item in test.items)
        and all(one.said is None or one.said < k for one in answers)
    )
    if not fits:
        _changed("an ear test that does not fit to its run")
    at = float(said.day * DAY + DAY // 2)
    return Sitting(said.id, test, answers, at, at)


def _changed(what: str) -> NoReturn:
    raise DataError(f"The archive holds {what}: it was changed. Export the runs again.")
