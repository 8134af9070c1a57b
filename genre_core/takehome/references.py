"""References of a report: only those of what its run used."""

from collections.abc import Iterator

from genre_core.settings.config import ExperimentConfig, SoundConfig

_NETWORKS = {
    "mlp": "D. E. Rumelhart, G. E. Hinton, R. J. Williams: Learning representations by back-propagating errors. Nature 323 (1986).",
    "linear": "D. R. Cox: The regression analysis of binary sequences. Journal of the Royal Statistical Society B 20 (1958).",
    "cnn": "M. Lin, Q. Chen, S. Yan: Network in network. ICLR (2014).",
    "crnn": "K. Choi, G. Fazekas, M. Sandler, K. Cho: Convolutional recurrent neural networks for music classification. ICASSP (2017).",
    "lstm": "S. Hochreiter, J. Schmidhuber: Long short-term memory. Neural Computation 9 (1997).",
    "attention": "D. Bahdanau, K. Cho, Y. Bengio: Neural machine translation by jointly learning to align and translate. ICLR (2015).",
    "transformer": "A. Vaswani et al.: Attention is all you need. NeurIPS (2017).",
    "musicnn": "J. Pons, X. Serra: musicnn: pre-trained convolutional neural networks for music audio tagging. ISMIR, late-breaking (2019).",
}  # fmt: skip
_OPTIMIZERS = {
    "adam": "D. P. Kingma, J. Ba: Adam: a method for stochastic optimization. ICLR (2015).",
    "adamw": "I. Loshchilov, F. Hutter: Decoupled weight decay regularization. ICLR (2019).",
    "sgd": "B. T. Polyak: Some methods of speeding up the convergence of iteration methods. USSR Computational Mathematics and Mathematical Physics 4 (1964).",
}  # fmt: skip

_SOURCES = {
    "fma": "M. Defferrard, K. Benzi, P. Vandergheynst, X. Bresson: FMA: a dataset for music analysis. ISMIR (2017).",
    "music": "C. Raffel, D. P. W. Ellis: Intuitive analysis, creation and manipulation of MIDI data with pretty_midi. ISMIR, late-breaking (2014).",
}  # fmt: skip


def references(config: ExperimentConfig, *, compared: bool) -> tuple[str, ...]:
    """Return the references of a configuration; `compared` says that runs are compared."""
    return tuple(_used(config, compared))


def _used(config: ExperimentConfig, compared: bool) -> Iterator[str]:
    data, train = config.data, config.train
    yield from filter(None, [_SOURCES.get(data.source)])
    if isinstance(data, SoundConfig):
        yield "G. Tzanetakis, P. Cook: Musical genre classification of audio signals. IEEE Transactions on Speech and Audio Processing 10 (2002)."
    yield from filter(None, [_NETWORKS.get(config.model.architecture)])
    if getattr(config.model, "dropout", 0):
        yield "N. Srivastava et al.: Dropout: a simple way to prevent neural networks from overfitting. JMLR 15 (2014)."
    yield _OPTIMIZERS[train.optimizer]
    if train.mixup:
        yield "H. Zhang et al.: mixup: beyond empirical risk minimization. ICLR (2018)."
    yield "E. B. Wilson: Probable inference, the law of succession, and statistical inference. JASA 22 (1927)."
    yield "C. Guo et al.: On calibration of modern neural networks. ICML (2017)."
    if compared:
        yield "Q. McNemar: Note on the sampling error of the difference between correlated proportions or percentages. Psychometrika 12 (1947)."
        yield "S. Holm: A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6 (1979)."
    yield "A. Paszke et al.: PyTorch: an imperative style, high-performance deep learning library. NeurIPS (2019)."
    yield "F. Pedregosa et al.: Scikit-learn: machine learning in Python. JMLR 12 (2011)."
