"""Makes a first model, from the corpus to next-word suggestions."""

import os
import pathlib
import shutil
import statistics
import sys
import time

import lightrnn_tf_export

from lightrnn_tf import data, decoding, training
from lightrnn_tf._internal.progress import bar, count, waiting
from lightrnn_tf.data import documentation
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.scoring import evaluation

BEGINNINGS = (
    "return the",
    "the number of",
    "this function is used to",
    "if the value of",
    "an error is",
)
_VOCABULARY = 10_000
_EPOCHS = 3
_TIMED = 2_000


def quickstart(out: pathlib.Path, seed: int = 0) -> str:
    """Train and export a model on the documentation of installed packages.

    Args:
        out: Path of the folder for the corpus, the run and `model.tflite`; an earlier
            quickstart in it is replaced.
        seed: Integer in `[0, 2**32)`. Seed of everything random. Defaults to 0.

    Returns:
        A report as a string: the quality and size of the model, and suggestions.
    """
    corpus = write_corpus(out / "corpus")
    run = training.train(
        training.Options.of(
            train=[str(corpus["train"])],
            valid=[str(corpus["valid"])],
            out=str(out / "run"),
            lowercase=True,
            vocab_size=_VOCABULARY,
            rounds=(_EPOCHS,),
            # So that the run can be exported at int4, too.
            quantize_aware=True,
            seed=seed,
            overwrite=True,
        )
    )
    with waiting("Exporting"):
        exported = lightrnn_tf_export.export(
            run.load_model(),
            run.vocabulary,
            out / "model.tflite",
            overwrite=True,
            text=run.ids("valid"),
            training=run.summary(),
        )
    predictor = LiteRTPredictor(exported.path)
    ids = data.encode(data.Lines([corpus["test"]]), predictor.vocabulary)
    with bar("Scoring the test text with the .tflite") as progress:
        scores = evaluation.evaluate(predictor, ids, progress)
    lines = [
        "",
        f"Run: {run.path}   Model for the phone: {exported.path}",
        f"Test perplexity {scores.perplexity:.1f}, top-3 accuracy {scores.top3:.1%} "
        f"({scores.tokens:,} tokens, {scores.oov_rate:.1%} outside the vocabulary), "
        "measured by running the file.",
        f"{exported.model_bytes:,} bytes of model, {exported.total_bytes:,} with its "
        f"{len(predictor.vocabulary):,} words; {_microseconds(predictor, ids):.0f} µs "
        f"a suggestion on one core ({predictor.runtime}).",
        "",
    ]
    width = max(map(len, BEGINNINGS))
    for text in BEGINNINGS:
        state = decoding.read(predictor, predictor.tokenizer.words(text))
        words = decoding.top_k(predictor, state, 3).words
        lines.append(f"  {text:{width}} …  {'   '.join(words)}")
    lines += ["", f"Try: {_command()} suggest {exported.path} 'the shape of the'"]
    return "\n".join(lines)


def write_corpus(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """Write the built-in corpus as three texts.

    Args:
        folder: Path of the folder to write.

    Returns:
        Dict of the paths of the texts `train`, `valid` and `test`. Every tenth document
        is in `test`, and the one after it in `valid`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.txt" for name in ("train", "valid", "test")}
    files = {name: open(path, "w", encoding="utf-8") for name, path in paths.items()}
    documents = count(documentation.documents(), "Reading documentation")
    try:
        for number, paragraphs in enumerate(documents):
            name = {0: "test", 1: "valid"}.get(number % 10, "train")
            files[name].write("\n".join(paragraphs) + "\n\n")
    finally:
        for file in files.values():
            file.close()
    return paths


def _command() -> str:
    """Return the command to call `lightrnn`; its environment may not be active."""
    if shutil.which("lightrnn"):
        return "lightrnn"
    return os.path.relpath(pathlib.Path(sys.executable).with_name("lightrnn"))


def _microseconds(predictor: LiteRTPredictor, ids) -> float:
    """Return the median time of a call of `suggest`, over the words of a text."""
    words = predictor.vocabulary.words
    cells = [predictor.lexicon[words[i]] for i in ids[:_TIMED]]
    state = predictor.start()
    times = []
    for cell in cells:
        start = time.perf_counter()
        predictor.suggest(cell, state)
        times.append(time.perf_counter() - start)
        state = predictor.advance(cell, state)
    return statistics.median(times) * 1e6
