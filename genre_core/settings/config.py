"""Configurations: frozen values that determine a result.

A setting's default, bounds, step, scale, unit and help stand in one line here; the widget, the address parameter, the
terminal option, the search space and the run table are derived from it (see `settings`). Dotted names such as
`train.learning_rate` name a setting everywhere.

Conventions: rates and fractions lie in [0, 1]; seeds fit in 32 bits because NumPy's legacy generator needs that.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import PurePath
from typing import Annotated, Any, ClassVar, Literal, Self, Union

from pydantic import BeforeValidator, Field, SerializeAsAny, TypeAdapter, model_validator

from genre_core.networks import ARCHITECTURES, MlpConfig, NetworkConfig
from genre_core.settings.genres import genre_pairs
from genre_core.values import Frozen, Seed, fingerprint, setting

MAX_VALUES = 20_000_000
"""Most numbers (tracks × features) a generated data set may hold: 160 MB as float64."""

# fmt: off
# One line per setting, however long: it is the one place where the setting is described.


class SourceConfig(Frozen):
    """Where tracks come from: a source's settings, and what it declares of its tracks before they are loaded."""

    source: str
    title: ClassVar[str]
    """The source in a list: "table of features"."""
    module: ClassVar[str]
    """The module whose `load(config, tables)` returns the tracks."""
    imported: ClassVar[str] = ""
    """What a person imports before there are tracks: "table"; nothing where nothing is imported."""

    @property
    def generator(self) -> "SyntheticConfig | None":
        """Return how the tracks are drawn, where that is known; then the best possible is known too."""
        return None

    @property
    def stored(self) -> tuple[str, ...]:
        """Return the hashes of the stored tables that it reads, that of the tracks first."""
        return ()

    @property
    def identity(self) -> str:
        """Return what names the tracks, whichever features of them are taken."""
        return self.model_dump_json()

    def called(self, tables: Mapping[str, str]) -> str:
        """Return what the tracks are called; `tables` are the names of stored tables by content hash."""
        return self.title


