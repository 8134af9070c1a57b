"""Searches: what can be searched, how trials are chosen, ended early and gone on with, and what picking flatters by."""

import json
import math
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from genre_core.data.sources import load_dataset
from genre_core.data.splitting import split_dataset
from genre_core.errors import ConfigError, StoreError
from genre_core.evaluation.intervals import macro_f1_scorer
from genre_core.networks import MlpConfig
from genre_core.settings.config import ExperimentConfig, SyntheticConfig, TrainConfig
from genre_core.settings.names import configure, flatten
from genre_core.store import database
from genre_core.store.openings import openings_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import study_pieces
from genre_core.studies.kinds import SEARCH
from genre_core.studies.tuning import searching
from genre_core.studies.tuning import trials as optuna_side
from genre_core.studies.tuning.config import search_config, trial_config
from genre_core.studies.tuning.optimism import DEALINGS, by_accuracy, by_loss, by_macro_f1
from genre_core.studies.tuning.pruning import STARTS, WARM_UP, Pruning
from genre_core.studies.tuning.rows import SearchSummary, best_of, read_rows
from genre_core.studies.tuning.space import (
    Dimension,
    distributions,
    grid,
    grid_size,
    read_dimension,
    searchable,
    suggested,
)
from genre_core.studies.tuning.trials import Trials
from genre_core.terminal.text.studies import _value
from genre_core.training.experiment import run_experiment
from genre_core.workers.study import Place, execute_study, take_part, work_on

BASE = ExperimentConfig(
    data=SyntheticConfig(n_samples=300, n_features=4, n_genres=3, overlap=2.0),
    model=MlpConfig(hidden=(8,)),
    train=TrainConfig(max_epochs=4, patience=500, batch_size=32),
)
SPACE = ("train.learning_rate=0.001..0.1", "model.dropout=0..0.5")
N = 6
"""Trials of the searches that are done to their end."""


def made(*space: str, base: ExperimentConfig = BASE, **how):
    return search_config(base, [read_dimension(text, base) for text in space or SPACE], **{"n_trials": 8, **how})


def queued(store, study_id, config):
    store.studies.submit(study_id, SEARCH.kind, config.model_dump_json())
    return study_id


def outcome(store, study_id):
    trials, summary = read_rows(store.studies.results(study_id))
    return store.studies.study(study_id), trials, summary


def done(store, study_id, config):
    execute_study(queued(store, study_id, config), 1, store.url)
    return outcome(store, study_id)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    own = RunStore(f"sqlite:///{tmp_path_factory.mktemp('search') / 'store.sqlite'}")
    yield own
    own.close()


@pytest.fixture(scope="module")
def complete(store):
    return done(store, "complete", made(sampler="random", n_trials=N))


# -- the space -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("longest", "crop", "muted"), [(3.0, 2.5, 2.9), (3.2, 3.0, 3.1), (0.4, 0.5, 0.3), (90, 30, 10)]
)
def test_crops_are_shorter_than_the_longest_clip(longest, crop, muted):
    base = configure({"data.source": "music", "model.architecture": "cnn"})
    highest = [suggested(base, f"model.{name}", longest).high for name in ("crop", "mute_seconds")]
    assert highest == pytest.approx([crop, muted])
    assert read_dimension("model.crop", base, longest).high == crop


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_every_setting_that_can_be_searched_has_a_range_within_its_own_bounds(optimizer):
    base = configure({"train.optimizer": optimizer})
    names = [item.name for item in searchable(base)]
    assert ("train.momentum" in names) == (optimizer == "sgd")
    assert not [name for name in names if name.startswith(("data.", "split.")) or name.endswith("seed")]
    for name in names:
        dimension = suggested(base, name)
        assert read_dimension(dimension.text, base).name == name
        for point in grid([dimension]):
            assert configure(point, base)
        distributions([dimension])  # without a warning
        if not dimension.values:
            assert dimension.setting.low <= dimension.low < dimension.high <= dimension.setting.high
            if dimension.setting.scale == "log":
                assert dimension.low <= flatten(base)[name] <= dimension.high


