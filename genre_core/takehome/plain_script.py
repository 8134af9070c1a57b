"""The program that trains a run again with torch and scikit-learn alone, as the notebook would have it.

Tracks like the notebook's are drawn in it. All others come along in a file of plain arrays, with the part of each row.
"""

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from genre_core.data.inputs import Features
from genre_core.errors import DataError
from genre_core.networks import MlpConfig
from genre_core.settings.config import ExperimentConfig, SoundConfig, SyntheticConfig, TrainConfig
from genre_core.settings.naming import own_settings
from genre_core.store.schema import Run
from genre_core.takehome.cells import Cell, Program, literal
from genre_core.takehome.naming import file_name
from genre_core.takehome.plain_network import plain_network
from genre_core.takehome.script import about_of, checked, then, title_of

if TYPE_CHECKING:
    from genre_core.training.experiment import Prepared

MOST_BYTES = 512 << 20
"""Largest file of arrays that comes along."""
_NOTEBOOK_DRAWS = {"n_samples", "n_features", "n_genres", "overlap", "spread", "shift", "seed"}


def plain_script(run: Run, prepared: "Prepared") -> Program:
    """Return the program that trains a run on its data again, without this library.

    Raises RunStateError where the run is not complete, or another version made it, and DataError where it learned in a
    way that takes this library; the sentence says which.
    """
    config = checked(run)
    if why := beyond(config):
        raise DataError(f"The plain script knows no {why}: use the script with genre_core.")
    drawn = drawn_by(config)
    name = "" if drawn else f"{file_name(run)}.npz"
    data = b"" if drawn else _arrays(prepared)
    cells = [
        Cell("1. Data", _draw(drawn, prepared) if drawn else _load(name, prepared), *_about_data(config, drawn, name)),
        Cell("2. Split", _split(config) if drawn else _parts(), _about_split(config, prepared)),
        Cell("3. Features", _scaling(prepared), _ABOUT_SCALING if _is_features(prepared) else ""),
        Cell("4. Model", _model(config, prepared)),
        Cell("5. Training", _training(config.train, prepared)),
        Cell("6. Evaluation", _evaluation(run, prepared), _about_evaluation(run)),
    ]
    return Program(title_of(run), about_of(run), tuple(cells), name, data)


def beyond(config: ExperimentConfig) -> str:
    """Return what of a run the plain script cannot do; nothing where it can do all."""
    model = config.model
    if config.averaged_with:
        return "ensembles"
    if config.before.epochs:
        return "branches"
    if model.architecture == "musicnn":
        return "pretrained networks"
    if isinstance(model, MlpConfig) and model.masks == "fast" and model.dropout:
        return "fast dropout masks"
    if config.train.mixup or any(getattr(model, name) for name in model.changes):
        return "changes at random in training"
    if isinstance(config.data, SoundConfig) and config.data.changes:
        return "changed copies of clips"
    return ""


def _is_features(prepared: "Prepared") -> bool:
    return isinstance(prepared.dataset.inputs, Features)


def drawn_by(config: ExperimentConfig) -> SyntheticConfig | None:
    """Return how the tracks are drawn, where the notebook's few lines draw and split them."""
    data, split = config.data.generator, config.split
    if data is None or split.folds or split.dealing or split.copies or split.by not in ("auto", "row"):
        return None
    others = {name.removeprefix("data.") for name in own_settings(ExperimentConfig(data=data))} - _NOTEBOOK_DRAWS
    return None if others else data


def _arrays(prepared: "Prepared") -> bytes:
    """Return rows, genres and parts as an .npz file of plain arrays."""
    dataset = prepared.dataset
    n_bytes = len(dataset) * int(np.prod(dataset.inputs.shape)) * (8 if _is_features(prepared) else 4)
    if n_bytes > MOST_BYTES:
        raise DataError(
            f"The data of this run take {n_bytes / 2**20:,.0f} MB, and {MOST_BYTES >> 20} can come along with the "
            "plain script: use the script with genre_core, which reads them from the store."
        )
    X = dataset.X if _is_features(prepared) else np.asarray(prepared.X[np.arange(len(dataset))])
    split, genres, out = prepared.split, np.array(dataset.genres), io.BytesIO()
    parts = {"train": split.train, "validation": split.validation, "test": split.test}
    np.savez_compressed(out, allow_pickle=False, X=X, y=dataset.y, genres=genres, **parts)
    return out.getvalue()


