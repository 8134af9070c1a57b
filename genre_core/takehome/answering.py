"""Runs of an archive that answer anew here, where their data are here or come along.

Scores are what these answers come to, whatever an archive says; a closed test part has answers again, behind the gate.
"""

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import PARTS
from genre_core.data.splitting import name_test_set
from genre_core.errors import DataError
from genre_core.settings.config import ExperimentConfig, SoundConfig
from genre_core.settings.ensembles import average_logits
from genre_core.store.arrivals import Answers, ArrivingRun
from genre_core.store.record import evaluate_logits
from genre_core.store.runs import RunStore
from genre_core.store.schema import UNANSWERED
from genre_core.studies.extraction import Extraction, missing_of
from genre_core.takehome.arriving import Read
from genre_core.text import joined
from genre_core.training.predictions import Predictions

if TYPE_CHECKING:
    from genre_core.data.sources import Clips
    from genre_core.training.experiment import Prepared

Logits = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

Measure = Callable[[Extraction], None]
"""Measures what is missing of clips."""

AGREE = 0.99
"""Least share of tracks that weights answer as they did where they were trained: machines differ in the last bits."""


def measure_here(work: Extraction) -> None:
    """Measure what is missing in this process, or by the workers where this is one of theirs."""
    for _ in work.do():
        pass


class NotHereError(DataError):
    """Something that a run needs in order to answer is neither in the archive nor in the store."""


class Together:
    """The tables and weights of a store and those of an archive, as if it were in the store already.

    What the archive's runs need of sound is measured by `measure`.
    """

    def __init__(self, store: RunStore, read: Read, measure: Measure) -> None:
        self._measure = measure
        self._store, self._tables = store, {table.content_hash: table.parquet for table in read.tables}
        self._names = read.names
        self._weights = {config.fingerprint: one.saved.get("weights") for config, one in read.runs}
        self._prepared: dict[str, Prepared] = {}

    @property
    def clips(self) -> "Clips":
        """Return what was measured on clips here."""
        return self._store.clips

    def read_table(self, content_hash: str) -> bytes:
        """Return a table as Parquet; raises DataError where there is none of that hash."""
        return self._tables.get(content_hash) or self._store.read_table(content_hash)

    def open_table(self, content_hash: str) -> BinaryIO:
        """Return a table as a file; raises DataError where there is none of that hash."""
        found = self._tables.get(content_hash)
        return self._store.open_table(content_hash) if found is None else BytesIO(found)

    def brings(self, config: ExperimentConfig) -> bool:
        """Return whether the archive holds the tables that a run learned from."""
        return bool(config.data.stored) and set(config.data.stored) <= self._tables.keys()

    def wanting(self, config: ExperimentConfig) -> str:
        """Return what to do where the data of a run are not here; nothing where they come along."""
        if self.brings(config):
            return ""
        named = [self._names.get(content_hash, "its data") for content_hash in config.data.stored]
        what = "the clips of " if isinstance(config.data, SoundConfig) else ""
        return f"import {what}{joined(named)}" if named else "use the version that made it"

    def prepared(self, config: ExperimentConfig) -> "Prepared":
        """Return the data of a run as its network is given them; raises NotHereError where they are not here."""
        from genre_core.training.experiment import prepare

        key = config.data.model_dump_json() + config.split.model_dump_json()
        if key not in self._prepared:
            try:
                for member in config.members or (config,):
                    for work in missing_of(member.data, self._store, self, member.split):
                        self._measure(work)
                self._prepared = {key: prepare(config, self)}  # runs on the same data stand together
            except DataError as error:
                raise NotHereError(str(error)) from error
        return self._prepared[key]

    def logits(self, config: ExperimentConfig, prepared: "Prepared") -> Logits:
        """Return what the networks of a run answer for all rows (n, n_genres).

        Raises NotHereError where the weights of a member of an ensemble are not here, or what it alone is given, and
        DataError where the weights of one are not those of such a network.
        """
        from genre_core.training.experiment import prepare_members
        from genre_core.training.trainer import predict, rebuilt

        try:
            members = prepare_members(config, prepared, self) if config.averaged_with else [prepared]
        except DataError as error:
            raise NotHereError(str(error)) from error
        n_genres, answers = len(prepared.dataset.genres), list[Logits]()
        for member, own in zip(config.members or (config,), members, strict=True):
            network = rebuilt(member.model, own.dataset.inputs.shape, n_genres, self._weights_of(member))
            answers.append(predict(network, own.X))
        return average_logits(answers) if config.averaged_with else answers[0]

    def _weights_of(self, config: ExperimentConfig) -> bytes:
        found = self._weights.get(config.fingerprint)
        for run in self._store.runs_of(config.fingerprint) if found is None else ():
            found = found or self._store.artifact(run.id, "weights")
        if found is None:
            raise NotHereError("a member of this ensemble is neither in the archive nor here")
        return found