class SyntheticConfig(SourceConfig):
    """Tracks drawn around one mean per genre: the notebook's generator."""

    title = "synthetic tracks"
    module = "genre_core.data.sources.synthetic"

    source: Literal["synthetic"] = "synthetic"
    n_samples: int = setting(8000, "Tracks", "How many tracks to draw: rows of the table, whole tracks or segments of them. More tracks narrow every interval; training takes longer.", ge=40, le=200_000, step=100, scale="log", unit="tracks")
    n_features: int = setting(20, "Features", "How many numbers describe a track. More features tell genres apart better and need more tracks to learn from.", ge=2, le=500, step=1, scale="log", unit="features")
    n_genres: int = setting(8, "Genres", "How many genres there are. With more of them guessing gets harder and confusions multiply.", ge=2, le=60, step=1, unit="genres")
    overlap: float = setting(4.25, "Overlap", "Standard deviation of tracks around their genre's mean (of one artist's tracks around their artist, where there are artists). Up: genres blend and no classifier can tell them apart; down: they come apart.", ge=0.05, le=20, step=0.05)
    spread: float = setting(2.0, "Spread", "Standard deviation of the genres' means. Up: genres lie further apart and are easier to tell; at 0 only the shift separates them.", ge=0, le=10, step=0.1)
    shift: float = setting(0.5, "Shift", "How much further along every feature each genre lies than the one before it. Up: neighbours in the list come apart; at 0 the order carries nothing.", ge=0, le=5, step=0.05)
    seed: Seed = setting(42, "Data seed", "Start of the random stream that draws the tracks. The same seed draws the same tracks.", step=1)
    imbalance: float = setting(1.0, "Imbalance", "How many times as many tracks the first genre has as the last, in equal ratios from genre to genre. Up: rare genres are found less often, and accuracy hides it; at 1 all have the same number.", ge=1, le=100, scale="log", unit="times")
    artists: int = setting(0, "Artists per genre", "How many artists each genre's tracks are dealt to; at 0 there are none. Tracks of one artist sound alike, so a split that tears them apart flatters the score.", ge=0, le=500, step=1, unit="artists")
    artist_spread: float = setting(2.0, "Artist spread", "Standard deviation of the artists' own sounds around their genre, added to the overlap. Up: a network can learn artists instead of genres; at 0 artists make no difference.", ge=0, le=20, step=0.05)
    albums: int = setting(0, "Albums per artist", "How many albums each artist's tracks are dealt to; at 0, and without artists, there are none.", ge=0, le=50, step=1, unit="albums")
    album_spread: float = setting(1.0, "Album spread", "Standard deviation of the albums around their artist. Up: tracks of one album sound more alike than other tracks of that artist.", ge=0, le=20, step=0.05)
    segments: int = setting(1, "Segments per track", "How many rows are pieces of one track. With more than 1, a split by rows puts pieces of training tracks into the test.", ge=1, le=50, step=1, unit="segments")
    segment_spread: float = setting(1.0, "Segment spread", "Standard deviation of the segments around their track, added to the overlap. Up: pieces of one track sound less alike, and tearing them apart leaks less.", ge=0, le=20, step=0.05)
    correlation: float = setting(0.0, "Correlation", "Correlation of any two features among the tracks of one genre, the same for all pairs. Up: features repeat each other along their common direction, and their differences tell more.", ge=0, le=0.95, step=0.05)
    label_noise: float = setting(0.0, "Label noise", "Part of the tracks that carry a wrong genre, in training and test alike; the true ones are kept. Up: no classifier can be right about the labels, however well it hears the genres.", ge=0, le=0.5, step=0.01)
    noise_kind: Literal["uniform", "neighbours", "chosen"] = setting("uniform", "Wrong labels", "A wrong label is any other genre, always the genre whose mean lies nearest, or one that you pair with the true one.", labels={"uniform": "any other genre", "neighbours": "the nearest genre", "chosen": "chosen pairs"})
    noise_pairs: str = setting("", "Mislabelled pairs", "Genres whose tracks carry each other's label, label noise being the part of their tracks that do; by name or number from 1 with commas between pairs: Jazz-Folk, Rock-Pop. A genre in several pairs gets each partner equally often; genres in none keep their labels. Empty: no label is wrong.", max_length=2000, when={"noise_kind": "chosen"})
    missing_rate: float = setting(0.0, "Missing", "Part of all values that are missing, at random. Up: less is known of each track.", ge=0, le=0.5, step=0.01)
    outlier_rate: float = setting(0.0, "Outliers", "Part of the tracks that lie much further from their genre than the others do.", ge=0, le=0.3, step=0.01)
    outlier_scale: float = setting(5.0, "Outlier scale", "How many times the overlap outliers scatter. Up: they lie further out and bend what is learned more.", ge=1, le=20, step=0.5, unit="times")

    @property
    def generator(self) -> "SyntheticConfig":
        """Return itself."""
        return self

    @property
    def tracks_per_genre(self) -> tuple[int, ...]:
        """Return how many tracks each genre has, a geometric series; what does not divide evenly is left out.

        Shares are rounded by the largest remainder, so that the sum is that of a balanced draw.
        """
        each, k = self.n_samples // self.segments // self.n_genres, self.n_genres
        weights = [self.imbalance ** (-genre / (k - 1)) for genre in range(k)]
        exact = [each * k * weight / sum(weights) for weight in weights]
        counts = [int(share + 1e-9) for share in exact]
        by_remainder = sorted(range(k), key=lambda genre: counts[genre] - exact[genre])
        for genre in by_remainder[: each * k - sum(counts)]:
            counts[genre] += 1
        return tuple(counts)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        genre_pairs(self.noise_pairs, self.n_genres)
        if self.n_samples * self.n_features > MAX_VALUES:
            raise ValueError(f"{self.n_samples:,} tracks of {self.n_features:,} features are more than the {MAX_VALUES:,} numbers that fit: lower one of them")
        if self.n_samples < 5 * self.n_genres:
            raise ValueError(f"{self.n_samples:,} tracks are too few for {self.n_genres} genres: a split needs at least 5 of each")
        if (rarest := min(self.tracks_per_genre)) < 5:
            raise ValueError(f"the rarest genre has {rarest} whole tracks, but a split needs at least 5: add tracks, or lower the imbalance or the segments per track")
        if (most := self.artists * max(1, self.albums)) > rarest:
            what = f"{self.artists:,} artists" + (f" of {self.albums} albums" if self.albums else "")
            raise ValueError(f"the rarest genre has {rarest:,} whole tracks, too few for {what} ({most:,} at one track each): add tracks, or lower their number")
        return self


