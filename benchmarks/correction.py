"""How often are slips put right, and right words left alone?

    python benchmarks/correction.py FILE.tflite --corpora ../shared/corpora

Sentences are every second line of talk-en and commonvoice-en, valid; the lines between
are for choosing (`--choose` prints what other constants would give, and appends
nothing). In a sentence one word of the model is typed with a slip:

- `random`: one letter replaced, added, left out or swapped with the next, each as often
  and any letter as likely; words of at least three letters.
- `channel`: the same, as the channel draws them.
- `real`: a misspelling of Wikipedia's list, of words that `slips.py` does not count.

Or only its beginning is typed, without a slip (`begun`) or with one (`begun_slip`). It
is counted how often the right word is first, among three, and put in place of the slip;
how often it is among three where the slip does not make another word that is trusted;
which words of all sentences are replaced though they are right; and the time of a key,
over the keys of the words. Beside it: the same channel with the counts of the words in
place of the model, and completion alone. One JSON line for each, appended to
results/correction.jsonl.
"""

import argparse
import collections
import itertools
import pathlib
import time

import numpy as np
from slips import is_kept, possible, read_wikipedia, replacement

from lightrnn_tf import data, decoding
from lightrnn_tf.decoding import channel, correction
from lightrnn_tf.predictors.exported import LiteRTPredictor
from lightrnn_tf.words.spelling import fold
from results import append

TEXTS = ("talk-en", "commonvoice-en")
SEED, DRAWN, TIMED = 0, 3000, 300
MOST_REPLACED = 0.001
# Sentences for each misspelling, and letters of the words that get a slip.
SENTENCES, LEAST = 3, 3
LETTERS = sorted(channel.NEIGHBOURS)
# What `--choose` tries.
SLIP, COMPLETED = (0.0, 1.0, 2.0, 3.0), (1.0, 2.0, 3.0, 4.0)
LETTER, MARGIN = (0.5, 1.0, 1.5), np.arange(0, 16, 0.5).tolist()