def _about_data(config: ExperimentConfig, drawn: SyntheticConfig | None, name: str) -> tuple[str]:
    if drawn:
        return ("Tracks are drawn around one mean per genre.",)
    scores = " as standard scores of the training part" if isinstance(config.data, SoundConfig) else ""
    kind = "features" if config.model.feature_set == "" else f"spectrograms{scores}"
    return (f"The file {name} holds the {kind}, the genres and the part of each row.",)


def _draw(drawn: SyntheticConfig, prepared: "Prepared") -> str:
    each = drawn.n_samples // drawn.n_genres
    return f"""\
import numpy as np

genres = {list(prepared.dataset.genres)!r}
rng = np.random.RandomState({drawn.seed})
X, y = [], []
for genre in range({drawn.n_genres}):
    mean = rng.randn({drawn.n_features}) * {drawn.spread!r} + {drawn.shift!r} * genre
    X.append(mean + rng.randn({each}, {drawn.n_features}) * {drawn.overlap!r})
    y += [genre] * {each}
order = rng.permutation({each * drawn.n_genres})
X, y = np.concatenate(X)[order], np.array(y)[order]
print(X.shape, 'tracks and features;', len(genres), 'genres')"""


def _load(name: str, prepared: "Prepared") -> str:
    return f"""\
import numpy as np

with np.load({name!r}) as file:
    data = dict(file)
X, y, genres = data['X'], data['y'], data['genres'].tolist()
print(X.shape, 'rows and {"features" if _is_features(prepared) else "bands and frames"};', len(genres), 'genres')"""


def _about_split(config: ExperimentConfig, prepared: "Prepared") -> str:
    split = prepared.split
    if split.by == "published":
        return "The split is the published one."
    if config.split.folds:
        return f"Fold {config.split.fold} of {config.split.folds} is held out as test."
    whole = "" if split.by == "row" else f" Each {split.by} is in one part."
    return f"Training, validation and test, stratified by genre.{whole}"


def _split(config: ExperimentConfig) -> str:
    test, validation, seed = config.split.test_fraction, config.split.validation_fraction, config.split.seed
    return f"""\
from sklearn.model_selection import train_test_split

rest, test = train_test_split(np.arange(len(y)), test_size={test!r}, random_state={seed}, stratify=y)
train, validation = train_test_split(rest, test_size={validation!r}, random_state={seed}, stratify=y[rest])
{_SIZES}"""


def _parts() -> str:
    return f"train, validation, test = data['train'], data['validation'], data['test']\n{_SIZES}"


_SIZES = "print(len(train), 'training,', len(validation), 'validation,', len(test), 'test')"
_ABOUT_SCALING = "Standard scores by the training part alone, so that nothing of the others leaks into training."


def _scaling(prepared: "Prepared") -> str:
    if not _is_features(prepared):
        return "Z = X  # they are standard scores already\nprint(len(Z), 'spectrograms')"
    lines = ["from sklearn.preprocessing import StandardScaler", ""]
    if np.isnan(prepared.dataset.X).any():
        lines[0] = "from sklearn.impute import SimpleImputer\n" + lines[0]
        lines.append("X = SimpleImputer(strategy='median', keep_empty_features=True).fit(X[train]).transform(X)")
    lines += [
        "Z = StandardScaler().fit(X[train]).transform(X).astype(np.float32)",
        "print('mean of the training part:', np.abs(Z[train].mean(axis=0)).max().round(4), 'at most from 0')",
    ]
    return "\n".join(lines)


def _model(config: ExperimentConfig, prepared: "Prepared") -> str:
    network = plain_network(config.model, prepared.dataset.inputs.shape, len(prepared.dataset.genres))
    seeded = f"torch.manual_seed({config.train.seed})\n"
    head, _, build = network.rpartition("\nnetwork = ")
    body = f"{head}\n{seeded}network = {build}" if head else seeded + network
    count = "print(sum(weights.numel() for weights in network.parameters()), 'weights and biases')"
    return f"import torch\nfrom torch import nn\n\n{body}\n{count}"