# What both kinds of stored tracks have.
_TABLE: Any = setting("", "Table", "The stored table, named by the hash of its content.", pattern="^([0-9a-f]{64})?$")
_MISSING: Any = setting("median", "Missing values", "Replace a missing value by the median of the training part, or drop its row.", labels={"median": "median", "drop": "drop the row"})
_MIN_TRACKS: Any = setting(1, "Least per genre", "Genres with fewer tracks than this are left out. Up: drops genres too rare to learn or to split.", ge=1, le=10_000, step=1, scale="log", unit="tracks")


class TableConfig(SourceConfig):
    """Tracks read from a table of audio features that the store holds."""

    title = "table of features"
    module = "genre_core.data.sources.table"
    imported = "table"

    source: Literal["table"] = "table"
    table: str = _TABLE
    label: str = setting("", "Genre column", "The column that names each track's genre; empty: found by name and content.", max_length=200)
    group: str = setting("", "Group column", "Rows with the same value here are kept on one side of the split; empty: artist and album columns, and tracks read from names such as blues.00012.3.wav.", max_length=200)
    name: str = setting("", "Name column", "The column that names the tracks; pieces of one track are told by it. Empty: a file name or an identifier.", max_length=200)
    left_out: str = setting("", "Columns left out", "Columns that are not used at all, with commas between them. A column that gives the genre away belongs here.", max_length=20_000)
    taken: str = setting("", "Columns taken as features", "Columns that are features whatever they look like, with commas between them. They must hold numbers.", max_length=20_000)
    missing: Literal["median", "drop"] = _MISSING
    min_tracks: int = _MIN_TRACKS
    published: str = setting("", "Published split", "A stored split that names the tracks of each part, named by the hash of its content; empty: none.", pattern="^([0-9a-f]{64})?$")

    @property
    def stored(self) -> tuple[str, ...]:
        """Return the hashes of the table and of the published split."""
        return tuple(filter(None, (self.table, self.published))) if self.table else ()

    @property
    def identity(self) -> str:
        """Return the hash of the table."""
        return self.table

    def called(self, tables: Mapping[str, str]) -> str:
        """Return the name of the table's file."""
        name = tables.get(self.table)
        return f"table {self.table[:8]}, no longer stored" if name is None else PurePath(name).stem


class FmaConfig(SourceConfig):
    """Tracks of FMA, imported once from the files in which it is published."""

    title = "FMA"
    module = "genre_core.data.sources.fma"
    imported = "import of FMA"

    source: Literal["fma"] = "fma"
    table: str = _TABLE
    subset: Literal["small", "medium", "large", "full"] = setting("small", "Subset", "How much of FMA: small is 8 genres of 1,000 tracks each, medium 16 genres, unbalanced; large and full hold every track.", labels={"small": "small", "medium": "medium", "large": "large", "full": "full"})
    features: str = setting("", "Feature families", "Which features, by family and with commas between: chroma_cens, chroma_cqt, chroma_stft, mfcc, rmse, spectral_bandwidth, spectral_centroid, spectral_contrast, spectral_rolloff, tonnetz, zcr, and echonest where it was imported; empty: all but Echonest's.", max_length=300)
    statistics: str = setting("", "Statistics", "Which statistics of each feature over time, with commas between: kurtosis, max, mean, median, min, skew, std; empty: all.", max_length=200)
    genre: Literal["top", "lifted"] = setting("top", "Genre", "The top genre as given, or, where none is given, the one that most of a track's genres lead to in the tree of genres.", labels={"top": "top genre as given", "lifted": "lifted where none is given"})
    missing: Literal["median", "drop"] = _MISSING
    min_tracks: int = _MIN_TRACKS


    @property
    def stored(self) -> tuple[str, ...]:
        """Return the hash of the import."""
        return (self.table,) if self.table else ()

    @property
    def identity(self) -> str:
        """Return the hash of the import."""
        return self.table

    def called(self, tables: Mapping[str, str]) -> str:
        """Return the name of the subset."""
        return {"small": "FMA small", "medium": "FMA medium", "large": "FMA large", "full": "all of FMA"}[self.subset]


SOURCES: dict[str, type[SourceConfig]] = {"synthetic": SyntheticConfig, "table": TableConfig, "fma": FmaConfig}
"""Every source, by the name that its configurations have as `source`."""


@cache
def _sources(models: tuple[type[SourceConfig], ...]) -> TypeAdapter[SourceConfig]:
    union: Any = Annotated[Union[models], Field(discriminator="source")]  # noqa: UP007
    return TypeAdapter(union)


