"""One to three sentences for each term that is shown on a screen."""

from collections.abc import Mapping

GLOSSARY: dict[str, str] = {
    # Scores
    "accuracy": "The share of tracks whose genre was predicted correctly.",
    "top-2 accuracy": "The share of tracks whose genre is one of the two that the model finds most probable.",
    "top-3 accuracy": "The share of tracks whose genre is one of the three that the model finds most probable.",
    "balanced accuracy": "The mean of the genres' recalls. A rare genre counts as much as a common one.",
    "precision": "Of the tracks predicted as this genre, the share that really belong to it.",
    "recall": "Of the tracks that really belong to this genre, the share that was recognized.",
    "F1": "The harmonic mean of precision and recall: high only if both are high.",
    "macro precision": "The mean of the genres' precisions. A genre that is never predicted counts as 0.",
    "macro recall": "The mean of the genres' recalls. It is the same as balanced accuracy if every genre has tracks.",
    "macro-F1": (
        "The mean of the genres' F1 scores. It drops when a rare genre fails, even if accuracy is high. With one "
        "artist in each genre it has no interval: nothing shows how much the artists of a genre differ."
    ),
    "weighted precision": "The mean of the genres' precisions, each weighted by how many tracks the genre has.",
    "weighted recall": "The mean of the genres' recalls, each weighted by its number of tracks. It equals accuracy.",
    "weighted F1": "The mean of the genres' F1 scores, each weighted by how many tracks the genre has.",
    "Matthews correlation": (
        "How closely the predicted genres follow the true ones, from −1 to 1. 0 is no better than guessing, however "
        "common the commonest genre is; 1 is perfect."
    ),
    "Cohen's kappa": (
        "How much more often prediction and label agree than they would by chance, as a share of what chance leaves. 0 "
        "is chance, 1 is perfect."
    ),
    "log loss": (
        "The mean of −ln p in nats, where p is the probability given to the true genre. 0 is perfect; confident "
        "mistakes cost the most."
    ),
    # Reading them
    "ROC curve": (
        "For every threshold on a genre's probability: the share of its tracks that is recognized, against the share "
        "of the other tracks that is mistaken for it."
    ),
    "AUC": (
        "The chance that a random track of the genre gets a higher probability for it than a random track of another "
        "genre. 50 % is chance level."
    ),
    "average precision": (
        "The area under the precision-recall curve: the mean precision as more and more tracks are recognized."
    ),
    "false alarm": "A track of another genre that is mistaken for this one.",
    "permutation importance": (
        "How much the score drops when the values of one feature are shuffled among the tracks, so that the feature "
        "carries no information."
    ),
    "learning curve": "How well the network recognizes tracks after learning from more and more of the training part.",
    "confusion matrix": (
        "A table of true genres (rows) against predicted genres (columns). Correct predictions lie on the diagonal."
    ),
    "majority baseline": "The accuracy of always predicting the genre that is most common in training.",
    "Bayes limit": (
        "The highest accuracy that any classifier can expect on new tracks, known because the generator is known. On a "
        "few given tracks, the best one may be luckier. Where there are artists, it holds for those never heard."
    ),
    # A tree of genres
    "branch accuracy": (
        "The share of tracks whose prediction is in the right branch: its top genre, or the genres merged with it, is "
        "that of the true genre."
    ),
    "hierarchical precision": (
        "Each prediction stands for its genre and all genres above it in the tree. The share of these that are the "
        "true genre or above it."
    ),
    "hierarchical recall": (
        "Each true genre stands for itself and all genres above it in the tree. The share of these that the "
        "prediction, with all genres above it, contains."
    ),
    "hierarchical F1": (
        "The harmonic mean of hierarchical precision and recall. A confusion within a branch costs less than one "
        "across branches."
    ),
    "errors within a branch": "The share of wrong predictions that are at least in the right branch of the tree.",
    "steps per error": (
        "The steps in the tree from the true genre to a wrong prediction, on average: up to where their branches meet, "
        "and down again."
    ),
    "Wilson interval": (
        "The range of true rates that agree with the observed share. It contains the true rate in about 95 of 100 such "
        "tests; with few tracks it is wide."
    ),
    "interval by group": (
        "Tracks of one artist are often right or wrong together, so artists are what was sampled; under 5 are too few. "
        "In simulation it held the true rate in at least 93 of 100 cases; in over 97 where few artists hardly differ, "
        "or near 0 and 100 %."
    ),
    "interval with other artists": (
        "A split by row has the same artists on both sides. Its interval adds how much other artists would change the "
        "score; in simulations it then held the true score in 93 to 99 of 100 cases, for nearest neighbor in 93 to 97."
    ),
    "confidence": "The probability that the model gives to its prediction.",
    "margin": "The probability of the predicted genre minus that of the second choice. Near 0 it is a close call.",
    # Comparing
    "McNemar test": (
        "A test of whether one of two models is better. It uses only the tracks on which exactly one of them is right; "
        "if the models are equally good, each such track is a coin toss."
    ),
    "p-value": (
        "How often a difference at least this large appears when there is none in truth. Below 5 % it is called clear; "
        "above, these tracks cannot tell."
    ),
    "Holm": (
        "If you test many differences, some look clear by chance. Holm's adjustment keeps the chance of any such false "
        "alarm at 5 %."
    ),
    "same for practical purposes": (
        "The difference is within ±1 point of accuracy, or what you choose, with at least 95 % probability. In "
        "simulations with 10 splits of 12,000 tracks, settings 0.4 points apart were called so 98 times in 100."
    ),
    "cannot be told": (
        "Neither “better” nor “the same” is probable enough: “better” takes 97.5 %, “the same” 95 %. So equal settings "
        "are called different in at most 5 of 100 comparisons. More runs or more tracks may tell."
    ),
    "difference matrix": (
        "For each true genre and prediction: how many tracks one run has in that cell, minus how many the other run "
        "has. A track has moved if the two runs predict different genres for it."
    ),
    # Data
    "inflates": (
        "The best of many noisy scores is partly the luckiest. Choosing anew on two thirds of the tracks shows by how "
        "much. In simulation, what is left of it is under 0.7 points with 60 tracks, and 0.3 with 240 or more."
    ),
    "validation": "Tracks that are not used for training. They choose the best epoch and the settings.",
    "test": "Tracks kept for the final report. If you choose settings by the test score, it becomes too optimistic.",
    "test opened": (
        "For how many different configurations you have looked at tracks of this test part, whichever split showed "
        "them. Picking the best of several by their test score makes that score too optimistic: pick by validation."
    ),
    "leaky": "Segments of one track, or tracks by one artist, are in both training and test: the score is too good.",
    "leakage": (
        "How much a score gains because the test part holds segments of training tracks, or tracks by training artists."
    ),
    "standard score": "A feature minus its mean over the training tracks, divided by their standard deviation.",
    "PCA": (
        "Principal component analysis: the two-dimensional view that keeps the most variance of the features. It does "
        "not use the genres."
    ),
    "LDA": "Linear discriminant analysis: the two-dimensional linear view that separates the genres best.",
    # Training
    "training": "Changing a network's weights step by step, so that its errors on the training tracks become smaller.",
    "features": "The numbers that describe a track, such as its loudness or its tempo. The network sees nothing else.",
    "loss": "How wrong the network is, as training measures it: small when it gives the true genre a high probability.",
    "seed": (
        "The number from which random numbers start. With the same seed, weights, batches and splits are the same."
    ),
    "overlap": "How far tracks of one genre scatter into the others. Higher: fewer tracks can be told apart by anyone.",
    "class weighting": "With balanced weighting, errors on rare genres cost more in training: each genre counts alike.",
    "label smoothing": "Telling the network in training that labels are not quite certain. It becomes less confident.",
    "convolutional network": (
        "A network that looks for the same small patterns everywhere in a picture, here in the spectrogram of a sound."
    ),
    "spectrogram": "A picture of a sound: time to the right, pitch upwards, and loudness as brightness.",
    "nats": (
        "The unit of a loss with natural logarithms. A loss of 0.7 nats means that the true genre got a probability of "
        "about 50 %; 2.3 nats mean 10 %."
    ),
    "ReLU": "What a hidden unit does with its sum: it passes on what is above zero, and is silent below.",
    "logit": "A genre's score before it becomes a probability. One more means odds that are 2.7 times as high.",
    "hidden unit": "One number that a layer computes from all numbers of the layer before it.",
    "weight decay": "In each step all weights shrink a little, so that none grows large without need.",
    "epoch": "One pass over all training tracks.",
    "batch": "The tracks that are used together in one training step.",
    "learning rate": "How far the weights move in each training step.",
    "dropout": "Switching off hidden units at random during training, so that the network relies on no single one.",
    "early stopping": "Stopping training when validation has not improved for a while, and keeping the best epoch.",
    "patience": "How many epochs without a new best training waits before it stops early.",
    # Confidence and not knowing
    "reliability": (
        "How often the model is right among tracks with the same confidence. On the diagonal, confidence and accuracy "
        "agree."
    ),
    "ECE": (
        "Expected calibration error: how far confidence and accuracy are apart, averaged over bins. Chance alone "
        "causes some error, more with few tracks. Its interval contains the true value in at least 93 of 100 cases."
    ),
    "ECE by chance": (
        "The range of errors that a perfectly calibrated model with the same confidences shows in 95 of 100 cases on "
        "this many tracks. An error within this range could be chance."
    ),
    "bins": (
        "Ten groups of tracks by confidence. Bins of equal width cover the same range, such as 80 to 90 %; bins of "
        "equal mass hold the same number of tracks."
    ),
    "class-wise ECE": "The calibration error of each genre's own probability, averaged over the genres.",
    "Brier score": (
        "The mean squared distance between the probabilities and the truth, summed over the genres. 0 is perfect; 2 is "
        "fully confident and wrong on every track."
    ),
    "temperature scaling": (
        "All logits are divided by one number fitted on validation. Above 1 it makes the model less confident; it "
        "never changes a prediction."
    ),
    "vector scaling": (
        "The logit of each genre gets its own scale and shift, fitted on validation. This can change predictions."
    ),
    "cross-fitting": (
        "Each track is judged by a scaling that was fitted on other tracks, so that no track improves its own score."
    ),
    "posterior": (
        "The true probability of each genre, given the features of a track. It is known because the generator is known."
    ),
    "KL divergence": (
        "The mean difference between the model's log loss and the ideal log loss of the true probabilities, in nats."
    ),
    "certainty": "1 minus the entropy of the probabilities, divided by its maximum: 1 is certain, 0 is no idea.",
    "coverage": "The share of tracks that the model answers. On the others it says “don't know”.",
    "guaranteed accuracy": (
        "A threshold found on validation may do worse on new tracks. With the guarantee, accuracy fell below the "
        "minimum in at most 5 of 100 simulated cases, also where all tracks are equally hard and where artists differ."
    ),
    "risk-coverage curve": (
        "How often the model is wrong among the tracks that it answers, as it answers more and more of them."
    ),
    "AURC": "Area under the risk-coverage curve: the error rate averaged over all coverages. Lower is better.",
    "prediction set": (
        "The genres that remain possible for a track (conformal prediction). In simulations the right one was there as "
        "often as promised: 90.0 % for 90 %. Choosing the epoch on the same tracks costs up to 0.7 points."
    ),
    "promise by genre": (
        "A promise over all tracks can be kept by the common genres alone: in simulations it held for 70 % of the "
        "hardest genre's tracks and 96 % of the easiest. A promise for each genre makes larger sets."
    ),
    "promise by group": (
        "Tracks of one artist hang together, so each validation artist counts once, and the promise is for a new "
        "artist. In simulations 90 % promised became 91.5 % with 50 artists and 98 % with 9; fewer promise nothing."
    ),
    "doubtful label": (
        "The network does not predict the labeled genre, and it gives another genre at least the probability that "
        "tracks of that genre get on average. Wrong labels look like this; so do tracks between overlapping genres."
    ),
    "margin of the label": (
        "The probability of the labeled genre minus that of the most likely other genre. Near −100 % the network is "
        "sure that the label is wrong."
    ),
    "wrong label": "A label that is not the true genre of the track. Only synthetic tracks have a known true genre.",
    "E-AURC": "The area above that of the ideal order, in which every wrong answer is withheld first.",
}

