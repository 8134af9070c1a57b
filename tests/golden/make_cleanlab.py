"""Writes cleanlab.json: what the package cleanlab says of labels, as confident learning's authors wrote it.

    pip install cleanlab==2.9.0 && python tests/golden/make_cleanlab.py

Where a track reaches several genres' thresholds, cleanlab takes the most probable genre of all, the paper the most
probable of those reached. The tracks here are such that both are the same.
"""

import json
from pathlib import Path

import numpy as np
from cleanlab.count import compute_confident_joint, estimate_joint
from cleanlab.rank import get_normalized_margin_for_each_label, get_self_confidence_for_each_label


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return labels, a sixth of them flipped, and probabilities of four genres for 60 tracks."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, 4, 60)
    scores = rng.standard_normal((60, 4)) + 2.2 * np.eye(4)[true]
    powers = np.exp(scores)
    labels = np.where(rng.random(60) < 1 / 6, (true + rng.integers(1, 4, 60)) % 4, true)
    return labels, (powers / powers.sum(axis=1, keepdims=True)).round(4)


def case(seed: int) -> dict[str, object] | None:
    labels, rounded = drawn(seed)
    pred_probs = rounded / rounded.sum(axis=1, keepdims=True)
    thresholds = np.array([pred_probs[labels == j, j].mean() for j in range(4)])
    reached = pred_probs >= thresholds
    if (reached.any(axis=1) & ~reached[np.arange(60), pred_probs.argmax(axis=1)]).any():
        return None
    counts, doubtful = compute_confident_joint(
        labels, pred_probs, calibrate=False, return_indices_of_off_diagonals=True
    )
    return {
        "labels": labels.tolist(),
        "pred_probs": rounded.tolist(),
        "confident_joint": counts.tolist(),
        "doubtful": sorted(int(row) for row in doubtful),
        "joint": estimate_joint(labels, pred_probs, confident_joint=counts).tolist(),
        "self_confidence": get_self_confidence_for_each_label(labels, pred_probs).tolist(),
        "normalized_margin": get_normalized_margin_for_each_label(labels, pred_probs).tolist(),
    }


if __name__ == "__main__":
    cases = [found for seed in range(40) if (found := case(seed))]
    Path(__file__).with_name("cleanlab.json").write_text(json.dumps({"cleanlab": "2.9.0", "cases": cases[:3]}) + "\n")
