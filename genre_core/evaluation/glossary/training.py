"""Terms of networks and how they learn."""

TRAINING: dict[str, str] = {
    "training": "Changing a network's weights step by step, so that its errors on the training tracks become smaller.",
    "loss": "How wrong the network is, as training measures it: small when it gives the true genre a high probability.",
    "seed": (
        "The number from which random numbers start. With the same seed, weights, batches and splits are the same."
    ),
    "class weighting": "With balanced weighting, errors on rare genres cost more in training: each genre counts alike.",
    "label smoothing": "Telling the network in training that labels are not quite certain. It becomes less confident.",
    "convolutional network": (
        "A network that looks for the same small patterns everywhere in a picture, here in the spectrogram of a sound."
    ),
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
    "network": "Layers of units that compute a score for each genre from the features of a track.",
    "classifier": "A rule that gives each track a genre. A trained network is one.",
    "parameter": "A number that training sets: a weight or a bias.",
    "hyperparameter": "A setting that is chosen before training, such as the learning rate or the number of layers.",
    "weight": "A number by which a unit multiplies what comes in. Training changes it.",
    "bias": "A number that a unit adds to its sum. Training changes it.",
    "hidden layer": "A layer of units between the features and the answer.",
    "layer": "Units that compute side by side, all from the numbers of the layer before.",
    "activation": "What a unit passes on. The activation function, such as ReLU, makes it from the unit's sum.",
    "tanh": "An activation function that squeezes a sum to between −1 and 1.",
    "sigmoid": "An activation function that squeezes a sum to between 0 and 1.",
    "GELU": "An activation function like ReLU with a rounded corner.",
    "dead unit": "A ReLU unit that is silent for every track. It gets no gradient, so it cannot recover by itself.",
    "softmax": "What turns the logits of all genres into probabilities that add up to 100 %.",
    "cross-entropy": (
        "The loss of this training: −ln of the probability given to the true genre, averaged over the tracks."
    ),
    "entropy": (
        "How spread out probabilities are: 0 when one genre has all of them, highest when all genres have the same."
    ),
    "optimizer": "The rule that turns gradients into changes of the weights, such as Adam or SGD.",
    "Adam": (
        "An optimizer that adapts the step of each weight to its recent gradients. It works well without much tuning."
    ),
    "AdamW": "Adam with a weight decay that is applied separately from the gradient.",
    "SGD": "Stochastic gradient descent: each step follows the gradient of one batch, usually with momentum.",
    "momentum": "How much of the last step carries over into the next. It smooths the way, and too much overshoots.",
    "gradient": "For each weight, how the loss changes as the weight grows. A training step goes the other way.",
    "vanishing gradients": "Gradients that shrink from layer to layer, until the first layers hardly learn.",
    "diverged": "The loss grew instead of falling, usually because the learning rate was too high.",
    "rate schedule": "How the learning rate changes while the network learns, for example falling along a cosine.",
    "overfitting": "Learning the training tracks by heart: training gets better while validation gets worse.",
    "underfitting": "Learning too little: the network is poor even on its training tracks.",
    "regularization": "Anything that makes memorizing harder in training, such as dropout or weight decay.",
    "batch norm": "Bringing the numbers inside a network to one scale in each batch, which makes learning steadier.",
    "augmentation": (
        "Training on changed copies too, such as quieter or noisier ones, so that the network ignores such changes."
    ),
    "mixup": "Training on mixes of two tracks and their labels. The network becomes less confident and memorizes less.",
    "SpecAugment": "Hiding random moments and ranges of pitch of a spectrogram in training.",
    "convolution": "Looking for the same small pattern at every place of a picture.",
    "pooling": "Keeping one number, the largest or the mean, of several neighbors: finer places are given up.",
    "recurrent network": "A network that reads a sound from start to end and keeps a memory of what it has heard.",
    "LSTM": "A recurrent network with gates that decide what to write into its memory, what to keep and what to read.",
    "GRU": "A recurrent network like the LSTM, with one gate and a quarter of the weights less.",
    "attention": "A way for a network to weigh the moments of a clip by how much they tell.",
    "transformer": "A network in which all pieces of a clip look at each other, through attention.",
    "perceptron": "Layers in which each unit sees all numbers of the layer before. It reads features, not sound.",
    "logistic regression": "The simplest network, without hidden layers: one weight for each feature and genre.",
    "nearest neighbor": "A classifier that answers with the genre of the training track whose features are closest.",
    "embedding": "The numbers by which a network describes a track inside, and on which others can build.",
    "transfer": "Using what a network learned on other data. Little music of one's own is then enough.",
    "pretrained": "Trained before, by others, on much more music.",
    "fine-tuning": "Training a pretrained network further on one's own tracks.",
    "tagger": "A network that was trained to give clips tags such as “guitar” or “slow”.",
    "ensemble": "Several networks whose probabilities are averaged. Their errors partly cancel out.",
    "trial": "One training run of a search, with settings that the search chose.",
    "TPE": "Tree-structured Parzen estimator: a search that tries settings like those of the best trials so far.",
    "random search": "A search that draws settings at random.",
    "grid search": "A search that tries every combination of a few values of each setting.",
    "pruning": "Stopping a trial early because it is clearly behind the others.",
}
