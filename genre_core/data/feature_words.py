"""Words for what a feature of a sound measures and what one hears of it, by the name that it usually has in tables."""

import re

NO_UNIT = "Synthetic numbers have no unit: tempo is not in BPM."

_MEANS = {
    r"mfcc_?0*1": "The overall loudness of the spectrum (first mel-frequency cepstral coefficient).",
    r"mfcc_?0*2": "Low against high frequencies: dark and bassy, or bright and thin (second MFCC).",
    r"mfcc_?0*3": "The middle against both ends of the spectrum (third MFCC).",
    r"mfcc_?\d*": "A finer detail of the timbre, by which instruments and voices differ (MFCC). Higher numbers: finer.",
    r"chroma_(cens|cqt|stft)": "How strongly the twelve notes from C to B sound, in whichever octave: harmony and key.",
    r"chroma_[a-g](_sharp)?": "How strongly this one of the twelve notes sounds, in whichever octave.",
    r"rmse?": "Loudness: the energy of the waveform.",
    r"spectral_centroid": "Brightness: the center of the spectrum, in hertz. Cymbals are high, a bass is low.",
    r"spectral_bandwidth": "How widely the spectrum spreads: a flute is narrow, a full band or noise is wide.",
    r"(spectral_)?rolloff": "The frequency below which 85 % of the energy lies. Treble and noise push it up.",
    r"spectral_contrast_?\d*": "How far tones stand out of the noise: high for clear notes, low for a wall of sound.",
    r"spectral_flux": "How fast the spectrum changes: high where notes and drums follow each other quickly.",
    r"spectral_flatness": "How much it is like noise: 0 is a pure tone, 1 is hiss.",
    r"zero_crossing_rate|zcr": "How often the waveform changes its sign: high for hiss, cymbals and distortion.",
    r"tempo": "Beats a minute.",
    r"harmony": "The harmonic sound, which lasts: voices, strings, chords.",
    r"perceptr": "The percussive sound, which strikes: drums, plucked strings.",
    r"tonnetz\w*": "Where the harmony lies on circles of fifths and thirds. It moves where chords change.",
    r"onset_strength": "How strongly sounds begin: drums are strong, strings played softly are weak.",
    r"onset_rate": "How many sounds begin in a second.",
    r"onset_irregularity": "How unevenly sounds follow each other.",
    r"pulse_\w+": "Whether the beginnings of sounds come again after this length: a clear pulse is danceable.",
    r"danceability|energy|valence|acousticness|instrumentalness|liveness|speechiness": (
        "A judgment of Echo Nest, from 0 to 1, by a method that was not published."
    ),
}
_STATISTICS = {
    r"delta2": "Here: how fast its change changes.",
    r"delta": "Here: how fast it changes from moment to moment.",
    r"var|std|stdev": "Here: how much it varies within the clip.",
    r"min|max|skew|kurtosis": "Here: how it is distributed within the clip.",
    r"mean|avg|median": "",
}
_PLAIN_WORDS = ("tempo", "harmony", "danceability")
"""How names begin that are also usual words."""
_AFTER = rf"(?:_(?:{'|'.join(_STATISTICS)}))*"
_NUMBERED = rf"(?:_(?:{'|'.join(_STATISTICS)})(?:_?\d+)?)*"
IN_TEXTS = {
    re.sub(r"\((?!\?)", "(?:", pattern.replace("mfcc_?", f"mfcc{_AFTER}_?")) + _NUMBERED: said
    for pattern, said in _MEANS.items()
    if not pattern.startswith(_PLAIN_WORDS)
}
"""Regular expressions without groups of the names that stand in a text for nothing but a feature → what it means."""


def meaning(feature: str) -> str:
    """Say what a feature measures and what one hears of it; empty where its name is not a usual one."""
    name = re.sub(r"[\s.\-]+", "_", feature.strip().lower())
    for pattern, said in _MEANS.items():
        if re.fullmatch(pattern, name):
            return said
    for pattern, said in _STATISTICS.items():
        split = re.fullmatch(rf"(.+?)_(?:{pattern})((?:_?\d+)?)", name)
        of = split and (meaning(split[1] + split[2]) or meaning(split[1]))
        if of:
            return of if "Here:" in of else f"{of} {said}".rstrip()
    return ""
