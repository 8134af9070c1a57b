"""Each preset does what its sentence tells a person to watch for."""

from dataclasses import dataclass

import numpy as np
import pytest

from genre_core.bayes.limit import bayes_limit
from genre_core.settings.config import ExperimentConfig, MusicConfig, SyntheticConfig
from genre_core.settings.names import configure, differences
from genre_core.settings.presets import OPENING, PRESETS
from genre_core.training.batch_trainer import BatchTrainer, shape_of
from genre_core.training.events import EpochEnd
from genre_core.training.experiment import Result, make_trainer, prepare


@dataclass(frozen=True)
class Watched:
    """All that a person sees of a preset: its curves (n_epochs,), its result, and the best possible accuracy."""

    result: Result
    limit: float

    def __getitem__(self, curve):
        return np.array([getattr(epoch, curve) for epoch in self.result.history])


KEPT = configure({"split.by": "artist"}, PRESETS["leaking_artists"].config)
"""The preset whose artists leak, with each artist in one part."""


@pytest.fixture(scope="module")
def watch():
    """Return a function that shows a preset, or `kept`: those of one shape are trained side by side."""
    configs = {name: preset.config for name, preset in PRESETS.items() if name != "music"} | {"kept": KEPT}
    prepared = {name: prepare(config) for name, config in configs.items()}
    trainers = {name: make_trainer(config, prepared[name]) for name, config in configs.items()}
    seen = {}
    for shape in {shape_of(trainer) for trainer in trainers.values()}:
        names = [name for name, trainer in trainers.items() if shape_of(trainer) == shape]
        events = {name: [] for name in names}
        for number, event in BatchTrainer([trainers[name] for name in names]):
            events[names[number]].append(event)
        for name, (*epochs, end) in events.items():
            history = tuple(event for event in epochs if isinstance(event, EpochEnd))
            logits = trainers[name].predict(prepared[name].X)
            limit = bayes_limit(configs[name].data, n_draws=40_000).accuracy
            seen[name] = Watched(Result(prepared[name], history, end, logits), limit)
    return seen.__getitem__


def test_every_preset_is_named_described_and_different():
    assert all(name == preset.name for name, preset in PRESETS.items())
    assert len({preset.title for preset in PRESETS.values()}) == len(PRESETS)
    assert len({preset.config.fingerprint for preset in PRESETS.values()}) == len(PRESETS)
    for preset in PRESETS.values():
        assert "atch" in preset.watch_for
        assert preset.watch_for.endswith(".")


def test_every_preset_is_watched_here():
    watched = {"overlapping", "notebook", "rate_too_high", "rate_too_low", "too_small", "overfitting"}
    watched |= {"imbalanced", "leaking_artists", "music"}
    assert set(PRESETS) == watched


def test_the_product_opens_on_its_defaults():
    assert OPENING.config == ExperimentConfig()


def test_the_notebook_differs_from_the_opening_by_its_overlap_alone():
    assert set(differences(PRESETS["notebook"].config, OPENING.config)) == {"data.overlap"}
    assert PRESETS["notebook"].config.data == SyntheticConfig(overlap=0.8)


def test_overlapping_reaches_its_ceiling_early_while_training_still_rises(watch):
    seen = watch("overlapping")
    validation, train = seen["validation_accuracy"], seen["train_accuracy"]
    assert validation[4:].max() - validation[:5].max() < 0.01
    assert train[-1] > train[4] + 0.01
    assert 0.75 <= seen.result.evaluate("test").accuracy <= 0.85
    assert validation.max() < seen.limit + 0.02


def test_generated_music_differs_by_its_source_alone():
    assert set(differences(PRESETS["music"].config, ExperimentConfig(data=MusicConfig()))) == set()


def test_the_notebooks_genres_do_not_overlap(watch):
    seen = watch("notebook")
    assert seen["validation_accuracy"][0] == 1.0
    assert seen.result.evaluate("test").accuracy == 1.0
    assert seen.limit > 0.9999


def test_a_rate_too_high_jumps_about_and_stays_below_what_is_possible(watch):
    seen, calm = watch("rate_too_high"), watch("overlapping")
    for curve in ("train_loss", "validation_loss"):
        rises = np.diff(seen[curve]) > 0.02
        assert rises.sum() >= 4
        assert (np.diff(calm[curve]) > 0.02).sum() == 0
    # One lucky epoch may come within five points: which one, and whether, depends on the processor's last bits.
    assert np.median(seen["validation_accuracy"]) < seen.limit - 0.05
    assert seen["validation_accuracy"].max() < seen.limit - 0.03


def test_a_rate_too_low_still_climbs_when_the_last_epoch_ends(watch):
    seen = watch("rate_too_low")
    assert seen.result.end.reason == "max_epochs"
    for curve in ("train_accuracy", "validation_accuracy"):
        assert seen[curve][-5:].mean() > seen[curve][-10:-5].mean() + 0.01
    assert seen["validation_accuracy"][-1] < seen.limit - 0.3


def test_a_network_too_small_stops_far_below_in_training_and_validation_alike(watch):
    seen = watch("too_small")
    train, validation = seen["train_accuracy"], seen["validation_accuracy"]
    assert seen.result.end.reason == "patience"
    assert abs(train[-5:].mean() - train[-10:-5].mean()) < 0.01
    assert abs(train[-5:].mean() - validation[-5:].mean()) < 0.04
    assert max(train.max(), validation.max()) < seen.limit - 0.2


def test_overfitting_learns_the_training_tracks_by_heart(watch):
    seen = watch("overfitting")
    loss = seen["validation_loss"]
    assert seen["train_accuracy"][-1] == 1.0
    assert loss.argmin() < len(loss) / 4
    assert loss[-1] > 1.5 * loss.min()
    assert (np.diff(loss[len(loss) // 2 :]) > 0).mean() > 0.8


def test_rare_genres_are_hardly_ever_found_and_accuracy_hides_it(watch):
    seen, balanced = watch("imbalanced"), watch("overlapping")
    counts = seen.result.prepared.dataset.counts
    assert counts[0] == pytest.approx(100 * counts[-1], rel=0.02)
    scores = seen.result.evaluate("test")
    assert scores.accuracy > balanced.result.evaluate("test").accuracy
    assert scores.macro_f1 < scores.accuracy - 0.15
    assert scores.per_genre[-1].recall < 0.3
    assert seen["validation_accuracy"].max() < seen.limit + 0.02


def test_artists_that_leak_lift_validation_above_the_limit_until_they_are_kept_together(watch):
    seen = watch("leaking_artists")
    assert seen.result.prepared.split.straddling == ("artist",)
    assert seen["validation_accuracy"].max() > seen.limit + 0.1
    kept = watch("kept").result
    scores = kept.evaluate("test")
    assert not kept.prepared.split.leaky
    assert scores.accuracy_interval.low < seen.limit
    assert scores.accuracy < seen.result.evaluate("test").accuracy - 0.15
    # An artist's sound adds to the overlap: for artists never heard, these are the opening's tracks.
    assert seen.limit == pytest.approx(bayes_limit(SyntheticConfig(), n_draws=40_000).accuracy)
