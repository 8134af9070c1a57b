"""Terms of differences, chance and intervals."""

COMPARING: dict[str, str] = {
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
    "McNemar test": (
        "A test of whether one of two models is better. It uses only the tracks on which exactly one of them is right; "
        "if the models are equally good, each such track is a coin toss."
    ),
    "t test": (
        "A test of whether a mean difference could be chance. Corrected: it counts that repeated splits share training "
        "tracks, which makes their scores alike (Nadeau and Bengio 2003)."
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
    "inflates": (
        "The best of many noisy scores is partly the luckiest. Choosing anew on two thirds of the tracks shows by how "
        "much. In simulation, what is left of it is under 0.7 points with 60 tracks, and 0.3 with 240 or more."
    ),
    "test opened": (
        "For how many different configurations you have looked at tracks of this test part, whichever split showed "
        "them. Picking the best of several by their test score makes that score too optimistic: pick by validation."
    ),
    "permutation importance": (
        "How much the score drops when the values of one feature are shuffled among the tracks, so that the feature "
        "carries no information."
    ),
    "learning curve": "How well the network recognizes tracks after learning from more and more of the training part.",
    "interval": (
        "A range that contains the true value in about 95 of 100 such cases. The fewer the tracks, the wider it is."
    ),
    "bootstrap": "Drawing the same tracks again at random, many times, to see how much a score varies by luck alone.",
    "permutation": (
        "A new random order. What a model loses when a feature is shuffled shows how much it needs the feature."
    ),
    "standard deviation": "How far values usually lie from their mean.",
    "variance": "The mean squared distance of values from their mean: how much they vary.",
    "median": "The value in the middle: half of the others lie below it, half above.",
    "quantile": (
        "The value below which a given share of all values lies. Quartiles cut at a quarter, a half and three quarters."
    ),
    "correlation": (
        "How closely two quantities rise and fall together, from −1 to 1. At 0 one says nothing of the other."
    ),
    "mutual information": (
        "How much a feature tells about the genre, however the two are related. It is 0 if they are independent."
    ),
    "outlier": "A track that lies much farther from its genre than the others do.",
}
