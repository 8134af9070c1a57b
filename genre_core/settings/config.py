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
from genre_core.values import Frozen, Seed, setting

MAX_VALUES = 20_000_000
"""Most numbers (tracks × features) a generated data set may hold: 160 MB as float64."""

SHORTEST_WINDOW, SHORTEST_HOP = 0.1, 0.01
"""Seconds."""

MUSIC_GENRES = 8
"""Genres that music is composed for: the notebook's."""

FMA_FAMILIES = ("chroma_cens", "chroma_cqt", "chroma_stft", "mfcc", "rmse", "spectral_bandwidth", "spectral_centroid",
                "spectral_contrast", "spectral_rolloff", "tonnetz", "zcr")  # fmt: skip
FMA_STATISTICS = ("kurtosis", "max", "mean", "median", "min", "skew", "std")
"""Features of FMA, and what each is over time."""


def shares_of(each: int, n_genres: int, imbalance: float) -> tuple[int, ...]:
    """Return how many tracks each genre has, `each` on average: a geometric series from the first genre to the last.

    Shares are rounded by the largest remainder, so that the sum is that of a balanced draw.
    """
    weights = [imbalance ** (-genre / (n_genres - 1)) for genre in range(n_genres)]
    exact = [each * n_genres * weight / sum(weights) for weight in weights]
    counts = [int(share + 1e-9) for share in exact]
    by_remainder = sorted(range(n_genres), key=lambda genre: counts[genre] - exact[genre])
    for genre in by_remainder[: each * n_genres - sum(counts)]:
        counts[genre] += 1
    return tuple(counts)


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
    """Noun for what a person imports before there are tracks: "table"; nothing where nothing is imported."""
    whole: ClassVar[str] = "track"
    """What a piece of music is called: a clip where it can be heard."""
    few_genres: ClassVar[bool] = False
    """Whether its genres are chosen by ticking them: they are a few, and quickly found out."""
    lists: ClassVar[Mapping[str, tuple[tuple[str, ...], tuple[str, ...], str]]] = {}
    """Settings that list names: those that an empty one means, which more there are, and a noun for them."""

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


# What all kinds of drawn tracks have.
_SEED: Any = setting(42, "Data seed", "The start of the random numbers that draw the tracks. The same seed draws the same tracks.", step=1)
_IMBALANCE: Any = setting(1.0, "Imbalance", "How many times as many tracks the first genre has as the last; the genres in between follow in equal ratios. Higher: rare genres are recognized less often, and accuracy hides it. At 1 all genres have the same number of tracks.", ge=1, le=100, scale="log", unit="times")
_ARTISTS: Any = setting(0, "Artists per genre", "How many artists share the tracks of each genre. Tracks by one artist sound alike, so a split that puts the same artist in training and test makes the score too good. At 0 there are no artists.", ge=0, le=500, step=1, unit="artists")
_ALBUMS: Any = setting(0, "Albums per artist", "How many albums share the tracks of each artist. At 0, or without artists, there are no albums.", ge=0, le=50, step=1, unit="albums")
_LABEL_NOISE: Any = setting(0.0, "Label noise", "Share of the tracks with a wrong genre label, in training and test alike; the true genres are stored too. Higher: even a classifier that knows every true genre disagrees with the labels more often. At 0 all labels are right.", ge=0, le=0.5, step=0.01)
_NoiseKind = Literal["uniform", "neighbours", "chosen"]
_NOISE_KIND: Any = setting("uniform", "Wrong labels", "Where wrong labels come from: any other genre, the genre whose mean is nearest, or a genre that you pair with the true one.", labels={"uniform": "any other genre", "neighbours": "the nearest genre", "chosen": "chosen pairs"})
_NOISE_PAIRS: Any = setting("", "Mislabeled pairs", "Genres that swap labels, by name or number and separated by commas, such as Jazz-Folk, Rock-Pop; label noise is the share of their tracks that get the other label. A genre in several pairs gets each partner equally often. Genres in no pair keep their labels.", max_length=2000, when={"noise_kind": "chosen"})


