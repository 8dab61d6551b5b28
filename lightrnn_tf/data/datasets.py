"""Reads lines of text from TensorFlow Datasets."""

import importlib.util
import io
import os
import re
from collections.abc import Iterator

from lightrnn_tf._internal import checks
from lightrnn_tf.data.text import Lines, decoded


class DatasetLines(Lines):
    """The lines of a split of a text dataset, which can be read again and again.

    A dataset that is not prepared yet is downloaded and prepared first. The text is
    streamed. Each example is one line, or several if its text has line breaks.

    Args:
        name: String, `"NAME"` or `"NAME/CONFIG"`, without a version. `":SPLIT"` at the
            end names a split, such as `"test"` or `"train[:90%]"`. Defaults to the
            split `"train"`.
        feature: String, the feature with the text. Defaults to `"text"`.
        data_dir: Path of the folder of prepared datasets. Defaults to that of
            `tensorflow_datasets`.
        errors: As for `Lines`. Defaults to `"strict"`.

    Raises:
        ValueError: If the package is missing, if there is no such dataset, split or
            feature, or, while reading, if a text is not UTF-8.
    """

    def __init__(
        self,
        name: str,
        feature: str = "text",
        data_dir: str | os.PathLike | None = None,
        errors: str = "strict",
    ):
        if importlib.util.find_spec("tensorflow_datasets") is None:
            raise ValueError(
                "`tfds` needs the package tensorflow-datasets. Run pip install "
                "'lightrnn-tf[datasets]'."
            )
        super().__init__([], errors)
        checks.string("name", name)
        checks.string("feature", feature)
        if data_dir is not None:
            checks.path("data_dir", data_dir)
        self.name, _, self.split = name.partition(":")
        self.split = self.split or "train"
        self.feature = feature
        self.data_dir = data_dir
        self._dataset, self._splits = self._load()

    def for_validation(self) -> "DatasetLines | None":
        """Return the lines of the validation split.

        Returns:
            `DatasetLines`, or `None` if there is no such split or these lines are part
            of it.
        """
        own = re.findall(r"\w+", self.split)
        if "validation" not in self._splits or {"validation", "all"} & {*own}:
            return None
        name = f"{self.name}:validation"
        return DatasetLines(name, self.feature, self.data_dir, self.errors)

    def _load(self):
        import tensorflow_datasets as tfds

        try:
            dataset, info = tfds.load(
                self.name,
                split=self.split,
                data_dir=self.data_dir,
                with_info=True,
                # Read one file after the other, to keep the order of the text.
                read_config=tfds.ReadConfig(interleave_cycle_length=1),
            )
        except tfds.core.DatasetNotFoundError as error:
            raise ValueError(
                "`tfds` must be a dataset that is prepared, or that TensorFlow "
                f"Datasets knows. Received: {self.name!r}."
            ) from error
        except ValueError as error:
            raise ValueError(
                "`tfds` must be NAME[/CONFIG][:SPLIT]. Received: "
                f"{self.name}:{self.split}: {error}"
            ) from error
        spec = dataset.element_spec
        texts = [
            name
            for name, one in (spec.items() if isinstance(spec, dict) else ())
            if getattr(one, "dtype", None) == "string" and one.shape.rank == 0
        ]
        if self.feature not in texts:
            raise ValueError(
                f"`tfds_feature` must be a text of {self.name}: {', '.join(texts)}. "
                f"Received: {self.feature!r}."
            )
        return dataset, info.splits

    def _every(self) -> Iterator[str]:
        for number, example in enumerate(self._dataset.as_numpy_iterator()):
            text = example[self.feature]
            name = f"Example {number} of {self.name}"
            file = io.BytesIO(text or b"\n")
            yield from decoded(file, name, self.errors, self.part_size)
