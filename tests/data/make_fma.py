"""Write files in the exact layout of FMA's metadata, of any size: `python tests/data/make_fma.py FOLDER [N_TRACKS]`.

Every value is drawn here from one seed. At 106,574 tracks, FMA's own number, features.csv is as large as the real one.
Small has 8 genres of equal size, medium 16, large all tracks, of which half have no top genre; artists keep to one part
of the official split and shift their tracks, so that genres can be learnt and the split matters.
"""

import csv
import io
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

N_TRACKS = 106_574
N_SMALL, N_MEDIUM = 8_000, 25_000
TRACKS_PER_ARTIST, TRACKS_PER_ALBUM = 6, 3

TOP_GENRES = (
    "Electronic", "Experimental", "Folk", "Hip-Hop", "Instrumental", "International", "Pop", "Rock",
    "Blues", "Classical", "Country", "Easy Listening", "Jazz", "Old-Time / Historic", "Soul-RnB", "Spoken",
)  # fmt: skip
"""Numbered 1 to 16; each has two genres below it, of which one has a genre of its own."""

FAMILIES = {
    "chroma_cens": 12, "chroma_cqt": 12, "chroma_stft": 12, "mfcc": 20, "rmse": 1, "spectral_bandwidth": 1,
    "spectral_centroid": 1, "spectral_contrast": 7, "spectral_rolloff": 1, "tonnetz": 6, "zcr": 1,
}  # fmt: skip
STATISTICS = ("kurtosis", "max", "mean", "median", "min", "skew", "std")
LAYERS = {
    "album": "comments date_created date_released engineer favorites id information listens producer tags title tracks "
    "type",
    "artist": "active_year_begin active_year_end associated_labels bio comments date_created favorites id latitude "
    "location longitude members name related_projects tags website wikipedia_page",
    "set": "split subset",
    "track": "bit_rate comments composer date_created date_recorded duration favorites genre_top genres genres_all "
    "information interest language_code license listens lyricist number publisher tags title",
}
ECHONEST = {
    "audio_features": [
        "acousticness",
        "danceability",
        "energy",
        "instrumentalness",
        "liveness",
        "speechiness",
        "tempo",
        "valence",
    ],
    "metadata": [
        "album_date",
        "album_name",
        "artist_latitude",
        "artist_location",
        "artist_longitude",
        "artist_name",
        "release",
    ],
    "temporal_features": [f"{number:03d}" for number in range(224)],
}
GRID = np.linspace(-12, 12, 4801)
BLOCK = 2048


@dataclass(frozen=True, eq=False)
class Draw:
    """Draws for each track: its genre 0 … 15, artist, and in which part and subset it stands."""

    ids: npt.NDArray[np.int64]
    genre: npt.NDArray[np.int64]
    artist: npt.NDArray[np.int64]
    split: npt.NDArray[np.str_]
    subset: npt.NDArray[np.str_]
    has_top: npt.NDArray[np.bool_]
    seed: int


