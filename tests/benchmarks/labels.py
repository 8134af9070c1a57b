"""How often "at most X % of the labels are wrong" holds, for networks good and bad, and how large it is.

The exact posterior of the noisy labels is a network that learned all there is to learn; tempered, it is too sure or not
sure enough; a regression that learned from 200 tracks is a bad one.

python -m tests.benchmarks.labels [times]
"""

import sys

import numpy as np
from sklearn.linear_model import LogisticRegression

from genre_core.bayes.posterior import posterior
from genre_core.data.sources import load_dataset
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.noise_floor import noise_floor
from genre_core.settings.config import SyntheticConfig
from tests.benchmarks.report import print_table

SIZES = (400, 2000, 10_000, 100_000)
WORK = 20_000
"""Of more tracks than these, as many fewer samples are drawn."""
TAUGHT = 200
NETWORKS = ("exact", "too sure", "not sure enough", "badly trained")


def main(times: int = 200) -> None:
    """Print, for each overlap, noise and size, how often the limit of each network holds."""
    rows = []
    for overlap in (3.0, 4.25):
        for kind, noise in (("uniform", 0.0), *((k, s) for k in ("uniform", "neighbours") for s in (0.05, 0.1, 0.2))):
            for n in SIZES:
                rows += _measured(overlap, kind, noise, n, times * WORK // max(n, WORK))
    print_table(("overlap", "noise", "wrong", "tracks", "network", "times", "limit holds", "limit, middle"), rows)


def _measured(overlap: float, kind: str, noise: float, n: int, times: int) -> list[tuple[str, ...]]:
    found: dict[str, list[float]] = {name: [] for name in NETWORKS}
    for seed in range(times):
        config = SyntheticConfig(overlap=overlap, n_samples=n + TAUGHT, label_noise=noise, noise_kind=kind, seed=seed)
        data = load_dataset(config)
        exact, y = np.log(posterior(config, data.X[TAUGHT:]) + 1e-30), data.y[TAUGHT:]
        bad = LogisticRegression(C=10, max_iter=50, tol=1e-2).fit(data.X[:TAUGHT] / 5, data.y[:TAUGHT])
        networks = (exact, 2 * exact, exact / 2, bad.decision_function(data.X[TAUGHT:] / 5))
        for name, logits in zip(NETWORKS, networks, strict=True):
            floor = noise_floor(y, softmax(logits))
            assert floor is not None
            found[name].append(floor.limit or 1.0)
    return [
        (
            f"{overlap:g}", kind if noise else "none", f"{100 * noise:.0f} %", f"{n:,}", name, str(times),
            f"{100 * np.mean(np.array(limits) >= noise):.1f} %", f"{100 * np.median(limits):.1f} %",
        )
        for name, limits in found.items()
    ]  # fmt: skip


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
