"""Makes the model of a keyboard: from raw text to a file, its card and its scores."""

import dataclasses
import math
import pathlib

import keras
import lightrnn_tf_export
import numpy as np
from lightrnn_tf_export import card
from lightrnn_tf_export.bundle import bundle, with_entries

from lightrnn_tf import data, decoding, training
from lightrnn_tf._internal import checks
from lightrnn_tf._internal.files import replacing, write_atomic
from lightrnn_tf._internal.progress import bar, count, say, waiting
from lightrnn_tf._version import __version__
from lightrnn_tf.data.held_out import hold_out
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.scoring import evaluation
from lightrnn_tf.scoring.phrases import phrase_keystrokes
from lightrnn_tf.training import checkpoint, choices
from lightrnn_tf.training.keyboard_options import KeyboardOptions, first_lines
from lightrnn_tf.training.run import Run
from lightrnn_tf.training.run_folder import RunFolder
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import count_words

_TOKENIZER = Tokenizer("words", lowercase=True)
_HELD_OUT = "held-out text"


@dataclasses.dataclass(frozen=True)
class Made:
    """What `make` has written.

    Attributes:
        file: The `.tflite` file.
        page: The page of its card.
        run: The run that it is of.
        card: The card, a dict.
    """

    file: pathlib.Path
    page: pathlib.Path
    run: Run
    card: dict


def make(options: KeyboardOptions) -> Made:
    """Train a model for a keyboard, export it, score it and write its card.

    What is chosen, and why, is printed to standard error. A training that was stopped
    goes on, and a run that is finished is not trained again. The file and its page are
    written at the end, whole or not at all.

    Args:
        options: Of which text, and where it goes.

    Returns:
        What was `Made`.

    Raises:
        OSError: If a file cannot be read or written.
        ValueError: If the text cannot be used, or the run is of another text.
    """
    texts = _texts(options)
    run = _trained(options)
    least_count = options.least_count
    if least_count is None and options.word_list is None:
        least_count = choices.least_count(len(run.ids("train")))
        say(f"Suggested: words that the text has {least_count} times or oftener.")
    with replacing(options.file) as trial:
        _export(run, trial, options.lists(least_count))
        of_file, page = _described(trial, options, texts)
    write_atomic(options.card, page)
    return Made(options.file, options.card, run, of_file)


def mark_words(options: KeyboardOptions) -> dict:
    """Mark the words of a finished file anew, after a change of the lists of words.

    What the model was trained on stays: which words may be suggested, which are right
    as they are typed and how they are written are as if the file had been made with
    these lists. It is scored again, and its card is written anew.

    Args:
        options: Those that the file was made with, but for the lists; `out` is the
            file, and `overwrite` must be `True`.

    Returns:
        The card.

    Raises:
        OSError: If a file cannot be read or written.
        ValueError: If the lists leave no word to suggest.
    """
    checks.instance("options", options, KeyboardOptions)
    old = LiteRTPredictor(options.file)
    lists, words = options.lists(options.least_count), old.vocabulary
    marks = np.zeros((2, old.lexicon.size), bool)
    cells = np.array([old.lexicon[word] for word in words.words])
    marks[:, cells] = lists.marks(words)
    if not marks[0].any():
        raise ValueError("`options` must leave a word to suggest. Received: none.")
    counts = np.zeros(old.lexicon.size, np.int64)
    counts[cells] = words.counts
    suggestable, trusted = marks
    lexicon = Lexicon(
        old.lexicon.words(), suggestable, trusted, forms=lists.forms(words)
    )
    with replacing(options.file) as trial:
        model_bytes = options.file.read_bytes()[: old.manifest["model_bytes"]]
        trial.write_bytes(bundle(model_bytes, dict(old.manifest), lexicon, counts))
        of_file, page = _described(trial, options, _texts(options))
    write_atomic(options.card, page)
    return of_file


def _texts(options):
    """Return the lines of each text to score."""
    texts = {name: options.scored(name) for name in options.scores}
    if not texts:
        texts[_HELD_OUT] = first_lines(_HELD_OUT, _held_out(options))
    return texts


def _described(path, options, texts):
    """Score a file, write its card into it, and return the card and its page."""
    file = LiteRTPredictor(path)
    scores = [score for name in texts for score in _scores(file, name, texts[name])]
    of_file = card.made(file, options.language, options.said(), scores)
    content = with_entries(path.read_bytes(), {"card": of_file})
    # Not written over: the runtime may still read it.
    path.unlink()
    path.write_bytes(content)
    return of_file, card.page(LiteRTPredictor(path))


def _held_out(options):
    """Return the text that is not trained on."""
    if options.valid:
        return data.Lines(data.files(options.valid))
    lines = options.lines()
    once = count(lines, "Looking for the last tenth of the text, line")
    return hold_out(lines, _TOKENIZER, once).valid


def _trained(options):
    """Return the run of the text, trained now as far as it is not yet."""
    counts = count_words(count(options.lines(), "Counting words, line"), _TOKENIZER)
    tokens, words = sum(counts.values()), sum(n > 1 for n in counts.values())
    chosen = choices.chosen(tokens, words)
    folder = RunFolder(options.folder)
    stopped = [path for path in (folder.path, folder.run) if checkpoint.exists(path)]
    if stopped or folder.run.exists():
        run = Run(stopped[0] if stopped else folder.run)
        _check_same(run, tokens, options)
        if stopped:
            return training.resume(options.folder)
        say(f"{options.folder} is finished: it is not trained again.")
        return run
    for line in choices.reasons(chosen, tokens, words):
        say(line)
    asked = training.Options.of(
        options.folder,
        # What a killed process left before it had trained anything.
        overwrite=folder.path.exists(),
        train=options.text,
        valid=options.valid,
        **chosen,
    )
    return training.train(asked)


def _check_same(run, tokens, options):
    """Refuse a run that was trained on another text."""
    trained = len(run.ids("train")) + (0 if options.valid else len(run.ids("valid")))
    if trained != tokens:
        raise ValueError(
            f"`run` must be of this text, of {tokens:,} words and signs. Received: "
            f"{options.folder}, of {trained:,}. Name another folder with --run."
        )


def _export(run, path, lists):
    """Write the file of a run, without a card."""
    model = run.load_model()
    weights = model.trainable_weights
    training_of_run = run.summary() | {
        "tokens": len(run.ids("train")),
        "parameters": sum(math.prod(weight.shape) for weight in weights),
        "seed": run.config["training"]["seed"],
        "versions": f"lightrnn_tf {__version__}, Keras {keras.__version__}",
    }
    with waiting("Exporting"):
        lightrnn_tf_export.export(
            model,
            run.vocabulary,
            path,
            "int4" if model.quantize_aware else "int8",
            text=run.ids("valid"),
            training=training_of_run,
            lists=lists,
        )


def _scores(file, name, lines):
    """Yield the scores of a file on a text, without memory and with it."""
    ids = data.encode(lines, file.vocabulary)
    for cache, predictor in ((False, file), (True, decoding.Cached(file))):
        with bar(f"Scoring {name}") as progress:
            scores = evaluation.evaluate(predictor, ids, progress)
        with bar(f"Typing {name}") as progress:
            typed = phrase_keystrokes(predictor, lines, progress)
        yield {
            "text": name,
            "cache": cache,
            "lines": len(lines),
            "perplexity": round(scores.perplexity, 2),
            "unknown_words": round(typed.unknown_share, 4),
            "top3": round(scores.top3, 4),
            "keystrokes_saved": round(typed.keystroke_savings, 4),
            "saved_by_frequency": round(typed.keystroke_savings_blind, 4),
        }
