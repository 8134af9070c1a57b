"""Facts about the pretrained tagger, which page and terminal show before and after it is fetched.

J. Pons and X. Serra (2019): musicnn: pre-trained convolutional neural networks for music audio tagging.
"""

from pathlib import Path

NAME = "MSD_musicnn"
PACKAGE, VERSION = "musicnn", "0.1.0"
WHEEL = f"{PACKAGE}-{VERSION}-py3-none-any.whl"
WHEEL_SHA256 = "f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa"
WHEEL_BYTES = 29_292_476
KEPT_BYTES = 3_200_000
"""About as much as is kept of it."""

SOURCE = f"the wheel {PACKAGE} {VERSION} from the package index that pip uses (pypi.org/project/{PACKAGE})"
AUTHOR = "Jordi Pons, Music Technology Group, Universitat Pompeu Fabra"
LICENSE = "ISC, © 2019 Music Technology Group, Universitat Pompeu Fabra. Code developed by Jordi Pons"
ABOUT = (
    "A convolutional network that was trained to give 50 tags to songs of the Million Song Dataset. It hears 3 seconds "
    "at a time."
)
WARNING = "Some songs of GTZAN may be among those it was trained on, so its scores on GTZAN may be too high."
TAGS_ALONE = "tags of a pretrained tagger, no training"
"""The name of a score that its tags alone reach."""
COMMAND = "python -m genre_core tagger"


def weights_path(folder: Path) -> Path:
    """Return the file that keeps the tagger's weights in the folder for large files."""
    return folder / "tagger" / f"{NAME}-{VERSION}.safetensors"
