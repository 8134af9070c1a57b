"""Terms of probabilities, how far to trust them, and explanations."""

CONFIDENCE: dict[str, str] = {
    "confidence": "The probability that the model gives to its prediction.",
    "margin": "The probability of the predicted genre minus that of the second choice. Near 0 it is a close call.",
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
    "E-AURC": "The area above that of the ideal order, in which every wrong answer is withheld first.",
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
    "calibration": "How well probabilities mean what they say: of answers with 80 % confidence, 80 % should be right.",
    "overconfident": "Right less often than its confidence says.",
    "underconfident": "Right more often than its confidence says.",
    "threshold": (
        "The least confidence, or probability, that is needed for an answer. Below it the model says “don't know”."
    ),
    "withheld": "Not answered, because the confidence is below the threshold.",
    "odds": "A probability divided by the rest: odds of 3 to 1 are a probability of 75 %.",
    "attribution": "How much each feature added to the score of a genre, or took from it.",
    "integrated gradients": (
        "An explanation: it adds up how the answer changes on the way from an average input to this one."
    ),
    "class activation": (
        "An explanation: where the last patterns of a convolutional network respond that speak for the genre."
    ),
    "faithfulness": (
        "Whether an explanation is true: hiding what it names should change the answer more than hiding anything else."
    ),
    "counterfactual": "The smallest change that would give another answer.",
}
