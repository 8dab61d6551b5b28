"""The rows of `quality.py`, and the trials by which their settings are chosen."""

import dataclasses

from results import read

# Validation perplexities that are no more apart say nothing: seeds differ by as much,
# those of dense models by more.
ALIKE = 0.005


@dataclasses.dataclass(frozen=True)
class Kin:
    """Rows with the same dropout and learning rate: the best that one of them reached.

    Attributes:
        model: The options of the model that is tried.
        settings: Dropout and learning rate of each trial.
        rounds: Epochs of a trial, with reallocations between rounds.
        corpus: Whose validation text decides.
        made_by: As in `Row`.
    """

    model: dict
    settings: tuple[tuple[float, float], ...]
    rounds: tuple[int, ...] = (15,)
    corpus: str = "ptb"
    made_by: str = "training"


UNTIED = {"model": "dense"}
DENSE = UNTIED | {"tied": True}
SLIM = {"model": "slim", "slim_parts": 5, "slim_vectors": 2500}
SLIM_INPUT = SLIM | {
    "slim_parts": 10,
    "slim_vectors": 2000,
    "slim_side": "input",
}
OURS = {"embedding_dim": 100, "word_dim": 16}
# Longer vectors for the words that most of a text is made of.
FREQUENT = OURS | {"frequent_words": 2000, "frequent_dim": 64}
# A seventh of the bytes of a dense model with two tables.
SEVENTH = {
    "embedding_dim": 80,
    "word_dim": 8,
    "row_parts": 2,
    "frequent_words": 2100,
    "frequent_dim": 40,
}
# As many parameters as LightRNN.
SMALL_DENSE = DENSE | {"units": 72}
SHORT_DENSE = {"embedding_dim": 52}
WIDE_DENSE = DENSE | {"units": 650}
# A quarter of the bytes of a dense model with two tables.
WIDE_OURS = {
    "units": 650,
    "embedding_dim": 325,
    "word_dim": 24,
    "frequent_words": 3000,
    "frequent_dim": 88,
}
PAPER = {"model": "paper"}
# Of the plans that `rounds.py` tried the best one for a random table.
EARLY = (1, 1, 1, 1)
DENSE_SETTINGS = (
    (0.3, 0.005),
    (0.1, 0.005),
    (0.2, 0.005),
    (0.4, 0.005),
    (0.3, 0.01),
)
OURS_SETTINGS = ((0.3, 0.005), (0.1, 0.005), (0.2, 0.005), (0.3, 0.01))
SMALL_DENSE_SETTINGS = ((0.3, 0.005), (0.2, 0.005))
ADAPTIVE_SETTINGS = ((0.2, 0.005), (0.3, 0.005))
SEVENTH_SETTINGS = (
    (0.05, 0.005),
    (0.1, 0.005),
    (0.2, 0.005),
    (0.3, 0.005),
    (0.1, 0.01),
    (0.2, 0.01),
)
PAPER_SETTINGS = ((0.3, 0.005), (0.1, 0.005), (0.3, 0.01), (0.1, 0.01))
# Slim learns slowest.
SLIM_SETTINGS = (
    (0.3, 0.005),
    (0.3, 0.0025),
    (0.3, 0.01),
    (0.45, 0.005),
    (0.15, 0.01),
    (0.3, 0.02),
    (0.15, 0.02),
)
SLIM_INPUT_SETTINGS = (
    (0.3, 0.005),
    (0.2, 0.005),
    (0.2, 0.01),
    (0.3, 0.01),
    (0.4, 0.01),
    (0.3, 0.02),
)
# A body that is three times as wide can learn the text by heart.
WIDE_DENSE_SETTINGS = ((0.4, 0.002), (0.5, 0.002), (0.5, 0.004))
WIDE_OURS_SETTINGS = ((0.3, 0.002), (0.4, 0.002), (0.5, 0.002), (0.4, 0.004))
# In three times as many epochs.
LONG_DENSE_SETTINGS = ((0.3, 0.005), (0.4, 0.005))
LONG_OURS_SETTINGS = ((0.2, 0.005), (0.3, 0.005))
# On the other corpora.
OTHER_SETTINGS = ((0.1, 0.005), (0.2, 0.005), (0.3, 0.005))
ADAPTIVE = {"cutoffs": [500, 3000]}
KIN = {
    "dense": Kin(DENSE, DENSE_SETTINGS),
    "dense-small": Kin(SMALL_DENSE, SMALL_DENSE_SETTINGS),
    "dense-short": Kin(SHORT_DENSE, SMALL_DENSE_SETTINGS, made_by="short vectors"),
    "dense-long": Kin(DENSE, LONG_DENSE_SETTINGS, (45,)),
    "adaptive": Kin(ADAPTIVE, ADAPTIVE_SETTINGS, made_by="adaptive"),
    "slim": Kin(SLIM, SLIM_SETTINGS, (6,)),
    "slim-input": Kin(SLIM_INPUT, SLIM_INPUT_SETTINGS),
    "paper": Kin(PAPER, PAPER_SETTINGS, (*EARLY, 2)),
    "ours": Kin(FREQUENT, OURS_SETTINGS),
    "ours-long": Kin(FREQUENT, LONG_OURS_SETTINGS, (45,)),
    "ours-seventh": Kin(SEVENTH, SEVENTH_SETTINGS),
    "dense-650": Kin(WIDE_DENSE, WIDE_DENSE_SETTINGS, (20,)),
    "ours-650": Kin(WIDE_OURS, WIDE_OURS_SETTINGS, (20,)),
    # One change at a time.
    "tried": Kin(FREQUENT, ((0.3, 0.005),), (6,)),
}
# How each corpus is read; keystrokes are what its users care about.
CORPORA = {
    "ptb": {"tokenizer": "whitespace"},
    "keyboard-en": {"lowercase": True, "vocab_size": 20_000, "line_independent": True},
    "wikitext-2": {"tokenizer": "whitespace"},
    "cs-1m": {"min_count": 2},
    "de-1m": {"min_count": 2},
}
# The texts that the published results are of: SHA-256 of training, validation and test
# text one after the other, its first half.
CHECKSUMS = {
    "ptb": "0b6c7d63ba3b5066369952976bfedb37",
    "keyboard-en": "52734cea38b4b6f165abb3686748a6cd",
    "wikitext-2": "7e3e19cec8a54d5265044cb5a7881042",
    "cs-1m": "1c534ec84eb55f0af7a72158cfed9112",
    "de-1m": "6951a3a27078831362f16cced1ebcc97",
}
OTHERS = ("keyboard-en", "wikitext-2", "cs-1m", "de-1m")
KEYBOARDS = ("keyboard-en",)


