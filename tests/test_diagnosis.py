"""Diagnoses of trainings: each appears where its curves show it, and not where they do not."""

import json
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from genre_core.diagnosis.remedies import Remedy
from genre_core.diagnosis.rules import RULES, DiagnosisKind, diagnose
from genre_core.diagnosis.training import Training
from genre_core.diagnosis.trend import trend, why_below
from genre_core.evaluation.intervals import wilson
from genre_core.settings.branches import branch_of
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import configure
from genre_core.settings.presets import PRESETS
from genre_core.training.events import Epoch

STORED = json.loads((Path(__file__).parent / "data" / "trainings.json").read_text())
"""Curves and best matrices of trainings as they were: of presets, and of other settings by a name."""
GENRES = ("Rock", "Jazz", "Folk", "Pop")
N_TRAIN, EACH = 2000, 100


def epochs_of(train_loss, train_accuracy, validation_loss, validation_accuracy):
    rows = zip(train_loss, train_accuracy, validation_loss, validation_accuracy, strict=True)
    return [Epoch(number, *map(float, row), 1e-3, 0.1, False) for number, row in enumerate(rows, 1)]


def stored(name, config=None, limit=True):
    """Return a training as it was."""
    of = STORED[name]
    counts = np.array(of["counts"])
    curves = [of[curve] for curve in ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")]
    interval = wilson(int(np.trace(counts)), int(counts.sum()))
    return Training(
        config or PRESETS[name].config, epochs_of(*curves), of["best_epoch"], of["stopped_because"], of["n_train"],
        of["majority"], tuple("ABCDEFGH"), counts, interval, of["limit"] if limit else None,
    )  # fmt: skip


def matrix(recalls, support=None):
    """Return counts where each genre is recognized so often, and errors go to the next one."""
    support = support or [EACH] * len(recalls)
    counts = np.zeros((len(recalls), len(recalls)), dtype=np.int64)
    for genre, (recall, n) in enumerate(zip(recalls, support, strict=True)):
        counts[genre, genre] = round(recall * n)
        counts[genre, (genre + 1) % len(recalls)] += n - round(recall * n)
    return counts


def training(
    n=20, *, rate=0.8, ahead=0.0, loss=None, train_loss=None, accuracy=None, train=None, because="patience",
    counts=None, limit=None, config=None, **changes,
):  # fmt: skip
    """Return a training that learns within some epochs and stays there: right on `rate`, in training `ahead` of it."""
    t = np.arange(1, n + 1)
    grown = 1 - np.exp(-t / 1.5)
    accuracy = np.asarray(accuracy if accuracy is not None else 0.25 + (rate - 0.25) * grown)
    train = np.asarray(train if train is not None else 0.25 + (rate + ahead - 0.25) * grown)
    loss = np.asarray(loss if loss is not None else 0.6 + 0.8 * (1 - grown))
    train_loss = np.asarray(train_loss if train_loss is not None else 0.6 + 0.8 * (1 - grown) - 0.001 * t)
    best = int(accuracy.argmax())
    counts = matrix([float(accuracy[best])] * 4) if counts is None else counts
    interval = wilson(int(np.trace(counts)), int(counts.sum()))
    of = Training(
        config or ExperimentConfig(), epochs_of(train_loss, train, loss, accuracy), best + 1, because, N_TRAIN, 0.25,
        GENRES, counts, interval, limit,
    )  # fmt: skip
    return replace(of, **changes)


def kind(of):
    found = diagnose(of)
    return found.kind if found else None


T = np.arange(20)
ONE_GENRE = np.array([[0, EACH, 0, 0]] * 4)
RARE = matrix([0.9, 0.9, 0.1, 0.1], [400, 300, 20, 10])
CONFIG = ExperimentConfig()
APPEARS = {
    "diverged": lambda: training(because="diverged"),
    "collapsed": lambda: training(accuracy=[0.6, 0.76, *[0.3] * 18], train=[0.6, 0.75, *[0.3] * 18],
                                  train_loss=[1, 0.7, *[1.4] * 18]),
    "unstable": lambda: training(accuracy=0.7 - 0.05 * (T % 2), train=0.7 - 0.08 * (T % 3 == 2),
                                 train_loss=1 + 0.2 * (T % 3 == 2)),
    "stuck": lambda: training(accuracy=[0.25] * 20, train=[0.25] * 20, counts=ONE_GENRE, limit=0.8),
    "too_few": lambda: training(rate=0.55, counts=matrix([0.5, 1, 0.5, 0.5], [2, 2, 2, 2]), limit=0.8),
    "overfitting": lambda: training(ahead=0.2, loss=0.5 + 0.03 * T, train_loss=0.5 / (T + 1)),
    "still_climbing": lambda: training(accuracy=0.3 + 0.02 * T, train=0.3 + 0.02 * T, loss=1.4 - 0.03 * T,
                                       train_loss=1.4 - 0.03 * T, because="max_epochs"),
    "underfitting": lambda: training(rate=0.5, limit=0.8),
    "rare_ignored": lambda: training(rate=0.87, counts=RARE),
    "as_good_as_possible": lambda: training(rate=0.8, limit=0.81),
}  # fmt: skip
ABSENT = {
    "diverged": lambda: training(train_loss=2.5 - 0.1 * T),
    "collapsed": lambda: training(accuracy=[0.6, 0.76, *[0.3] * 18], train=0.6 + 0.01 * T),  # training goes on
    "unstable": lambda: training(accuracy=0.7 - 0.05 * (T % 2), train=0.7 - 0.02 * (T % 3 == 2)),  # within chance
    "stuck": lambda: training(accuracy=[0.25] * 20, train=[0.25] * 20, counts=ONE_GENRE, limit=0.26),  # nothing there
    "too_few": lambda: training(rate=0.55, counts=matrix([0.55] * 4)),
    "overfitting": lambda: training(ahead=0.02, loss=0.5 + 0.03 * T, train_loss=0.5 / (T + 1)),  # no gap
    "still_climbing": lambda: training(because="max_epochs"),
    "underfitting": lambda: training(rate=0.5, ahead=0.3, limit=0.8),  # it learned the training tracks by heart
    "rare_ignored": lambda: training(rate=0.87, counts=RARE, config=configure({"train.class_weighting": "balanced"})),
    "as_good_as_possible": lambda: training(rate=0.78, limit=0.81),  # within its interval, but 3 points below
}


@pytest.mark.parametrize("name", get_args(DiagnosisKind))
def test_a_diagnosis_is_made_where_the_curves_show_it_and_not_where_they_do_not(name):
    assert kind(APPEARS[name]()) == name
    assert kind(ABSENT[name]()) != name


def test_every_kind_has_its_rule_and_a_healthy_training_gets_none():
    assert [rule.__name__ for rule in RULES] == list(get_args(DiagnosisKind))
    assert diagnose(training()) is None
    assert diagnose(training(1)) is None


@pytest.mark.parametrize(
    ("preset", "expected", "said", "label"),
    [
        ("overlapping", "as_good_as_possible", "As good as possible: 81.9", None),
        ("notebook", "as_good_as_possible", "As good as possible: 100.0", None),
        ("rate_too_high", "unstable", "even training accuracy fell", "Train with learning rate 0.005"),
        ("rate_too_low", "still_climbing", "Still climbing", "Train with learning rate 0.0001"),
        ("too_small", "underfitting", "Underfitting: 51.2", "Train with hidden layers 64, 32"),
        ("overfitting", "overfitting", "validation loss rose from 0.58 to 1.25", "Train with dropout 0.5"),
        ("imbalanced", "rare_ignored", "0 of 6 tracks of H", "Train with balanced genres"),
    ],
)
def test_each_preset_gets_the_diagnosis_that_it_is_made_for(preset, expected, said, label):
    found = diagnose(stored(preset))
    assert found.kind == expected
    assert said in found.sentence
    assert (found.remedy.label if found.remedy else None) == label


def test_a_leaky_split_has_no_limit_and_needs_no_other_diagnosis():
    assert diagnose(stored("leaking_artists", limit=False)) is None


def test_nine_tracks_cannot_tell_whether_it_is_as_good_as_any_classifier():
    config = configure({"data.n_samples": 60, "model.hidden": (256, 256), "model.dropout": 0.0})
    found = diagnose(stored("sixty_tracks", config))
    assert found.kind == "too_few"
    assert found.sentence.replace("\u202f", " ") == (
        "Too few tracks to tell: right on 55.6 % of 9 validation tracks, which may be 27 % to 81 % on others."
    )
    assert found.remedy.label == "Train with 2,000 tracks"


def test_a_learning_rate_of_ten_has_learned_nothing_and_the_usual_one_mends_it():
    found = diagnose(stored("rate_of_ten", configure({"train.learning_rate": 10})))
    assert found.kind == "stuck"
    assert found.sentence.replace("\u202f", " ") == (
        "Learning rate too high: it calls every validation track D, and 12.5 % are right."
    )
    assert found.remedy.options == "--train.learning_rate 0.001"
    assert found.remedy.config == ExperimentConfig()


def test_few_artists_are_said_to_be_so_and_no_number_of_tracks_mends_that():
    few = diagnose(training(groups="12 artists", interval=type(wilson(1, 2))(0.6, 0.9)))
    assert "Too few artists to tell" in few.sentence
    assert "400 validation tracks by 12 artists" in few.sentence
    assert few.remedy is None


def test_a_run_that_diverged_before_its_first_epoch_gets_the_usual_rate():
    config = configure({"train.learning_rate": 10, "train.optimizer": "sgd"})
    found = diagnose(Training(config, (), None, "diverged", 100, 0.25, GENRES))
    assert found.sentence == "Learning rate too high: the loss was no longer a number."
    assert found.remedy.changes == {"train.learning_rate": 0.01}


def test_what_came_before_a_branch_is_not_judged():
    broken = APPEARS["unstable"]()
    calm = training().epochs[:10]
    went_on = [*broken.epochs[:10], *(replace(epoch, epoch=epoch.epoch + 10) for epoch in calm)]
    branch = branch_of(CONFIG, 10, learning_rate=1e-4)
    assert kind(replace(broken, epochs=went_on)) == "unstable"
    assert kind(replace(broken, epochs=went_on, config=branch)) is None


@pytest.mark.parametrize(
    ("settings", "of", "options"),
    [
        ({"train.weight_decay": 0.1}, "stuck", "--train.weight_decay 0"),
        ({"model.dropout": 0.9}, "underfitting", "--model.dropout 0.2"),
        ({"model.hidden": (2,)}, "underfitting", "--model.hidden 64,32"),
        ({}, "still_climbing", "--train.max_epochs 100"),
        ({"train.learning_rate": 1e-5}, "still_climbing", "--train.learning_rate 0.0001"),
        ({}, "overfitting", "--model.dropout 0.5"),
        ({"model.architecture": "linear"}, "overfitting", "--data.n_samples 32000"),
        ({"data.source": "table", "model.architecture": "linear"}, "overfitting", "--train.weight_decay 0.001"),
        ({}, "rare_ignored", "--train.class_weighting balanced"),
    ],
)
def test_the_remedy_is_the_setting_that_is_at_fault(settings, of, options):
    config = configure(settings)
    remedy = diagnose(replace(APPEARS[of](), config=config)).remedy
    assert isinstance(remedy, Remedy)
    assert remedy.options == options
    assert remedy.config == configure(remedy.changes, config)


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (
            training(1, limit=0.8, because="max_epochs"),
            "right on 51.8 % of validation tracks after 1 epoch, where 80.0 % is",
        ),
        (training(2, because="max_epochs"), "right on 65.5 % of validation tracks after 2 epochs."),
        (training(3, accuracy=[0.25] * 3, train=[0.25] * 3, counts=ONE_GENRE, because="max_epochs"), "it calls every"),
        (training(1, because="max_epochs"), None),  # it may be all that there is to learn
        (training(3, loss=[0.7, 0.69, 0.7], because="max_epochs"), None),
        (training(3, limit=0.7, because="max_epochs"), None),
        (training(3, limit=0.8, because="cancelled"), None),
    ],
)
def test_a_few_epochs_are_too_few_where_more_is_possible_or_the_loss_still_falls(of, said):
    found = diagnose(of)
    if said is None:
        assert "Too few epochs" not in str(found)
        return
    assert found.sentence.replace("\u202f", " ").startswith(f"Too few epochs: {said}")
    assert found.remedy.options == "--train.max_epochs 100"
    branch = replace(of, config=branch_of(CONFIG, 10, learning_rate=1e-4))
    assert "Too few epochs" not in str(diagnose(replace(branch, epochs=[*training(10).epochs, *of.epochs])))


