"""The 50 tags that the tagger knows, and genres told from them without any training."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray
from genre_core.errors import DataError
from genre_core.text import joined

TAGS = (
    "rock", "pop", "alternative", "indie", "electronic", "female vocalists", "dance", "00s", "alternative rock", "jazz",
    "beautiful", "metal", "chillout", "male vocalists", "classic rock", "soul", "indie rock", "Mellow", "electronica",
    "80s", "folk", "90s", "chill", "instrumental", "punk", "oldies", "blues", "hard rock", "ambient", "acoustic",
    "experimental", "female vocalist", "guitar", "Hip-Hop", "70s", "party", "country", "easy listening", "sexy",
    "catchy", "funk", "electro", "heavy metal", "Progressive rock", "60s", "rnb", "indie pop", "sad", "House", "happy",
)  # fmt: skip
"""In the order of the network's outputs, written as in its training data (Million Song Dataset, tags of Last.fm)."""

_TAGS_OF_GENRE: Mapping[str, tuple[str, ...]] = {
    "ambient": ("ambient",),
    "blues": ("blues",),
    "country": ("country",),
    "electronic": ("electronic", "electronica", "electro", "House"),
    "experimental": ("experimental",),
    "folk": ("folk",),
    "funk": ("funk",),
    "hiphop": ("Hip-Hop",),
    "house": ("House",),
    "indie": ("indie", "indie rock", "indie pop"),
    "jazz": ("jazz",),
    "metal": ("metal", "heavy metal"),
    "pop": ("pop", "indie pop"),
    "punk": ("punk",),
    "rap": ("Hip-Hop",),
    "rnb": ("rnb",),
    "rock": ("rock", "classic rock", "hard rock", "alternative rock", "indie rock", "Progressive rock"),
    "soul": ("soul",),
    "soulrnb": ("soul", "rnb"),
}
"""The tags that name a genre or a kind of it, by the genre's letters. Classical, disco, latin and reggae have none."""


def tags_of(genre: str) -> tuple[str, ...]:
    """Return the tags that name a genre or a kind of it: `Hip-Hop` for hiphop; none for classical."""
    return _TAGS_OF_GENRE.get(re.sub(r"[^a-z]", "", genre.lower().replace("&", "n")), ())


def without_tags(genres: Sequence[str]) -> tuple[str, ...]:
    """Return the genres that no tag names: nothing can be told about them without training."""
    return tuple(genre for genre in genres if not tags_of(genre))


def genre_from_tags(tags: npt.ArrayLike, genres: Sequence[str]) -> FloatArray:
    """Return probabilities (n, n_genres) of genres, from those of tags (n, 50), without any training.

    A genre counts as much as the most probable of its tags, and a row sums to 1. Genres that no tag names get 0.
    Raises DataError where no tag names any of these genres.
    """
    tags = np.asarray(tags, dtype=np.float64)
    columns = [[TAGS.index(tag) for tag in tags_of(genre)] for genre in genres]
    if not any(columns):
        raise DataError(
            f"None of the tagger's tags names {joined(list(genres), 'or')}: train on its embedding instead."
        )
    least = np.finfo(np.float32).tiny
    scores = [np.maximum(tags[:, own].max(axis=1), least) if own else np.zeros(len(tags)) for own in columns]
    return np.stack(scores, axis=1) / np.sum(scores, axis=0)[:, None]
