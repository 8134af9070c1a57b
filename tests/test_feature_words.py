"""Meanings of features, by the names that they have in the tables that are met."""

import pytest

from genre_core.data.clips.features import FEATURE_SETS
from genre_core.data.feature_words import meaning
from genre_core.data.sources.synthetic import feature_names


def test_every_feature_that_is_computed_or_drawn_has_a_meaning():
    names = [name for one in FEATURE_SETS.values() for name in one.names]
    assert [name for name in (*names, *feature_names(30)) if not meaning(name)] == []


@pytest.mark.parametrize(
    ("name", "begins", "ends"),
    [
        ("MFCC 04", "A finer detail of the timbre", "finer."),
        ("rms_var", "Loudness", "varies within the clip."),
        ("zcr_mean_01", "How often the waveform", "distortion."),
        ("mfcc2_delta_mean", "Low against high", "from moment to moment."),
        ("chroma_stft_kurtosis_11", "How strongly the twelve notes", "distributed within the clip."),
        ("danceability", "A judgment of Echo Nest", "published."),
    ],
)
def test_a_name_is_read_in_any_usual_spelling(name, begins, ends):
    assert meaning(name).startswith(begins)
    assert meaning(name).endswith(ends)


@pytest.mark.parametrize("name", ["", "var", "v12", "_mean", "my column"])
def test_other_names_have_none(name):
    assert meaning(name) == ""
