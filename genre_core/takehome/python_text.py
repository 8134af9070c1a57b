"""Python that answers with an exported model and without this project: it stands in the card, and a test runs it."""

INSTALL = "pip install numpy onnxruntime"

_LOAD = '''import json

import numpy as np
import onnxruntime

with open("preprocessing.json", encoding="utf-8") as file:
    made = json.load(file)
session = onnxruntime.InferenceSession("model.onnx")


def probabilities(logits):
    """Return the calibrated probability of each genre (n, n_genres) from logits (n, n_genres)."""
    scaled = logits.astype(np.float64) / made["temperature"]
    shares = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)

'''

_FEATURES = '''
def predict(rows):
    """Return the probability of each genre (n, n_genres) for rows of features (n, n_features) in the order of `names`.

    A missing value is NaN: the median of the training part stands in for it.
    """
    X = np.asarray(rows, dtype=np.float64)
    X = np.where(np.isnan(X), made["median"], X)
    X = ((X - made["mean"]) / made["deviation"]).astype(np.float32)
    return probabilities(session.run(None, {"X": X})[0])


example = [made["median"]]  # one row, its values in the order of made["names"]
print(dict(zip(made["genres"], predict(example)[0].round(3).tolist())))
'''

_SPECTROGRAMS = '''
def predict(clips):
    """Return the probability of each genre (n, n_genres) for spectrograms (n_bands, n_frames), one for each clip."""
    answers = []
    for clip in clips:
        X = np.asarray(clip)
        X = X[:, ~np.isnan(X).any(axis=0)]  # frames without sound
        X = np.subtract(X, made["mean"], dtype=np.float32)
        X = np.divide(X, made["deviation"], dtype=np.float32)
        if made["frames"]:
            X = np.pad(X, ((0, 0), (0, made["frames"])))[:, : made["frames"]]
        answers.append(session.run(None, {"X": X[None]})[0])
    return probabilities(np.concatenate(answers))

'''

_LOG_MEL = '''
def spectrogram(samples):
    """Return the log-mel spectrogram (n_bands, n_frames) of mono samples at the sample rate of `sound`."""
    sound = made["sound"]
    size, rate = sound["frame"], sound["sample_rate"]
    padded = np.pad(np.asarray(samples, dtype=np.float32), size // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[:: sound["hop"]]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    top = 15 + np.log(rate / 2 / 1000) / (np.log(6.4) / 27)  # Slaney's mels: linear to 1,000 Hz, logarithmic above
    mels = np.linspace(0, top, sound["n_mels"] + 2)
    corners = np.where(mels < 15, mels * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (mels - 15)))
    away = (np.arange(size // 2 + 1) * rate / size)[:, None] - corners
    width = np.diff(corners)
    sides = np.minimum(away[:, :-2] / width[:-1], -away[:, 2:] / width[1:])
    bands = power @ (np.maximum(sides, 0) * 2 / (corners[2:] - corners[:-2]))
    return (10 * np.log10(np.maximum(bands, sound["floor"]))).T.astype(np.float16)


seconds = made["sound"]["window_seconds"]
noise = np.random.default_rng(0).normal(0, 0.1, round(seconds * made["sound"]["sample_rate"]))
print(dict(zip(made["genres"], predict([spectrogram(noise)])[0].round(3).tolist())))
'''

_SILENCE = """
example = np.zeros((made["shape"][0], made["shape"][1]))  # a spectrogram that was measured by Genre Lab
print(dict(zip(made["genres"], predict([example])[0].round(3).tolist())))
"""


def python_for(preprocessing: dict[str, object]) -> str:
    """Return the text for a model, given what `preprocessing_of` says of it."""
    if preprocessing["inputs"] == "features":
        return _LOAD + _FEATURES
    sound = preprocessing["sound"]
    own = isinstance(sound, dict) and "floor" in sound
    return _LOAD + _SPECTROGRAMS + (_LOG_MEL if own else _SILENCE)
