"""All that is known of a run that leaves the laboratory: its scores, and its data where they are still stored.

Scores are those of the test part where somebody has opened it, and of validation otherwise.
"""

from dataclasses import dataclass

from genre_core.data.dataset import Dataset, Part
from genre_core.data.sources import load_dataset
from genre_core.data.splitting import Split, split_dataset
from genre_core.errors import DataError, RunStateError
from genre_core.evaluation.report import Evaluation
from genre_core.store.openings import Openings, openings_of
from genre_core.store.run_result import Outcome, outcome_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import Epoch, Run
from genre_core.takehome.naming import one_line
from genre_core.text import count, judged


@dataclass(frozen=True, eq=False)
class Known:
    """Everything that a report says of a run; `data`, `split` and `seen` are None where its data are gone."""

    run: Run
    name: str
    part: Part
    scores: Evaluation
    opened: Openings
    epochs: tuple[Epoch, ...]
    data: Dataset | None
    split: Split | None
    seen: Outcome | None
    source: str

    @property
    def n(self) -> str:
        """Return what is judged: `1,200 test tracks`."""
        if self.seen is None:
            return count(self.scores.n, f"{self.part} {'segment' if self.in_segments else 'track'}")
        return judged(self.part, self.seen.n_rows, self.seen.n_tracks, self.seen.unit, self.seen.whole)

    @property
    def in_segments(self) -> bool:
        """Return whether rows are segments of tracks."""
        return "n_validation_tracks" in self.run.context


def check(run: Run, what: str) -> None:
    """Raise RunStateError where a run is not complete, or another version made it; `what` cannot be made of it then."""
    if run.state == "failed":
        raise RunStateError(
            f"The run {run.name} failed, so there is no {what} of it: {run.error or 'it does not say why'}"
        )
    if run.state != "complete" or "validation" not in run.summary:
        raise RunStateError(f"The run {run.name} is {run.state}: a {what} needs a complete run.")
    run.config  # noqa: B018  # raises where another version made it


def known_of(store: RunStore, run: Run, name: str, loaded: dict[str, Dataset | None]) -> Known:
    """Return what is known of a run under a name; `loaded` keeps the data of several, by their settings."""
    part: Part = "test" if run.opened and "test" in run.summary else "validation"
    key = run.config.data.model_dump_json()
    if key not in loaded:
        loaded[key] = _load(store, run)
    data, seen, split = loaded[key], None, None
    if data is not None:
        try:
            seen, split = outcome_of(store, run, part, data), split_dataset(data, run.config.split)
        except DataError:  # clips were lost or came back since
            data = None
    scores = Evaluation.from_json(run.summary[part]) if seen is None else seen.evaluation
    drawn, opened = run.config.data.generator is not None, openings_of(store, [run])[run.id]
    source = run.config.data.title if drawn else one_line(run.config.data.called(store.table_names()))
    return Known(run, name, part, scores, opened, tuple(store.epochs(run.id)), data, split, seen, source)


def _load(store: RunStore, run: Run) -> Dataset | None:
    try:
        return load_dataset(run.config.data, store)
    except DataError:
        return None
