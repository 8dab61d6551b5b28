"""Checkpoints: all that training needs to go on as if it had not been stopped."""

import dataclasses
import json
import pathlib
import zipfile
from typing import Any

import numpy as np
from keras import ops

from lightrnn_tf._internal.files import DAMAGED_ARCHIVE, replacing
from lightrnn_tf._internal.progress import say

FILE, PREVIOUS = "checkpoint.npz", "checkpoint.previous.npz"
_PLACE = "place"
# More bytes than a NumPy file has beside the numbers of an array, or for the place.
_HEADER_BYTES = 1024


@dataclasses.dataclass(frozen=True)
class Place:
    """How far training has come.

    Attributes:
        epoch: Epochs that are done. Defaults to 0.
        batch: Batches that are done of the next epoch. Defaults to 0.
        lines: Lines that are written of the run's metrics. Defaults to 0.

    Example:

    >>> Place(epoch=2).is_start
    False
    """

    epoch: int = 0
    batch: int = 0
    lines: int = 0

    @property
    def is_start(self) -> bool:
        """Whether no batch is done yet."""
        return not (self.epoch or self.batch)


def exists(folder: pathlib.Path) -> bool:
    """Look for a checkpoint.

    Args:
        folder: The folder of a run.

    Returns:
        Whether there is one, damaged or not.
    """
    return (folder / FILE).exists() or (folder / PREVIOUS).exists()


def largest(folder: pathlib.Path) -> pathlib.Path:
    """Find the larger of the last two checkpoints.

    Args:
        folder: The folder of a run with at least one checkpoint.

    Returns:
        The path of its file.
    """
    paths = (folder / name for name in (FILE, PREVIOUS))
    found = [path for path in paths if path.exists()]
    return max(found, key=lambda path: path.stat().st_size)


def save(folder: pathlib.Path, model, place: Place) -> None:
    """Write a checkpoint and keep the one before it, but no older one.

    Args:
        folder: The folder of the run.
        model: A compiled `LanguageModel` whose optimizer is built.
        place: How far its training has come.

    Raises:
        OSError: If it cannot be written. The old checkpoints then stay.
    """
    told = json.dumps(dataclasses.asdict(place)).encode()
    arrays: dict[str, Any] = {_PLACE: np.frombuffer(told, np.uint8)}
    arrays |= {f"{n}": _array(one) for n, one in enumerate(_variables(model))}
    with replacing(folder / FILE, keep=folder / PREVIOUS) as part:
        with open(part, "wb") as file:
            np.savez(file, **arrays)


def load(folder: pathlib.Path, model) -> tuple[Place, list[np.ndarray]]:
    """Read the last checkpoint that is whole.

    A damaged checkpoint is reported on standard error, and the one before it is read.
    The damaged one is then deleted, so that the next `save` keeps the good one.

    Args:
        folder: The folder of the run.
        model: The compiled model of the run.

    Returns:
        How far training had come, and the values for `restore`.

    Raises:
        ValueError: If there is no checkpoint that can be read.
    """
    for path in (folder / FILE, folder / PREVIOUS):
        if not path.exists():
            continue
        try:
            found = _read(path, _variables(model))
        except DAMAGED_ARCHIVE as error:
            say(f"{path} is damaged: {error}")
            continue
        if path.name == PREVIOUS:
            (folder / FILE).unlink(missing_ok=True)
        return found
    raise ValueError(
        f"{folder} has no checkpoint that can be read. Train it again with --overwrite."
    )


def restore(model, values: list[np.ndarray]) -> None:
    """Set the variables of a model to the values of a checkpoint.

    Args:
        model: The model.
        values: The arrays that `load` returned for it.
    """
    for variable, value in zip(_variables(model), values, strict=True):
        variable.assign(value)


def remove(folder: pathlib.Path) -> None:
    """Delete the checkpoints of a folder.

    Args:
        folder: The folder of a run.
    """
    for name in (FILE, PREVIOUS):
        (folder / name).unlink(missing_ok=True)


def _variables(model):
    """Return all that training changes: weights, random states, sums, streams."""
    every = (
        *model.variables,
        *model.optimizer.variables,
        *model.perplexity.variables,
    )
    # Evaluation begins anew each time, and makes its variables when it first runs.
    left_out = {id(variable) for variable in model.evaluation_state.variables}
    return [variable for variable in every if id(variable) not in left_out]


def _array(variable):
    return ops.convert_to_numpy(variable.value)


def _read(path, variables):
    """Return the place and the arrays of a file, checked before they are unpacked."""
    sizes = {f"{n}.npy": _array(one).nbytes for n, one in enumerate(variables)}
    sizes[f"{_PLACE}.npy"] = 0
    with zipfile.ZipFile(path) as archive:
        members = {member.filename: member for member in archive.infolist()}
        if members.keys() != sizes.keys() or any(
            not 0 <= member.file_size - sizes[name] <= _HEADER_BYTES
            for name, member in members.items()
        ):
            raise ValueError(
                f"it must have the {len(sizes)} arrays of this model. Received: "
                f"{len(members)} arrays, of another model."
            )
        damaged = archive.testzip()
        if damaged:
            raise ValueError(f"the checksum of {damaged} is wrong.")
    with np.load(path) as arrays:
        place = Place(**json.loads(arrays[_PLACE].tobytes()))
        if any(type(n) is not int or n < 0 for n in dataclasses.astuple(place)):
            raise ValueError(f"there is no such place: {place}.")
        values = [arrays[f"{n}"] for n in range(len(variables))]
    for value, variable in zip(values, variables, strict=True):
        if (
            value.shape != tuple(variable.shape)
            or value.dtype != _array(variable).dtype
        ):
            raise ValueError(
                f"it must have an array of shape {tuple(variable.shape)}. Received: "
                f"{value.shape}, {value.dtype}, of another model."
            )
    return place, values
