"""Training by several processes at once, which may be on several machines.

Each worker reads its rows of every batch; gradients are averaged by the JAX backend of
Keras. Weights are the same everywhere, so the first worker alone writes the run.
"""

import contextlib
import dataclasses
import re

import keras
import numpy as np
from keras import ops

from lightrnn_tf import models, reallocation
from lightrnn_tf._internal import checks
from lightrnn_tf._internal.guard import Lost
from lightrnn_tf.reallocation.losses import LossTables, loss_tables

# Seconds after which a worker that is not heard of counts as lost.
_LOST = 30
# Seconds that workers wait for each other where they begin and end.
_PATIENCE = 300
# What the libraries that JAX has the workers talk by call themselves in errors.
_CONNECTIONS = re.compile("Gloo|NCCL|coordination|distributed service", re.IGNORECASE)
# Words whose losses are summed at a time.
_CHUNK = 1 << 16


@dataclasses.dataclass(frozen=True)
class Team:
    """The workers of a training, as one of them knows them.

    A model that is made while they are `together`, and is fed by `feed`, is trained by
    all of them as by one process. One process with several devices is a team, too.

    Attributes:
        count: How many there are. Defaults to 1.
        number: Which of them this one is, from 0. Defaults to 0.

    Example:

    >>> team = Team()  # Or Team.join("host:1234", count=2, number=0).
    >>> windows = data.windows(np.arange(200) % 10, batch_size=4, steps=5)
    >>> with team.together():
    ...     model = models.LightRNN(vocabulary_size=10, units=8)
    ...     model.compile("adam")
    ...     history = model.fit(team.feed(windows), verbose=0)
    """

    count: int = 1
    number: int = 0

    @classmethod
    def join(cls, coordinator: str, count: int, number: int) -> "Team":
        """Meet the other workers. To be called before anything is computed.

        Args:
            coordinator: `"HOST:PORT"`, where worker 0 can be reached.
            count: How many workers there are.
            number: Which of them this one is, from 0.

        Raises:
            ValueError: If an argument is not of this kind, or Keras does not run on
                JAX.
        """
        checks.string("coordinator", coordinator)
        checks.positive_integer("count", count)
        checks.natural_number("number", number)
        found = re.fullmatch(r"[^:\s]+:(\d{1,5})", coordinator)
        if not found or int(found[1]) not in range(1, 1 << 16):
            raise ValueError(
                f"`coordinator` must be HOST:PORT of worker 0. Received: {coordinator}."
            )
        if number >= count:
            raise ValueError(
                f"`worker` must be from 0 to {count - 1}, one number for each of "
                f"{count} workers. Received: {number}."
            )
        if keras.backend.backend() != "jax":
            raise ValueError(
                "Several workers need the JAX backend of Keras. Received: "
                f"{keras.backend.backend()}. Set KERAS_BACKEND=jax."
            )
        import jax

        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        jax.distributed.initialize(
            *(coordinator, count, number),
            initialization_timeout=_PATIENCE,
            heartbeat_timeout_seconds=_LOST,
            shutdown_timeout_seconds=_PATIENCE,
        )
        return cls(count, number)

    @property
    def is_first(self) -> bool:
        return self.number == 0

    @property
    def devices(self) -> int:
        """How many devices train together, of all workers."""
        if keras.backend.backend() != "jax":
            return 1
        import jax

        return jax.device_count()

    @contextlib.contextmanager
    def together(self):
        """Make models that all devices of all workers train together, and part then.

        Raises:
            ConnectionError: If a worker is lost meanwhile.
        """
        try:
            self._wait()
            if self.devices > 1:
                keras.distribution.set_distribution(
                    keras.distribution.DataParallel(auto_shard_dataset=False)
                )
            yield
            self._part()
        except (RuntimeError, ValueError) as error:
            if self.count == 1 or not _CONNECTIONS.search(str(error)):
                raise
            raise Lost from error
        finally:
            keras.distribution.set_distribution(None)

    def _wait(self):
        if self.count > 1:
            from jax.experimental import multihost_utils

            multihost_utils.sync_global_devices("begin")

    def _part(self):
        if self.count > 1:
            import jax

            jax.distributed.shutdown()

    def ask_first(self, answer: bool) -> bool:
        """Return the answer of the first worker, to all."""
        if self.count == 1:
            return answer
        from jax.experimental import multihost_utils

        return bool(multihost_utils.broadcast_one_to_all(np.int32(answer)))

    def feed(self, windows) -> keras.utils.PyDataset:
        """Return what this worker gives `fit` of the windows of a text."""
        return windows if self.count == 1 else _Feed(windows, self)

    def reallocate(
        self, model: models.LightRNN, windows, matching, folder, progress
    ) -> reallocation.Round | None:
        """Reallocate as `reallocation.reallocate`; all workers get the same table.

        Each sums the losses of its rows, the first one solves the matching.

        Returns:
            What was done, for the first worker.
        """
        if self.count == 1:
            return reallocation.reallocate(model, windows, matching, folder, progress)
        with alone():
            copy = _copy(model)
            share = windows.share(self.number, self.count)
            part = loss_tables(copy, share, folder, progress)
        losses = LossTables(
            self._sum(part.rows),
            self._sum(part.columns),
            float(self._sum(np.array([part.nats]))[0]),
        )
        done = None
        if self.is_first:
            with alone():
                done = reallocation.reallocate(copy, windows, matching, losses=losses)
        self._give(copy, model)
        return done

    def _sum(self, numbers):
        """Return the sum over the workers, a part of the words at a time."""
        from jax.experimental import multihost_utils

        total = np.empty_like(numbers)
        for start in range(0, len(numbers), _CHUNK):
            part = np.ascontiguousarray(numbers[start : start + _CHUNK])
            every = multihost_utils.process_allgather(part)
            total[start : start + _CHUNK] = np.asarray(every).sum(0)
        return total

    def _give(self, copy, model):
        """Give all workers the weights of the first one's copy."""
        from jax.experimental import multihost_utils

        values = [ops.convert_to_numpy(weight) for weight in copy.weights]
        values = multihost_utils.broadcast_one_to_all(values)
        for variable, value in zip(model.weights, values, strict=True):
            variable.assign(np.asarray(value))


class _Feed(keras.utils.PyDataset):
    """The rows of one worker of every batch."""

    def __init__(self, windows, team):
        super().__init__()
        self.windows = windows
        self.team = team
        # What the model holds the states of.
        self.batch_size = windows.batch_size

    @property
    def extremes(self):
        return self.windows.extremes

    def begin_epoch(self, epoch):
        self.windows.begin_epoch(epoch)

    def __len__(self):
        return len(self.windows)

    def __getitem__(self, number):
        return self.windows.share(self.team.number, self.team.count)[number]


@contextlib.contextmanager
def alone():
    """Make models that are of this process and one device."""
    spread = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    try:
        yield
    finally:
        keras.distribution.set_distribution(spread)


def _copy(model):
    copy = type(model).from_config(model.get_config())
    copy.build()
    copy.compile()
    for variable, weight in zip(copy.weights, model.weights, strict=True):
        variable.assign(ops.convert_to_numpy(weight))
    return copy
