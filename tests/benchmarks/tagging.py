"""Cost of the pretrained tagger, and what its embedding and tags are worth beside the 57 columns on real clips.

Processor time of one thread, for 30 s of sound. Then, for the clips that lie beside the project, accuracies of logistic
regression and of support vectors, both as scikit-learn has them: on five random folds, and on the published split by
artist (trained on its train and validation parts). Tags alone are judged without any training.

python -m tests.benchmarks.tagging
"""

import time
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from genre_core.data.clips.features import extract
from genre_core.data.clips.reading import read
from genre_core.data.clips.tagger.hearing import SAMPLE_RATE, embed, extract_tagger, log_mels
from genre_core.data.clips.tagger.network import Network, network_in
from genre_core.data.clips.tagger.tags import genre_from_tags, without_tags
from tests.benchmarks.report import median, milliseconds, print_table
from tests.tagger import fetched

DATA = Path(__file__).parents[3] / "shared" / "data"
SECONDS, ROUNDS = 30, 7
SETS = {"gtzan57": "57 columns", "tagger": "embedding", "tags": "tags"}


def main() -> None:
    """Print what the tagger costs, then its accuracies beside those of the 57 columns."""
    folder, why = fetched()
    if folder is None:
        raise SystemExit(why)
    torch.set_num_threads(1)
    with threadpool_limits(1):
        network = network_in(folder)
        print_costs(network)
        if (DATA / "clips").is_dir():
            print_accuracies(network)


def print_costs(network: Network) -> None:
    sound = np.random.default_rng(0).normal(size=SECONDS * SAMPLE_RATE).astype(np.float32) / 4
    parts = {"log-mels": lambda: log_mels(sound), "embedding and tags, with log-mels": lambda: embed(sound, network)}
    rows = []
    for name, work in parts.items():
        work()
        times = []
        for _ in range(ROUNDS):
            started = time.process_time()
            work()
            times.append(time.process_time() - started)
        rows.append((name, milliseconds(median(times))))
    print_table((f"{SECONDS} s of sound", "processor time"), rows)


def print_accuracies(network: Network) -> None:
    paths = sorted((DATA / "clips").rglob("*.wav"))
    y = np.array([path.stem.partition(".")[0] for path in paths])
    found: dict[str, list] = {name: [] for name in SETS}
    for path in paths:
        sound = read(path)
        for name, values in (extract(sound, ["gtzan57"]) | extract_tagger(sound, 22_050, network)).items():
            found[name].append(values)
    part = part_of()
    parts = np.array([part.get(path.stem, "") for path in paths])
    tested, trained = parts == "test", np.isin(parts, ("train", "valid"))
    rows = []
    for name, title in SETS.items():
        X = np.nan_to_num(np.stack(found[name]))
        lr, svc = (make_pipeline(StandardScaler(), one) for one in (LogisticRegression(max_iter=5000), SVC()))
        folds = [StratifiedKFold(5, shuffle=True, random_state=seed) for seed in range(5)]
        random = np.mean([cross_val_score(lr, X, y, cv=fold) for fold in folds])
        published = [one.fit(X[trained], y[trained]).score(X[tested], y[tested]) for one in (lr, svc)]
        rows.append((title, *(f"{100 * value:.0f} %" for value in (random, *published))))
    header = (f"{len(y)} clips, 10 genres", "random folds, LR", f"by artist ({tested.sum()}), LR", "by artist, SVC")
    print_table(header, rows)
    genres = sorted(set(y) - set(without_tags(sorted(set(y)))))
    among = np.isin(y, genres)
    told = np.array(genres)[genre_from_tags(np.stack(found["tags"])[among], genres).argmax(axis=1)]
    right = (told == y[among]).mean()
    print(f"Tags alone, without training: {100 * right:.0f} % of {among.sum()} clips of {len(genres)} genres.")


def part_of() -> dict[str, str]:
    """Return the part of each track of the published split, by its name."""
    parts = {}
    for part in ("train", "valid", "test"):
        for line in (DATA / "gtzan" / "splits" / f"{part}_filtered.txt").read_text().split():
            parts[Path(line).stem] = part
    return parts


if __name__ == "__main__":
    main()
