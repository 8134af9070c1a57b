"""Named configurations: the notebook's two, and some that teach, each with what to watch for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import configure


@dataclass(frozen=True)
class Preset:
    """A configuration with a title and a sentence on what to watch for."""

    name: str
    title: str
    watch_for: str
    config: ExperimentConfig


def _preset(name: str, title: str, watch_for: str, settings: Mapping[str, Any]) -> Preset:
    return Preset(name, title, watch_for, configure(settings))


_ALL = (
    _preset(
        "overlapping",
        "Overlapping genres",
        "Eight genres that sound alike. Watch validation accuracy reach its ceiling within a few epochs "
        "while training accuracy keeps rising.",
        {},
    ),
    _preset(
        "notebook",
        "The notebook as written",
        "The notebook says 75 to 85 %. Its own data do not overlap: watch validation reach 100 % in the first epoch.",
        {"data.overlap": 0.8},
    ),
    _preset(
        "rate_too_high",
        "Learning rate too high",
        "Each step overshoots. Watch both losses jump around and accuracy stay well below the best possible.",
        {"train.learning_rate": 0.05},
    ),
    _preset(
        "rate_too_low",
        "Learning rate too low",
        "Each step is tiny. Watch both curves still climbing when the last epoch ends.",
        {"train.learning_rate": 1e-5, "train.max_epochs": 20},
    ),
    _preset(
        "too_small",
        "Network too small",
        "Two hidden units must tell eight genres apart. Watch training and validation level off together, "
        "far below the best possible.",
        {"model.hidden": (2,), "model.dropout": 0.0, "train.learning_rate": 0.005},
    ),
    _preset(
        "overfitting",
        "Overfitting",
        "Few tracks and no dropout. Watch training accuracy reach 100 % while validation loss turns around and climbs.",
        {
            "data.n_samples": 800,
            "model.hidden": (256, 256),
            "model.dropout": 0.0,
            "train.batch_size": 16,
            "train.patience": 50,
        },
    ),
    _preset(
        "imbalanced",
        "Rare genres",
        "Rock has a hundred times as many tracks as Experimental. Watch accuracy rise above that of balanced genres "
        "while macro-F1 stays far below it: the rarest genres are hardly ever recognized.",
        {"data.imbalance": 100.0},
    ),
    _preset(
        "leaking_artists",
        "Artists that leak",
        "Each artist has a sound, and the split puts the same artists in training and test. Watch validation rise far"
        " above the best possible score on unknown artists, then keep artists together.",
        {"data.artists": 10, "data.overlap": 2.0, "data.artist_spread": 3.75, "split.by": "row"},
    ),
    _preset(
        "music",
        "Generated music",
        "Eight genres that are composed and played, so each clip can be heard. Press Train: the clips are measured "
        "first, once. Then watch which genres are confused, and listen to them.",
        {"data.source": "music"},
    ),
)

PRESETS: Mapping[str, Preset] = {preset.name: preset for preset in _ALL}
OPENING = PRESETS["overlapping"]
"""The one that the product opens on: every setting at its default."""