def _read_source(value: Any) -> Any:
    """Read a configuration of data as that of the source it names."""
    return _sources(tuple(SOURCES.values())).validate_python(value)


DatasetConfig = Annotated[SerializeAsAny[SourceConfig], BeforeValidator(_read_source)]


def labels_are_noisy(data: DatasetConfig) -> bool:
    """Return whether labels are known to be wrong now and then, so that the true genres can judge too."""
    return data.generator is not None and data.generator.label_noise > 0


class SplitConfig(Frozen):
    """Which tracks train, which choose, which report."""

    test_fraction: float = setting(0.15, "Test", "Part of all tracks kept for the final report. More: a narrower interval; fewer tracks to learn from.", ge=0.05, le=0.5, step=0.01)
    validation_fraction: float = setting(0.176, "Validation", "Part of what the test leaves, used to choose the best epoch. More: a steadier choice; fewer tracks to learn from.", ge=0.05, le=0.5, step=0.001)
    by: Literal["auto", "row", "track", "album", "artist", "group", "published"] = setting("auto", "Keep together", "What stays on one side of the split. Less than the most there is: the test holds pieces of training tracks, or tracks of artists that were trained on, and the score is too good (leaky).", labels={"auto": "the most there is", "row": "nothing: single rows", "track": "tracks", "album": "albums", "artist": "artists", "group": "groups", "published": "as published"})
    seed: Seed = setting(42, "Split seed", "Start of the random stream that deals tracks into parts.", step=1)
    folds: int = setting(0, "Folds", "Into how many folds what the test part leaves is cut, for cross-validation; one fold is then held out and reports, and the test part is in no part. At 0 there are none.", ge=0, le=20, step=1, unit="folds")
    fold: int = setting(1, "Held-out fold", "Which fold is held out; the others train, and a part of them chooses the best epoch. Beyond the number of folds it counts on through further dealings of the same tracks: of 5 folds, 6 is the first of the second dealing. Without folds it does nothing.", ge=1, le=200, step=1)

    @model_validator(mode="after")
    def _leaves_something(self) -> Self:
        if self.folds == 1:
            raise ValueError("1 fold leaves nothing to learn from: take at least 2 folds, or 0 for none")
        return self

    @model_validator(mode="before")
    @classmethod
    def _read_grouped(cls, values: Any) -> Any:
        """Read what runs were stored with while keeping together was yes or no."""
        if isinstance(values, dict) and "by" not in values and isinstance(values.get("grouped"), bool):
            rest = {name: value for name, value in values.items() if name != "grouped"}
            return {**rest, "by": "auto" if values["grouped"] else "row"}
        return values


@cache
def _models(architectures: tuple[type[NetworkConfig], ...]) -> TypeAdapter[NetworkConfig]:
    of_any: Any = Annotated[Union[architectures], Field(discriminator="architecture")]  # noqa: UP007
    return TypeAdapter(of_any)


def _read_model(value: Any) -> Any:
    """Read a network's configuration as that of the architecture it names."""
    return _models(tuple(ARCHITECTURES.values())).validate_python(value)


ModelConfig = Annotated[SerializeAsAny[NetworkConfig], BeforeValidator(_read_model)]


class _Learning(Frozen):
    """What may change while a network learns."""

    optimizer: Literal["adam", "adamw", "sgd"] = setting("adam", "Optimizer", "How a gradient becomes a step. Adam adapts each weight's step; AdamW decays weights apart from it; SGD takes the plain gradient with momentum.", labels={"adam": "Adam", "adamw": "AdamW", "sgd": "SGD"})
    learning_rate: float = setting(1e-3, "Learning rate", "Size of each step. Up: learns faster until it jumps about or diverges; down: steadier and slower.", ge=1e-6, le=10, scale="log")
    momentum: float = setting(0.9, "Momentum", "How much of the last step carries on into the next. Up: smoother and faster, then overshooting.", ge=0, le=0.99, step=0.01, when={"optimizer": "sgd"})
    schedule: Literal["constant", "cosine", "plateau"] = setting("constant", "Rate schedule", "Keep the learning rate, lower it along a cosine to zero at the last epoch, or halve it when validation loss stops falling for three epochs.", labels={"constant": "constant", "cosine": "cosine", "plateau": "on plateau"})
    batch_size: int = setting(64, "Batch size", "Tracks per step. Up: fewer, steadier steps an epoch; down: more, noisier ones.", ge=1, le=8192, step=1, scale="log", unit="tracks")
    max_epochs: int = setting(50, "Epochs at most", "Passes over the training tracks after which it stops in any case.", ge=1, le=500, step=1, scale="log", unit="epochs")
    monitor: Literal["accuracy", "loss"] = setting("accuracy", "Best by", "What decides the best epoch: the highest validation accuracy or the lowest validation loss.", labels={"accuracy": "validation accuracy", "loss": "validation loss"})
    patience: int = setting(10, "Patience", "Epochs without a better one before it stops early. Up: waits longer; at the highest number of epochs it never stops early.", ge=1, le=500, step=1, scale="log", unit="epochs")
    weight_decay: float = setting(0.0, "Weight decay", "Pull of every weight towards zero (L2). Up: simpler boundaries, in the end too simple.", ge=0, le=1, step=0.0001)
    label_smoothing: float = setting(0.0, "Label smoothing", "Part of each label spread evenly over all genres. Up: less sure of itself.", ge=0, le=0.9, step=0.01)
    class_weighting: Literal["none", "balanced"] = setting("none", "Class weighting", "Weigh each track by the rarity of its genre, so that rare genres count as much as common ones.", labels={"none": "none", "balanced": "balanced"})


