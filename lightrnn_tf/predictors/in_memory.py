"""A predictor of a Keras model in memory, for decoding and scoring."""

import functools
import math
from collections.abc import Iterator

import keras
import numpy as np
from keras import ops

from lightrnn_tf import data
from lightrnn_tf._internal import checks
from lightrnn_tf.models import LanguageModel, StreamPass, word_ids
from lightrnn_tf.predictors.protocol import Contexts, State
from lightrnn_tf.words.lexicon import Lexicon
from lightrnn_tf.words.tokenizer import EOS
from lightrnn_tf.words.vocabulary import Vocabulary

# Words of a stream that are read together.
_STEPS = 256
# Numbers of places whose rows are expanded in one call. Each is compiled once.
_PLACES = (16, 64, _STEPS)
# Streams side by side where a text need not be read in order.
_STREAMS = 32


class KerasPredictor:
    """Answers from a model in memory, as a `decoding.Predictor`.

    Args:
        model: A built model of `lightrnn_tf.models`.
        vocabulary: Its `Vocabulary`.

    Raises:
        ValueError: If one is something else, or their numbers of words differ.

    Example:

    >>> words = ["<eos>", "<unk>", "the", "cat", "sat"]
    >>> vocabulary = lightrnn_tf.Vocabulary(
    ...     words, [5, 4, 3, 2, 1], lightrnn_tf.Tokenizer("words")
    ... )
    >>> model = models.LightRNN(5, rows=2, columns=3, units=4)
    >>> model.build()
    >>> predictor = KerasPredictor(model, vocabulary)
    >>> predictor.expand(np.array([0, 1]), predictor.start()).shape
    (2, 3)
    """

    def __init__(self, model: LanguageModel, vocabulary: Vocabulary):
        checks.instance("model", model, LanguageModel)
        checks.instance("vocabulary", vocabulary, Vocabulary)
        if len(vocabulary) != model.vocabulary_size:
            raise ValueError(
                f"`vocabulary` must have {model.vocabulary_size} words, as the model "
                f"has. Received: {len(vocabulary)}."
            )
        self.model = model
        self.vocabulary = vocabulary
        self.tokenizer = vocabulary.tokenizer
        self.line_independent = model.line_independent
        table = model.table
        self.rows, self.columns = table.rows, table.columns
        self.lexicon = Lexicon(
            [vocabulary.words[i] if i >= 0 else "" for i in table.words],
            forms=vocabulary.forms,
        )
        self._expansions: dict[bool, _Expansion] = {}

    @property
    def counts(self) -> np.ndarray:
        """How often the word of each cell stood in the training text, `(R · C,)`."""
        counts = np.zeros(self.lexicon.size, np.int64)
        counts[self.model.table.cells] = self.vocabulary.counts
        return counts

    @property
    def model_bytes(self) -> int:
        """Bytes of the trainable weights, in float32."""
        return 4 * sum(math.prod(w.shape) for w in self.model.trainable_weights)

    def start(self) -> State:
        """Return the state at the start of a text."""
        zero = State(self.model.zero_states(1), np.zeros(self.rows, np.float32))
        return self.advance(self.lexicon[EOS], zero)

    def advance(self, cell: int, state: State) -> State:
        """Return the state after the word in `cell`."""
        states, row_log_probs = self.model.advance(np.array([cell]), state.states)
        return State(states, ops.convert_to_numpy(row_log_probs)[0])

    def expand(self, rows: np.ndarray, state: State) -> np.ndarray:
        """Return log P_c `(n, C)` of n rows."""
        states = [ops.repeat(s, len(rows), 0) for s in state.states]
        return ops.convert_to_numpy(self.model.expand(rows.astype("int32"), states))

    def word_losses(self, ids: np.ndarray) -> np.ndarray:
        """Return the mean nats of each word in a text.

        Args:
            ids: Integer array `(N,)` of word ids, read as 32 streams side by side.

        Returns:
            float64 `(V,)`; NaN for words that are not in the text.

        Raises:
            ValueError: If `ids` are not of the vocabulary.
        """
        word_ids.check("ids", ids, len(self.vocabulary), least=0)
        total, count = np.zeros((2, len(self.vocabulary)))

        def nats(hidden, targets, scored):
            return self.model.nats(hidden, targets)

        streams = min(_STREAMS, len(ids))
        windows = data.windows(ids, streams, max(1, _STEPS // streams))
        for batch, losses in StreamPass(self.model, nats).over(windows):
            targets = batch[:, 1:]
            scored = targets >= 0
            total += np.bincount(targets[scored], losses[scored], len(total))
            count += np.bincount(targets[scored], minlength=len(total))
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    def contexts(self, ids: np.ndarray) -> Iterator[Contexts]:
        """Read word ids `(N,)` as one stream; yield what is known at each place."""
        word_ids.check("ids", ids, len(self.vocabulary), least=0)
        model = self.model
        # To compile it takes seconds. Weights may be rounded from some time on.
        expansion = self._expansions.setdefault(model.quantize_aware, _Expansion(model))

        def outputs(sequences, targets, scored):
            return sequences, model.row_log_probs(model.recurrent.output(sequences))

        windows = data.windows(ids, batch_size=1, steps=_STEPS)
        for batch, (states, row_log_probs) in StreamPass(
            model, outputs, all_states=True
        ).over(windows):
            targets = batch[0, 1:]
            count = int((targets >= 0).sum())
            yield Contexts(
                targets=model.table.cells[targets[:count]],
                row_log_probs=row_log_probs[0, :count],
                expand=functools.partial(expansion.of, [s[0] for s in states]),
            )


class _Expansion(keras.Model):
    """Expands rows at places of a text, compiled for a few numbers of places."""

    def __init__(self, model):
        super().__init__(name="expansion")
        self.model = model
        self.compile()
        self.built = True

    def call(self, inputs):
        places, rows, *states = inputs
        repeated = ops.repeat(places, ops.shape(rows)[1])
        states = [ops.take(state, repeated, axis=0) for state in states]
        return self.model.expand(ops.reshape(rows, (-1,)), states)

    def of(self, states, places, rows):
        """Return log P_c `(n, m, C)` of rows `(n, m)` at places `(n,)`."""
        count = len(places)
        # Padded to the next of a few sizes, because each new shape is compiled.
        padding = (0, next(size for size in _PLACES if size >= count) - count)
        log_probs = self.predict_on_batch(
            (
                np.pad(places, padding).astype(np.int32),
                np.pad(rows, (padding, (0, 0))).astype(np.int32),
                *states,
            )
        )
        return log_probs.reshape(-1, rows.shape[1], log_probs.shape[-1])[:count]