def main():
    """Measure, append and print; or choose."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--corpora", type=pathlib.Path, required=True)
    parser.add_argument("--choose", action="store_true")
    args = parser.parse_args()
    model = LiteRTPredictor(args.file)
    cases = Cases(model, args.corpora, chosen=args.choose)
    if args.choose:
        choose(model, cases)
        return
    for by, answer, predictor in (
        ("model", corrected, model),
        ("counts", corrected, Unigram(model)),
        ("completion", completed, model),
    ):
        row = {"file": args.file.name, "words": len(model.lexicon), "by": by}
        for kind, typed in cases.typed.items():
            row[kind] = cases.shares(answer, predictor, typed)
        row["right"] = cases.replaced(answer, predictor)
        row |= cases.times(answer, predictor)
        append("correction", row, SEED)
        print(row)


class Unigram:
    """A predictor that knows how often each word is, and no context."""

    def __init__(self, model):
        self.lexicon, self.tokenizer = model.lexicon, model.tokenizer
        self.rows, self.columns = model.rows, model.columns
        counts = np.full(self.rows * self.columns, 1e-9)
        vocabulary = model.vocabulary
        for word, count in zip(vocabulary.words, vocabulary.counts, strict=True):
            counts[self.lexicon[word]] = count
        counts = counts.reshape(self.rows, self.columns) / counts.sum()
        self._rows = np.log(counts.sum(1))
        self._columns = np.log(counts) - self._rows[:, None]

    def start(self):
        """Return the only state."""
        return decoding.State([], self._rows)

    def advance(self, _, state):
        """Return the same state."""
        return state

    def expand(self, rows, _):
        """Return the log-probabilities of columns."""
        return self._columns[rows]


class Cases:
    """Words of sentences, right or with a slip, each after the words before it."""

    def __init__(self, model, corpora, chosen):
        self.model, self.lexicon = model, model.lexicon
        self.lines = []
        for text in TEXTS:
            lines = data.Lines([corpora / text / "valid.txt.xz"])
            self.lines += [
                words
                for n, line in enumerate(lines)
                if n % 2 != chosen and (words := model.tokenizer.words(line))
            ]
        self.typed = self._drawn(np.random.default_rng(SEED))
        misspellings = read_wikipedia(corpora / "typos/wikipedia.dat")
        self.typed["real"] = self._real(
            [pair for pair in misspellings if is_kept(pair[0]) != chosen]
        )

    def _drawn(self, rng):
        """Return words with slips, and beginnings with and without."""
        places = self._places()
        order = map(places.__getitem__, rng.permutation(len(places)))
        words = ((at, fold(self.word(at))) for at in order)
        words = [(at, w) for at, w in words if len(w) >= LEAST and w.isalpha()][:DRAWN]
        begun = [(at, word[:n]) for at, word in words for n in range(1, len(word))]
        begun = [begun[n] for n in rng.permutation(len(begun))[:DRAWN]]
        some = [(at, typed) for at, typed in begun if len(typed) >= LEAST]
        return {
            "random": [(at, random_slip(word, rng)) for at, word in words],
            "channel": [(at, channel_slip(word, rng)) for at, word in words],
            "begun": begun,
            "begun_slip": [(at, random_slip(typed, rng)) for at, typed in some],
        }

    def _real(self, misspellings):
        """Return misspellings in place of the right word, in a few sentences each."""
        places_of = collections.defaultdict(list)
        for at in self._places():
            places_of[self.word(at)].append(at)
        return [
            (at, typed)
            for word, typed in misspellings
            for at in places_of[word][:SENTENCES]
            if " " not in typed
        ]

    def _places(self):
        """Return the line and place of each word that the model may offer."""
        return [
            (n, place)
            for n, words in enumerate(self.lines)
            for place, word in enumerate(words)
            if (cell := self.lexicon.get(word)) is not None
            and self.lexicon.suggestable[cell]
        ]

    def word(self, at):
        """Return the word at a place."""
        return self.lines[at[0]][at[1]]

    def is_trusted(self, word):
        """Return whether a word is right as it is typed."""
        cell = self.lexicon.get(word)
        return cell is not None and bool(self.lexicon.trusted[cell])

    def states(self, predictor, places):
        """Yield each place and the state before it, line by line."""
        by_line = collections.defaultdict(set)
        for line, place in places:
            by_line[line].add(place)
        for line, wanted in by_line.items():
            state = predictor.start()
            for place, word in enumerate(self.lines[line]):
                if place in wanted:
                    np.asarray(state.row_log_probs)  # A word is read when it is needed.
                    yield (line, place), state
                cell = decoding.cell_of(predictor, word)
                state = predictor.advance(cell, state)

    def shares(self, answer, predictor, cases):
        """Return how often the right word is first, among three, and put in place."""
        states = dict(self.states(predictor, [at for at, _ in cases]))
        counts = collections.Counter()
        for at, typed in cases:
            right = self.lexicon.written(self.lexicon[self.word(at)])
            words, put = answer(predictor, states[at], typed)
            counts["first"] += words[:1] == [right]
            counts["in_three"] += right in words
            counts["put_right"] += put == right
            counts["put_wrong"] += put not in (None, right)
            if not self.is_trusted(typed):
                counts["no_words"] += 1
                counts["no_words_in_three"] += right in words
        among = counts["no_words_in_three"] / max(1, counts.pop("no_words"))
        shares = {name: round(n / len(cases), 4) for name, n in counts.items()}
        return {"cases": len(cases), **shares, "no_words_in_three": round(among, 4)}

    def replaced(self, answer, predictor):
        """Return how many words are replaced though they are right."""
        words = [
            (n, place)
            for n, words in enumerate(self.lines)
            for place, word in enumerate(words)
            if any(map(str.isalpha, word))
        ]
        new = [at for at in words if not self.is_trusted(self.word(at))]
        put = {}
        for at, state in self.states(predictor, new):
            _, word = answer(predictor, state, self.word(at))
            if word is not None:
                put[self.word(at)] = word
                put.setdefault("", []).append(at)
        replaced = len(put.pop("", []))
        return {
            "words": len(words),
            "not_trusted": len(new),
            "replaced": replaced,
            "share": round(replaced / len(words), 6),
            "examples": dict(itertools.islice(put.items(), 20)),
        }

    def times(self, answer, predictor):
        """Return the milliseconds of a key, over the words with a slip."""
        cases = [
            case
            for kind in ("random", "channel", "real")
            for case in self.typed[kind][:TIMED]
        ]
        states = dict(self.states(predictor, [at for at, _ in cases]))
        times = []
        for at, typed in cases:
            for n in range(1, len(typed) + 1):
                start = time.perf_counter()
                answer(predictor, states[at], typed[:n])
                times.append(1000 * (time.perf_counter() - start))
        median, p99 = np.percentile(times, (50, 99)).round(3).tolist()
        return {"keys": len(times), "ms_median": median, "ms_p99": p99}


def corrected(predictor, state, typed):
    """Return three words for what was typed, and what replaces it."""
    answer = decoding.correct(predictor, state, typed)
    return answer.words, answer.replacement


def completed(predictor, state, typed):
    """Return three words that begin with what was typed; it stays."""
    return decoding.top_k(predictor, state, 3, typed).words, None


def random_slip(word, rng):
    """Return a word with one slip, any kind and letter as likely."""
    while True:
        kind, place = rng.integers(4), int(rng.integers(len(word)))
        letter = LETTERS[rng.integers(len(LETTERS))]
        typed = {
            0: word[:place] + letter + word[place + 1 :],
            1: word[:place] + letter + word[place:],
            2: word[:place] + word[place + 1 :],
            3: word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
        }[int(kind)]
        if typed != word:
            return typed


def channel_slip(word, rng):
    """Return a word with one slip, as probable as the channel says."""
    kinds = possible(word)
    kinds = {kind: n for kind, n in kinds.items() if kind not in ("MARK", "SPACE")}
    weights = np.array([n * np.exp(-getattr(channel, k)) for k, n in kinds.items()])
    kind = list(kinds)[rng.choice(len(kinds), p=weights / weights.sum())]
    slips = sorted(
        {
            typed
            for place in range(len(word) + 1)
            for typed in slips_at(word, place, kind)
            if typed != word
        }
    )
    return slips[rng.integers(len(slips))]


def slips_at(word, place, kind):
    """Yield a word with each slip of a kind at a place."""
    start, rest = word[:place], word[place:]
    same = start[-1:] == rest[:1]
    if kind == "TRANSPOSED" and rest[1:]:
        yield start + rest[1] + rest[0] + rest[2:]
    elif kind == "DOUBLED" and rest:
        yield start + rest[0] + rest
    elif (kind == "UNDOUBLED" and same) or (kind == "LEFT_OUT" and rest and not same):
        yield start + rest[1:]
    elif kind == "ADDED":
        yield from (start + letter + rest for letter in LETTERS)
    elif rest:
        for letter in LETTERS:
            if letter != rest[0] and replacement(rest[0], letter) == kind:
                yield start + letter + rest[1:]


def choose(model, cases):
    """Print what other constants give on the lines for choosing.

    SLIP is the least for which beginnings without a slip lose at most 0.2 points of
    top-3, COMPLETED a compromise of whole words and beginnings; MARGIN for each LETTER
    the least by which at most 0.1 % of the right words are replaced, two standard
    errors included.
    """
    kept = channel.SLIP, channel.COMPLETED
    begun = cases.typed["begun"]
    print("completion alone", cases.shares(completed, model, begun))
    for channel.SLIP, channel.COMPLETED in itertools.product(SLIP, COMPLETED):
        print(f"SLIP {channel.SLIP} COMPLETED {channel.COMPLETED}")
        for kind, typed in cases.typed.items():
            print(" ", kind, cases.shares(corrected, model, typed), flush=True)
    channel.SLIP, channel.COMPLETED = kept
    for correction.LETTER in LETTER:
        for correction.MARGIN in MARGIN:
            replaced = cases.replaced(corrected, model)
            errors = 2 * replaced["replaced"] ** 0.5 / replaced["words"]
            if replaced["share"] + errors <= MOST_REPLACED:
                break
        print(f"LETTER {correction.LETTER} MARGIN {correction.MARGIN}", replaced)
        for kind in ("random", "channel", "real"):
            typed = cases.typed[kind]
            print(" ", kind, cases.shares(corrected, model, typed), flush=True)


if __name__ == "__main__":
    main()
