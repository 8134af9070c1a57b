"""How often prediction sets hold the right genre: over all tracks, by genre, for new artists, after choosing an epoch.

`python -m tests.benchmarks.prediction_sets [SAMPLES]` calibrates on as many validation parts and counts on tracks of
the same law. Each share is the mean over the parts, as the promise is; a single part may give a little more or less.
"""

import sys

import numpy as np
import torch

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.prediction_sets import LEVELS, calibrate, prediction_sets
from tests.benchmarks.report import print_table

K = 8
POOL = 4000
WEIGHTS = np.array([8, 6, 5, 4, 3, 2, 1, 1]) / 30
"""How common the genres are."""
EPOCHS = 60


def tracks(
    rng: np.random.Generator, n: int, artists: int = 0, apart: float = 2.0
) -> tuple[IntArray, FloatArray, IntArray]:
    """Return genres, probabilities that are too sure, and artists of unequal sizes whose tracks err alike.

    Common genres are the easier ones. The artist shifts all logits of a track.
    """
    owners = np.arange(n) if not artists else np.sort(rng.choice(artists, n, p=rng.dirichlet(np.full(artists, 1.5))))
    n_owners = artists if artists else n
    genre_of = rng.choice(K, n_owners, p=WEIGHTS)
    y = genre_of[owners]
    logits = rng.normal(size=(n, K)) + (apart * rng.normal(0, 0.6, (n_owners, K))[owners] if artists else 0.0)
    logits[np.arange(n), y] += apart * np.linspace(1.3, 0.6, K)[y]
    return y, softmax(1.5 * logits), owners


def percent(shares: list[float]) -> str:
    return f"{100 * np.mean(shares):.1f} %"


def over_all(rng: np.random.Generator, samples: int) -> None:
    """Print the share of all tracks, and of the genre that is held least and most often, with each kind of promise."""
    y, y_prob, _ = tracks(rng, 20 * POOL)
    rows = []
    for n in (60, 240, 1200):
        for by_genre in (False, True):
            row = [f"{n} tracks, {'by genre' if by_genre else 'over all'}"]
            for level in LEVELS:
                shares, genres, sizes = [], [], []
                for _ in range(samples):
                    at = rng.integers(len(y), size=n)
                    seen = rng.integers(len(y), size=POOL)
                    rule = calibrate(y[at], y_prob[at], level, by_genre=by_genre)
                    sets = rule.sets(y_prob[seen])
                    held = sets[np.arange(POOL), y[seen]]
                    shares.append(held.mean())
                    sizes.append(sets.sum(axis=1).mean())
                    genres.append([held[y[seen] == genre].mean() for genre in range(K)])
                each = 100 * np.mean(genres, axis=0)
                row.append(f"{percent(shares)}, {each.min():.1f}-{each.max():.1f}, {np.mean(sizes):.2f} genres")
            rows.append(row)
    print_table(["validation", *(f"{level:.0%}, genres, size" for level in LEVELS)], rows)


def new_artists(rng: np.random.Generator, samples: int) -> None:
    """Print the share for one track of a new artist, where artists are heeded and where they are not."""
    rows = []
    for artists in (9, 12, 20, 50):
        for heeded in (True, False):
            row = [f"{artists} artists{'' if heeded else ', taken for tracks of their own'}"]
            for level in LEVELS:
                shares, alone = [], []
                for _ in range(samples):
                    y, y_prob, owners = tracks(rng, 12 * artists, artists)
                    rule = calibrate(y, y_prob, level, groups=owners if heeded else None)
                    y, y_prob, owners = tracks(rng, POOL, POOL // 4)
                    once = np.unique(owners, return_index=True)[1]
                    held = prediction_sets(rule, y[once], y_prob[once]).share
                    shares.append(held)
                    alone.append(rule.too_few.any())
                row.append(f"{percent(shares)}{' (too few)' if np.mean(alone) > 0.5 else ''}")
            rows.append(row)
    print_table(["validation", *(f"{level:.0%}" for level in LEVELS)], rows)


def learned(rng: np.random.Generator) -> tuple[IntArray, FloatArray]:
    """Return genres of many tracks, and their probabilities after each epoch of a network that overfits."""
    means = rng.normal(0, 0.55, (K, 20))
    genres = rng.integers(K, size=400 + 5 * POOL)
    X = torch.tensor(means[genres] + rng.normal(size=(len(genres), 20)), dtype=torch.float32)
    labels = torch.tensor(genres)
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Linear(20, 128), torch.nn.ReLU(), torch.nn.Linear(128, K))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.004)
    found = []
    for _ in range(EPOCHS):
        for batch in torch.randperm(400).split(32):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(network(X[batch]), labels[batch]).backward()
            optimizer.step()
        with torch.no_grad():
            found.append(softmax(network(X[400:]).numpy().astype(np.float64)))
    return genres[400:], np.array(found)


