"""How good predictions are, and how sure one can be of that.

Conventions: `y_true` and `y_pred` (n,) hold class numbers 0 … n_genres - 1; rates are fractions in [0, 1]; losses are
in nats; in a confusion matrix rows are the true and columns the predicted genres; intervals cover 95 %.
"""
