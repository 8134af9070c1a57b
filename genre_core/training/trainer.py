"""The training loop: a `Trainer` is iterated over, and yields frozen events.

To watch is to iterate; to cancel is to stop iterating. `checkpoint()` may be taken at any event, and a trainer that
was restored from it goes on bit for bit as if it had never been interrupted.

The random stream is the notebook's: `torch.manual_seed` directly before the network is built; then, as a shuffling
`DataLoader` does, each epoch draws one int64 from the global generator (the loader's base seed), a second that seeds
the permutation, and one more for the pass over the validation part. The trainer owns its place in that stream: the
global generator is lent to it while it computes and given back at every event, so trainings do not touch each other.
"""

import json
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.nn import functional as F

from genre_core.data.dataset import IntArray
from genre_core.data.inputs import Decibels, Pretrained, Rows
from genre_core.errors import DataError
from genre_core.networks import NetworkConfig, Shape
from genre_core.networks.network import Network, SideBySide
from genre_core.settings.config import BeforeConfig, TrainConfig
from genre_core.training.augmentation import augmented, mixed
from genre_core.training.batches import Batches, Held, hold, in_order, parts
from genre_core.training.events import EpochEnd, Event, Progress, StopReason, TrainEnd
from genre_core.training.optimizers import Optimizer, Schedule, balanced_weights, flatten

REPORT_SECONDS = 0.25
"""An epoch that takes longer than this reports its progress that often."""

MOST_HALF = 65_504.0
"""The largest number of half precision."""