def test_patience_that_runs_out_while_the_loss_falls_was_too_short():
    short = configure({"train.patience": 1})
    found = diagnose(training(loss=1.4 - 0.02 * T, rate=0.7, config=short))
    assert found.sentence.startswith("Stopped too early: validation loss was still falling, to 1.02")
    assert found.remedy.label == "Train with patience 10"


@pytest.mark.parametrize(
    ("accuracies", "said"),
    [
        ([0.3], ""),
        ([0.3, 0.5, 0.6], "still rising"),
        ([0.3, 0.5, 0.7, 0.701, 0.699], "still rising"),
        ([0.3, 0.5, 0.7, 0.701, 0.699, 0.702, 0.7], "flat for 4 epochs"),
        ([0.3, 0.5, 0.7, 0.5, 0.45], "falling"),
        ([0.3, 0.5, 0.7, 0.5, 0.69], "still rising"),
    ],
)
def test_the_trend_of_a_training_is_said_in_words(accuracies, said):
    n = len(accuracies)
    assert trend(epochs_of([1] * n, accuracies, [1] * n, accuracies), 1200) == said
    assert trend(epochs_of([1] * n, accuracies, [1] * n, accuracies), 20) in ("", "still rising", "flat for 4 epochs")


def test_why_training_lies_below_validation_is_said_where_it_does():
    seen = stored("overlapping")
    told = "Training lies below validation because dropout is on only while it learns."
    assert why_below(seen.config, seen.epochs) == told
    assert why_below(configure({"model.dropout": 0.0}), seen.epochs) == ""
    assert why_below(seen.config, stored("overfitting").epochs) == ""