def _training(train: TrainConfig, prepared: "Prepared") -> str:
    rate, decay = train.learning_rate, train.weight_decay
    if train.optimizer == "sgd":
        optimizer = (
            f"torch.optim.SGD(network.parameters(), {rate!r}, momentum={train.momentum!r}, weight_decay={decay!r})"
        )
    else:
        kind = {"adam": "Adam", "adamw": "AdamW"}[train.optimizer]
        optimizer = f"torch.optim.{kind}(network.parameters(), {rate!r}, weight_decay={decay!r}, foreach=False)"
    schedule, advance = "", ""
    if train.schedule == "cosine":
        schedule = f"schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max={train.max_epochs})\n"
        advance = "    schedule.step()\n"
    elif train.schedule == "plateau":
        schedule = "schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=3)\n"
        advance = "    schedule.step(loss)\n"
    weights = ""
    if train.class_weighting == "balanced":
        weights = (
            "counts = np.bincount(y[train], minlength=len(genres)).clip(1)\n"
            "weights = torch.tensor(len(train) / (len(genres) * counts), dtype=torch.float32)\n"
        )
    arguments = ["weights"] if weights else []
    arguments += [f"label_smoothing={train.label_smoothing!r}"] if train.label_smoothing else []
    score = "accuracy" if train.monitor == "accuracy" else "-loss"
    return f"""\
from torch.utils.data import DataLoader, TensorDataset


def part(rows):
    return TensorDataset(torch.tensor(Z[rows]), torch.tensor(y[rows]))


learning = DataLoader(part(train), batch_size={train.batch_size}, shuffle=True)
checking = DataLoader(part(validation), batch_size={train.batch_size})
{weights}criterion = nn.CrossEntropyLoss({", ".join(arguments)})
optimizer = {optimizer}
{schedule}best_score, best_epoch, best = -np.inf, 0, None
for epoch in range(1, {train.max_epochs + 1}):
    network.train()
    losses = []
    for batch, labels in learning:
        optimizer.zero_grad()
        loss = criterion(network(batch), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    network.eval()
    with torch.no_grad():
        checked = [(network(batch), labels) for batch, labels in checking]
    loss = np.mean([criterion(logits, labels).item() for logits, labels in checked])
    accuracy = np.mean([right for logits, labels in checked for right in (logits.argmax(1) == labels).tolist()])
    told = f'validation loss {{loss:.4f}}, accuracy {{accuracy:.4f}}'
    print(f'epoch {{epoch:3}}: training loss {{np.mean(losses):.4f}}, {{told}}')
    if not np.isfinite(loss) or not np.isfinite(np.mean(losses)):
        break
{advance}    if {score} > best_score:
        best_score, best_epoch = {score}, epoch
        best = {{name: value.clone() for name, value in network.state_dict().items()}}
    if epoch - best_epoch >= {train.patience}:
        break
network.load_state_dict(best)
print('The best epoch was', best_epoch)"""


def _about_evaluation(run: Run) -> str:
    closed = "" if "test" in then(run) else " The test part of this run was never opened, so it stays closed here."
    return f"With the weights of the best epoch, by single {run.noun}s.{closed}"


def _evaluation(run: Run, prepared: "Prepared") -> str:
    figures: dict[str, Any] = then(run)
    return f"""\
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix, f1_score, log_loss

then = {literal((part, dict(found)) for part, found in figures.items())}
network.eval()
for name, figures in then.items():
    rows = {{'validation': validation, 'test': test}}[name]
    with torch.no_grad():
        logits = torch.cat([network(batch) for batch in torch.split(torch.tensor(Z[rows]), 64)])
    predicted, labels = logits.argmax(1).numpy(), range(len(genres))
    found = {{
        'accuracy': accuracy_score(y[rows], predicted),
        'macro_f1': f1_score(y[rows], predicted, labels=labels, average='macro', zero_division=0),
        'log_loss': log_loss(y[rows], logits.double().softmax(1).numpy(), labels=labels),
    }}
    for figure in figures:
        print(f'{{name}} {{figure}}: {{found[figure]:.4f}}, then {{figures[figure]:.4f}}')
    print(classification_report(y[rows], predicted, labels=labels, target_names=genres, zero_division=0))
    print(confusion_matrix(y[rows], predicted, labels=labels))"""
