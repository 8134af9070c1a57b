"""Sentences on what can be taken home."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dashboard.text.train import duration
from genre_core.data.dataset import PARTS
from genre_core.errors import RunStateError
from genre_core.store.schema import Epoch, Run
from genre_core.takehome.plain_script import beyond, drawn_by
from genre_core.takehome.programs import MOST_SECONDS
from genre_core.text import size as size

_BESIDE_WEIGHTS = 40_000
"""Bytes of a model's archive that are not weights, about."""
_START_SECONDS = 6.0
"""How long a notebook takes that trains nothing."""
HELP = "Download what was trained, to use it, show it or hand it in elsewhere."
EXPORT = "Make one archive of them, which another Genre Lab imports."
OWN = "Write your own paragraphs"


def model_size(run: Run) -> str:
    """Say about how large a model is: its weights stand in it twice, in two formats."""
    return f"About {size(2 * 4 * int(run.context.get('n_parameters', 0)) + _BESIDE_WEIGHTS)}"


def script_size(run: Run) -> str:
    """Say about how large a script is: data that it cannot draw itself come along with the plain one."""
    if no_plain(run) or drawn_by(run.config):
        return f"About {size(4_000)}"
    rows, width = sum(int(run.context.get(f"n_{part}", 0)) for part in ("train", "validation", "test")), 1
    for length in run.context.get("input_shape", ()):
        width *= int(length)
    kind = 4 if run.config.model.feature_set else 8
    return f"About {size(4_000)}, the plain one with its data up to {size(rows * width * kind)}"


def runs_size(run: Run) -> str:
    """Say about how large an archive is: weights, and what each track is answered."""
    rows, genres = sum(int(run.context.get(f"n_{part}", 0)) for part in PARTS), len(run.context.get("genres", ()))
    return f"About {size(4 * int(run.context.get('n_parameters', 0)) + rows * (4 * genres + 9) + 20_000)} a run"


def report_size(run: Run) -> str:
    """Say about how large a report is: five charts, of which the matrix grows with the genres."""
    return f"About {size(120_000 + 600 * len(run.context.get('genres', ())) ** 2)}"


def matrix_size(run: Run) -> str:
    """Say about how large a matrix is: text is small, pictures are not."""
    genres = len(run.context.get("genres", ()))
    return f"Text about {size(500 + 20 * genres**2)}, pictures about {size(60_000 + 300 * genres**2)}"


def no_plain(run: Run) -> str:
    """Say why there is no plain script or notebook of a run; nothing where there is one."""
    try:
        why = beyond(run.config)
    except RunStateError as error:
        return str(error)
    return f"There is no plain one: torch alone knows no {why}." if why else ""


def how_long(seconds: float) -> str:
    """Say how long the cells of a notebook run, where that is known."""
    return f"made in about {duration(seconds)}, as its cells run" if seconds else "made as its cells run"


def too_long(run: Run, seconds: float) -> str:
    """Say where a notebook is made that takes longer than a worker gives it; nothing where a worker makes it."""
    if seconds < MOST_SECONDS / 2:  # another machine, or a busy one, may be slower
        return ""
    return f"That is too long for the page: make it in a terminal, by python -m genre_core script {run.id} --notebook."


def notebook_seconds(epochs: Sequence[Epoch]) -> float:
    """Return about how many seconds a notebook takes, whose cells train a run of these epochs again; 0 if unknown."""
    return _START_SECONDS + sum(epoch.seconds for epoch in epochs) if epochs else 0.0


def _nothing(run: Run) -> str:
    return ""


@dataclass(frozen=True)
class Entry:
    """A thing to take home: what it is in a sentence or two, how large it is, and its forms by name.

    `several` says whether it is made of all the runs together, and not of each; `why_not` why its plain forms are not
    there, and `trains` whether making it trains the run again.
    """

    label: str
    about: str
    size: Callable[[Run], str]
    forms: dict[str, str] = field(default_factory=dict)
    several: bool = False
    trains: bool = False
    why_not: Callable[[Run], str] = _nothing


REPORT = Entry(
    "Report",
    "The report to hand in: question, data, split, network, curves, matrix, errors and limitations. HTML opens without "
    "a network and prints well.",
    report_size,
    {"report.html": "HTML", "report.md": "Markdown"},
    several=True,
)
RUNS = Entry(
    "Runs for another Genre Lab",
    "All that is kept: settings, history, answers, weights, notes and looks at test parts. Import it there on Runs.",
    runs_size,
    {"runs-with-data": "archive with data", "runs": "archive without data"},
    several=True,
)
ENTRIES = (
    REPORT,
    RUNS,
    Entry(
        "Confusion matrix",
        "For a paper or a slide: on test tracks if you have opened them, otherwise on validation.",
        matrix_size,
        {"matrix.png": "PNG", "matrix.svg": "SVG", "matrix.tex": "LaTeX", "matrix.md": "Markdown"},
    ),
    Entry(
        "Script",
        "A Python file that trains the run again and prints its figures beside the saved ones. The plain one needs "
        "torch and scikit-learn, not Genre Lab.",
        script_size,
        {"script": "script", "plain-script": "plain script"},
        why_not=no_plain,
    ),
    Entry(
        "Notebook",
        "The same cells for Jupyter, with what they print.",
        script_size,
        {"notebook": "notebook", "plain-notebook": "plain notebook"},
        trains=True,
        why_not=no_plain,
    ),
    Entry(
        "Model",
        "Weights, ONNX, preprocessing and a model card with the Python that answers without Genre Lab.",
        model_size,
        {"model": "model"},
    ),
)
