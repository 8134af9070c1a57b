"""Studies of every kind: started, stopped, continued, found and deleted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heapreplace
from statistics import fmean
from typing import Any, Generic

from pydantic import ValidationError

from dashboard.services import classroom
from dashboard.services.commands import act, order
from dashboard.services.people import person
from dashboard.services.workers import store
from genre_core.errors import RunStateError, StoreError
from genre_core.store.losses import tries_sentence
from genre_core.store.schema import Study
from genre_core.studies.kinds import KINDS, LENS, REPEATS, SEARCH, Config, Kind
from genre_core.values import fingerprint
from genre_core.workers import commands as jobs

FORMER = 50
OWN: tuple[Kind[Any], ...] = (SEARCH, REPEATS, LENS)
"""Kinds with a page of their own, whose studies belong to who began them where that is a student in a class."""


def start_study(of: Kind[Config], study_id: str, config: Config) -> None:
    """Save a new study of who looks and send it to the workers.

    Raises StoreError where it could not be saved, or a student may not start it.
    """
    me = person()
    classroom.allow(config)
    if of in OWN:
        classroom.begin_study(study_id)
    order(lambda to: jobs.submit_study(store(), to, study_id, of.kind, config, me), raises=StoreError)


def stop_study(study_id: str) -> None:
    """Stop a study with what it has; it can be continued."""
    act(lambda: jobs.stop_study(store(), study_id))


def resume_study(study_id: str) -> None:
    """Go on with a study that was stopped or has failed."""
    order(lambda to: jobs.resume_study(store(), to, study_id))


def delete_study(study: Study) -> None:
    """Forget a study, its results and the runs that belong to it."""
    act(lambda: jobs.delete_study(store(), study.id))


def open_study(of: Kind[Config], study_id: str) -> Study:
    """Return a study of a kind as it stands.

    Raises RunStateError where there is none of that name, it is of another kind, or it belongs to another class.
    """
    classroom.check_sight(study_id)
    study = store().studies.find(study_id)
    if study is None:
        raise RunStateError(f"There is no {of.name} {study_id} here: it was deleted or was made in another store.")
    if study.kind != of.kind:
        other = KINDS[study.kind].name if study.kind in KINDS else study.kind
        raise RunStateError(f"{study_id} is no {of.name} but a {other}: open it on its own page.")
    return study


def latest_studies(of: Kind[Config], limit: int = FORMER) -> list[Study]:
    """Return the latest studies of a kind, newest first: a student's own, or of no class, where they have a page."""
    return store().studies.studies(of.kind, limit, whose=classroom.whose() if of in OWN else "all")


def n_under_way() -> int:
    """Return how many studies of who looks count for the quota."""
    me = person()
    return len(jobs.under_way(store(), me)) if me else 0


def listed_studies(limit: int) -> list[tuple[Kind[Any], Study]]:
    """Return the latest studies of the kinds that have a page of their own, newest first, each with its kind."""
    found = [(of, study) for of in OWN for study in latest_studies(of, limit)]
    return sorted(found, key=lambda one: one[1].created_at, reverse=True)[:limit]


def config_of(of: Kind[Config], study: Study) -> Config:
    """Return what a study is about. Raises RunStateError where it was written by a version with other settings."""
    try:
        return of.config.model_validate_json(study.config_json)
    except ValidationError as error:
        raise RunStateError(
            f"This {of.name} was made by another version of Genre Lab: make it again with this one."
        ) from error


def config_or_none(of: Kind[Config], study: Study) -> Config | None:
    """Return what a study is about; None where another version wrote it."""
    try:
        return config_of(of, study)
    except RunStateError:
        return None


def with_losses(reason: str, study: Study) -> str:
    """Add to what is said of a study that workers were lost meanwhile, if they were."""
    return f"{reason} {tries_sentence(store().studies.tried_again(study))}".strip()


def seconds_left(study: Study, took: Iterable[tuple[str, float]], missing: Sequence[str]) -> float | None:
    """Estimate when the missing pieces are done, each by that of the study's workers who is free first.

    `took` are the kinds of the pieces that are done, and their seconds, which `missing` ones of the kind take as well.
    None where one of its kind is still to come.
    """
    known: dict[str, list[float]] = {}
    for kind, seconds in took:
        known.setdefault(kind, []).append(seconds)
    if set(missing) - known.keys():
        return None
    busy = [0.0] * study.n_workers
    for kind in missing:
        heapreplace(busy, busy[0] + fmean(known[kind]))
    return max(busy)


def as_far_as(study: Study) -> tuple[str, int, int, str]:
    """Return what all that is read of a study depends on, to cache by."""
    return study.id, study.attempt, study.revision, study.state


@dataclass(frozen=True)
class Named(Generic[Config]):
    """Studies of a kind that are named by what they do.

    A double click, or another run of these settings, finds the one there is.
    """

    of: Kind[Config]
    prefix: str

    def name(self, config: Config) -> str:
        """Return the identifier of the study of a configuration."""
        return f"{self.prefix}-{fingerprint(config)[:40]}"

    def find(self, config: Config) -> Study | None:
        """Return the study as it stands; None where nobody has asked for it."""
        return store().studies.find(self.name(config))

    def ask(self, config: Config) -> None:
        """Start the study, or go on with one that was stopped or failed. Raises StoreError as `start_study` does."""
        if self.find(config) is None:
            start_study(self.of, self.name(config), config)
        else:
            resume_study(self.name(config))

    def stop(self, config: Config) -> None:
        """Stop the study with what it has; it can be continued."""
        stop_study(self.name(config))
