"""Data that runs save beside their state: epochs with their predictions, and artifacts such as weights."""

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select

from genre_core.errors import RunStateError
from genre_core.store.schema import Epoch
from genre_core.store.schema import artifacts as _artifacts
from genre_core.store.schema import epochs as _epochs
from genre_core.store.schema import losses as _losses
from genre_core.store.tables import TableStore


class SavedStore(TableStore):
    """Epochs and artifacts of runs, by the run's identifier."""

    def epochs(self, run_id: str, after: int = 0) -> list[Epoch]:
        """Return the epochs of a run beyond `after`, in order."""
        columns = [_epochs.c[name] for name in Epoch.__dataclass_fields__]
        query = select(*columns).where(_epochs.c.run_id == run_id, _epochs.c.epoch > after).order_by(_epochs.c.epoch)
        return [Epoch(*row) for row in self.all(query)]

    def predictions(self, run_id: str, epoch: int) -> npt.NDArray[np.uint8]:
        """Return the predicted class of each validation track after an epoch, shape (n_validation,).

        Raises RunStateError where the run has no such epoch.
        """
        query = select(_epochs.c.predictions).where(_epochs.c.run_id == run_id, _epochs.c.epoch == epoch)
        data = self.value(query)
        if data is None:
            raise RunStateError(f"The run {run_id} has no epoch {epoch}: choose one that it has completed.")
        return np.frombuffer(data, dtype=np.uint8)

    def all_predictions(self, run_id: str, after: int = 0) -> npt.NDArray[np.uint8]:
        """Return the predicted class of each validation track at each epoch beyond `after`, (n_epochs, n_validation).

        Epochs are appended one after the other, so the first row is that of epoch `after` + 1.
        """
        query = select(_epochs.c.predictions).where(_epochs.c.run_id == run_id, _epochs.c.epoch > after)
        rows = self.values(query.order_by(_epochs.c.epoch))
        if not rows:
            return np.zeros((0, 0), dtype=np.uint8)
        return np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), -1)

    def artifact(self, run_id: str, name: str) -> bytes | None:
        """Return the bytes saved under a name (weights, logits, checkpoint), or None."""
        query = select(_artifacts.c.bytes).where(is_artifact(run_id, name))
        return self.value(query)


def put(connection: Connection, run_id: str, name: str, data: bytes) -> None:
    """Save an artifact in place of what was there."""
    connection.execute(delete(_artifacts).where(is_artifact(run_id, name)))
    connection.execute(insert(_artifacts).values(run_id=run_id, name=name, bytes=data))


def clear(connection: Connection, run_id: str) -> None:
    """Forget what a run has saved."""
    for table in (_artifacts, _epochs, _losses):
        connection.execute(delete(table).where(table.c.run_id == run_id))


def is_artifact(run_id: str, name: str) -> ColumnElement[bool]:
    """Return the condition that an artifact is this one."""
    return and_(_artifacts.c.run_id == run_id, _artifacts.c.name == name)