@settings(max_examples=25)
@given(low=st.floats(1e-6, 9), high=st.floats(1e-6, 9), n=st.integers(0, 500))
def test_trials_lie_within_their_range_and_are_configurations(low, high, n):
    import optuna

    low, high = sorted((low, high))
    dimension = Dimension(name="train.learning_rate", low=low, high=high)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=n))
    value = study.ask(dict(distributions([dimension]))).params["train.learning_rate"]
    assert low <= value <= high
    assert configure({"train.learning_rate": value}).train.learning_rate == value
    assert all(low <= point["train.learning_rate"] <= high for point in grid([dimension]))


@pytest.mark.parametrize(
    ("space", "said"),
    [
        (["model.dropout=0.3..0.3"], "one point"),
        (["train.learning_rate=0.1..0.01"], "put the lower end first"),
        (["train.learning_rate=0.1..99"], "highest allowed is 10"),
        (["train.learning_rate=a..b"], "no number"),
        (["model.dropout", "model.dropout=0..0.5"], "searched twice"),
        (["train.momentum"], "unless train.optimizer is sgd"),
        (["train.seed"], "is just luck"),
        (["data.overlap"], "the same tracks"),
        (["train.speed"], "no setting named train.speed"),
        (["model.hidden=8,8|8,8"], "a value twice"),
        (["model.hidden=8..9"], "has no range"),
        (["train.optimizer=adam|rmsprop"], "must be one of"),
    ],
)
def test_a_space_that_makes_no_search_is_refused_in_a_sentence(space, said):
    with pytest.raises(ConfigError, match=said):
        made(*space)


@pytest.mark.parametrize(
    ("how", "said"),
    [({"n_trials": 0}, "lowest allowed is 1"), ({"n_trials": 5000}, "1,000"), ({"folds": 1}, "2 folds")],
)
def test_bounds_of_a_search_are_told(how, said):
    with pytest.raises(ConfigError, match=said):
        made(**how)
    with pytest.raises(ConfigError, match="nothing to search"):
        search_config(BASE, [])


def test_a_setting_may_be_searched_with_the_choice_that_it_needs():
    config = made("train.momentum=0.5..0.9", "train.optimizer=sgd|adam")
    assert trial_config(config, {"train.optimizer": "sgd", "train.momentum": 0.7}).train.momentum == 0.7


@pytest.mark.parametrize(("fast", "masks"), [(True, "fast"), (False, "torch")])
def test_trials_draw_their_masks_from_the_fast_generator_unless_told_otherwise(fast, masks):
    config = made(fast_masks=fast)
    drops = {"train.learning_rate": 0.01, "model.dropout": 0.2}
    assert trial_config(config, drops).model.masks == masks
    assert trial_config(config, drops | {"model.dropout": 0.0}).model.masks == "torch"  # it draws none
    assert trial_config(config, drops).train.learning_rate == 0.01


# -- trials in Optuna's tables -----------------------------------------------------------------------------------------


def near(params):
    """Return the score of a trial that is best at a learning rate of 0.01 without dropout."""
    return round(1 - abs(math.log(params["train.learning_rate"] / 0.01)) / 10 - params["model.dropout"] / 5, 6)


@pytest.mark.parametrize("sampler", ["tpe", "random", "grid"])
def test_one_worker_tries_the_same_points_as_ever(store, sampler):
    """`golden/trials.json` has them from a version whose workers asked one after the other."""
    space = (*SPACE, "train.batch_size=16..64", "train.optimizer=adam|sgd")
    trials, found = Trials(store.url, f"golden {sampler}", made(*space, sampler=sampler, n_trials=20, seed=5)), []
    for numbers in (range(1, 9), range(9, 17), range(17, 21)):
        for one in (asked := trials.ask(numbers)):
            value = None if one.trial == 7 else near(one.params)
            trials.tell(one.trial, value, pruned=one.trial % 5 == 0)
        found += [list(one.params.values()) for one in asked]
    golden = json.loads((Path(__file__).parent / "golden" / "trials.json").read_text())[sampler]
    assert [row[-1] for row in found] == [row[-1] for row in golden]
    assert [row[:-1] for row in found] == [pytest.approx(row[:-1]) for row in golden]


