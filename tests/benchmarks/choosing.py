"""Effect of choosing settings by the scores of `repeat` on the score of the test part that nobody opened.

Thirty settings are equal: each is right on 80 % of all tracks, and by its own luck on which of 1,200. They are repeated
on ten splits, the best by its mean score is taken, and its score on the closed test part is compared with 80 %. Splits
of all tracks, as they were dealt once, also judge on tracks of the test part; splits of what it leaves do not.

python -m tests.benchmarks.choosing
"""

import numpy as np

from genre_core.data.dataset import Dataset, Part
from genre_core.data.inputs import Features
from genre_core.data.splitting import split_dataset
from genre_core.settings.config import ExperimentConfig, SplitConfig
from genre_core.studies.repeats.config import repeated
from tests.benchmarks.report import print_table

DRAWS, SETTINGS, SPLITS, TRACKS, GENRES, RIGHT = 200, 30, 10, 1200, 8, 0.8
PARTS: tuple[Part, ...] = ("validation", "test")


def main() -> None:
    """Choose on many draws, and print by how much the test score of the chosen settings is too high."""
    rows = []
    for closed in (False, True):
        found = np.array([flattery(seed, closed=closed) for seed in range(DRAWS)])
        dealt = "splits of what the test part leaves" if closed else "splits of all tracks"
        for part, mean, sd in zip(PARTS, found.mean(0), found.std(0, ddof=1), strict=True):
            error = 196 * sd / np.sqrt(DRAWS)
            rows.append((f"{dealt}, judged on {part}", f"{100 * mean:+.2f} ± {error:.2f} points"))
    print_table((f"the best of {SETTINGS} equal settings, {DRAWS} draws", "test score above the truth"), rows)


def flattery(seed: int, *, closed: bool) -> list[float]:
    """Return how much too high the test score is of the settings that ten splits choose, by the part they judge."""
    y, names = np.arange(TRACKS) % GENRES, tuple(map(str, range(TRACKS)))
    data = Dataset(Features(np.zeros((TRACKS, 1)), ("x",)), y, tuple("abcdefgh"), names)
    config = ExperimentConfig(split=SplitConfig(seed=seed))
    right = np.random.default_rng(seed).random((SETTINGS, TRACKS)) < RIGHT
    splits = [split_dataset(data, one.split) for one in repeated(config, SPLITS, "split", closed=closed)]
    scores = [np.mean([right[:, split[part]].mean(1) for split in splits], axis=0) for part in PARTS]
    tested = right[:, split_dataset(data, config.split).test].mean(1)
    return [float(tested[one.argmax()]) - RIGHT for one in scores]


if __name__ == "__main__":
    main()
