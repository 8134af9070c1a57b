"""A worker's work on a search: ask for trials, train them together, tell what came of them.

Trials are runs of the study (its members): trial 7 is member 7, or with five folds members 31 to 35. They are dealt in
stacks by their numbers, so that several workers ask beside each other. What was asked for and not told when a worker
was lost is trained again from its beginning and told once.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from genre_core.data.dataset import PARTS, Dataset, IntArray, Part
from genre_core.data.sources import load_dataset
from genre_core.data.splitting import split_dataset
from genre_core.errors import ConfigError, GenreLabError
from genre_core.evaluation.intervals import macro_f1_scorer
from genre_core.store.openings import opened
from genre_core.store.runs import RunStore, new_run_id
from genre_core.store.schema import Run, Study
from genre_core.studies.members import Member, MemberEvent
from genre_core.studies.study import Result
from genre_core.studies.train_members import train_members
from genre_core.studies.tuning.config import SearchConfig, fold_configs, trial_config, trial_of
from genre_core.studies.tuning.optimism import Choice, Judged, Optimism, Said, by_accuracy, by_loss, by_macro_f1
from genre_core.studies.tuning.rows import SearchSummary, TrialResult, best_of, read_rows
from genre_core.studies.tuning.trials import Asked, Trials
from genre_core.training.events import EpochEnd, TrainEnd
from genre_core.training.predictions import Predictions

AT_ONCE = 16
"""Networks asked for at a time where each trial is chosen by what those before it came to."""
LEAST_DEALT = 4
"""Trials that one of several workers takes at the least: fewer gain little by being trained together."""
MOST_DEALT = 3
"""Times as many trials as are under way that one of several workers takes at the most: others wait for their turn."""
AT_ONCE_BLIND = 64
"""Networks asked for at a time where it is not: what early stopping ends then makes room for others."""
LEAST_FOR_OPTIMISM = 2
SUMMARISED_EVERY = 8
"""Trials after which what they say together is said anew."""
GROWN = 1.25
"""By how much more complete trials what decides is found anew, which takes as long as training a trial."""
_JUDGED_BY: dict[bool, Part] = {False: "validation", True: "test"}
"""The part that judges a trial: a fold that is held out stands in the place of the test part."""


class Search:
    """A search as a study: a piece is a stack of trials, by their numbers, or at the end the winner or the summary."""

    def __init__(self, config: SearchConfig, store: RunStore, study: Study) -> None:
        self._config, self._store, self._study = config, store, study
        self._trials = Trials(store.url, study.id, config)
        self._told: dict[int, TrialResult] = {}
        self._summary: SearchSummary | None = None
        self._pruned, self._n_weighed = set[int](), 0
        self._labels: dict[str, IntArray] = {}
        self._choice: tuple[IntArray, Choice] | None = None
        self._judgements: dict[int, Judged] = {}

    def plan(self) -> Result:
        """Return nothing: all is known when trials are asked for."""
        return {}

    def pieces(self, results: Sequence[Result] = ()) -> Iterator[Mapping[str, Any]]:
        """Return the stacks of trials that are still to be told; then what needs all of them.

        Raises GenreLabError where no trial could be trained.
        """
        self._read_results(results)
        for numbers in self._stacks:
            if not self._told.keys() >= set(numbers):
                yield {"trials": numbers}
        if len(self._told) < self._config.n_planned:
            return
        if all(row.state == "failed" for row in self._told.values()):
            why = next((row.error for row in self._told.values() if row.error), "")
            raise GenreLabError(f"None of the {len(self._told)} trials could be trained. {why}".strip())
        if self._config.folds and (best := best_of(self._config, self._told.values())):
            yield {"winner": best.trial}
        else:
            yield {"summary": len(self._told)}

    def do(self, piece: Mapping[str, Any]) -> Iterator[Result | None]:
        """Train a stack of trials together, or the winner, or say what all come to."""
        if "winner" in piece:
            yield from self._train_winner(self._told[piece["winner"]])
            return
        if "trials" in piece:
            ended = self._trials.ended()
            self._pruned |= {trial for trial in piece["trials"] if ended.get(trial) == "PRUNED"}
            try:
                while left := [number for number in piece["trials"] if number not in self._told]:
                    yield from self._train(left)
                    yield None
            except GeneratorExit:  # whoever goes on has to know it
                self._trials.save()
                raise
            self._read_results(self._store.studies.results(self._study.id))
        if "summary" in piece or (self._leads(piece["trials"][0]) and len(self._told) < self._config.n_planned):
            yield self._summarise()

    def _leads(self, first: int) -> bool:
        """Return whether all trials before one are told: who has the first stack that is left speaks for all."""
        return all(number in self._told for number in range(1, first))

    @cached_property
    def _n_workers(self) -> int:
        return self._store.studies.study(self._study.id).n_workers

    @cached_property
    def _at_once(self) -> int:
        """How many trials this worker has under way, however many others have: fewer take longer each."""
        return max(1, (AT_ONCE if self._config.sampler == "tpe" else AT_ONCE_BLIND) // max(1, self._config.folds))

    def _room(self) -> int:
        """Return how many trials this worker may have under way: what nothing can end early yet, all workers share."""
        blind = self._config.prunes and not self._trials.can_prune
        return max(LEAST_DEALT, self._at_once // self._n_workers) if blind else self._at_once

    @cached_property
    def _stacks(self) -> list[list[int]]:
        """The numbers of all trials as they are dealt: to several workers fewer at a time, so that they end together.

        A full stack is dealt as long as each worker can have one, since a smaller one takes nearly as long.

        C. D. Polychronopoulos and D. J. Kuck, "Guided self-scheduling: a practical scheduling scheme for parallel
        supercomputers", IEEE Transactions on Computers C-36 (1987); with half of a worker's share, as trials differ.
        """
        n, stacks, first = self._config.n_planned, list[list[int]](), 1
        while (left := n + 1 - first) > 0:
            full = min(self._at_once, left // self._n_workers)
            share = min(
                max(LEAST_DEALT, full, left // (2 * self._n_workers)), MOST_DEALT * self._at_once, AT_ONCE_BLIND
            )
            size = min(left, self._at_once if self._n_workers == 1 else share)
            stacks.append(list(range(first, first + size)))
            first += size
        return stacks

    def _read_results(self, results: Sequence[Result]) -> None:
        """Learn what this worker and others have saved."""
        rows, self._summary = read_rows(results)
        self._told |= {row.trial: row for row in rows}

    # -- trials ------------------------------------------------------------------------------------------------------

    def _train(self, numbers: list[int]) -> Iterator[Result | None]:
        """Train trials together, tell each when it has ended, and let pages see that they are in training.

        No more are under way than this worker may have: where one is told, the next is asked for.
        """
        first, left, failed = numbers[0], dict[int, Asked](), list[TrialResult]()

        def more() -> list[Member]:
            members: list[Member] = []
            n_free = self._room() - len(left)
            now, numbers[:] = numbers[:n_free], numbers[n_free:]
            for one in self._trials.ask(now) if now else ():
                try:
                    members += self._members(one)
                    left[one.trial] = one
                except ConfigError as error:  # values that do not go together
                    self._trials.tell(one.trial, None)
                    failed.append(TrialResult(one.trial, one.params, "failed", (), error=str(error)))
            return members

        n_told, is_shown = 0, False
        for event in train_members(self._store, self._study, more(), self._prune, more):
            is_shown = is_shown or self._store.studies.show(self._study.id, self._study.attempt)
            while failed:
                yield self._kept(failed.pop())
            trial = trial_of(self._config, event.number)
            if trial in left and self._has_ended(event) and (result := self._settle(left[trial])):
                del left[trial]
                yield self._kept(result)
                n_told += 1
                if n_told % SUMMARISED_EVERY == 0:
                    self._read_results(self._store.studies.results(self._study.id))
                    if self._leads(first):
                        yield self._summarise(within=True)
            yield None
        for result in (*failed, *(self._settle(one) for one in left.values())):
            if result:
                yield self._kept(result)

    def _members(self, one: Asked) -> list[Member]:
        configs, name = fold_configs(self._config, one.params), f"Trial {one.trial}"
        first = (one.trial - 1) * len(configs) + 1
        names = [f"{name}, fold {k}" if self._config.folds else name for k in range(1, len(configs) + 1)]
        return [Member(first + k, names[k], config) for k, config in enumerate(configs)]

    def _prune(self, member: int, end: EpochEnd) -> bool:
        """Report an epoch on the split; return whether the trial is to end here."""
        if self._config.folds:
            return False
        if not self._trials.report(member, end.epoch, self._value_of(member, end)):
            return False
        self._pruned.add(member)
        return True

    def _value_of(self, member: int, end: EpochEnd) -> float:
        if self._config.objective == "log_loss":
            return end.validation_loss
        if self._config.objective == "accuracy":
            return end.validation_accuracy
        run_id = self._store.members.enrol(self._study.id, member, new_run_id())
        return float(macro_f1_scorer(*self._judged(run_id, end))(np.ones((1, len(end.validation_pred))))[0, 0])

    def _judged(self, run_id: str, end: EpochEnd) -> tuple[IntArray, IntArray, int]:
        if not self._labels:  # all trials are judged on the same tracks
            saved = self._store.artifact(run_id, "validation_labels") or b""
            self._labels[""] = np.frombuffer(saved, dtype=np.uint8).astype(np.int64)
        y = self._labels[""]
        return y, end.validation_pred[:, None].astype(np.int64), int(y.max()) + 1

    def _has_ended(self, event: MemberEvent) -> bool:
        return bool(event.error) or isinstance(event.event, TrainEnd)

    def _settle(self, one: Asked) -> TrialResult | None:
        """Tell how a trial ended, if all its runs have; return what it came to then."""
        runs = [self._run_of(member.number) for member in self._members(one)]
        if any(run is None or run.state == "cancelled" or (run.state == "failed" and not run.lost) for run in runs):
            error = next((run.error for run in runs if run and run.error), "Its run was stopped or deleted.")
            result = TrialResult(one.trial, one.params, "failed", _ids(runs), error=error or "")
            self._trials.tell(one.trial, None)
        elif all(run and run.state == "complete" for run in runs):
            result = self._result(one, [run for run in runs if run])
            self._trials.tell(one.trial, result.value, pruned=result.state == "pruned")
        else:
            return None
        return result

    def _result(self, one: Asked, runs: Sequence[Run]) -> TrialResult:
        if self._config.folds:
            runs = [opened(self._store, run)[0] for run in runs]  # the folds that were held out are looked at now
        part, objective = _JUDGED_BY[bool(self._config.folds)], self._config.objective
        found = [run.summary[part] for run in runs]
        means = {name: float(np.mean([one[name] for one in found])) for name in ("accuracy", "macro_f1", "log_loss")}
        pair = found[0]["macro_f1_interval" if objective == "macro_f1" else "accuracy_interval"]
        return TrialResult(
            one.trial,
            one.params,
            "pruned" if one.trial in self._pruned else "complete",
            _ids(runs),
            means[objective],
            accuracy=means["accuracy"],
            macro_f1=means["macro_f1"],
            log_loss=means["log_loss"],
            interval=None if self._config.folds or objective == "log_loss" else tuple(pair),
            n_tracks=sum(each["n"] for each in found),
            epochs=sum(run.epoch for run in runs),
            seconds=sum(run.seconds or 0.0 for run in runs),
        )

    def _run_of(self, member: int) -> Run | None:
        return self._store.find(self._store.members.enrol(self._study.id, member, new_run_id()))

    def _kept(self, result: TrialResult) -> Result:
        """Remember what a trial came to; return it as the store keeps it."""
        self._told[result.trial] = result
        return result.to_json()

    # -- together ----------------------------------------------------------------------------------------------------

    def _summarise(self, final_run: str = "", *, within: bool = False) -> Result:
        """Say what the trials come to together; `within` a batch, what decides stays as said."""
        complete = [row for row in self._told.values() if row.state == "complete"]
        few_new = len(complete) < GROWN * self._n_weighed and len(self._told) < self._config.n_planned
        if self._summary and (within or few_new):
            known = self._summary.importances
        else:
            known, self._n_weighed = self._trials.importances(), len(complete)
        self._summary = SearchSummary(len(complete), known, self._optimism(complete), final_run)
        return self._summary.to_json()

    def _optimism(self, complete: Sequence[TrialResult]) -> Optimism | None:
        """Estimate what picking the best flatters by, from what every trial said of each track that judged it."""
        if len(complete) < LEAST_FOR_OPTIMISM:
            return None
        judged = [self._judgement(row) for row in complete]
        if self._choice is None or any(one is None for one in judged):
            return None  # a run was replaced by hand: they are no longer judged on the same tracks
        of_epochs = bool(self._config.folds) or all(self._chose_by_class(row) for row in complete)
        return self._choice[1].best([one for one in judged if one], of_epochs=of_epochs)

    def _chose_by_class(self, row: TrialResult) -> bool:
        """Return whether the stored classes of each epoch tell which epoch other tracks would have chosen."""
        return (
            self._config.objective != "log_loss" and trial_config(self._config, row.params).train.monitor == "accuracy"
        )

    def _judgement(self, row: TrialResult) -> Judged | None:
        """Return a trial as each choice sees it; None where it was judged on other tracks than the first."""
        if row.trial not in self._judgements:
            found = [self._read(run_id) for run_id in row.runs]
            y, said = (np.concatenate(parts) for parts in zip(*found, strict=True))
            if self._choice is None and len(y):
                self._choice = y, self._choice_on(y)
            if self._choice is None or not np.array_equal(y, self._choice[0]):
                return None
            every = self._every_epoch(row)
            if every is not None and every.shape[1] != len(y):
                return None
            epochs = None if every is None else every[:, self._order]
            self._judgements[row.trial] = self._choice[1].judge(said, epochs, None if epochs is None else epochs == y)
        return self._judgements[row.trial]

    def _every_epoch(self, row: TrialResult) -> Said | None:
        """Return the classes after each epoch that could be the best (n_epochs, n); None where they do not tell."""
        if self._config.folds or not self._chose_by_class(row):
            return None
        before = trial_config(self._config, row.params).before
        return self._store.all_predictions(row.runs[0], 0 if before.monitor == "accuracy" else before.epochs)

    def _choice_on(self, y: IntArray) -> Choice:
        match self._config.objective:
            case "accuracy":
                return by_accuracy(y, self._groups)
            case "macro_f1":
                return by_macro_f1(y, self._groups)
            case "log_loss":
                return by_loss(len(y), self._groups)

    def _read(self, run_id: str) -> tuple[IntArray, Said]:
        """Return the genres of the tracks that judge a run, and what it says of each: its class, or its loss."""
        from scipy.special import log_softmax

        saved = self._store.artifact(run_id, "logits")
        if saved is None:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        seen = Predictions.load(saved).of(_JUDGED_BY[bool(self._config.folds)])
        y, logits = seen.y, seen.logits
        if self._config.objective == "log_loss":
            return y, -log_softmax(logits.astype(np.float64), axis=1)[np.arange(len(y)), y]
        return y, logits.argmax(axis=1)

    @cached_property
    def _dataset(self) -> Dataset:
        return load_dataset(self._config.base.data, self._store)

    @cached_property
    def _order(self) -> IntArray:
        """Return what brings the validation tracks of a stored epoch into the order of `_read`."""
        return np.argsort(split_dataset(self._dataset, self._config.base.split).validation)

    @cached_property
    def _groups(self) -> IntArray | None:
        """Return what the judged tracks belong to, in the order of `_read`; None where they stand alone."""
        part = PARTS[2] if self._config.folds else PARTS[1]
        splits = [split_dataset(self._dataset, one.split) for one in fold_configs(self._config, {})]
        return self._dataset.clusters(np.concatenate([np.sort(split[part]) for split in splits]))

    # -- the winner --------------------------------------------------------------------------------------------------

    def _train_winner(self, best: TrialResult) -> Iterator[Result | None]:
        """Where folds judged, train the winner's settings on the split, so that there is a run to report on."""
        number = self._config.n_planned * self._config.folds + 1
        winner = Member(number, f"Winner, trial {best.trial}", trial_config(self._config, best.params))
        for event in train_members(self._store, self._study, [winner]):
            if event.error:
                raise GenreLabError(event.error)
            yield None
        run = self._run_of(number)
        if run and run.state == "complete" and not (self._summary and self._summary.final_run):
            yield self._summarise(run.id)


def _ids(runs: Sequence[Run | None]) -> tuple[str, ...]:
    return tuple(run.id for run in runs if run)
