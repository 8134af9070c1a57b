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
    "ROC curve": "At every threshold on the probability of a genre: the share of its tracks that is found, against the "
    "share of the other tracks that is taken for it.",
    "AUC": "The probability that a track of the genre is given more of it than a track of another: 50 % is chance.",
    "average precision": "The area under the precision-recall curve: the mean precision as more and more is found.",
    "false alarm": "A track of another genre that is taken for this one.",
    "permutation importance": "What is lost when the values of one feature are shuffled among the tracks, so that it "
    "says nothing any more.",
    "learning curve": "How well the network recognises tracks after learning from more and more of the training part.",
    "confusion matrix": "A table of true genres (rows) against predicted ones (columns): the diagonal is right.",
    "majority baseline": "The accuracy of always answering the genre that is commonest in training.",
    "Bayes limit": "The accuracy that no classifier can expect to exceed, known because the generator is: a mean over "
    "ever new tracks, where on the few at hand the best one may be a little luckier.",
    "Wilson interval": "The range of true rates that go well with the share that was seen; it covers the true one in "
    "about 95 of 100 such tests, and it is wide where tracks are few.",
    "confidence": "The probability that the model gives to the genre it predicts.",
    "margin": "The probability of the predicted genre less that of the second choice: near 0 it was a close call.",
    # Comparing
    "McNemar test": "Only tracks on which exactly one of two models is right tell them apart; if the models are alike, "
    "which of the two it is on each of them is a fair coin.",
    "Holm": "Where several differences are tested, some look clear by chance: Holm's adjustment keeps the chance of "
    "any such false alarm at 5 %.",
    "difference matrix": "For each true genre and answer: how many tracks the one run puts there, less how many the "
    "other does; a track moved if the two give different answers for it.",
    # Data
    "flatters": "The best of many noisy scores is partly the luckiest; by how much is estimated by picking the best on "
    "tracks drawn anew and scoring it on those that were not drawn, many times over.",
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
    # Confidence and not knowing
    "reliability": "How often the model is right among tracks on which it says the same confidence: on the diagonal "
    "it is right as often as it says.",
    "ECE": "Expected calibration error: how far confidence and accuracy lie apart, averaged over bins; chance alone "
    "makes some, more where tracks are few; its interval holds the true one in 93 of 100 or more.",
    "ECE by chance": "What a perfectly calibrated model of the same confidences would show on so many tracks, in 95 of "
    "100 cases: an error within this range cannot be told from none.",
    "bins": "Tracks are gathered in ten bins by confidence: of equal width, as 80 to 90 %, or of equal mass, each with "
    "as many tracks.",
    "class-wise ECE": "The calibration error of each genre's own probability, averaged over the genres.",
    "Brier score": "The mean squared distance between the probabilities and the truth, summed over the genres: 0 is "
    "perfect, 2 is sure and wrong on every track.",
    "temperature scaling": "All logits are divided by one number that is fitted on validation: above 1 it makes the "
    "model less sure, and it never changes an answer.",
    "vector scaling": "Each genre's logit gets a scale and a shift of its own, fitted on validation, which can "
    "change answers.",
    "cross-fitting": "Each track is judged by a scaling that was fitted on other tracks, so that no track helps to "
    "flatter itself.",
    "posterior": "The true probability of each genre given what is seen of a track, known because the generator is.",
    "KL divergence": "How many nats of log loss the model gives away against the true probabilities, on average.",
    "certainty": "One less the entropy of the probabilities in units of its maximum: 1 is sure, 0 is no idea.",
    "coverage": "The share of tracks that the model answers; on the others it says that it does not know.",
    "risk-coverage curve": "How often the model is wrong among the tracks it answers, as it answers more and more.",
    "AURC": "Area under the risk-coverage curve: the mean error over all shares of tracks that it could answer; "
    "lower is better.",
    "doubtful label": "The network gives another genre at least the probability that tracks of that genre have on "
    "average, and the label's genre less: wrong labels look so, and so do tracks between genres that overlap.",
    "margin of the label": "The probability of the labelled genre less that of the likeliest other one: near −100 % "
    "the network is sure that the label is wrong.",
    "wrong label": "A track whose label is not its true genre; known only of tracks that are drawn here.",
    "E-AURC": "What the area has more than with the ideal order, in which every wrong answer is held back first.",
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