@dataclasses.dataclass(frozen=True)
class Row:
    """A model of the table.

    Attributes:
        title: What the table calls it.
        kin: Whose dropout and learning rate it takes.
        model: The options of the model, and of the training where they are not those of
            its kin.
        rounds: Epochs, with reallocations between rounds.
        made_by: `"training"`, by `lightrnn train`; `"n-grams"`, by counting; or one
            of `variants.MADE_BY`, by Keras on a model of these benchmarks.
        tried: Whether it is a change that was tried: it is judged by validation text
            and listed in a table of its own.
    """

    title: str
    kin: str
    model: dict
    rounds: tuple[int, ...] = (15,)
    made_by: str = "training"
    tried: bool = False


KNESER_NEY = Row("Kneser-Ney, 5-gram", "", {}, made_by="n-grams")

ROWS = {
    "ptb/dense-tied": Row("dense, tied", "dense", DENSE),
    "ptb/dense-tied-long": Row("dense, tied, 45 epochs", "dense-long", DENSE, (45,)),
    "ptb/ours": Row("**LightRNN, k = 16, 2,000 words 80**", "ours", FREQUENT),
    # In about the time of 15 epochs of dense.
    "ptb/ours-long": Row(
        "**LightRNN, k = 16, 2,000 words 80, 45 epochs**",
        "ours-long",
        FREQUENT,
        (45,),
    ),
    "ptb/ours-seventh": Row(
        "**LightRNN, k = 8, 2,100 words 48, two output vectors a row**",
        "ours-seventh",
        SEVENTH,
    ),
    "ptb/ours-k16": Row("LightRNN, k = 16", "ours", OURS),
    "ptb/dense-small": Row("dense, tied, H = 72", "dense-small", SMALL_DENSE),
    "ptb/dense-short": Row(
        "dense, tied, E = 52",
        "dense-short",
        SHORT_DENSE,
        made_by="short vectors",
    ),
    "ptb/slim": Row("Slim, K = 5, M = 2,500", "slim", SLIM),
    "ptb/slim-matched": Row(
        "Slim, K = 5, M = 2,500, assigned by matching",
        "slim",
        SLIM,
        made_by="slim matched",
    ),
    "ptb/paper": Row("LightRNN of the paper", "paper", PAPER, (*EARLY, 11)),
    # Somewhat smaller than LightRNN.
    "ptb/adaptive": Row(
        "adaptive softmax and input, tied, from words 500 and 3,000",
        "adaptive",
        ADAPTIVE,
        made_by="adaptive",
    ),
    # As many parameters as LightRNN.
    "ptb/adaptive-large": Row(
        "adaptive softmax and input, tied, from words 1,000 and 3,000",
        "adaptive",
        {"cutoffs": [1000, 3000]},
        made_by="adaptive",
    ),
    "ptb/dense": Row("dense, untied", "dense", UNTIED),
    # The output of these, which is most of them, is dense.
    "ptb/slim-input": Row(
        "Slim, input only, K = 10, M = 2,000", "slim-input", SLIM_INPUT
    ),
    # As many numbers, in more sub-vectors that are shorter.
    "ptb/slim-input-short": Row(
        "Slim, input only, K = 40, M = 8,000",
        "slim-input",
        SLIM_INPUT | {"slim_parts": 40, "slim_vectors": 8000},
    ),
    "ptb/slim-large": Row(
        "Slim, K = 4, M = 6,000",
        "slim",
        SLIM | {"slim_parts": 4, "slim_vectors": 6000},
    ),
    "ptb/ours-k32": Row("LightRNN, k = 32", "ours", OURS | {"word_dim": 32}),
    "ptb/ours-k8": Row("LightRNN, k = 8", "ours", OURS | {"word_dim": 8}),
    "ptb/ours-k0": Row("LightRNN, k = 0", "ours", OURS | {"word_dim": 0}),
    "ptb/ours-k16-flat": Row("LightRNN, k = 16, 50 rows", "ours", OURS | {"rows": 50}),
    "ptb/ours-k16-tall": Row(
        "LightRNN, k = 16, 50 columns", "ours", OURS | {"columns": 50}
    ),
    "ptb/650-dense-tied": Row("dense, tied, H = 650", "dense-650", WIDE_DENSE, (20,)),
    # For its bytes.
    "ptb/650-dense": Row(
        "dense, untied, H = 650",
        "dense-650",
        UNTIED | {"units": 650},
        (20,),
    ),
    "ptb/650-ours": Row(
        "**LightRNN, H = 650, k = 24, 3,000 words 112**",
        "ours-650",
        WIDE_OURS,
        (20,),
    ),
    "ptb/kneser-ney": KNESER_NEY,
    "keyboard-en/kneser-ney": KNESER_NEY,
}


