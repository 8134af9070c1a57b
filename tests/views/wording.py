"""Technical words of the field, and which of those that a page says have no sentence in the glossary."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from streamlit.testing.v1 import AppTest

from genre_core.data.feature_words import IN_TEXTS
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.evaluation.glossary.spelling import in_order, pattern

EXPLAINED = re.split(
    r",\s",
    """\
learning rate, epoch, batch, batch size, dropout, weight decay, momentum, optimizer, Adam, AdamW, SGD, ReLU, tanh,
sigmoid, GELU, activation, loss, cross-entropy, nats, accuracy, macro-F1, F1, precision, recall, kappa, McNemar,
confusion matrix, calibration, calibrated, ECE, Brier, log loss, temperature, prediction set, conformal,
standard score, standardized, principal component, discriminant direction, MFCC, chroma, spectral centroid,
spectral rolloff, spectral bandwidth, zero crossing rate, tempo, RMS, mel, spectrogram, window, augmentation, mixup,
SpecAugment, codec, domain shift, embedding, transfer, ensemble, seed, stratified, group split, leak, leakage,
bootstrap, interval, quantile, quartile, p-value, permutation, overfitting, underfitting, early stopping, patience,
gradient, vanishing gradients, dead unit, softmax, logit, hidden layer, hidden unit, parameter, convolution, pooling,
TPE, pruning, pruned, fold, cross-validation, Bayes limit, baseline, ROC, AUC, chance level, random search,
grid search, label smoothing, class weighting, posterior, entropy, odds, overlap, outlier, correlation, variance,
standard deviation, median, PCA, LDA, t-SNE, timbre, onset, tonnetz, transformer, attention, LSTM, GRU, recurrent,
perceptron, logistic regression, fine-tuned, pretrained, tagger, attribution, integrated gradients, faithfulness,
counterfactual, threshold, coverage, t-test, margin, mfcc4, chroma_stft, spectral_centroid_mean, zcr, rms_var,
rolloff""",
)
"""Words that pages say, or may."""
UNUSED = re.split(
    r",\s",
    """\
hyperplane, autoencoder, backpropagation, boosting, random forest, support vector, SVM, k-means, clustering,
isotonic, Platt, sensitivity, specificity, micro-F1, perplexity, kernel, stride, heteroscedastic, homoscedastic,
eigenvector, eigenvalue, covariance, kurtotic, likelihood, prior, marginal, null hypothesis, significance,
significant, z-score, Wilcoxon, chi-square, Bonferroni, Kruskal, Kolmogorov, Spearman, Pearson, MCC, RMSProp,
Adagrad, Nesterov, warmup, annealing, gradient clipping, layer norm, residual, skip connection, self-attention,
multi-head, encoder, decoder, tokenizer, latent, logloss, hinge, focal loss, focal, elastic net, lasso, ridge,
jackknife, leave-one-out, Monte Carlo, Gaussian process, Hyperband, ASHA, occlusion, SHAP, LIME, saliency, UMAP,
ANOVA, heatmap, arousal, cepstrum, autocorrelation, Nyquist, aleatoric, epistemic, hubness, logarithmic, softplus,
swish, SiLU, ELU, maxout""",
)
"""Words that no page says yet: one that does has to explain them."""


def explained(word: str) -> bool:
    """Return whether the glossary marks a word as a whole."""
    return bool(re.fullmatch(_pattern(), word, re.IGNORECASE))


@cache
def _pattern() -> str:
    return pattern(in_order(GLOSSARY), IN_TEXTS)


@cache
def _missing() -> frozenset[str]:
    """Return the technical words that have no sentence."""
    return frozenset(word.casefold() for word in EXPLAINED + UNUSED if not explained(word))


@cache
def _plain(text: str) -> frozenset[str]:
    words = re.findall(r"[a-z0-9][\w'-]*", re.sub(r"<style.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL).casefold())
    said = {*words, *(word.removesuffix("s") for word in words), *map(" ".join, pairwise(words))}
    return frozenset(said & _missing())


def unexplained(page: AppTest) -> set[str]:
    """Return the technical words that a page says and the glossary does not."""
    return {word for text in said_by(page) for word in _plain(text)}


def said_by(page: AppTest) -> Iterator[str]:
    """Give all that a person reads on a page: texts, labels, what can be chosen, and what components draw."""
    for element in page._tree:
        proto = getattr(element, "proto", None)
        if proto is None:
            continue
        if hasattr(proto, "json") and element.type == "bidi_component":
            yield from _said(proto.json)
        for name in ("body", "label", "help"):
            if isinstance(text := getattr(proto, name, None), str):
                yield text
        if hasattr(proto, "options"):
            yield from map(str, proto.options)


@lru_cache(1_000)
def _said(data: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_strings(json.loads(data))))


def _strings(part: Any) -> Iterable[str]:
    if isinstance(part, str):
        return _strings(json.loads(part)) if part.startswith(("{", "[")) else [part] if " " in part else []
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return (text for one in inner for text in _strings(one))
