"""How terms are spelled in a text, and where they stand in it."""

import re
from collections.abc import Iterable, Mapping

SPELLED: Mapping[str, str] = {
    "macro-F1": r"macro[- ]F1(?: scores?)?",
    "F1": r"F1(?: scores?)?",
    "log loss": r"log[- ]loss(?:es)?",
    "loss": "loss(?:es)?",
    "ROC curve": "ROC(?: curves?)?",
    "AUC": "AUC|area under the curve",
    "majority baseline": "majority baseline|always the (?:most common|commonest) genre",
    "Bayes limit": "Bayes limit|best possible (?:score|accuracy|classifier)|no classifier can do better",
    "chance level": "chance level|guessing",
    "interval": "(?:confidence )?intervals?",
    "Cohen's kappa": "(?:Cohen's )?kappa",
    "overlap": "(?<!may )(?<!not )(?<!intervals )overlaps?",
    "t test": "(?:corrected )?t[- ]tests?",
    "McNemar test": "McNemar(?:'s)?(?: exact)?(?: test)?",
    "Holm": "Holm(?:'s)?",
    "p-value": "p-values?",
    "quantile": "quantiles?|(?:lower |upper )?quartiles?|percentiles?",
    "correlation": "correlations?|correlate[sd]?",
    "permutation": "permutations?|shuffl(?:ed|ing)",
    "leakage": "leakage|leaks?",
    "held-out": "held[- ]out",
    "group split": "(?:group|artist|album|track) splits?",
    "standardize": "standardiz(?:ed?|ing)|standardization",
    "features": "features?",
    "doubtful label": "doubtful(?: labels?)?",
    "cross-validation": "cross-validat(?:ion|ed)",
    "stratified": "stratif(?:ied|y)",
    "PCA": "PCA|principal component analysis",
    "LDA": "LDA|linear discriminant analysis",
    "discriminant direction": "discriminant(?: directions?)?",
    "t-SNE": "t-SNE|tSNE",
    "diverged": "diverge[sd]?|divergence|diverging",
    "overfitting": "overfit(?:s|ting|ted)?",
    "underfitting": "underfit(?:s|ting|ted)?",
    "gradient": "gradients?",
    "vanishing gradients": "vanish(?:ing|ed) gradients?|gradients? vanish(?:es|ed)?",
    "hidden layer": "hidden layers?",
    "SGD": "SGD|stochastic gradient descent",
    "convolutional network": "convolutional(?: recurrent)? networks?|CNN",
    "convolution": "convolutions?|convolutional",
    "pooling": "pool(?:ing|ed)",
    "recurrent network": "recurrent(?: networks?)?",
    "perceptron": "(?:multilayer )?perceptrons?",
    "nearest neighbor": "nearest[- ](?:neighbor|training track)s?",
    "transfer": "transfer(?: learning)?",
    "fine-tuning": "fine[- ]tun(?:ing|ed|es?)",
    "pretrained": "pre-?trained",
    "augmentation": "augment(?:ation|ed|s)?",
    "batch": "(?:mini-?)?batch(?:es)?|batch size",
    "batch norm": "batch norm(?:alization)?",
    "weight decay": "weight decay|L2",
    "confusion matrix": "confusion matri(?:x|ces)|confusions",
    "regularization": "regulariz(?:ation|es?)",
    "learning rate": "learning[- ]rates?",
    "early stopping": "early stopping|stop(?:s|ped|ping)? early",
    "pruning": "prun(?:ing|e[ds]?)",
    "cross-fitting": "cross-fit(?:ting|ted)",
    "calibration": "calibrat(?:ion|ed)",
    "reliability": "reliability(?: diagrams?)?",
    "ECE": "ECE|(?:expected )?calibration errors?",
    "Brier score": "Brier(?: scores?)?",
    "temperature scaling": "temperature(?: scaling)?",
    "posterior": "posteriors?|true probabilit(?:y|ies)",
    "KL divergence": "KL(?: divergence)?",
    "prediction set": "prediction sets?|conformal(?: prediction)?",
    "overconfident": "overconfiden(?:t|ce)",
    "underconfident": "underconfiden(?:t|ce)",
    "withheld": "withh[eo]ld(?:s|ing)?",
    "faithfulness": "faithful(?:ness|ly)?",
    "MFCC": "MFCCs?",
    "mel": "(?:log-)?mel(?:-frequency)?",
    "RMS": "RMSE?",
    "frequency": "frequenc(?:y|ies)|k?hz|hertz",
    "spectrum": "spectr(?:um|a)",
    "decibels": "decibels?|dB",
    "zero crossing rate": "zero[- ]crossing rates?",
    "nats": "nats?",
    "inflates": "inflat(?:es?|ed|ing)",
    "same for practical purposes": "(?:the )?same for practical purposes",
    "bias": "bias(?:es)?",
}
"""Terms that are spelled otherwise than by their names, with or without an s: regular expressions of both languages."""
_EDGES = r"(?<![\w-])(?:{})(?!\w)"


def spelled(term: str) -> str:
    """Return the regular expression of a term."""
    return SPELLED.get(term) or re.escape(term).replace("\\-", "-").replace("\\ ", " ") + "s?"


def in_order(terms: Iterable[str]) -> list[str]:
    """Return terms in the order in which they are looked for: the longest first."""
    return sorted(terms, key=lambda term: (-len(term), term))


def pattern(ordered: Iterable[str], also: Iterable[str] = ()) -> str:
    """Return one regular expression with a group for each term and then for each of `also`, in any letters' case."""
    return _EDGES.format("|".join(f"({one})" for one in (*map(spelled, ordered), *also)))