_TORN = {
    "track": "segments of {} track",
    "album": "tracks from {} album",
    "artist": "tracks by {} artist",
    "group": "rows from {} group",
}


def leaky(straddlers: Mapping[str, int] | None) -> str:
    """Say what is in both training and test: `straddlers` counts it by level (track, album, artist), where known."""
    if not straddlers:
        return GLOSSARY["leaky"]
    torn = [f"{_TORN[level].format(f'{n:,}')}{'' if n == 1 else 's'}" for level, n in straddlers.items()]
    said = torn[0] if len(torn) == 1 else f"{', '.join(torn[:-1])} and {torn[-1]}"
    return f"{said[0].upper()}{said[1:]} are in both training and test: the score is too good."


def lookup(words: str) -> list[str]:
    """Return the terms that have all these words in them or in their sentences, in the order of the alphabet.

    Terms that have the words in their name come first, and among them the one that is called so.
    """
    asked = words.casefold().split()
    known = {term: term.casefold() for term in sorted(GLOSSARY, key=str.casefold)}
    found = [term for term in known if all(word in f"{known[term]} {GLOSSARY[term].casefold()}" for word in asked)]

    def rank(term: str) -> tuple[bool, bool]:
        return known[term] != " ".join(asked), not all(word in known[term] for word in asked)

    return sorted(found, key=rank)
