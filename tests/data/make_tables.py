"""Write the small tables beside this file: run `python tests/data/make_tables.py` from the project's root.

Every value is drawn here from one seed; the good tables hold the same three genres, far enough apart to be learnt.
"""

from pathlib import Path
from random import Random

HERE = Path(__file__).parent
GENRES = ("blues", "disco", "metal")
FEATURES = ("tempo", "rms", "mfcc1", "mfcc2")
N_TRACKS, N_SEGMENTS = 12, 3


def measured(rng: Random, genre: int) -> list[str]:
    return [f"{rng.gauss(2 * genre * (1 if i % 2 else -1), 1):.4f}" for i in range(len(FEATURES))]


def segments(rng: Random) -> list[list[str]]:
    """Three segments of each track of each genre, named as GTZAN's are."""
    rows = [["filename", "length", *FEATURES, "label"]]
    for number, genre in enumerate(GENRES):
        for track in range(N_TRACKS):
            for segment in range(N_SEGMENTS):
                rows.append([f"{genre}.{track:05d}.{segment}.wav", "66149", *measured(rng, number), genre])
    return rows


def german(rows: list[list[str]]) -> bytes:
    """Save as a German spreadsheet does: semicolons, decimal commas, Windows-1252, CRLF."""
    cells = [
        [row[0], *(cell.replace(".", ",") for cell in row[1:-1]), row[-1].replace("metal", "Böse Lieder")]
        for row in rows
    ]
    return "".join(";".join(row) + "\r\n" for row in cells).encode("windows-1252")


def fma_features(rng: Random) -> str:
    """Three header rows and the row of the index, as in FMA's features.csv; the first two tracks miss everything."""
    columns = [
        (feature, statistic, f"{n:02d}")
        for feature in ("mfcc", "tonnetz")
        for statistic in ("mean", "std")
        for n in (1, 2)
    ]
    header = [
        [name, *(column[level] for column in columns)] for level, name in enumerate(("feature", "statistics", "number"))
    ]
    index_row = ["track_id", *[""] * len(columns)]
    rows = [[str(5 * track + 2), *([""] * 8 if track < 2 else 2 * measured(rng, track % 2))] for track in range(40)]
    return "".join(",".join(row) + "\n" for row in (*header, index_row, *rows))


def fma_tracks() -> str:
    """Two header rows and the row of the index, as in FMA's tracks.csv; a title holds a comma and a line break."""
    lines = [",set,track,track", ",split,genre_top,title", "track_id,,,"]
    for track in range(40):
        title = '"One, two\nthree"' if track == 7 else f"Song {track}"
        lines.append(f"{5 * track + 2},training,{('Hip-Hop', 'Rock')[track % 2]},{title}")
    return "\n".join(lines) + "\n"


def tables() -> dict[str, bytes]:
    rng = Random(2017)
    rows = segments(rng)
    text = "".join(",".join(row) + "\n" for row in rows)
    return {
        "segments.csv": text.encode(),
        "segments_bom_crlf.csv": b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
        "segments_german.csv": german(rows),
        "fma_features.csv": fma_features(rng).encode(),
        "fma_tracks.csv": fma_tracks().encode(),
        "bad_empty.csv": b"",
        "bad_header_alone.csv": text.splitlines(keepends=True)[0].encode(),
        "bad_no_genre.csv": "".join(",".join(row[:-1]) + "\n" for row in rows).encode(),
        "bad_pointer.csv": b"version https://git-lfs.github.com/spec/v1\noid sha256:"
        + b"5c" * 32
        + b"\nsize 1107270\n",
        "bad_binary.csv": bytes(range(256)) * 4,
    }


if __name__ == "__main__":
    for name, data in tables().items():
        (HERE / name).write_bytes(data)
