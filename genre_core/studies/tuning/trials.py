"""A search's trials as Optuna keeps them: asked for, reported on and told, in the store's own database.

The study there has the name of ours, so that `optuna-dashboard` can show it while it runs. Optuna is silent here: what
a person needs to know is said by whoever searches.

A trial's number says what is drawn for it: whoever has the right to a number asks for that trial, so that several
workers never ask for the same, however they come and go.
"""

import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from genre_core.errors import StoreError
from genre_core.store.database import be_patient, engine_options, is_sqlite
from genre_core.studies.tuning.config import SearchConfig
from genre_core.studies.tuning.pruning import Pruning
from genre_core.studies.tuning.space import distributions, grid

if TYPE_CHECKING:
    import optuna

TPE_STARTS = 10
"""Random trials with which TPE begins."""
LEAST_FOR_IMPORTANCES = 20
TREES = 32
LOOK_SECONDS = 1.0
"""How often reports are saved, and it is looked which trials other workers have ended."""
_REPORT = {
    kind: f"""
        INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
        SELECT trial_id, :step, {value}, '{kind}' FROM trials
        WHERE study_id = :study AND number = :number AND state = 'RUNNING'
        ON CONFLICT DO NOTHING
    """
    for kind, value in {"FINITE": "CAST(:value AS FLOAT)", "NAN": "NULL", "INF_POS": "NULL", "INF_NEG": "NULL"}.items()
}
"""A report as Optuna keeps it; nothing where one that was taken for lost has told of it."""


@dataclass(frozen=True)
class Asked:
    """A trial that is to be trained: its number from 1, and the value of each setting that is searched."""

    trial: int
    params: Mapping[str, Any]


class Trials:
    """The trials of one search.

    Each trial's sampler starts from the search's seed and the trial's number, so that grid and random search try the
    same points in the same order however often a search is left and gone on with.
    """

    def __init__(self, store_url: str, name: str, config: SearchConfig) -> None:
        import optuna

        self._config, self._space = config, distributions(config.space)
        self._pruning = Pruning(maximize=config.maximize)
        self._storage = _storage(store_url)
        with _said():
            self._study = optuna.create_study(
                storage=self._storage,
                study_name=name,
                direction="maximize" if config.maximize else "minimize",
                load_if_exists=True,
            )
            self._study_id = self._storage.get_study_id_from_name(name)
        self._grid = grid(config.space) if config.sampler == "grid" else []
        self._look_at, self._unsaved = 0.0, list[tuple[int, int, float]]()
        random.Random(config.seed).shuffle(self._grid)  # so that a part of the grid is a fair sample of it
        for known in self._all():
            self._pruning.learn(known.number + 1, known.intermediate_values, finished=known.state.name == "COMPLETE")

    def ended(self) -> Mapping[int, str]:
        """Return the trials that have been told, with Optuna's word for how they ended."""
        return {trial.number + 1: trial.state.name for trial in self._all() if trial.state.is_finished()}

    def ask(self, numbers: Sequence[int]) -> list[Asked]:
        """Return trials by their numbers, as they were asked for before, and else with values that are drawn now."""
        import optuna

        with _said():
            for _ in range(max(numbers) - len(self._all())):  # several workers may make too many: they wait
                self._storage.create_new_trial(
                    self._study_id, optuna.create_trial(state=optuna.trial.TrialState.WAITING)
                )
            trials = {trial.number + 1: trial for trial in self._all()}
            return [self._ask(trials[number]) for number in numbers]

    @property
    def can_prune(self) -> bool:
        """Whether enough trials have ended for others to be ended early."""
        return self._pruning.has_begun

    def report(self, trial: int, epoch: int, value: float) -> bool:
        """Note what a trial has come to after an epoch; return whether it has fallen too far behind to go on."""
        if self._pruning.learn(trial, {epoch: value}):  # otherwise it was reported before its worker was lost
            self._unsaved.append((trial, epoch, value))
        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOK_SECONDS
            self.save()
            if self._config.prunes:
                self._learn_of_others()
        return self._config.prunes and self._pruning.falls_behind(trial, epoch)

    def save(self) -> None:
        """Save what was reported: asking Optuna for each epoch would cost as much as to train it."""
        from sqlalchemy import text

        unsaved, self._unsaved = self._unsaved, []
        if not unsaved:
            return
        with _said(), self._storage.engine.begin() as connection:
            for kind in sorted({_kind(value) for _, _, value in unsaved}):
                rows = [
                    {"study": self._study_id, "number": trial - 1, "step": epoch, "value": value}
                    for trial, epoch, value in unsaved
                    if _kind(value) == kind
                ]
                connection.execute(text(_REPORT[kind]), rows)

    def tell(self, trial: int, value: float | None, *, pruned: bool = False) -> None:
        """Save how a trial ended: with its value, pruned, or failed (None)."""
        from optuna.trial import TrialState

        self.save()
        with _said():
            if pruned:
                self._study.tell(trial - 1, state=TrialState.PRUNED, skip_if_finished=True)
            elif value is None:
                self._study.tell(trial - 1, state=TrialState.FAIL, skip_if_finished=True)
            else:
                self._pruning.finish(trial)
                self._study.tell(trial - 1, value, skip_if_finished=True)

    def importances(self) -> dict[str, float]:
        """Return how much each setting decides of the objective, summing to 1; empty while there are too few trials.

        The share of the variance of the objective over the space: F. Hutter, H. Hoos and K. Leyton-Brown, "An efficient
        approach for assessing hyperparameter importance", ICML (2014). Optuna takes it over ranges as they are, so that
        most of a log scale would lie in its highest decade; it is given logarithms instead.
        """
        import optuna

        complete = [trial for trial in self._all() if trial.state.name == "COMPLETE"]
        values = {trial.value for trial in complete}
        if len(complete) < LEAST_FOR_IMPORTANCES or len(values) < 2:
            return {}
        varied = [name for name in self._space if len({str(trial.params[name]) for trial in complete}) > 1]
        with _said():
            evaluator = optuna.importance.FanovaImportanceEvaluator(n_trees=TREES, seed=0)
            found = optuna.importance.get_param_importances(
                _on_own_scales(complete), evaluator=evaluator, params=varied
            )
        total = sum(found.values())
        if not total > 0:
            return {}
        return {
            name: float(found.get(name, 0.0) / total) for name in sorted(self._space, key=lambda n: -found.get(n, 0.0))
        }

    # -- within ------------------------------------------------------------------------------------------------------

    def _ask(self, trial: "optuna.trial.FrozenTrial") -> Asked:
        import optuna

        params, missing = dict(trial.params), [name for name in self._space if name not in trial.params]
        if missing and not trial.state.is_finished():
            if trial.state.name == "WAITING":
                self._storage.set_trial_state_values(trial._trial_id, optuna.trial.TrialState.RUNNING)
            self._study.sampler = self._sampler(trial.number)
            asked = optuna.trial.Trial(self._study, trial._trial_id)
            for name in missing:
                params[name] = self._draw(asked, name)
        return Asked(trial.number + 1, _plain({name: params[name] for name in self._space if name in params}))

    def _sampler(self, number: int) -> "optuna.samplers.BaseSampler":
        import optuna

        seed = int(np.random.SeedSequence([self._config.seed, number]).generate_state(1)[0])
        if self._config.sampler == "tpe":
            return optuna.samplers.TPESampler(seed=seed, n_startup_trials=TPE_STARTS, constant_liar=True)
        return optuna.samplers.RandomSampler(seed=seed)

    def _draw(self, trial: "optuna.Trial", name: str) -> Any:
        """Draw a value, or take that of the grid, and save it."""
        if not self._grid:
            return trial._suggest(name, self._space[name])
        value = self._grid[trial.number][name]
        internal = self._space[name].to_internal_repr(value)
        self._storage.set_trial_param(trial._trial_id, name, internal, self._space[name])
        return value

    def _learn_of_others(self) -> None:
        """Learn the curves of the trials that have ended since; asking Optuna for all would read them all."""
        from sqlalchemy import text

        query = text("SELECT trial_id, number FROM trials WHERE study_id = :study AND state = 'COMPLETE'")
        with _said():
            with self._storage.engine.connect() as connection:
                complete = connection.execute(query, {"study": self._study_id}).all()
            for trial_id, number in complete:
                if not self._pruning.is_finished(number + 1):
                    values = self._storage.get_trial(trial_id).intermediate_values
                    self._pruning.learn(number + 1, values, finished=True)

    def _all(self) -> "list[optuna.trial.FrozenTrial]":
        with _said():
            return self._study.get_trials(deepcopy=False)


