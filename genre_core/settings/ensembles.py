"""Ensembles: several networks on the same tracks and split, whose probabilities are averaged.

Of sound, each may have what it needs: one the features of the clips, another their spectrograms.

An ensemble is a configuration like any other: it names its members, so that it can be repeated from nothing.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from genre_core.errors import ConfigError
from genre_core.settings.config import MOST_AVERAGED, DatasetConfig, ExperimentConfig, Member, SoundConfig


def ensemble_of(configs: Sequence[ExperimentConfig]) -> ExperimentConfig:
    """Return the configuration whose result is the average of these; their order does not matter.

    Raises ConfigError where there are fewer than two of them or too many, two are the same, or they do not share their
    data and split.
    """
    if not 2 <= len(configs) <= MOST_AVERAGED:
        raise ConfigError(f"An ensemble has 2 to {MOST_AVERAGED} members, but {len(configs)} are given.")
    if any(config.averaged_with for config in configs):
        raise ConfigError("An ensemble cannot be a member of another: take its members instead.")
    if len({config.fingerprint for config in configs}) < len(configs):
        raise ConfigError("Two of these runs have the same settings and so the same answers: take one of them.")
    for what, of in (("data", _tracks), ("split", lambda config: config.split)):
        if any(of(config) != of(configs[0]) for config in configs):
            raise ConfigError(f"These runs differ in their {what}: only runs on the same {what} can be averaged.")
    first, *others = sorted(configs, key=lambda config: config.model_dump_json())
    members = tuple(
        Member(model=other.model, train=other.train, before=other.before, features=_own_features(other, first))
        for other in others
    )
    return ExperimentConfig.model_validate({**dict(first), "averaged_with": members})


def is_mixed(config: ExperimentConfig) -> bool:
    """Return whether the members of an ensemble are given different things, such as features and a spectrogram."""
    return any(member.data != config.data for member in config.members)


def _tracks(config: ExperimentConfig) -> DatasetConfig:
    """Return the data, of sound whatever is measured on it."""
    data = config.data
    return data.model_copy(update={"features": ""}) if isinstance(data, SoundConfig) else data


def _own_features(config: ExperimentConfig, first: ExperimentConfig) -> str | None:
    """Return the feature sets of a member, where they are others than those of the first."""
    if config.data == first.data:
        return None
    assert isinstance(config.data, SoundConfig)
    return config.data.features


def average_logits(members: Sequence[npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    """Return the logarithm of the mean probability (n, n_genres) of members' logits, each (n, n_genres).

    The members' probabilities count alike (Lakshminarayanan, Pritzel & Blundell 2017, section 2.4).
    """
    from scipy.special import log_softmax, logsumexp

    log_prob = np.stack([log_softmax(logits.astype(np.float64), axis=1) for logits in members])
    mean: npt.NDArray[np.float64] = logsumexp(log_prob, axis=0) - np.log(len(members))
    return mean.astype(np.float32)