class SyntheticConfig(SourceConfig):
    """Tracks drawn around one mean per genre: the notebook's generator."""

    title = "synthetic tracks"
    module = "genre_core.data.sources.synthetic"

    source: Literal["synthetic"] = "synthetic"
    n_samples: int = setting(8000, "Tracks", "How many rows to draw: whole tracks, or segments of tracks. More of them narrow every interval, and training takes longer. The notebook draws 8,000.", ge=40, le=200_000, step=100, scale="log", unit="tracks")
    n_features: int = setting(20, "Features", "How many numbers describe a track. With more features, genres are easier to tell apart, but the network needs more tracks to learn from. The notebook has 20.", ge=2, le=500, step=1, scale="log", unit="features")
    n_genres: int = setting(8, "Genres", "How many genres there are. With more genres, guessing gets harder and there are more ways to go wrong. The notebook has 8.", ge=2, le=60, step=1, unit="genres")
    overlap: float = setting(4.25, "Overlap", "How far tracks scatter around the mean of their genre (or of their artist, if there are artists), as a standard deviation. Higher: the genres blend until no classifier can tell them apart. At 0.8 they are separate; at 4.25 they overlap a lot.", ge=0.05, le=20, step=0.05)
    spread: float = setting(2.0, "Spread", "How far the genre means scatter, as a standard deviation. Higher: the genres lie farther apart and are easier to tell apart. At 0 only the shift separates them; 2 is usual.", ge=0, le=10, step=0.1)
    shift: float = setting(0.5, "Shift", "How far each genre is moved along every feature, compared with the genre before it in the list. Higher: neighbors in the list are easier to tell apart. At 0 the order of the genres means nothing; 0.5 is usual.", ge=0, le=5, step=0.05)
    seed: Seed = _SEED
    imbalance: float = _IMBALANCE
    artists: int = _ARTISTS
    artist_spread: float = setting(2.0, "Artist spread", "How far artists scatter around their genre, as a standard deviation, in addition to the overlap. Higher: a network can learn artists instead of genres. At 0 artists make no difference.", ge=0, le=20, step=0.05)
    albums: int = _ALBUMS
    album_spread: float = setting(1.0, "Album spread", "How far albums scatter around their artist, as a standard deviation. Higher: tracks from one album sound more alike than other tracks by that artist.", ge=0, le=20, step=0.05)
    segments: int = setting(1, "Segments per track", "How many segments each track is cut into; each segment is a row. With more than 1, a split by rows puts segments of training tracks into the test part. At 1 a row is a whole track.", ge=1, le=50, step=1, unit="segments")
    segment_spread: float = setting(1.0, "Segment spread", "How far segments scatter around their track, as a standard deviation, in addition to the overlap. Higher: segments of one track sound less alike, so splitting them leaks less.", ge=0, le=20, step=0.05)
    correlation: float = setting(0.0, "Correlation", "How strongly any two features correlate within a genre, the same for all pairs. Higher: the features repeat each other, and the differences between them tell more. At 0 they are independent.", ge=0, le=0.95, step=0.05)
    label_noise: float = _LABEL_NOISE
    noise_kind: _NoiseKind = _NOISE_KIND
    noise_pairs: str = _NOISE_PAIRS
    missing_rate: float = setting(0.0, "Missing", "Share of all values that are missing, at random. Higher: less is known about each track.", ge=0, le=0.5, step=0.01)
    outlier_rate: float = setting(0.0, "Outliers", "Share of the tracks that lie much farther from their genre than the others. Higher: training is pulled off course more often.", ge=0, le=0.3, step=0.01)
    outlier_scale: float = setting(5.0, "Outlier scale", "How many times as far outliers scatter as other tracks. Higher: each outlier distorts training more.", ge=1, le=20, step=0.5, unit="times")

    @property
    def generator(self) -> "SyntheticConfig":
        """Return itself."""
        return self

    @property
    def tracks_per_genre(self) -> tuple[int, ...]:
        """Return how many tracks each genre has, a geometric series; what does not divide evenly is left out."""
        return shares_of(self.n_samples // self.segments // self.n_genres, self.n_genres, self.imbalance)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        genre_pairs(self.noise_pairs, self.n_genres)
        if self.n_samples * self.n_features > MAX_VALUES:
            raise ValueError(f"{self.n_samples:,} tracks of {self.n_features:,} features need more than the {MAX_VALUES:,} numbers that fit: lower one of them")
        if self.n_samples < 5 * self.n_genres:
            raise ValueError(f"{self.n_samples:,} tracks are too few for {self.n_genres} genres: a split needs at least 5 of each")
        if (rarest := min(self.tracks_per_genre)) < 5:
            raise ValueError(f"the rarest genre has {rarest} whole tracks, but a split needs at least 5: add tracks, or lower the imbalance or the segments per track")
        if (most := self.artists * max(1, self.albums)) > rarest:
            what = f"{self.artists:,} artists" + (f" of {self.albums} albums" if self.albums else "")
            raise ValueError(f"the rarest genre has {rarest:,} whole tracks, too few for {what} ({most:,} at one track each): add tracks, or lower their number")
        return self


# What several kinds of stored tracks have.
_TABLE: Any = setting("", "Table", "The stored table, by the hash of its content.", pattern="^([0-9a-f]{64})?$")
_MISSING: Any = setting("median", "Missing values", "Replace a missing value with the median of the training part, or drop its row. A row without any value is dropped unless all are replaced.", labels={"median": "median", "all": "median, also where a row has no value", "drop": "drop the row"})
_PUBLISHED: Any = setting("", "Published split", "A stored split that lists the tracks of each part, by the hash of its content. Empty: none.", pattern="^([0-9a-f]{64})?$")
_MIN_TRACKS: Any = setting(1, "Minimum tracks per genre", "Genres with fewer tracks than this are left out. Higher: more of the genres that are too rare to learn or to split are dropped.", ge=1, le=10_000, step=1, scale="log", unit="tracks")
_GENRES: Any = setting("", "Genres used", "The genres that are used, separated by commas; tracks of all others are left out. metal=heavy+death counts two genres as one, and * stands for all that are not named. Fewer genres are easier to tell apart. Empty: all.", max_length=20_000)


class StoredConfig(SourceConfig):
    """Tracks that the store holds: a table, an import or a collection, and a published split where there is one."""

    table: str = _TABLE

    @property
    def stored(self) -> tuple[str, ...]:
        """Return the hash of what is stored, and that of the published split."""
        return tuple(filter(None, (self.table, getattr(self, "published", "")))) if self.table else ()

    @property
    def identity(self) -> str:
        """Return the hash of what is stored."""
        return self.table


class TableConfig(StoredConfig):
    """Tracks read from a table of audio features that the store holds."""

    title = "table of features"
    module = "genre_core.data.sources.table"
    imported = "table"
    few_genres = True

    source: Literal["table"] = "table"
    label: str = setting("", "Genre column", "The column with each track's genre, or several columns with commas between them, one for each genre, that are 1 where a track is of it. Leave it empty to find the column by its name and content.", max_length=2000)
    group: str = setting("", "Group column", "Rows with the same value in this column stay on one side of the split. Leave it empty to use artist and album columns, and tracks read from names such as blues.00012.3.wav.", max_length=200)
    name: str = setting("", "Name column", "The column with the names of the tracks, which also shows which rows are segments of one track. Leave it empty to use a file name or an identifier.", max_length=200)
    left_out: str = setting("", "Columns left out", "Columns that are not used at all, separated by commas. Put a column here if it gives the genre away.", max_length=20_000)
    taken: str = setting("", "Columns used as features", "Columns that are always used as features, separated by commas. They must hold numbers.", max_length=20_000)
    missing: Literal["median", "all", "drop"] = _MISSING
    unlabeled: Literal["drop", "keep"] = setting("drop", "Rows without a genre", "Rows without a genre are left out, or kept as a genre of their own: one for each word, such as NA, that stands there instead.", labels={"drop": "left out", "keep": "a genre of their own"})
    codes: str = setting("", "Codes for missing", "Numbers that stand for a missing value, each with its column, separated by commas: key=-1, tempo=-999.", max_length=20_000)
    several: Literal["each", "first", "none"] = setting("each", "Several genres", "What a track counts as that has several genres: in one cell, such as rock|pop, or in several rows. Each combination or row can count, its first genre alone, or the track is left out.", labels={"each": "each as it is", "first": "the first one", "none": "left out"})
    min_tracks: int = _MIN_TRACKS
    genres: str = _GENRES
    sample: float = setting(1.0, "Sample", "Share of the tracks of each genre that is used, drawn at random: whole tracks with all of their rows. Lower: everything is faster and every interval wider. At 1 all are used.", ge=0.01, le=1, step=0.01)
    sample_seed: Seed = setting(42, "Sample seed", "The start of the random numbers that draw the sample. The same seed draws the same tracks.", step=1)
    published: str = _PUBLISHED

    def called(self, tables: Mapping[str, str]) -> str:
        """Return the name of the table's file."""
        name = tables.get(self.table)
        return f"table {self.table[:8]}, no longer stored" if name is None else PurePath(name).stem


class FmaConfig(StoredConfig):
    """Tracks of FMA, imported once from the files in which it is published."""

    title = "FMA"
    module = "genre_core.data.sources.fma"
    imported = "import of FMA"
    lists: ClassVar = {"features": (FMA_FAMILIES, ("echonest",), "sets"), "statistics": (FMA_STATISTICS, (), "statistics")}

    source: Literal["fma"] = "fma"
    subset: Literal["small", "medium", "large", "full"] = setting("small", "Subset", "How much of FMA to use. Small has 8 genres with 1,000 tracks each; medium has 16 genres of very different sizes; large and full hold every track.", labels={"small": "small", "medium": "medium", "large": "large", "full": "full"})
    features: str = setting("", "Feature sets", f"The features to use, as names of their families separated by commas: {', '.join(FMA_FAMILIES)}, and echonest if it was imported. Empty: all except echonest.", max_length=300)
    statistics: str = setting("", "Statistics", f"The statistics of each feature over time to use, separated by commas: {', '.join(FMA_STATISTICS)}. Empty: all.", max_length=200)
    genre: Literal["top", "lifted", "sub"] = setting("top", "Genre", "The genre that a track counts as: its top genre as given, or, for tracks without one, the top of the genre tree that most of its genres lead to. Sub-genres are the finest that a track has, scored in the tree.", labels={"top": "top genre as given", "lifted": "found in the genre tree if none is given", "sub": "its sub-genre"})
    missing: Literal["median", "all", "drop"] = _MISSING
    min_tracks: int = _MIN_TRACKS
    genres: str = _GENRES

    def called(self, tables: Mapping[str, str]) -> str:
        """Return the name of the subset."""
        return {"small": "FMA small", "medium": "FMA medium", "large": "FMA large", "full": "all of FMA"}[self.subset]


_TEMPO, _PITCH = ("slower", "faster"), ("lower", "higher")


class SoundConfig(SourceConfig):
    """Tracks that can be heard: what is cut from each clip, and what is measured on it."""

    whole = "clip"

    features: str = setting("", "Feature sets", "What is measured on each clip, as names separated by commas: gtzan57 (the columns of GTZAN's tables), notebook20, mfcc_deltas, chroma, rhythm, spectral, tonnetz, and tagger or tags once the tagger is fetched; or logmel alone, a spectrogram for networks that listen, or musicnn alone, for the pretrained tagger. Empty: what the network is made for, usually gtzan57.", max_length=300)
    window: float = setting(0.0, "Window", "Length of the pieces that each clip is cut into; each piece is a row. Shorter: more rows, each of which says less. At 0 the whole clip is one row; 3 to 5 seconds are usual.", ge=0, le=60, step=0.5, unit="seconds")
    hop: float = setting(0.0, "Hop", "Seconds from the start of one window to the start of the next. Lower: windows overlap, so there are more of them, and they repeat each other. At 0 each window starts where the last one ends.", ge=0, le=60, step=0.5, unit="seconds")
    windows: int = setting(10, "Windows per clip", "The most windows that are cut from one clip, from its middle outward. Higher: long clips count for more rows.", ge=1, le=200, step=1, unit="windows")
    copies: Literal["none", "tempo", "pitch", "both"] = setting("none", "Changed copies", "Copies of each training clip that the network learns from as well. They can change the genre, because tempo and register are part of it, and measuring a training clip takes three to five times as long. Clips of validation and test are never changed.", labels={"none": "none", "tempo": "6 % slower, faster", "pitch": "a semitone lower, higher", "both": "tempo and pitch"})

    @property
    def changes(self) -> tuple[str, ...]:
        """Return the names of the changes that copies are made with."""
        return {"tempo": _TEMPO, "pitch": _PITCH, "both": _TEMPO + _PITCH}.get(self.copies, ())

    @property
    def sets(self) -> tuple[str, ...]:
        """Return the names of the feature sets, in the order in which their columns stand."""
        names = (name.strip().lower() for name in self.features.split(","))
        return tuple(dict.fromkeys(filter(None, names))) or ("gtzan57",)

    @model_validator(mode="after")
    def _cuts_sound(self) -> Self:
        if 0 < self.window < SHORTEST_WINDOW:
            raise ValueError(f"windows of {self.window:g} s are too short to hear anything: use {SHORTEST_WINDOW:g} s or more, or 0 for the whole clip")
        if 0 < self.hop < SHORTEST_HOP:
            raise ValueError(f"windows {self.hop:g} s apart are nearly the same: use {SHORTEST_HOP:g} s or more, or 0 for windows that follow each other")
        return self


class ClipsConfig(SoundConfig, StoredConfig):
    """Clips of a collection that was imported from a folder of sound files."""

    title = "clips"
    module = "genre_core.data.sources.clips"
    imported = "collection of clips"
    few_genres = True

    source: Literal["clips"] = "clips"
    min_tracks: int = _MIN_TRACKS
    genres: str = _GENRES
    published: str = _PUBLISHED

    def called(self, tables: Mapping[str, str]) -> str:
        """Return the name of the folder."""
        return tables.get(self.table) or f"clips {self.table[:8]}, no longer stored"


class MusicConfig(SoundConfig):
    """Clips of music that is composed and rendered as their recipes say, eight genres of them."""

    title = "generated music"
    module = "genre_core.data.sources.music"

    source: Literal["music"] = "music"
    clips: int = setting(40, "Clips per genre", "How many clips to compose for each of the eight genres. More of them narrow every interval, and rendering takes longer. 40 take about half a minute.", ge=10, le=500, step=5, scale="log", unit="clips")
    seconds: float = setting(5.0, "Length", "How long each clip is. Longer: more of a piece is heard, and rendering takes longer. 5 seconds are usual.", ge=2, le=30, step=1, unit="seconds")
    difficulty: float = setting(0.35, "Difficulty", "How much genres borrow from their neighbors: tempo, groove, chords, instruments and so on. Higher: they sound more alike. At 0 genres are pure; at 1 half of each piece is its neighbor's, and nobody can tell which half.", ge=0, le=1, step=0.05)
    seed: Seed = _SEED
    imbalance: float = _IMBALANCE
    artists: int = _ARTISTS
    artist_sound: float = setting(0.5, "Artist sound", "Share of what makes a piece that an artist keeps from piece to piece, and likewise on an album. Higher: a network can learn artists instead of genres. At 0 artists make no difference.", ge=0, le=1, step=0.05)
    albums: int = _ALBUMS
    label_noise: float = _LABEL_NOISE
    noise_kind: _NoiseKind = _NOISE_KIND
    noise_pairs: str = _NOISE_PAIRS

    @property
    def identity(self) -> str:
        """Return the settings that compose."""
        usual = {name: field.default for name, field in SoundConfig.model_fields.items() if name != "source"}
        return self.model_copy(update=usual).model_dump_json()

    @property
    def clips_by_genre(self) -> tuple[int, ...]:
        """Return how many clips each genre has, a geometric series."""
        return shares_of(self.clips, MUSIC_GENRES, self.imbalance)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        genre_pairs(self.noise_pairs, MUSIC_GENRES)
        if (rarest := min(self.clips_by_genre)) < 5:
            raise ValueError(f"the rarest genre has {rarest} clips, but a split needs at least 5: add clips, or lower the imbalance")
        if (most := self.artists * max(1, self.albums)) > rarest:
            what = f"{self.artists:,} artists" + (f" of {self.albums} albums" if self.albums else "")
            raise ValueError(f"the rarest genre has {rarest:,} clips, too few for {what} ({most:,} at one clip each): add clips, or lower their number")
        return self


SOURCES: dict[str, type[SourceConfig]] = {
    "synthetic": SyntheticConfig, "table": TableConfig, "fma": FmaConfig, "clips": ClipsConfig, "music": MusicConfig,
}
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
    return isinstance(data, SyntheticConfig | MusicConfig) and data.label_noise > 0


class SplitConfig(Frozen):
    """Split of the tracks: which ones train, which choose the best epoch, which report."""

    test_fraction: float = setting(0.15, "Test", "Share of all tracks kept for the final report. Higher: the test score has a narrower interval, but fewer tracks are left to learn from. 15 to 20 % is usual.", ge=0.05, le=0.5, step=0.01)
    validation_fraction: float = setting(0.176, "Validation", "Share of the remaining tracks used to choose the best epoch. Higher: a steadier choice, but fewer tracks to learn from. 17.6 % of what a test part of 15 % leaves is 15 % of all.", ge=0.05, le=0.5, step=0.001)
    by: Literal["auto", "row", "track", "album", "artist", "group", "published"] = setting("auto", "Keep together", "Which rows must stay on one side of the split: those of one track, album or artist. If you keep less together than the data allow, the test part holds segments of training tracks or tracks by training artists, and the score is too good (leaky).", labels={"auto": "as much as possible", "row": "nothing: single rows", "track": "tracks", "album": "albums", "artist": "artists", "group": "groups", "published": "as published"})
    copies: bool = setting(False, "Keep copies together", "Whether tracks with exactly the same features stay on one side of the split. A copy of a training track in the test part is known already, so that it makes the score too good. A published split stays as it is.")
    balanced: bool = setting(False, "Balance parts", "Whether whole artists, albums or tracks are dealt so that each part has its share of every genre's rows, as well as groups allow. Without it, each part has its share of the groups, and a few large ones make it too large or too small.")
    seed: Seed = setting(42, "Split seed", "The start of the random numbers that assign tracks to the parts. The same seed gives the same split.", step=1)
    folds: int = setting(0, "Folds", "For cross-validation: how many folds to cut the tracks outside the test part into. One fold is held out and gives the score; the test part is not used. At 0 there is no cross-validation; 5 or 10 is usual.", ge=0, le=20, step=1, unit="folds")
    fold: int = setting(1, "Held-out fold", "Which fold is held out; the other folds train the network, and a part of them chooses the best epoch. A number above the number of folds starts a new shuffle: with 5 folds, 6 is the first fold of the second shuffle. Without folds it does nothing.", ge=1, le=200, step=1)
    dealing: int = setting(0, "Dealt again", "For repeating: which new deal of the tracks outside the test part into three parts; its fractions are of those tracks. The test part itself is not used and stays closed. At 0 the parts are the usual ones; each further number is another deal.", ge=0, le=50, step=1)

    @model_validator(mode="after")
    def _leaves_something(self) -> Self:
        if self.folds and self.dealing:
            raise ValueError("folds are dealt anew by the number of the held-out fold: set Dealt again to 0")
        if self.folds == 1:
            raise ValueError("1 fold leaves nothing to learn from: use at least 2 folds, or 0 for none")
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
    """Settings that may change while a network learns."""

    optimizer: Literal["adam", "adamw", "sgd"] = setting("adam", "Optimizer", "How a gradient becomes a step. Adam adapts the step of each weight; AdamW also applies weight decay separately from it; SGD uses the plain gradient with momentum. Adam is the usual choice.", labels={"adam": "Adam", "adamw": "AdamW", "sgd": "SGD"})
    learning_rate: float = setting(1e-3, "Learning rate", "Size of each training step. Higher: the network learns faster, until the loss jumps around or diverges. 0.001 is usual with Adam.", ge=1e-6, le=10, scale="log")
    momentum: float = setting(0.9, "Momentum", "How much of the last step carries over into the next. Higher: smoother and faster at first, then it overshoots. 0.9 is usual.", ge=0, le=0.99, step=0.01, when={"optimizer": "sgd"})
    schedule: Literal["constant", "cosine", "plateau"] = setting("constant", "Rate schedule", "How the learning rate changes over time: it stays constant, falls to zero along a cosine, or is halved whenever validation loss has not fallen for three epochs. Lowering it helps the last epochs settle.", labels={"constant": "constant", "cosine": "cosine", "plateau": "on plateau"})
    batch_size: int = setting(64, "Batch size", "Number of tracks in each training step. Higher: fewer and steadier steps per epoch. 32 to 256 is usual.", ge=1, le=8192, step=1, scale="log", unit="tracks")
    max_epochs: int = setting(50, "Maximum epochs", "Training always stops after this many passes over the training tracks. Higher: more time to learn, if early stopping allows it. 20 to 100 is usual.", ge=1, le=500, step=1, scale="log", unit="epochs")
    monitor: Literal["accuracy", "loss"] = setting("accuracy", "Best by", "The score that decides the best epoch: the highest validation accuracy or the lowest validation loss.", labels={"accuracy": "validation accuracy", "loss": "validation loss"})
    patience: int = setting(10, "Patience", "How many epochs without a new best to wait before stopping early. Higher: training waits longer; at the maximum number of epochs it never stops early. 5 to 20 is usual.", ge=1, le=500, step=1, scale="log", unit="epochs")
    weight_decay: float = setting(0.0, "Weight decay", "How strongly every weight is pulled toward zero (L2). Higher: simpler boundaries between genres, in the end too simple. 0 to 0.01 is usual.", ge=0, le=1, step=0.0001)
    label_smoothing: float = setting(0.0, "Label smoothing", "Share of each label that is spread evenly over all genres. Higher: the network is less confident. 0 to 0.1 is usual.", ge=0, le=0.9, step=0.01)
    mixup: float = setting(0.0, "Mixup", "In training, each track is mixed with another one, and so are their labels; this is the parameter of the Beta distribution that says how evenly. Higher: more even mixes, and a network that is less confident and overfits less. At 0 nothing is mixed; 0.2 is usual.", ge=0, le=2, step=0.1)
    class_weighting: Literal["none", "balanced"] = setting("none", "Class weighting", "Balanced weighting gives tracks of rare genres more weight, so that every genre counts the same in training. It usually raises macro-F1 and lowers accuracy.", labels={"none": "none", "balanced": "balanced"})


class TrainConfig(_Learning):
    """How the network learns and when it stops."""

    seed: Seed = setting(42, "Training seed", "The start of the random numbers for weights, batches and dropout. Another seed gives another network of the same kind.", step=1)


class BeforeConfig(_Learning):
    """Settings of a branch's first epochs. Data, split, network and seeds are those of the branch.

    The network and its random stream go on as they are; the optimizer keeps what it has gathered unless gradient
    descent and Adam take turns; the rate goes on where rate and schedule are the same, and otherwise starts as `train`
    says. The best epoch is that of the whole run, of the branch alone where the two are judged differently; patience
    counts from the branch on, so that one may branch where the run before had stopped.
    """

    epochs: int = setting(0, "Branch after epoch", "How many epochs to train with the earlier settings, whatever their patience; after that, the new settings apply. At 0 there is no branch.", ge=0, le=499, step=1, unit="epochs")

    @model_validator(mode="before")
    @classmethod
    def _drop_what_does_nothing(cls, values: Any) -> Any:
        """Without a branch nothing comes before, so that configurations of one result are equal."""
        if isinstance(values, dict) and str(values.get("epochs", 0)) == "0":
            return {name: value for name, value in values.items() if name not in cls.model_fields}
        return values


class Member(Frozen):
    """A network whose probabilities are averaged with those of others, on the same tracks and split.

    `features` are its own feature sets of sound, where they are others than those of the first.
    """

    model: ModelConfig
    train: TrainConfig
    before: BeforeConfig = BeforeConfig()
    features: str | None = None


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
        return (alone, *(alone._with(other) for other in self.averaged_with))

    def _with(self, other: Member) -> "ExperimentConfig":
        data = self.data if other.features is None else self.data.model_copy(update={"features": other.features})
        return self.model_copy(
            update={"data": data, "model": other.model, "train": other.train, "before": other.before}
        )

    @model_validator(mode="after")
    def _measures_what_the_network_needs(self) -> Self:
        """Measure what the network is made for, where nobody chose otherwise."""
        if self.model.feature_set and isinstance(self.data, SoundConfig) and not self.data.features:
            object.__setattr__(self, "data", self.data.model_copy(update={"features": self.model.feature_set}))
        return self

    @model_validator(mode="after")
    def _branches_in_between(self) -> Self:
        parts: list[ExperimentConfig | Member] = [self, *self.averaged_with]
        for part in parts:
            if (after := part.before.epochs) and after >= part.train.max_epochs:
                raise ValueError(f"a branch after epoch {after} needs a maximum of more than {after} epochs")
            if after > part.before.max_epochs:
                raise ValueError(f"a branch after epoch {after} needs a maximum of at least {after} epochs before it")
        return self