def forget(store_url: str, name: str) -> None:
    """Delete a search's study from Optuna's tables, if it is there."""
    import optuna

    with _said():
        try:
            optuna.delete_study(study_name=name, storage=_storage(store_url))
        except KeyError:
            return


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return values without the last digits that steps of 0.05 leave behind."""
    return {name: float(f"{value:.12g}") if isinstance(value, float) else value for name, value in params.items()}


def _kind(value: float) -> str:
    """Return Optuna's word for what a number is; it keeps finite ones alone as numbers."""
    if math.isfinite(value):
        return "FINITE"
    return "NAN" if math.isnan(value) else "INF_POS" if value > 0 else "INF_NEG"


def _on_own_scales(complete: "list[optuna.trial.FrozenTrial]") -> "optuna.Study":
    """Return the trials as a study in which what is searched on a log scale is its logarithm."""
    import optuna

    study = optuna.create_study()
    for trial in complete:
        params, spans = dict(trial.params), dict(trial.distributions)
        for name, span in trial.distributions.items():
            if (
                isinstance(span, optuna.distributions.FloatDistribution | optuna.distributions.IntDistribution)
                and span.log
            ):
                params[name] = math.log(params[name])
                spans[name] = optuna.distributions.FloatDistribution(math.log(span.low), math.log(span.high))
        study.add_trial(optuna.create_trial(params=params, distributions=spans, value=trial.value))
    return study


@lru_cache(maxsize=4)
def _storage(store_url: str) -> "optuna.storages.RDBStorage":
    """Return Optuna's view of the store's database, reached as the store is."""
    import optuna
    from sqlalchemy import event

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with _said():
        storage = _made(store_url)
    be_patient(storage.engine)
    if is_sqlite(store_url):
        storage.engine.dispose()
        event.listen(storage.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = NORMAL"))
    return storage


def _made(store_url: str, tries: int = 5) -> "optuna.storages.RDBStorage":
    """Return a new storage; another process that makes Optuna's tables at the same moment gets in the way of it."""
    import optuna
    from sqlalchemy.exc import DBAPIError

    try:
        return optuna.storages.RDBStorage(store_url, engine_kwargs=engine_options(store_url))
    except DBAPIError:
        if tries == 1:
            raise
        return _made(store_url, tries - 1)


@contextmanager
def _said() -> Iterator[None]:
    """Say in one sentence what Optuna's storage says in its own words."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (StorageInternalError, SQLAlchemyError) as error:
        cause = error.__cause__ or error
        if "locked" in str(cause).lower():
            raise StoreError(
                "Another program is using the store, so no trial can be saved: close it and continue the search."
            ) from error
        raise StoreError(
            f"The store does not take the trials ({str(cause).splitlines()[0]}): check it, and go on with the search."
        ) from error
