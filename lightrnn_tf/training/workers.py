"""Training by several processes together, on one machine or several.

Each worker reads its rows of every batch, and the JAX backend of Keras averages the
gradients. All workers have the same weights, so only the first one writes the run.
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

# Seconds without a sign of life after which a worker counts as lost.
_LOST = 30
# Seconds that workers wait for each other at the beginning and at the end.
_PATIENCE = 300
# The libraries by which the workers of JAX communicate, as errors name them.
_CONNECTIONS = re.compile("Gloo|NCCL|coordination|distributed service", re.IGNORECASE)
# Words whose losses are summed over the workers at a time.
_CHUNK = 1 << 16


@dataclasses.dataclass(frozen=True)
class Team:
    """Connects a worker with the others that train the same model.

    All workers train a model as if they were one process, if it is made while they are
    `together` and gets its data from `feed`. A process with several devices is a team,
    too.

    Attributes:
        count: How many workers there are. Defaults to 1.
        number: The number of this worker, from 0. Defaults to 0.

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
        """Connect to the other workers. Call it before anything is computed.

        Args:
            coordinator: `"HOST:PORT"`, the address of worker 0.
            count: How many workers there are.
            number: The number of this worker, from 0.

        Returns:
            The team.

        Raises:
            ValueError: If an argument is none of these, or Keras does not run on JAX.
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
            coordinator,
            count,
            number,
            initialization_timeout=_PATIENCE,
            heartbeat_timeout_seconds=_LOST,
            shutdown_timeout_seconds=_PATIENCE,
        )
        return cls(count, number)

    @property
    def is_first(self) -> bool:
        """Whether this is the worker that writes the run."""
        return self.number == 0

    @property
    def devices(self) -> int:
        """How many devices all workers have together."""
        if keras.backend.backend() != "jax":
            return 1
        import jax

        return jax.device_count()

    @contextlib.contextmanager
    def together(self):
        """Share the models that are made inside among all devices of all workers.

        At the end the workers disconnect.

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
        """Return the answer of the first worker to all workers.

        Args:
            answer: The answer of this worker.
        """
        if self.count == 1:
            return answer
        from jax.experimental import multihost_utils

        return bool(multihost_utils.broadcast_one_to_all(np.int32(answer)))

    def feed(self, windows) -> keras.utils.PyDataset:
        """Return the rows of this worker of a text, for `fit`.

        Args:
            windows: `data.windows(...)` of the text.
        """
        return windows if self.count == 1 else _Feed(windows, self)

    def reallocate(
        self, model: models.LightRNN, windows, matching, folder, progress
    ) -> reallocation.Round | None:
        """Reallocate as `reallocation.reallocate`, with the same table for all workers.

        Each worker sums the losses of its rows; the first one solves the matching.

        Args:
            model: The shared model.
            windows: `data.windows(...)` of the training text.
            matching: As in `reallocation.reallocate`.
            folder: As in `reallocation.reallocate`.
            progress: As in `reallocation.reallocate`.

        Returns:
            The `Round` for the first worker, `None` for the others.
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
        """Return the sum of arrays over the workers, computed part by part."""
        from jax.experimental import multihost_utils

        total = np.empty_like(numbers)
        for start in range(0, len(numbers), _CHUNK):
            part = np.ascontiguousarray(numbers[start : start + _CHUNK])
            every = multihost_utils.process_allgather(part)
            total[start : start + _CHUNK] = np.asarray(every).sum(0)
        return total

    def _give(self, copy, model):
        """Give all workers the weights of the copy of the first worker."""
        from jax.experimental import multihost_utils

        values = [ops.convert_to_numpy(weight) for weight in copy.weights]
        values = multihost_utils.broadcast_one_to_all(values)
        for variable, value in zip(model.weights, values, strict=True):
            variable.assign(np.asarray(value))


class _Feed(keras.utils.PyDataset):
    """Feeds a worker with its rows of every batch."""

    def __init__(self, windows, team):
        super().__init__()
        self.windows = windows
        self.team = team
        # The model holds the states of the rows of all workers.
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
    """Make the models inside for one device of this process only."""
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