_global_generator = threading.Lock()


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Data of a trainer: standard scores (n, *shape) of its rows as float32, and class numbers (n,).

    Of spectrograms `frame_seconds` lie between two frames, and `decibels` are mean and scale of the scores in dB.
    """

    X_train: Rows
    y_train: IntArray
    X_validation: Rows
    y_validation: IntArray
    n_genres: int
    frame_seconds: float = 0.0
    pretrained: Pretrained | None = None
    decibels: Decibels = (np.zeros((1, 1)), np.ones((1, 1)))


@dataclass(frozen=True, eq=False)
class Dealt:
    """The training part in the order of one epoch, X (n, *shape) and y (n,), and what draws the masks for it."""

    X: Held
    y: Tensor
    generator: torch.Generator


class Trainer:
    """One training of one network. Iterate to train; `network` holds the best weights once `TrainEnd` has come."""

    def __init__(
        self,
        model: NetworkConfig,
        config: TrainConfig,
        data: TrainingData,
        device: str | None = None,
        before: BeforeConfig | None = None,
    ) -> None:
        self.final = config
        """How it learns in the end; with a branch, `config` is what comes before it until then."""
        self.branch_after = before.epochs if before else 0
        self._first = config
        if before and before.epochs:
            self._first = TrainConfig(**before.model_dump(exclude={"epochs"}), seed=config.seed)
        self.config = self._first
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.n_genres = data.n_genres
        self._augmentation, self._decibels = model.augmentation(data.frame_seconds), data.decibels
        self._y_train = torch.as_tensor(data.y_train).to(self.device)
        self._y_validation = torch.as_tensor(data.y_validation).to(self.device)
        n_at_once = min(len(data.y_train), max(self.config.batch_size, self.final.batch_size))
        model.check_memory(data.X_train.shape[1:], n_at_once, data.frame_seconds)
        with _global_generator, torch.random.fork_rng(devices=self._cuda_devices()):
            torch.manual_seed(config.seed)
            self.network = model.build(data.X_train.shape[1:], data.n_genres).to(self.device)
            self._random = self._random_state()
        self.network.start_from(data.pretrained)
        frozen = self.network.eval().frozen()
        self._X_train = hold(data.X_train, self.device, frozen)
        self._X_validation = hold(data.X_validation, self.device, frozen)
        self.optimizer = Optimizer(self.config, *flatten(self.network), self.network.rates())
        self.schedule = Schedule(self.config)
        self.class_weights = self._weights_of(self.config)
        self._best = _copy(self.network)
        self._best_score = -float("inf")
        self.best_epoch: int | None = None
        self.epoch = 0
        """Epochs completed."""
        self._drawable = model.can_be_drawn(data.X_train.shape[1:], data.n_genres)
        self._start_epoch()

    @property
    def n_parameters(self) -> int:
        """Return the number of weights and biases that are learned."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    @property
    def side_by_side(self) -> type[SideBySide] | None:
        """Return how it is computed together with others; None: by itself, as where its rows are mixed or in a file."""
        alone = self._first.mixup or self.final.mixup or not isinstance(self._X_train, Tensor)
        return None if alone else self.network.side_by_side

    @property
    def n_train(self) -> int:
        """Return the number of tracks that it trains on."""
        return len(self._y_train)

    @property
    def n_values(self) -> int:
        """Return how many numbers its training part is."""
        return math.prod(self._X_train.shape)

    @property
    def finished(self) -> StopReason | None:
        """Return why there is nothing left to train, or None while there is."""
        if self.epoch < self.branch_after:
            return None
        if self.epoch >= self.config.max_epochs:
            return "max_epochs"
        if self.epoch - max(self.best_epoch or 0, self.branch_after) >= self.config.patience:
            return "patience"
        return None

    def __iter__(self) -> Iterator[Event]:
        """Train until the last epoch, `patience` epochs without a better one, or a loss that is not finite."""
        while not (reason := self.finished):
            for fraction in self._train_epoch():
                yield Progress(self.epoch + 1, fraction)
            end = self._end_epoch()
            if end is None:
                reason = "diverged"
                break
            yield end
        yield self.finish(reason)

    def finish(self, reason: StopReason = "stopped") -> TrainEnd:
        """Give the network its best weights, and say how training ended."""
        self.network.load_state_dict(self._best)
        return TrainEnd(reason, self.best_epoch, self.epoch)

    def predict(self, X: Rows) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return logits (n, n_genres) for rows of standard scores, with the weights it has now."""
        return predict(self.network, X, self.device)

    # -- one epoch ---------------------------------------------------------------------------------------------------

    def _start_epoch(self) -> None:
        self._order_seed: int | None = None
        self._position = 0
        self._loss_sum = torch.zeros((), dtype=torch.float64, device=self.device)
        self._correct = torch.zeros((), dtype=torch.int64, device=self.device)
        self._seconds = 0.0

    def _train_epoch(self) -> Iterator[float]:
        """Train on the batches that the epoch has left; yield the fraction done whenever a while has passed."""
        n, size = len(self._y_train), self.config.batch_size
        for held in (self._X_train, self._X_validation):
            if isinstance(held, Batches):
                yield from held.get_ready(REPORT_SECONDS)
        while self._position < n:
            with self._lent_generator():
                self._train_batches(n, size, time.perf_counter() + REPORT_SECONDS)
            if self._position < n:
                yield self._position / n

    def _train_batches(self, n: int, size: int, deadline: float) -> None:
        started = time.perf_counter()
        X, y = self._in_order()
        self.network.train()
        outputs = []
        start = first = self._position
        while start < n:
            end = start + size
            batch, labels, criterion = X[start:end], y[start:end], self._criterion
            if any(self._augmentation):
                batch = augmented(batch, self._augmentation, self._decibels)
            if self.config.mixup:
                batch, others, share = mixed(batch, labels, self.config.mixup)
                criterion = partial(self._criterion_of_both, others, share)
            loss, logits = self.network.backpropagate(batch, labels, criterion)
            self.optimizer.step(self.schedule.rate)
            self._loss_sum += loss
            outputs.append(logits)
            start = end
            if time.perf_counter() > deadline:
                break
        self._position = min(start, n)
        self._correct += (torch.cat(outputs).argmax(1) == y[first : self._position]).sum()
        self._seconds += time.perf_counter() - started

    def _in_order(self) -> tuple[Held, Tensor]:
        """Return the training part in the order of this epoch; for use while the generator is lent."""
        if self._order_seed is None:
            _draw_seed()
            self._order_seed = _draw_seed()
        order = torch.randperm(len(self._y_train), generator=torch.Generator().manual_seed(self._order_seed))
        order = order.to(self.device)
        return in_order(self._X_train, order), self._y_train.index_select(0, order)

    def deal(self) -> Dealt:
        """Hand out an epoch's batches to be trained on elsewhere, together with those of other trainers."""
        with self._lent_generator():
            X, y = self._in_order()
        generator = torch.Generator(self.device)
        generator.set_state(self._random[self.device.type])
        return Dealt(X, y, generator)

    def collect(self, dealt: Dealt, loss_sum: float, n_correct: int, seconds: float) -> EpochEnd | None:
        """Take back an epoch that was trained elsewhere, and end it as one of its own."""
        self._random[self.device.type] = dealt.generator.get_state()
        self._loss_sum += loss_sum
        self._correct += n_correct
        self._seconds += seconds
        return self._end_epoch()

    def _end_epoch(self) -> EpochEnd | None:
        """Validate, remember the best weights, and report; None where the loss is no longer finite."""
        started = time.perf_counter()
        n, size = len(self._y_train), self.config.batch_size
        train_loss = float(self._loss_sum) / -(-n // size)
        with self._lent_generator():
            _draw_seed()
            validation_loss, pred = self._validate()
        if not np.isfinite(train_loss) or not np.isfinite(validation_loss):
            return None
        rate = self.schedule.rate
        self.epoch += 1
        accuracy = float((pred == self._y_validation).double().mean())
        is_best = self._remember(accuracy if self.config.monitor == "accuracy" else -validation_loss)
        self.schedule.advance(self.epoch, validation_loss)
        seconds = self._seconds + time.perf_counter() - started
        event = EpochEnd(
            self.epoch, train_loss, int(self._correct) / n, validation_loss, accuracy, rate, seconds, is_best,
            pred.to(torch.uint8).cpu().numpy(),
        )  # fmt: skip
        self._start_epoch()
        self._branch()
        return event

    def _branch(self) -> None:
        """Go on with the final settings once the epochs before the branch are done."""
        if self.config is self.final or self.epoch < self.branch_after:
            return
        before, self.config = self.config, self.final
        same_loss = _loss_of(before) == _loss_of(self.final)
        if before.monitor != self.final.monitor or (self.final.monitor == "loss" and not same_loss):
            self._best_score = -float("inf")  # another scale: the best is found anew
        self.class_weights = self._weights_of(self.final)
        self.optimizer = self.optimizer.turned(self.final)
        self.schedule = self.schedule.turned(self.final, self.epoch, same_loss=same_loss)

    def _weights_of(self, config: TrainConfig) -> Tensor | None:
        balanced = config.class_weighting == "balanced"
        return balanced_weights(self._y_train, self.n_genres) if balanced else None

    def _validate(self) -> tuple[float, Tensor]:
        """Return the mean over batches of the validation loss, and the predicted classes (n_validation,)."""
        self.network.eval()
        with torch.inference_mode():
            logits = torch.cat([self.network(part) for part in parts(self._X_validation)])
            losses = F.cross_entropy(
                logits,
                self._y_validation,
                self.class_weights,
                reduction="none",
                label_smoothing=self.config.label_smoothing,
            )
            batches = torch.split(losses.double(), self.config.batch_size)
            if self.class_weights is None:
                means = [batch.mean() for batch in batches]
            else:
                weights = torch.split(self.class_weights[self._y_validation].double(), self.config.batch_size)
                means = [batch.sum() / weight.sum() for batch, weight in zip(batches, weights, strict=True)]
            return float(torch.stack(means).mean()), logits.argmax(1)

    def _criterion(self, logits: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(logits, y, self.class_weights, label_smoothing=self.config.label_smoothing)

    def _criterion_of_both(self, others: Tensor, share: float, logits: Tensor, y: Tensor) -> Tensor:
        """Return the loss of rows that are mixed: that of each label by its share."""
        return share * self._criterion(logits, y) + (1 - share) * self._criterion(logits, others)

    def _remember(self, score: float) -> bool:
        if score <= self._best_score:
            return False
        self._best_score, self.best_epoch, self._best = score, self.epoch, _copy(self.network)
        return True

    # -- the random stream -------------------------------------------------------------------------------------------

    @contextmanager
    def _lent_generator(self) -> Iterator[None]:
        with _global_generator, torch.random.fork_rng(devices=self._cuda_devices()):
            torch.set_rng_state(self._random["cpu"])
            if "cuda" in self._random:
                torch.cuda.set_rng_state(self._random["cuda"], self.device)
            try:
                yield
            finally:
                self._random = self._random_state()

    def _random_state(self) -> dict[str, Tensor]:
        state = {"cpu": torch.get_rng_state()}
        if self.device.type == "cuda":
            state["cuda"] = torch.cuda.get_rng_state(self.device)
        return state

    def _cuda_devices(self) -> list[int]:
        return [torch.cuda.current_device()] if self.device.type == "cuda" else []

    # -- checkpoints -------------------------------------------------------------------------------------------------

    def checkpoint(self) -> bytes:
        """Return everything that going on needs, as safetensors."""
        tensors = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        tensors |= {f"best.{name}": value for name, value in self._best.items()}
        tensors |= {f"random.{name}": value for name, value in self._random.items()}
        tensors |= {f"stream.{name}": value for name, value in self.network.stream().items()}
        tensors |= {f"optimizer.{name}": value for name, value in self.optimizer.state.items()}
        tensors |= {"loss_sum": self._loss_sum, "correct": self._correct}
        scalars = {
            "epoch": self.epoch,
            "best_epoch": self.best_epoch,
            "best_score": None if self.best_epoch is None else self._best_score,
            "order_seed": self._order_seed,
            "position": self._position,
            "seconds": self._seconds,
            "steps": self.optimizer.steps,
            "rate": self.schedule.rate,
            "plateau": None if math.isinf(self.schedule.best) else self.schedule.best,
            "waited": self.schedule.waited,
            "branched": self.branch_after > 0 and self.config is self.final,
        }
        own = {name: value.contiguous().clone() for name, value in tensors.items()}
        return save(own, {"scalars": json.dumps(scalars)})

    def restore(self, checkpoint: bytes) -> None:
        """Go back to where a checkpoint of the same training was taken, or of that which a branch comes from."""
        tensors = {name: value.to(self.device) for name, value in load(checkpoint).items()}
        scalars = json.loads(_metadata(checkpoint)["scalars"])
        self.network.load_state_dict(_under("network.", tensors))
        self._best = _under("best.", tensors)
        self._random = {name: value.cpu() for name, value in _under("random.", tensors).items()}
        self.network.restore_stream({name: value.cpu() for name, value in _under("stream.", tensors).items()})
        self.config = self.final if scalars.get("branched") else self._first
        self.class_weights = self._weights_of(self.config)
        self.optimizer = Optimizer(self.config, self.optimizer.weights, self.optimizer.gradients, self.optimizer.rates)
        self.schedule = Schedule(self.config)
        self.optimizer.state = _under("optimizer.", tensors)
        self.optimizer.steps = scalars["steps"]
        self.schedule.rate, self.schedule.waited = scalars["rate"], scalars["waited"]
        self.schedule.best = math.inf if scalars["plateau"] is None else scalars["plateau"]
        self._loss_sum, self._correct = tensors["loss_sum"], tensors["correct"]
        self.epoch, self.best_epoch = scalars["epoch"], scalars["best_epoch"]
        self._best_score = -float("inf") if self.best_epoch is None else scalars["best_score"]
        self._order_seed, self._position, self._seconds = scalars["order_seed"], scalars["position"], scalars["seconds"]
        self._branch()

    def weights(self) -> bytes:
        """Return the best weights so far as safetensors."""
        return save({name: value.contiguous() for name, value in self._best.items()})

    def snapshot(self) -> bytes | None:
        """Return the weights that it has now as safetensors of half precision; None of too many, or of another kind.

        It is for a drawing, which tells three digits apart at most.
        """
        if not self._drawable:
            return None
        weights = self.network.state_dict().items()
        return save({name: value.clamp(-MOST_HALF, MOST_HALF).half() for name, value in weights})


def rebuilt(model: NetworkConfig, shape: Shape, n_genres: int, weights: bytes) -> Network:
    """Return a network with the weights that a training has saved, in evaluation mode.

    Raises DataError where they are not the weights of such a network.
    """
    with _global_generator, torch.random.fork_rng(devices=[]):  # it draws weights, though none of them stay
        network = model.build(shape, n_genres)
    try:
        network.load_state_dict(load(weights))
    except (RuntimeError, SafetensorError) as error:
        raise DataError("The stored weights are not those of this run's network: train the run again.") from error
    return network.eval()


def predict(network: Network, X: Rows, device: torch.device | None = None) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return logits (n, n_genres) for rows of standard scores, in evaluation mode."""
    network.eval()
    held = hold(X, torch.device("cpu"), network.frozen())
    with torch.inference_mode():
        logits = [network(part.to(device)).cpu() for part in parts(held, 16_384)]
    return torch.cat(logits).numpy()


def _loss_of(config: TrainConfig) -> tuple[float, str]:
    """Return what a loss depends on beside the network: losses of different ones do not compare."""
    return config.label_smoothing, config.class_weighting


def _draw_seed() -> int:
    return int(torch.empty((), dtype=torch.int64).random_().item())


def _copy(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in network.state_dict().items()}


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _metadata(tensors: bytes) -> dict[str, str]:
    """Return the metadata of safetensors bytes: the header is a little-endian length and that many bytes of JSON."""
    length = int.from_bytes(tensors[:8], "little")
    return json.loads(tensors[8 : 8 + length])["__metadata__"]
