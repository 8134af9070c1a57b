"""Terms of how good a model is."""

SCORES: dict[str, str] = {
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
    "confusion matrix": (
        "A table of true genres (rows) against predicted genres (columns). Correct predictions lie on the diagonal."
    ),
    "majority baseline": "The accuracy of always predicting the genre that is most common in training.",
    "Bayes limit": (
        "The highest accuracy that any classifier can expect on new tracks, known because the generator is known. On a "
        "few given tracks, the best one may be luckier. Where there are artists, it holds for those never heard."
    ),
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
    "macro average": "The mean over the genres, in which a rare genre counts as much as a common one.",
    "weighted average": "The mean over the genres, each weighted by its number of tracks.",
    "baseline": "A simple rule that a model must beat, such as always answering the commonest genre.",
    "chance level": "The score that pure guessing gets. A model that stays there has learned nothing.",
    "branch": "A genre of the tree with all genres below it. Of a run: training that continues from one of its epochs.",
}