@pytest.mark.parametrize("sampler", ["grid", "random"])
def test_several_workers_ask_for_the_points_that_one_asks_for(store, sampler):
    config = made("model.dropout=0|0.2|0.4", "train.learning_rate=0.001|0.01", sampler=sampler, n_trials=6, seed=3)
    whole = Trials(store.url, f"whole {sampler}", config).ask(range(1, 7))
    with ThreadPoolExecutor(3) as workers:
        stacks = [workers.submit(Trials(store.url, f"parts {sampler}", config).ask, [n, n + 1]) for n in (1, 3, 5)]
    assert [one for stack in stacks for one in stack.result()] == whole
    later = Trials(store.url, f"parts {sampler}", config)  # as after a restart
    assert later.ask(range(1, 7)) == whole
    if sampler == "grid":
        assert grid_size(config.space) == len({str(one.params) for one in whole}) == 6


def test_a_worker_ends_trials_that_fall_behind_those_of_others(store):
    first, second = (Trials(store.url, "two workers", made(sampler="random", n_trials=20)) for _ in range(2))
    for one in first.ask(range(1, STARTS + 1)):
        for epoch in range(1, 9):
            first.report(one.trial, epoch, 0.9)
        first.tell(one.trial, 0.9)
    second.ask([STARTS + 1])
    assert [second.report(STARTS + 1, epoch, 0.5) for epoch in range(1, 6)] == [False] * WARM_UP + [True] * 2


@settings(max_examples=30, deadline=None)
@given(
    curves=st.lists(st.lists(st.floats(0, 1), min_size=6, max_size=6), min_size=STARTS, max_size=9),
    last=st.lists(st.floats(0, 1), min_size=6, max_size=6),
    maximize=st.booleans(),
)
def test_pruning_is_that_of_optunas_median_pruner(curves, last, maximize):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    pruner = optuna.pruners.MedianPruner(n_startup_trials=STARTS, n_warmup_steps=WARM_UP + 1)
    study = optuna.create_study(direction="maximize" if maximize else "minimize", pruner=pruner)
    ours = Pruning(maximize=maximize)
    for number, curve in enumerate(curves):
        elder = study.ask()
        for epoch, value in enumerate(curve, 1):
            elder.report(value, epoch)
            ours.learn(number, {epoch: value})
        study.tell(elder, curve[-1])
        ours.finish(number)
    trial = study.ask()
    for epoch, value in enumerate(last, 1):
        trial.report(value, epoch)
        ours.learn(99, {epoch: value})
        assert ours.falls_behind(99, epoch) == trial.should_prune()


def test_a_store_locked_by_another_program_is_told(tmp_path, monkeypatch):
    own = RunStore(f"sqlite:///{tmp_path}/store.sqlite")
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    monkeypatch.setattr("random.random", lambda: 0.0)  # Optuna tries five times, with up to two seconds in between
    trials = Trials(own.url, "locked", made())
    other = sqlite3.connect(tmp_path / "store.sqlite")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="Another program is using the store"):
        trials.ask([1])
    other.rollback()
    other.close()
    assert trials.ask([1])
    own.close()
    optuna_side._storage(own.url).engine.dispose()


# -- a whole search ----------------------------------------------------------------------------------------------------


def test_each_trial_is_the_run_that_it_would_be_alone(store, complete):
    study, trials, summary = complete
    assert study.state == "complete"
    assert [trial.trial for trial in trials] == list(range(1, N + 1))
    config = made(sampler="random", n_trials=N)
    best = best_of(config, trials)
    alone = run_experiment(trial_config(config, best.params)).evaluate("validation")
    assert best.value == best.accuracy == pytest.approx(alone.accuracy, abs=1e-4)
    run = store.run(best.runs[0])
    assert run.config == trial_config(config, best.params)
    assert run.id not in {other.id for other in store.runs()}  # listed under their search
    assert all(not opened.opened for opened in openings_of(store, store.members.runs("complete").values()).values())
    assert summary.n_complete == sum(trial.state == "complete" for trial in trials)
    assert summary.optimism.chosen == pytest.approx(best.value)
    assert summary.optimism.corrected <= best.value
    assert summary.optimism.of_epochs
    left = split_dataset(load_dataset(config.base.data), config.base.split).validation
    assert (np.diff(left) < 0).any()  # epochs are stored in another order than the best weights' answers
    assert summary.optimism.size < 0.1  # tracks that were mixed up would be right by chance
    assert not summary.importances  # too few trials to say


