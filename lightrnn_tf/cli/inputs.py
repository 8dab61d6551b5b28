"""What commands open."""

import pathlib
import sys

from lightrnn_tf._internal.files import files


def look_up(*texts):
    """Stop where a text is missing, before the seconds that it takes to load Keras."""
    for names in texts:
        files(names or [])


def must_exist(name: str, what: str):
    """Stop where a run or file is missing; `what` is what it is called."""
    if not pathlib.Path(name).exists():
        raise FileNotFoundError(f"{name}: no such {what}.")


def must_not_exist(name: str, overwrite: bool):
    """Stop where a file would be replaced that nobody asked to replace."""
    if pathlib.Path(name).exists() and not overwrite:
        raise FileExistsError(f"{name} exists. Pass --overwrite, or name another file.")


def load_keras():
    """Import Keras and what it imports, which greets us in many lines."""
    from lightrnn_tf._internal.quiet import quiet

    with quiet():
        import keras

        keras.utils.set_random_seed(0)  # On JAX that imports TensorFlow too.


def open_predictor(name: str, line_independent: bool = False):
    """Return the predictor of a run or of an exported file."""
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
    """Say which runtime answered, where it was one of exported files."""
    if hasattr(predictor, "runtime"):
        print(f"Ran {predictor.path} with {predictor.runtime}.", file=sys.stderr)


def clean(text: str) -> str:
    """Return `text` with U+FFFD for what was not UTF-8 on the command line."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
