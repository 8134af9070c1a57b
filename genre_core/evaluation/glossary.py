"""One sentence for each term that stands on a screen."""

from collections.abc import Mapping

GLOSSARY: dict[str, str] = {
    # Scores
    "accuracy": "The share of tracks whose genre was recognised.",
    "balanced accuracy": "The mean of the genres' recalls, so that a rare genre counts as much as a common one.",
    "precision": "Of the tracks that were called this genre, the share that really are.",
    "recall": "Of the tracks that really are this genre, the share that was recognised.",
    "F1": "The harmonic mean of precision and recall: high only where both are high.",
    "macro precision": "The mean of the genres' precisions; a genre that was never predicted counts as 0.",
    "macro recall": "The mean of the genres' recalls: balanced accuracy, where each genre has tracks.",
    "macro-F1": "The mean of the genres' F1, so that failing a rare genre shows even where accuracy is high.",
    "weighted precision": "The mean of the genres' precisions, each weighted by how many tracks the genre has.",
    "weighted recall": "The mean of the genres' recalls, each weighted by its tracks: the same number as accuracy.",
    "weighted F1": "The mean of the genres' F1, each weighted by how many tracks the genre has.",
    "log loss": "The mean of −ln p, where p is the probability given to the true genre, in nats: 0 is perfect, "
    "and being sure and wrong costs most.",
    # Reading them
    "confusion matrix": "A table of true genres (rows) against predicted ones (columns): the diagonal is right.",
    "majority baseline": "The accuracy of always answering the genre that is commonest in training.",
    "Bayes limit": "The best accuracy that any classifier can reach here, known because the generator is.",
    "Wilson interval": "The range of true rates that go well with the share that was seen; it covers the true one in "
    "about 95 of 100 such tests, and it is wide where tracks are few.",
    "confidence": "The probability that the model gives to the genre it predicts.",
    "margin": "The probability of the predicted genre less that of the second choice: near 0 it was a close call.",
    # Data
    "validation": "Tracks that are not trained on, used to choose the best epoch and the settings.",
    "test": "Tracks kept for the final report; choosing by them makes their score too good.",
    "test opened": "For how many different configurations this test set was looked at: who picks the best of several "
    "by it gets a score that is too good, so pick by validation.",
    "leaky": "Pieces of one track, or tracks of one artist, stand on both sides of the split: the score is too good.",
    "leakage": "What a score gains because the test holds pieces of training tracks, or tracks of training artists.",
    "standard score": "A feature less its mean over the training tracks, in units of their standard deviation.",
    "PCA": "Principal component analysis: the flat view that keeps the most variance of the features, blind to genres.",
    "LDA": "Linear discriminant analysis: the flat view that pulls the genres apart as far as a linear one can.",
    # Training
    "epoch": "One pass of training over all training tracks.",
    "batch": "The tracks that go into one step of training together.",
    "learning rate": "How far the weights move in each step of training.",
    "dropout": "Switching hidden units off at random while training, so that the network leans on no single one.",
    "early stopping": "Ending the training when validation has not got better for a while, and keeping the best epoch.",
    "patience": "How many epochs without a better one are waited for before training stops early.",
}

_TORN = {
    "track": "pieces of {} track",
    "album": "tracks of {} album",
    "artist": "tracks of {} artist",
    "group": "rows of {} group",
}


def leaky(straddlers: Mapping[str, int] | None) -> str:
    """Say what a split tears apart: `straddlers` counts it by level (track, album, artist), where known."""
    if not straddlers:
        return GLOSSARY["leaky"]
    torn = [f"{_TORN[level].format(f'{n:,}')}{'' if n == 1 else 's'}" for level, n in straddlers.items()]
    said = torn[0] if len(torn) == 1 else f"{', '.join(torn[:-1])} and {torn[-1]}"
    return f"{said[0].upper()}{said[1:]} stand on both sides of the split: the score is too good."