def chosen_epoch(rng: np.random.Generator, samples: int) -> None:
    """Print the share where the tracks that calibrate chose the epoch as well, and where they did not."""
    y, by_epoch = learned(rng)
    losses = -np.log(by_epoch[:, np.arange(len(y)), y])
    right = by_epoch.argmax(axis=2) == y
    rows = []
    for n in (60, 240, 1200):
        for name, better in (("log loss", -losses), ("accuracy", right.astype(np.float64))):
            row = [f"{n} tracks, epoch by {name}"]
            for level in LEVELS:
                same, apart = [], []
                for _ in range(samples):
                    order = rng.permutation(len(y))
                    chose, other, seen = order[:n], order[n : 2 * n], order[2 * n :][:POOL]
                    y_prob = by_epoch[better[:, chose].mean(axis=1).argmax()]
                    for at, shares in ((chose, same), (other, apart)):
                        held = calibrate(y[at], y_prob[at], level).sets(y_prob[seen])[np.arange(len(seen)), y[seen]]
                        shares.append(held.mean())
                row.append(f"{percent(same)} against {percent(apart)}")
            rows.append(row)
    print_table(["validation", *(f"{level:.0%}" for level in LEVELS)], rows)


def adaptive_sizes(y: IntArray, y_prob: FloatArray, seen: FloatArray, level: float) -> FloatArray:
    """Return the sizes of adaptive sets: the likeliest genres until their sum reaches a limit."""

    def reached(table: FloatArray) -> tuple[IntArray, FloatArray]:
        order = np.argsort(-table, axis=1, kind="stable")
        return order, np.cumsum(np.take_along_axis(table, order, axis=1), axis=1)

    order, sums = reached(y_prob)
    needed = np.sort(sums[order == y[:, None]])
    rank = int(np.ceil(level * (len(y) + 1) - 1e-9))
    limit = needed[rank - 1] if rank <= len(y) else np.inf
    sizes: FloatArray = np.minimum((reached(seen)[1] <= limit).sum(axis=1), K)
    return sizes


def sizes(rng: np.random.Generator, samples: int) -> None:
    """Print how many genres are in a set, against adaptive sets."""
    rows = []
    for apart in (1.2, 2.0, 3.0):
        y, y_prob, _ = tracks(rng, 20 * POOL, apart=apart)
        row = [f"right on {100 * (y_prob.argmax(axis=1) == y).mean():.0f} %"]
        for level in LEVELS:
            own, adaptive = [], []
            for _ in range(samples):
                at, seen = rng.integers(len(y), size=600), rng.integers(len(y), size=POOL)
                own.append(calibrate(y[at], y_prob[at], level).sets(y_prob[seen]).sum(axis=1).mean())
                adaptive.append(adaptive_sizes(y[at], y_prob[at], y_prob[seen], level).mean())
            row.append(f"{np.mean(own):.2f} against {np.mean(adaptive):.2f}")
        rows.append(row)
    print_table(["genres in a set, against adaptive", *(f"{level:.0%}" for level in LEVELS)], rows)


def main() -> None:
    samples, rng = int(sys.argv[1]) if len(sys.argv) > 1 else 400, np.random.default_rng(0)
    over_all(rng, samples)
    new_artists(rng, samples)
    chosen_epoch(rng, samples)
    sizes(rng, samples)


if __name__ == "__main__":
    main()
