"""How generated music is heard: by the pretrained tagger, by the 57 columns, and how long a clip takes to render.

For pure genres (difficulty 0) the mean probability of the three tags that the tagger hears most in 20 clips each, the
first tag of most clips, and how many clips it would call by their genre, of the genres that have a tag (of Classical,
which has none, how many are called instrumental). Then accuracies of logistic regression on the 57 columns, on folds by
clip and by artist, beside the limit for who knows the recipe. Processor time of one thread.

python -m tests.benchmarks.music
"""

import time
from collections import Counter

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from genre_core.bayes.recipe import recipe_limit
from genre_core.data.clips.features import extract
from genre_core.data.clips.tagger.hearing import SAMPLE_RATE, embed
from genre_core.data.clips.tagger.network import Network, network_in
from genre_core.data.clips.tagger.tags import TAGS, genre_from_tags, tags_of
from genre_core.data.music.composing import compose
from genre_core.data.music.drawing import draw_pieces
from genre_core.data.music.rendering import samples_of
from genre_core.settings.config import MusicConfig
from genre_core.settings.genres import GENRES
from tests.benchmarks.report import median, milliseconds, print_table
from tests.tagger import fetched

HEARD = 20
NAMES = GENRES[:8]
CONFIGS = {
    "pure genres": MusicConfig(difficulty=0),
    "as it comes": MusicConfig(),
    "as it comes, 8 artists a genre": MusicConfig(artists=8),
    "difficulty 0.6": MusicConfig(difficulty=0.6),
}


def main() -> None:
    """Print what is heard, what the columns tell, and what a clip costs."""
    torch.set_num_threads(1)
    with threadpool_limits(1):
        print_costs()
        folder, why = fetched()
        if folder is None:
            print(why)
        else:
            print_tags(network_in(folder))
        print_accuracies()


def print_costs() -> None:
    pieces = draw_pieces(MusicConfig(clips=10)).pieces[:41]
    steps = {"compose": compose, "compose and render": lambda piece: samples_of(piece.model_dump_json())}
    rows = []
    for name, work in steps.items():
        work(pieces[0])
        times = []
        for piece in pieces[1:]:
            started = time.process_time()
            work(piece)
            times.append(time.process_time() - started)
        rows.append((name, milliseconds(median(times))))
    print_table((f"{pieces[0].seconds:g} s of music", "processor time"), rows)


def print_tags(network: Network) -> None:
    pieces = draw_pieces(MusicConfig(clips=HEARD, difficulty=0, seed=7)).pieces
    rows = []
    for genre in NAMES:
        own = [samples_of(piece.model_dump_json(), sample_rate=SAMPLE_RATE) for piece in pieces if piece.genre == genre]
        tags = np.array([embed(sound, network, hop=2.0).tags.mean(axis=0) for sound in own])
        first = tags.mean(axis=0).argsort()[::-1][:3]
        means = ", ".join(f"{TAGS[tag]} {tags[:, tag].mean():.2f}" for tag in first)
        (most, times), *_ = Counter(TAGS[tag] for tag in tags.argmax(axis=1)).most_common(1)
        if tags_of(genre):
            called = (genre_from_tags(tags, NAMES).argmax(axis=1) == NAMES.index(genre)).sum()
        else:
            called = (tags.argmax(axis=1) == TAGS.index("instrumental")).sum()
        rows.append((genre, means, f"{most} ({times})", f"{called} of {len(tags)}"))
    print_table(("20 clips of 5 s", "tags heard most", "first in most clips", "called by its genre"), rows)


def print_accuracies() -> None:
    rows = []
    for name, config in CONFIGS.items():
        draw = draw_pieces(config)
        X = np.array([extract(samples_of(p.model_dump_json()), ["gtzan57"])["gtzan57"] for p in draw.pieces])
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
        splits = {"clip": StratifiedKFold(6, shuffle=True, random_state=0)}
        if config.artists:
            splits["artist"] = StratifiedGroupKFold(6, shuffle=True, random_state=0)
        scores = []
        for by, folds in splits.items():
            told = cross_val_predict(model, X, draw.y, cv=folds, groups=draw.artist if by == "artist" else None)
            scores.append(f"{100 * (told == draw.y).mean():.1f}")
        limit = 100 * recipe_limit(config).accuracy
        rows.append((name, *scores, *["-"] * (2 - len(scores)), f"{limit:.1f}"))
    print_table(("320 clips, 57 columns", "by clip", "by artist", "limit"), rows)


if __name__ == "__main__":
    main()