def _tried():
    """Return changes that were tried, one at a time, each against the first."""
    options = {
        "nothing": ("**LightRNN, k = 16, 2,000 words 80**", {}),
        "one-part": ("one output vector a row, as in the paper", {"row_parts": 1}),
        "eight-parts": ("eight output vectors a row", {"row_parts": 8}),
        "recurrent": (
            "the paper's second recurrent step",
            {
                "model": "paper",
                "row_parts": 4,
                "word_bias": True,
                "table": "warm-start",
                "user_cells": 200,
            },
        ),
        "wide-input": ("input vectors of 200 numbers", {"embedding_dim": 200}),
        "random": ("a random first table", {"table": "random"}),
        "flat": ("50 rows", {"rows": 50}),
        "tall": ("50 columns", {"columns": 50}),
        "tall-short": (
            "50 columns, 2,000 words 32",
            {"columns": 50, "frequent_dim": 16},
        ),
        # As many output vectors of rows as 100 rows with four have.
        "flat-eight": (
            "50 rows with eight output vectors",
            {"rows": 50, "row_parts": 8},
        ),
        "tall-two": (
            "50 columns, two output vectors a row",
            {"columns": 50, "row_parts": 2},
        ),
        "taller": (
            "25 columns, one output vector a row",
            {"columns": 25, "row_parts": 1},
        ),
        "frequent-long": (
            "2,000 words 200, input vectors of 200 numbers",
            {"frequent_dim": 184, "embedding_dim": 200},
        ),
        "frequent-few": (
            "700 words 200, input vectors of 200 numbers",
            {"frequent_words": 700, "frequent_dim": 184, "embedding_dim": 200},
        ),
        "frequent-only": (
            "4,000 words 64, the others none",
            {"frequent_words": 4000, "word_dim": 0},
        ),
    }
    moved = FREQUENT | {"moving_cost": "2.9,0"}
    # What that gives is in part the learning rate, which is full before it.
    still = FREQUENT | {"moving_cost": "1000,1000"}
    full_rate = "the full learning rate for half of the epochs, nothing moved"
    rounds = {
        "round": Row(
            "a reallocation after half of the epochs, moving cost",
            "tried",
            moved,
            (3, 3),
        ),
        "full-rate": Row(full_rate, "tried", still, (3, 3)),
        "full-rate-long": Row(f"15 epochs, {full_rate}", "tried", still, (8, 7)),
        "dense-full-rate-long": Row(
            "15 epochs, dense, tied, the full learning rate for half of the epochs",
            "tried",
            DENSE,
            (8, 7),
            "dense",
        ),
    }
    variants = {
        "gating": ("the row gates the state, not added to it", "rows gate"),
        "output": ("word vectors for predicting alone", "vectors for output"),
        "input": ("word vectors for reading alone", "vectors for input"),
        "separate": ("other word vectors for reading", "vectors of their own"),
        "vectors-dropped": ("dropout on the word vectors", "vectors dropped"),
        "words-dropped": ("a tenth of the words read as <unk>", "words dropped"),
        "averaged": ("a running average of the weights", "averaged"),
        "distilled": ("half of the loss from a dense teacher", "distilled"),
    }
    epochs = KIN["tried"].rounds
    rows = {
        name: Row(title, "tried", FREQUENT | changes, epochs)
        for name, (title, changes) in options.items()
    }
    rows |= rounds
    rows |= {
        name: Row(title, "tried", FREQUENT, epochs, made_by)
        for name, (title, made_by) in variants.items()
    }
    return {
        f"ptb/tried-{name}": dataclasses.replace(row, tried=True)
        for name, row in rows.items()
    }


