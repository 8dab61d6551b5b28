"""What is a model worth on text that it was not made for?

    python benchmarks/in_the_wild.py FILE.tflite … --corpora DIR [--lines 1000]
        [--train FILE …] [--adaptive FILE.tflite VOCABULARY]

DIR holds talk-en, commonvoice-en and sms-en, of each the first lines of valid.txt.xz in
order, but for commonvoice-en, which is sorted and so is shuffled first. A file is
measured with and without memory of the text so far: perplexity, unknown words, top-3,
and keys saved by both protocols, with three words shown and with five. Beside it, on
the same texts and with the words of the first file: the most frequent words, and
n-grams of the texts of --train, cut to the bytes of the first file
(`cut_n_grams.py` says how these are counted); and an adaptive softmax with words of its
own. Each row is a JSON line, appended to results/in_the_wild.jsonl.
"""

import argparse
import pathlib
import random
import zipfile

import cut_n_grams
import kneser_ney
import numpy as np

from lightrnn_tf import data, decoding
from lightrnn_tf._internal.options import POSITIVE
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.predictors.protocol import Contexts
from lightrnn_tf.scoring import evaluation
from lightrnn_tf.scoring.keystrokes import keystrokes
from lightrnn_tf.scoring.phrases import phrase_keystrokes
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.vocabulary import Vocabulary
from results import append, file_of

# Neighbours of a sorted text are alike, so a cache would be worth more than it is.
SORTED = ("commonvoice-en",)
TEXTS, SLOTS = ("talk-en", "commonvoice-en", "sms-en"), (3, 5)
PROTOCOLS = {"words": keystrokes, "phrases": phrase_keystrokes}


def main():
    """Measure, append and print each row."""
    args = _parser().parse_args()
    texts = {name: _first_lines(args, name) for name in TEXTS}
    blind_is_missing = True
    for title, model, about in models(args):
        for name, lines in texts.items():
            found, blind = measured(model, lines)
            rows = [{"model": title, **about, **found}]
            if blind_is_missing:
                rows.append({"model": "most frequent words", **blind})
            for row in rows:
                row = {"text": name, "lines": len(lines), **row}
                append("in_the_wild", row, 0, args.results)
                print(shown(row), flush=True)
        blind_is_missing = False


def _parser():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("files", nargs="+", type=pathlib.Path, metavar="FILE.tflite")
    add("--corpora", type=pathlib.Path, required=True, metavar="DIR")
    add(
        "--lines", type=POSITIVE.parse, default=1000, help="of each text; default: 1000"
    )
    add("--train", nargs="+", default=[], metavar="FILE", help="texts of the n-grams")
    add(
        "--adaptive",
        nargs=2,
        type=pathlib.Path,
        metavar=("FILE", "VOCABULARY"),
        help="an adaptive softmax that adaptive_file.py wrote, and its vocabulary.txt",
    )
    add("--results", type=pathlib.Path, default=file_of("in_the_wild"))
    return parser


def _first_lines(args, name):
    lines = list(data.Lines([args.corpora / name / "valid.txt.xz"]))
    if name in SORTED:
        random.Random(0).shuffle(lines)
    return lines[: args.lines]


def models(args):
    """Yield the name of each model, a `Readable`, and what else its rows say."""
    for path in args.files:
        model = LiteRTPredictor(path)
        about = {"bytes": path.stat().st_size, "cache": False}
        yield path.name, model, about
        yield path.name, decoding.Cached(model), about | {"cache": True}
    if args.train:
        yield from n_grams(args.files[0], data.Lines(data.files(args.train)))
    else:
        print("n-grams: not measured, --train names no text")
    if args.adaptive:
        path, words = args.adaptive
        vocabulary = Vocabulary.from_text(words.read_text(encoding="utf-8"))
        about = {"bytes": path.stat().st_size}
        yield path.name, Adaptive(path, vocabulary), about
    else:
        print("adaptive softmax: not measured, --adaptive names no file")