def test_optuna_has_the_same_trials_under_the_same_name(store, complete):
    import optuna

    study = optuna.load_study(study_name="complete", storage=optuna_side._storage(store.url))
    ours = {trial.trial: trial for trial in complete[1]}
    for trial in study.trials:
        assert trial.state.is_finished()
        assert trial.params == pytest.approx(dict(ours[trial.number + 1].params))
        assert len(trial.intermediate_values) == ours[trial.number + 1].epochs
        if trial.state.name == "COMPLETE":
            assert trial.value == pytest.approx(ours[trial.number + 1].value)


@pytest.mark.parametrize("how", ["paused", "killed"])
def test_a_search_goes_on_where_it_was_left_and_counts_nothing_twice(store, complete, how):
    config = made(sampler="random", n_trials=N)
    study = store.studies.claim(queued(store, how, config), 1)
    work = work_on(store, study)
    for _ in work:
        first = store.members.runs(how).get(1)
        if len(outcome(store, how)[1]) >= 1 or (first and first.epoch >= 2):
            break
    if how == "paused":
        work.close()
        left = store.members.runs(how)
        assert {run.state for run in left.values()} <= {"paused", "complete"}
        kept = optuna_side.Trials(store.url, how, config)._study.trials
        assert [len(kept[number - 1].intermediate_values) for number in left] == [run.epoch for run in left.values()]
    store.studies.stop(how)
    attempt = store.studies.requeue(how)
    execute_study(how, attempt, store.url)
    work.close()  # what is left of a killed worker comes too late
    study, trials, _ = outcome(store, how)
    assert study.state == "complete"
    assert [trial.trial for trial in trials] == list(range(1, N + 1))
    assert [trial.params for trial in trials] == [trial.params for trial in complete[1]]
    both = [(a.value, b.value) for a, b in zip(trials, complete[1], strict=True) if a.state == b.state == "complete"]
    assert both
    assert all(a == pytest.approx(b, abs=1e-4) for a, b in both)
    assert len(Trials(store.url, how, config).ended()) == N


def test_several_workers_share_a_search_and_what_a_dead_one_had_is_told_once(store, complete, monkeypatch):
    monkeypatch.setattr(searching, "AT_ONCE_BLIND", 2)
    queued(store, "shared", made(sampler="random", n_trials=N, pruning=False))
    asleep = work_on(store, store.studies.join("shared", 1))
    while not store.members.runs("shared"):
        next(asleep)
    with store.transaction() as connection:
        connection.execute(update(study_pieces).values(heartbeat_at=0.0))  # it seems dead
    with ThreadPoolExecutor(2) as workers:
        for _ in range(2):
            workers.submit(take_part, store, "shared", 1, Place())
    list(asleep)  # and comes too late
    results = store.studies.results("shared")
    assert store.studies.study("shared").state == "complete"
    assert sorted(row["trial"] for row in results if row["kind"] == "trial") == list(range(1, N + 1))
    trials, summary = read_rows(results)
    assert [trial.params for trial in trials] == [trial.params for trial in complete[1]]
    assert results[-1]["kind"] == "summary"
    assert summary.n_complete == N == summary.optimism.n_trials


def test_several_workers_are_dealt_ever_fewer_trials_so_that_they_end_together(store, monkeypatch):
    monkeypatch.setattr(searching, "AT_ONCE", 4)
    monkeypatch.setattr(searching, "LEAST_DEALT", 2)
    queued(store, "shares", made(n_trials=12))
    study = store.studies.join("shares", 1)
    assert store.studies.describe("shares", 1, {"workers": 2})
    work = searching.Search(made(n_trials=12), store, study)
    assert [len(piece["trials"]) for piece in work.pieces()] == [4, 4, 2, 2]
    for _ in work_on(store, study):
        pass
    trials, summary = read_rows(store.studies.results("shares"))
    assert [trial.trial for trial in trials] == list(range(1, 13))
    assert summary.n_complete == sum(trial.state == "complete" for trial in trials)