def _of_corpus(corpus, dense_epochs, epochs, word_dim, words):
    """Return the rows of a corpus.

    Dense models take at least 90 minutes, or 60 for the small corpora, of a core,
    LightRNN no more than that. Slim has about the bytes of LightRNN.
    """
    slim = SLIM | {"slim_parts": 10, "slim_vectors": 1280}
    ours = FREQUENT | {"word_dim": word_dim, "frequent_words": words}
    title = f"**LightRNN, k = {word_dim}, {words:,} words {word_dim + 64}**"
    long = f"dense, tied, {epochs} epochs"
    early = (*EARLY, epochs - len(EARLY))
    rows = {
        "ours": Row(title, f"{corpus}/ours", ours, (epochs,)),
        "dense-tied": Row("dense, tied", f"{corpus}/dense", DENSE, (dense_epochs,)),
        "dense-tied-long": Row(long, f"{corpus}/dense-long", DENSE, (epochs,)),
        "slim": Row("Slim, K = 10, M = 1,280", "slim", slim, (dense_epochs,)),
        # For its bytes.
        "dense": Row("dense, untied", f"{corpus}/dense", UNTIED, (dense_epochs,)),
        "paper": Row("LightRNN of the paper", "paper", PAPER, early),
    }
    return {f"{corpus}/{name}": row for name, row in rows.items()}


def _kin_of(corpus):
    """Return kin of the rows of a corpus whose settings were tried there."""
    rows = {
        "ours": ("ours", OTHER_SETTINGS),
        "dense": ("dense-tied", OTHER_SETTINGS),
        "dense-long": ("dense-tied-long", OTHER_SETTINGS),
    }
    kin = {}
    for name, (row, settings) in rows.items():
        like = ROWS[f"{corpus}/{row}"]
        kin[f"{corpus}/{name}"] = Kin(like.model, settings, like.rounds, corpus)
    return kin


ROWS |= _tried()
ROWS |= _of_corpus("keyboard-en", 3, 10, 12, 3000)
ROWS |= _of_corpus("wikitext-2", 3, 12, 16, 6000)
ROWS |= _of_corpus("cs-1m", 4, 20, 16, 8000)
ROWS |= _of_corpus("de-1m", 5, 20, 16, 6000)
for _corpus in OTHERS:
    KIN |= _kin_of(_corpus)
# As long as dense.
ROWS["keyboard-en/adaptive"] = Row(
    "adaptive softmax and input, tied, from words 1,000 and 6,000",
    "keyboard-en/dense",
    {"cutoffs": [1000, 6000]},
    (3,),
    made_by="adaptive",
)
# A trial is a row as well, by the name of its kin and its settings.
TRIALS = {
    f"sweep/{kin}/{dropout}/{rate}": (kin, (dropout, rate))
    for kin, like in KIN.items()
    if len(like.settings) > 1
    for dropout, rate in like.settings
}


def settings_of(kin, path=None):
    """Return dropout and learning rate that won the sweep of a kin.

    Of those that are as good as each other it is the first. The trials are those with
    seed 0.

    Args:
        kin: Its name.
        path: The file of the trials. Defaults to the published one.
    """
    settings = KIN[kin].settings
    if len(settings) == 1:
        return settings[0]
    missing = missing_trials(kin, path)
    if missing:
        raise SystemExit(f"These rows must be run first: {' '.join(missing)}.")
    found, tried = _found(path), _trials_of(kin)
    enough = (1 + ALIKE) * min(found[name] for name in tried)
    return next(tried[name] for name in tried if found[name] <= enough)


def missing_trials(kin, path=None):
    """Return the trials of a kin that were not run yet, by their names."""
    found = _found(path)
    return [name for name in _trials_of(kin) if name not in found]


def _trials_of(kin):
    return {name: setting for name, (of, setting) in TRIALS.items() if of == kin}


def _found(path):
    """Return the validation perplexities that are in a file of results, by name."""
    results = [r for r in read("quality", path) if r["seed"] == 0]
    return {r["name"]: r.get("valid_perplexity") for r in results}
