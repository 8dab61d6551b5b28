"""Opens and checks the inputs of commands."""

import pathlib
import sys

from lightrnn_tf._internal.files import files


def look_up(*texts):
    """Check that texts exist, before the seconds that loading Keras takes.

    Args:
        *texts: Lists of names and glob patterns, or `None`.

    Raises:
        FileNotFoundError: If no file matches a name or pattern.
        IsADirectoryError: If a name is a folder.
        ValueError: If a name is a pipe, standard input or a device.
    """
    for names in texts:
        files(names or [])


def must_exist(name: str, what: str):
    """Check that a run or file exists.

    Args:
        name: String, its path.
        what: String, what the error calls it, such as `"run"`.

    Raises:
        FileNotFoundError: If it does not exist.
    """
    if not pathlib.Path(name).exists():
        raise FileNotFoundError(f"{name}: no such {what}.")


def must_not_exist(name: str, overwrite: bool):
    """Check that a file may be written.

    Args:
        name: String, its path.
        overwrite: Boolean. Whether an existing file may be replaced.

    Raises:
        FileExistsError: If it exists and may not be replaced.
    """
    if pathlib.Path(name).exists() and not overwrite:
        raise FileExistsError(f"{name} exists. Pass --overwrite, or name another file.")


def load_keras():
    """Import Keras, without the many lines that it and its imports print."""
    from lightrnn_tf._internal.quiet import quiet

    with quiet():
        import keras

        keras.utils.set_random_seed(0)  # On JAX, this imports TensorFlow, too.


def open_predictor(name: str, line_independent: bool = False):
    """Return the predictor of a run or of an exported file.

    Args:
        name: String, the path of the run or file.
        line_independent: Boolean. Whether the state is reset at every line. Defaults
            to `False`, as in training.

    Returns:
        A `LiteRTPredictor` for a file, a `KerasPredictor` for a run.

    Raises:
        FileNotFoundError: If there is no such run or file.
    """
    path = pathlib.Path(name)
    if path.is_file():
        from lightrnn_tf.predictors import exported

        predictor = exported.LiteRTPredictor(path)
        predictor.line_independent |= line_independent
        return predictor
    must_exist(name, "run or file")
    load_keras()
    from lightrnn_tf.predictors import in_memory as predictors
    from lightrnn_tf.training import run as runs

    run = runs.Run(path)
    return predictors.KerasPredictor(run.load_model(line_independent), run.vocabulary)


def say_runtime(predictor):
    """Print which runtime ran an exported file; print nothing for a run.

    Args:
        predictor: A `LiteRTPredictor` or `KerasPredictor`.
    """
    if hasattr(predictor, "runtime"):
        print(f"Ran {predictor.path} with {predictor.runtime}.", file=sys.stderr)


def clean(text: str) -> str:
    """Replace what was not UTF-8 on the command line by U+FFFD.

    Args:
        text: String, an argument as Python passes it on.

    Returns:
        The text as a string.
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