def test_workers_share_the_room_until_trials_can_be_ended_early(store, monkeypatch):
    """Otherwise each would train a full stack of trials of which none can be seen to fall behind."""
    monkeypatch.setattr(searching, "AT_ONCE", 8)
    queued(store, "room", made(n_trials=24))
    study = store.studies.join("room", 1)
    assert store.studies.describe("room", 1, {"workers": 2})
    most = {False: 0, True: 0}
    for _ in work_on(store, study):
        runs = store.members.runs("room")
        ended = sum(run.state == "complete" for run in runs.values())
        under_way = sum(run.state in ("queued", "running") for run in runs.values())
        most[ended > STARTS] = max(most[ended > STARTS], under_way)
    assert most[False] <= 4 < most[True] <= 8


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_reports_are_saved_together_and_once(store, request, where):
    if where == "postgresql":
        store = RunStore(request.getfixturevalue("postgres").database())
        request.addfinalizer(store.close)
        request.addfinalizer(optuna_side._storage(store.url).engine.dispose)
    trials, late = (Trials(store.url, "reports", made(objective="log_loss", pruning=False)) for _ in range(2))
    trials.ask([1, 2])
    values = {1: 0.5, 2: math.nan, 3: math.inf, 4: -math.inf}
    for own in (trials, late):
        for epoch, value in values.items():
            own.report(1, epoch, value)
        own.save()
    trials.tell(1, 0.5)
    late.report(1, 5, 0.4)
    late.save()
    (told, other) = trials._all()
    assert {epoch: str(value) for epoch, value in told.intermediate_values.items()} == {
        epoch: str(value) for epoch, value in values.items()
    }
    assert not other.intermediate_values


def test_trials_on_folds_are_judged_by_what_was_held_out_and_the_winner_is_trained_on_the_split(store):
    config = made(folds=2, n_trials=2, objective="macro_f1")
    study, trials, summary = done(store, "folds", config)
    assert study.state == "complete"
    best = best_of(config, trials)
    runs = [store.run(run_id) for run_id in best.runs]
    assert [run.config.split.fold for run in runs] == [1, 2]
    assert best.value == pytest.approx(np.mean([run.summary["test"]["macro_f1"] for run in runs]))
    final = store.run(summary.final_run)
    assert final.config == trial_config(config, best.params)
    assert not openings_of(store, [final])[final.id].opened
    assert summary.optimism.n_trials == 2


def test_a_search_in_which_all_trials_diverge_fails_with_the_reason(store):
    steps = TrainConfig(optimizer="sgd", momentum=0.99, max_epochs=2, batch_size=8)
    network, data = MlpConfig(hidden=(64,) * 6, dropout=0), BASE.data.model_copy(update={"overlap": 20.0})
    wild = ExperimentConfig(data=data, model=network, train=steps)
    study, trials, _ = done(store, "wild", made("train.learning_rate=9..10", base=wild, n_trials=2))
    assert study.state == "failed"
    assert "None of the 2 trials could be trained" in study.error
    assert "lower the learning rate" in study.error
    assert all(trial.state == "failed" for trial in trials)


def test_a_run_that_was_deleted_is_a_failed_trial_and_the_others_count(store):
    config = made(n_trials=3, sampler="random")
    study = store.studies.claim(queued(store, "deleted", config), 1)
    work = work_on(store, study)
    next(step for step in work if 2 in store.members.runs("deleted"))
    store.delete(store.members.runs("deleted")[2].id)
    list(work)
    trials = outcome(store, "deleted")[1]
    assert [trial.state for trial in trials].count("failed") == 1
    assert len(trials) == 3


def test_an_ended_search_is_not_gone_on_with(store):
    queued(store, "ended", made())
    assert store.studies.end("ended")
    assert not store.studies.end("ended")
    assert store.studies.requeue("ended") is None


def test_what_decides_is_told_on_the_settings_own_scale(store):
    config = made(*SPACE, sampler="random", n_trials=optuna_side.LEAST_FOR_IMPORTANCES)
    trials = Trials(store.url, "decides", config)
    assert not trials.importances()
    for one in trials.ask(range(1, config.n_trials + 1)):
        trials.tell(one.trial, -abs(np.log(one.params["train.learning_rate"] / 0.003)))
    found = trials.importances()
    assert list(found) == ["train.learning_rate", "model.dropout"]
    assert found["train.learning_rate"] > 0.8
    assert sum(found.values()) == pytest.approx(1)


# -- optimism ----------------------------------------------------------------------------------------------------------


def answers(rng, truth, n, trials, epochs):
    """Return which tracks trials with equal epochs are right on, (trials, epochs, n): some are easy for all."""
    easy = rng.random(n) < truth
    return np.where(rng.random((trials, epochs, n)) < 0.5, easy, rng.random((trials, epochs, n)) < truth)