def draw(n_tracks: int, seed: int) -> Draw:
    rng = np.random.default_rng(seed)
    n_small, n_medium = n_tracks * N_SMALL // N_TRACKS // 8 * 8, n_tracks * N_MEDIUM // N_TRACKS
    n_artists = -(-n_tracks // TRACKS_PER_ARTIST)
    # An artist keeps to one genre and one subset, as runs of tracks; small is dealt evenly to its eight genres.
    artist = np.arange(n_tracks) // TRACKS_PER_ARTIST
    genre_of_artist = np.arange(n_artists) % 16
    genre = genre_of_artist[artist]
    genre[:n_small] = np.arange(n_small) // TRACKS_PER_ARTIST % 8
    part_of_artist = rng.permutation(np.arange(n_artists) % 10)
    part_of_artist[:160] = np.arange(min(160, n_artists)) // 16 % 10
    names = np.array(["training"] * 8 + ["validation", "test"])
    subset = np.full(n_tracks, "large", dtype="U6")
    subset[:n_medium], subset[:n_small] = "medium", "small"
    has_top = (np.arange(n_tracks) < n_medium) | (rng.random(n_tracks) < 0.3)
    ids = np.sort(rng.choice(np.arange(2, 2 + 3 * n_tracks // 2), n_tracks, replace=False))
    order = rng.permutation(n_tracks)
    columns = (genre, artist, names[part_of_artist[artist]], subset, has_top)
    return Draw(ids, *(column[order] for column in columns), seed)


def tracks_csv(drawn: Draw) -> str:
    """Two header rows, the row of the index, and texts with commas, quotation marks and line breaks."""
    columns = [(layer, name) for layer, names in LAYERS.items() for name in names.split()]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["", *(layer for layer, _ in columns)])
    writer.writerow(["", *(name for _, name in columns)])
    writer.writerow(["track_id", *[""] * len(columns)])
    biography = '<p>Born, "raised"\nand recorded here.</p>\n' * (1 if len(drawn.ids) < 10_000 else 20)
    for at, track in enumerate(drawn.ids.tolist()):
        top = int(drawn.genre[at]) + 1
        own = [100 + 2 * top] if drawn.has_top[at] else [100 + 2 * top, 101 + 2 * top, 100 + 2 * (top % 16 + 1)]
        cells = {
            ("album", "id"): drawn.artist[at] * 2 + track % 2,
            ("album", "title"): "First, and Last",
            ("artist", "bio"): biography,
            ("artist", "id"): drawn.artist[at],
            ("artist", "name"): f"Artist {drawn.artist[at]}",
            ("set", "split"): drawn.split[at],
            ("set", "subset"): drawn.subset[at],
            ("track", "genre_top"): TOP_GENRES[top - 1] if drawn.has_top[at] else "",
            ("track", "genres"): str(own),
            ("track", "title"): f"Song {track}",
        }
        writer.writerow([track, *(cells.get(column, "") for column in columns)])
    return out.getvalue()


def write_features(drawn: Draw, path: Path) -> None:
    """Three header rows and the row of the index; numbers such as `1.0000000000e+00`, some cells empty."""
    columns = [(f, s, f"{n + 1:02d}") for f, width in FAMILIES.items() for s in STATISTICS for n in range(width)]
    rng = np.random.default_rng(drawn.seed + 1)
    means = rng.normal(0, 0.6, (16, len(columns))) * (rng.random(len(columns)) < 0.2)
    artists = np.random.default_rng(drawn.seed + 2)
    shifts = artists.normal(0, 0.8, (int(drawn.artist.max()) + 1, 8))
    spread = artists.normal(0, 1, (8, len(columns)))
    texts = np.array([f"{value:.10e}" for value in GRID], dtype=object)
    with path.open("w") as file:
        for level, name in enumerate(("feature", "statistics", "number")):
            file.write(",".join([name, *(column[level] for column in columns)]) + "\n")
        file.write("track_id" + "," * len(columns) + "\n")
        for start in range(0, len(drawn.ids), BLOCK):
            rows = slice(start, start + BLOCK)
            X = means[drawn.genre[rows]] + shifts[drawn.artist[rows]] @ spread
            X += rng.standard_normal(X.shape)
            cells = texts[np.clip(np.rint((X - GRID[0]) / (GRID[1] - GRID[0])), 0, len(GRID) - 1).astype(np.int64)]
            cells[::97, -1] = ""
            file.writelines(
                f"{track},{','.join(row)}\n"
                for track, row in zip(drawn.ids[rows].tolist(), cells.tolist(), strict=True)
            )


def echonest_csv(drawn: Draw) -> str:
    """Three header rows and the row of the index; every eighth track, and one that tracks.csv does not know."""
    rng = np.random.default_rng(drawn.seed + 3)
    columns = [(layer, name) for layer, names in ECHONEST.items() for name in names]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for header in zip(*(("echonest", *column) for column in columns), strict=True):
        writer.writerow(["", *header])
    writer.writerow(["track_id", *[""] * len(columns)])
    for track in [*drawn.ids[::8].tolist(), 10**6]:
        values = [f"{value:.6f}" for value in rng.random(len(columns))]
        writer.writerow(
            [track, *("Georgia, US" if c[0] == "metadata" else v for c, v in zip(columns, values, strict=True))]
        )
    return out.getvalue()


def genres_csv() -> str:
    """One header row; a genre's number is 100 + twice that of its top genre, or 101 for the one below that."""
    lines = ["genre_id,#tracks,parent,title,top_level"]
    for number, name in enumerate(TOP_GENRES, start=1):
        below = 100 + 2 * number
        lines += [f"{number},0,0,{name},{number}", f"{below},0,{number},New {name},{number}"]
        lines.append(f"{below + 1},0,{below},Newer {name},{number}")
    return "\n".join(lines) + "\n"


def write_fma(folder: Path, n_tracks: int, seed: int = 2017) -> None:
    """Write tracks.csv, features.csv, echonest.csv and genres.csv."""
    drawn = draw(n_tracks, seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tracks.csv").write_text(tracks_csv(drawn))
    (folder / "echonest.csv").write_text(echonest_csv(drawn))
    (folder / "genres.csv").write_text(genres_csv())
    write_features(drawn, folder / "features.csv")


if __name__ == "__main__":
    write_fma(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else N_TRACKS)
