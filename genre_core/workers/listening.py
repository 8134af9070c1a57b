"""Listening on a worker: beside its runs, so that nobody who has a sound waits for a training to end."""

import io
from typing import TYPE_CHECKING, Any

from genre_core.errors import ClusterError, GenreLabError
from genre_core.judging.hearing import clip_sound, hear
from genre_core.store.runs import open_store
from genre_core.workers.beside import run_beside

if TYPE_CHECKING:
    from distributed import Client

Sound = tuple[str, float, bytes]
"""Identity of a sound, its length in seconds, and what is heard of it as a WAV file at 22,050 Hz."""


def listen_on(client: "Client", store_url: str, run_id: str, sound: Sound | str) -> dict[str, Any]:
    """Let the least busy worker say what a run makes of a sound, or of a clip of the store by its name.

    Raises GenreLabError where the run cannot listen, the sound cannot be heard, or no worker can be reached.
    """
    try:
        return run_beside(client, listen, store_url, run_id, sound)
    except GenreLabError:
        raise
    except Exception as error:
        raise ClusterError(f"No worker could listen ({type(error).__name__}): try again.") from error


def listen(store_url: str, run_id: str, sound: Sound | str) -> dict[str, Any]:
    """Return what a run says of a sound, or of a clip by its name, as JSON; raises GenreLabError."""
    import soundfile

    from genre_core.workers.run import warm_up

    warm_up()
    store = open_store(store_url)
    if isinstance(sound, str):
        heard = clip_sound(store, sound)
    else:
        heard = (*sound[:2], soundfile.read(io.BytesIO(sound[2]), dtype="float32")[0])
    return hear(store, store.run(run_id), *heard).to_json()