@pytest.mark.parametrize("n", [60, 300])
@pytest.mark.parametrize("by", [by_accuracy, by_macro_f1])
def test_what_is_left_of_the_best_of_many_equals_is_near_the_truth_by_simulation(n, by):
    rng, truth, y, times = np.random.default_rng(0), 0.8, np.arange(n) % 2, 120
    found = []
    for seed in range(times):
        right = answers(rng, truth, n, 8, 10)
        said, choice = np.where(right, y, 1 - y), replace(by(y), seed=seed)
        best = right.mean(axis=2).argmax(axis=1)
        judged = [choice.judge(one[k], one, ok) for one, ok, k in zip(said, right, best, strict=True)]
        found.append(choice.best(judged, of_epochs=True))
    flattered = np.array([one.chosen for one in found]) - truth
    left = np.array([one.corrected for one in found]) - truth
    assert flattered.mean() > 0.6 / np.sqrt(n)  # the best of equals looks better than it is
    assert abs(left.mean()) < 3 * left.std() / np.sqrt(times)
    assert np.mean([one.interval[0] <= truth <= one.interval[1] for one in found]) > 0.89


def test_the_epochs_choice_flatters_even_one_trial_and_only_epochs_tell_by_how_much():
    y = np.zeros(120, dtype=np.int64)
    right = answers(np.random.default_rng(0), 0.8, 120, 1, 40)[0]
    choice, said = by_accuracy(y), np.where(right, 0, 1)
    best = said[right.mean(axis=1).argmax()]
    alone, with_epochs = choice.best([choice.judge(best)]), choice.best([choice.judge(best, said, right)])
    assert alone.corrected == alone.chosen == with_epochs.chosen == right.mean(axis=1).max()
    assert with_epochs.size > 0.03


def test_a_clear_winner_was_not_picked_by_luck():
    right = np.random.default_rng(1).random((5, 1000)) < np.array([0.9, 0.5, 0.5, 0.5, 0.5])[:, None]
    choice = by_accuracy(np.ones(1000, dtype=np.int64))
    found = choice.best([choice.judge(one.astype(np.int64)) for one in right])
    assert found.corrected == found.chosen
    assert found.interval == pytest.approx((0.88, 0.92), abs=0.02)


def test_whole_groups_judge_and_lower_losses_win():
    losses, groups = np.random.default_rng(2).random((8, 200)), np.repeat(np.arange(20), 10)
    choice = by_loss(200, groups)
    assert all(len({*part[groups == group]}) == 1 for part in choice.judging for group in range(20))
    assert (choice.judging.sum(axis=0) == DEALINGS).all()  # each track judges once in a dealing
    found = choice.best([choice.judge(one) for one in losses])
    assert found.chosen == pytest.approx(losses.mean(axis=1).min())
    assert found.interval[0] < found.chosen <= found.corrected < found.interval[1]


def test_tracks_of_few_groups_give_an_estimate_without_an_interval_that_the_store_can_keep():
    losses, groups = np.random.default_rng(2).random((8, 200)), np.repeat(np.arange(4), 50)
    choice = by_loss(200, groups)
    found = choice.best([choice.judge(one) for one in losses])
    assert found.interval == (0.0, math.inf)
    kept = json.dumps(SearchSummary(8, optimism=found).to_json(), allow_nan=False)
    assert json.loads(kept)["optimism"]["interval"] == [0.0, None]
    assert SearchSummary.from_json(json.loads(kept)).optimism == found
    assert _value("log_loss", 0.7, [0.0, None]) == "0.700 (too few for an interval)"


def test_tracks_of_one_group_give_no_estimate():
    choice = by_loss(20, np.zeros(20, dtype=np.int64))
    assert choice.best([choice.judge(np.ones(20)), choice.judge(np.zeros(20))]) is None


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_macro_f1_of_weighted_tracks_is_scikit_learns(seed):
    from sklearn.metrics import f1_score

    rng = np.random.default_rng(seed)
    y, said = rng.integers(0, 4, 40), rng.integers(0, 4, (40, 3))
    weights = rng.integers(0, 3, (2, 40)).astype(float)
    scores = macro_f1_scorer(y, said, 4)(weights)
    for row in range(2):
        for column in range(3):
            seen = weights[row] > 0
            there = sorted({*y[seen], *said[seen, column]})
            expected = f1_score(
                y, said[:, column], labels=there, average="macro", sample_weight=weights[row], zero_division=0
            )
            assert scores[row, column] == pytest.approx(expected)