def answer(config: ExperimentConfig, one: ArrivingRun, together: Together) -> tuple[Answers, "Prepared | None", str]:
    """Return the answers of a run that arrives, its data where they are here, and a sentence where they are not.

    Raises DataError where its weights do not answer as the archive says, or its data come along and are not what it
    learned from.
    """
    said = one.answers
    if said.logits is None:
        return said, None, ""
    saved = Predictions.load(said.logits)
    unknown = np.asarray(np.isnan(saved.logits).any(axis=1))
    is_sound = isinstance(config.data, SoundConfig)  # measured elsewhere, its numbers differ in the last bits
    try:
        prepared = together.prepared(config)
        is_same = len(prepared.dataset) == len(saved) if is_sound else _is_same(said, prepared)
        logits = together.logits(config, prepared) if is_same else None
    except NotHereError as error:
        return _as_it_is(said, saved, unknown), None, _without_data(one, str(error), together.wanting(config))
    if logits is None:
        if together.brings(config):
            raise _changed(one, "The data in the archive are not what the run {} learned from")
        why = "those that are here are others"
        return _as_it_is(said, saved, unknown), None, _without_data(one, why, together.wanting(config))
    summary, answers = evaluate_logits(prepared, np.where(unknown[:, None], logits, saved.logits))
    every = Predictions.load(answers)
    agree = logits[~unknown].argmax(axis=1) == saved.y_pred[~unknown]
    same = np.array_equal(saved.y, every.y) and np.array_equal(saved.part, every.part)
    tracks = prepared.dataset.tracks
    test_hash = name_test_set(config.data, (tracks[row] for row in prepared.split.test))
    if is_sound and not together.brings(config) and agree.mean() < AGREE:
        why = "the sound that is here is another, or measured otherwise"
        return _as_it_is(said, saved, unknown), None, _without_data(one, why, together.wanting(config))
    if not same or agree.mean() < AGREE or said.context.get("test_hash", test_hash) != test_hash:
        raise _changed(one, "The weights of the run {} do not answer as the archive says")
    return (
        Answers({key: value for key, value in said.context.items() if key != UNANSWERED}, summary, answers),
        prepared,
        "",
    )


def _is_same(said: Answers, prepared: "Prepared") -> bool:
    found = prepared.dataset.content_hash
    return bool(said.context.get("data_hash", found) == found)


def _as_it_is(said: Answers, saved: Predictions, unknown: Mask) -> Answers:
    """Return what an archive says of a run whose data are not here; without its test answers, nobody opens that."""
    if not unknown[saved.part == PARTS.index("test")].any():
        return said
    summary = {part: scores for part, scores in said.summary.items() if part != "test"}
    return Answers({**said.context, UNANSWERED: True}, summary, said.logits)


def _without_data(one: ArrivingRun, why: str, what: str) -> str:
    if not what:
        return f"The run {one.values['name']} cannot answer here yet: {why.rstrip('.')}, then import the archive again."
    return (
        f"The run {one.values['name']} came without its data ({why.rstrip('.')}). To see its tracks or open its test "
        f"part, {what}, then import the archive again."
    )


def _changed(one: ArrivingRun, what: str) -> DataError:
    return DataError(f"{what.format(one.values['name'])}: it was changed. Export it again.")