def n_grams(path, lines):
    """Yield n-grams of a text with the words of a file, cut to its bytes."""
    file = LiteRTPredictor(path)
    vocabulary = file.vocabulary
    offered = [
        bool(file.lexicon.suggestable[file.lexicon[w]]) for w in vocabulary.words
    ]
    with zipfile.ZipFile(path) as members:
        words = members.getinfo("vocab.bin").compress_size
    ids = data.encode(lines, vocabulary)
    kinds = {
        "Kneser-Ney": kneser_ney.KneserNey,
        "absolute discounting": cut_n_grams.AbsoluteDiscounting,
    }
    for title, kind in kinds.items():
        whole = kind(ids, vocabulary)
        whole.lexicon = Lexicon(vocabulary.words, suggestable=np.array(offered))
        model = cut_n_grams.cut(whole, ids, path.stat().st_size - words)
        size = words + cut_n_grams.bytes_of(model)
        about = {"bytes": size, "n_grams": model.size, "n_grams_whole": whole.size}
        yield f"{title} 5-grams, cut", model, about


class Adaptive:
    """The file of an adaptive softmax as a table of one row, to be scored.

    Args:
        path: The file, which `adaptive_file.py` wrote.
        vocabulary: Its `Vocabulary`.
    """

    rows = 1

    def __init__(self, path, vocabulary):
        from adaptive_file import AdaptiveFile  # It loads TensorFlow.

        self.vocabulary, self.tokenizer = vocabulary, vocabulary.tokenizer
        self.lexicon, self.columns = Lexicon(vocabulary.words), len(vocabulary)
        self._file = AdaptiveFile(path, [], self.lexicon.suggestable)

    def contexts(self, ids):
        """Yield every place of a text."""
        states, before = self._file.start(), self.vocabulary.eos_id
        for word in ids:
            head, states = self._file._read(before, states)
            tails = sorted(name for name in self._file._run if name != "advance")
            *first, rest = np.split(head, [len(head) - len(tails)])
            for name, cluster in zip(tails, rest, strict=True):
                inside = self._file._run[name](state_0=states[0])["log_probs"][0]
                first.append(cluster + inside)
            log_probs = np.concatenate(first)

            def expand(places, rows, log_probs=log_probs):
                return np.broadcast_to(log_probs, (*rows.shape, len(log_probs)))

            yield Contexts(np.array([word]), np.zeros((1, 1)), expand)
            before = word


def measured(model, lines):
    """Return the scores of a model, and those of its most frequent words."""
    tokens = [token for line in lines for token in model.tokenizer.line(line)]
    scores = evaluation.evaluate(model, np.array(model.vocabulary.ids(tokens)))
    found = {
        "perplexity": round(scores.perplexity, 2),
        "perplexity_no_oov": round(scores.perplexity_no_oov, 2),
        "oov_rate": round(scores.oov_rate, 5),
        "top3": round(scores.top3, 5),
    }
    blind = {}
    for slots in SLOTS:
        for protocol, simulate in PROTOCOLS.items():
            saved = simulate(model, lines, slots=slots)
            name = f"saved_{protocol}_{slots}"
            found[name] = round(saved.keystroke_savings, 5)
            blind[name] = round(saved.keystroke_savings_blind, 5)
    found["unknown_share"] = blind["unknown_share"] = round(saved.unknown_share, 5)
    return found, blind


def shown(row):
    """Return a row in words."""
    cache = ", cache" if row.get("cache") else ""
    parts = [f"{row['text']}: {row['model']}{cache}"]
    parts += [f"{row['bytes']:,} bytes"] if "bytes" in row else []
    parts += [f"perplexity {row['perplexity']:.1f}"] if "perplexity" in row else []
    parts += [f"top-3 {row['top3']:.1%}"] if "top3" in row else []
    parts += [f"unknown {row['unknown_share']:.1%}"]
    parts += [
        f"{protocol}, {slots} slots {row[f'saved_{protocol}_{slots}']:.1%}"
        for protocol in PROTOCOLS
        for slots in SLOTS
    ]
    return "; ".join(parts)


if __name__ == "__main__":
    main()