class TrainConfig(_Learning):
    """How the network learns and when it stops."""

    seed: Seed = setting(42, "Training seed", "Start of the random stream of weights, batches and dropout.", step=1)


class BeforeConfig(_Learning):
    """What a branch comes from: how its first epochs were trained. Data, split, network and seeds are its own.

    The network and its random stream go on as they are; the optimizer keeps what it has gathered unless gradient
    descent and Adam take turns; the rate goes on where rate and schedule are the same, and otherwise starts as `train`
    says. The best epoch is that of the whole run, of the branch alone where the two are judged differently; patience
    counts from the branch on, so that one may branch where the run before had stopped.
    """

    epochs: int = setting(0, "Branch after epoch", "How many epochs are trained with the settings before, whatever their patience; from the next one on the others hold. At 0 there is no branch.", ge=0, le=499, step=1, unit="epochs")

    @model_validator(mode="before")
    @classmethod
    def _drop_what_does_nothing(cls, values: Any) -> Any:
        """Without a branch nothing comes before, so that configurations of one result are equal."""
        if isinstance(values, dict) and str(values.get("epochs", 0)) == "0":
            return {name: value for name, value in values.items() if name not in cls.model_fields}
        return values


class Member(Frozen):
    """A network whose probabilities are averaged with those of others, on the same data and split."""

    model: ModelConfig
    train: TrainConfig
    before: BeforeConfig = BeforeConfig()


# fmt: on

MOST_AVERAGED = 50
"""Most networks of an ensemble."""


class ExperimentConfig(Frozen):
    """Everything that determines a run's result.

    Of an ensemble, `averaged_with` are the other networks whose probabilities are averaged with those of this one.
    """

    data: DatasetConfig = SyntheticConfig()
    split: SplitConfig = SplitConfig()
    model: ModelConfig = MlpConfig()
    train: TrainConfig = TrainConfig()
    before: BeforeConfig = BeforeConfig()
    averaged_with: tuple[Member, ...] = Field((), max_length=MOST_AVERAGED - 1)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON, as 64 hex digits."""
        return fingerprint(self)

    @property
    def parent(self) -> "ExperimentConfig | None":
        """Return what a branch branches from, trained on without it; None where there is no branch."""
        if not self.before.epochs:
            return None
        train = TrainConfig(**self.before.model_dump(exclude={"epochs"}), seed=self.train.seed)
        return self.model_copy(update={"train": train, "before": BeforeConfig()})

    @property
    def members(self) -> "tuple[ExperimentConfig, ...]":
        """Return the configurations of the networks that an ensemble averages; none where it is no ensemble."""
        if not self.averaged_with:
            return ()
        alone = self.model_copy(update={"averaged_with": ()})
        return (alone, *(alone.model_copy(update=dict(other)) for other in self.averaged_with))

    @model_validator(mode="after")
    def _branches_in_between(self) -> Self:
        parts: list[ExperimentConfig | Member] = [self, *self.averaged_with]
        for part in parts:
            if (after := part.before.epochs) and after >= part.train.max_epochs:
                raise ValueError(f"a branch after epoch {after} needs more than {after} epochs at most")
            if after > part.before.max_epochs:
                raise ValueError(f"a branch after epoch {after} needs at least {after} epochs at most before it")
        return self
