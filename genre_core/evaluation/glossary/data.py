"""Terms of data and how they are split."""

DATA: dict[str, str] = {
    "validation": "Tracks that are not used for training. They choose the best epoch and the settings.",
    "test": "Tracks kept for the final report. If you choose settings by the test score, it becomes too optimistic.",
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
    "features": "The numbers that describe a track, such as its loudness or its tempo. The network sees nothing else.",
    "overlap": "How far tracks of one genre scatter into the others. Higher: fewer tracks can be told apart by anyone.",
    "doubtful label": (
        "The network does not predict the labeled genre, and it gives another genre at least the probability that "
        "tracks of that genre get on average. Wrong labels look like this; so do tracks between overlapping genres."
    ),
    "margin of the label": (
        "The probability of the labeled genre minus that of the most likely other genre. Near −100 % the network is "
        "sure that the label is wrong."
    ),
    "wrong label": "A label that is not the true genre of the track. Only synthetic tracks have a known true genre.",
    "label": "The genre that the data give for a track. It may be wrong.",
    "label noise": "Wrong labels among the right ones. They lower the score that any classifier can reach.",
    "split": "Dividing the tracks into training, validation and test, each with a job of its own.",
    "stratified": "Divided so that each part has the genres in the same shares as the whole.",
    "group split": (
        "A split that keeps all tracks of one artist, album or recording on one side, so that none is on both."
    ),
    "fold": (
        "One of the equal parts that cross-validation makes. Each is held out once, and the others train the network."
    ),
    "cross-validation": "Training once for each fold, so that every track is held out exactly once.",
    "held-out": "Not used for training, so that a model can be judged on it.",
    "segment": "A piece of a track with features of its own: a row of the data.",
    "synthetic": (
        "Drawn by a generator instead of measured on music. Its recipe is known, and so is the best possible score."
    ),
    "imbalance": "Genres with very different numbers of tracks. Accuracy then hides how the rare ones do.",
    "domain shift": (
        "New tracks differ in kind from the training tracks: other artists, other recordings. Scores then drop."
    ),
    "standardize": (
        "Subtract the training mean of a feature and divide by its standard deviation, so that all have one scale."
    ),
    "principal component": (
        "A direction along which the features of the tracks vary most. The second is the most that is left."
    ),
    "discriminant direction": (
        "A direction along which the genres lie as far apart as possible, measured by how they scatter."
    ),
    "projection": "A picture of many features in two dimensions. What looks mixed in it may be apart in truth.",
    "t-SNE": "A picture that keeps neighbors together. Its distances between clouds and their sizes mean nothing.",
    "redundant": "A feature that says hardly anything that another feature does not say already.",
    "ear test": "People say the genres of clips without seeing what a model says, so that both can be compared.",
    "codec": "A way to store sound in fewer bytes, such as MP3. A network can learn its traces instead of the music.",
}
