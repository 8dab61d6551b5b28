"""The base of all language models of this package."""

import keras
import numpy as np
from keras import ops

from lightrnn_tf._internal import checks
from lightrnn_tf.layers import RecurrentStack
from lightrnn_tf.models import stream_model, word_ids
from lightrnn_tf.models.carried_state import CarriedState
from lightrnn_tf.words.vocabulary import NO_WORD


class LanguageModel(stream_model.StreamModel):
    """Base of the models: maps word ids to the nats of each next word.

    `model(ids)` reads each row of `ids` `(B, T + 1)` from the start and returns nats
    `(B, T)`, −log P(ids[b, t + 1] | ids[b, : t + 1]). `fit`, `evaluate` and `predict`
    carry the state from batch to batch instead, see `StreamModel`. The id −1 is no
    word. At the start of a row it marks a stream that begins there, with `<eos>`; later
    it is padding, which costs nothing and is not counted. A call refuses other ids that
    are no words, unless it is traced and they have no values yet.

    A subclass defines `kind`, the methods `_begin`, `_inputs`, `nats`, `row_log_probs`,
    `advance` and `expand`, and the property `table`.

    Args:
        vocabulary_size: Positive integer. Number of words, `V`.
        units: Positive integer. Size of the hidden states, `H`. Defaults to 200.
        embedding_dim: Length of the input vectors, `E`. Defaults to `units`.
        cell: `"lstm"` or `"gru"`. Defaults to `"lstm"`.
        layers: Number of recurrent layers. Defaults to 1.
        dropout: Number in [0, 1). Share of the inputs, of the outputs and of the values
            between layers that training drops. Defaults to 0.2.
        eos_id: Id of `<eos>`, with which streams begin. Defaults to 0.
        line_independent: Whether the state begins anew after each `<eos>`. Defaults to
            `False`.
        quantize_aware: Whether weights are rounded to four bits, as a file of `"int4"`
            holds them, in training and after it. It can be assigned between two calls
            of `fit`, too. Defaults to `False`.
        **kwargs: `name`, `dtype` of `keras.Model`.

    Example:

    >>> model = models.DenseRNN(vocabulary_size=10, units=8)
    >>> model.build()
    >>> model.log_probs([[0, 3, 5]]).shape
    (1, 10)
    """

    # Its name in files and on the command line.
    kind: str

    def __init__(
        self,
        vocabulary_size,
        units=200,
        embedding_dim=None,
        cell="lstm",
        layers=1,
        dropout=0.2,
        eos_id=0,
        line_independent=False,
        quantize_aware=False,
        **kwargs,
    ):
        _check(vocabulary_size, units, embedding_dim, dropout, eos_id, line_independent)
        super().__init__(quantize_aware, **kwargs)
        self.vocabulary_size = vocabulary_size
        self.units = units
        self.embedding_dim = embedding_dim or units
        self.cell = cell
        self.num_layers = layers
        self.dropout = dropout
        self.eos_id = eos_id
        self.line_independent = line_independent
        self.recurrent = RecurrentStack(
            units,
            cell=cell,
            layers=layers,
            dropout=dropout,
            restarts=self.line_independent,
            quantize_aware=quantize_aware,
            dtype=self.dtype_policy,
            name="recurrent",
        )
        self.input_dropout = keras.layers.Dropout(dropout, dtype=self.dtype_policy)
        self.output_dropout = keras.layers.Dropout(dropout, dtype=self.dtype_policy)
        self.training_state = CarriedState(self.recurrent.num_states, units)
        self.evaluation_state = CarriedState(self.recurrent.num_states, units)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "units": self.units,
            "embedding_dim": self.embedding_dim,
            "cell": self.cell,
            "layers": self.num_layers,
            "dropout": self.dropout,
            "eos_id": self.eos_id,
            "line_independent": self.line_independent,
            "quantize_aware": self.quantize_aware,
        }

    # What a subclass defines.

    def _begin(self, words):
        """Return the states `(N, H)` before the first step of streams that begin."""
        raise NotImplementedError

    def _inputs(self, ids, training):
        """Return the projected inputs `(B, S, G)` of all steps of ids `(B, T + 1)`."""
        raise NotImplementedError

    def nats(self, hidden, targets, training=None):
        """Return nats `(B, T)`.

        Args:
            hidden: Tensor `(B, S, H)`, the hidden states that `read` returns.
            targets: Integer tensor `(B, T)`, the true next words.
            training: Whether to apply dropout.
        """
        raise NotImplementedError

    def row_log_probs(self, hidden):
        """Return float32 log P_r `(..., R)`, from h^c `(..., H)`."""
        raise NotImplementedError

    def advance(self, cells, states):
        """Read words.

        Args:
            cells: Integer tensor `(N,)`, the cells of the words. A free cell is read by
                the vectors of its row and column.
            states: List of tensors `(N, H)`, from `zero_states` or `advance`.

        Returns:
            The list of states after the words, and float32 log P_r `(N, R)`.
        """
        raise NotImplementedError

    def expand(self, rows, states):
        """Return log P_c of the cells of rows.

        Args:
            rows: Integer tensor `(N,)`.
            states: List of tensors `(N, H)`, from `advance`.

        Returns:
            float32 `(N, C)`. The entries of words are log-probabilities; that of a
            free cell is its logit on the same scale.
        """
        raise NotImplementedError

    # Reading text.

    def zero_states(self, batch_size):
        """Return the states before anything is read: a list of zeros `(N, H)`."""
        return self.recurrent.zero_states(batch_size)

    def call(self, ids, training=None):
        carried = self._carrying
        hidden, targets, scored, states = self.read(ids, carried, training=training)
        nats = self.nats(hidden, targets, training)
        return ops.where(scored, nats, 0.0)

    def read(self, ids, carried=None, training=None, all_states=False):
        """Read a batch of text.

        Args:
            ids: Integer tensor `(B, T + 1)`.
            carried: The `CarriedState` to go on from and to leave the states in.
                Defaults to none: all streams begin here.
            training: Whether to apply dropout.
            all_states: Whether to return all states after each word, a list of tensors
                `(B, T, H)`, in place of the hidden states. Defaults to `False`.

        Returns:
            The hidden states `(B, S, H)` after each of the S recurrent steps, T of them
            or 2 T; the true next words `(B, T)`; whether each of these is a word, bool
            `(B, T)`; and the states after the last step.
        """
        ids = ops.cast(ids, "int32")
        batch_size = ops.shape(ids)[0]
        scored = ids[:, 1:] != NO_WORD
        begins = ids[:, :1] == NO_WORD
        ids = ops.where(ids == NO_WORD, self.eos_id, ids)
        states = self._begin(ids[:, 0])
        if carried is not None:
            fresh, before = carried.read(batch_size)
            begins = ops.logical_or(begins, fresh)
            states = [
                ops.where(begins, new, ops.cast(old, new.dtype))
                for new, old in zip(states, before, strict=True)
            ]
        restart = restart_states = None
        if self.line_independent:
            # A line begins where `<eos>` is the word that was just read.
            restart = ops.cast(ids[:, :-1] == self.eos_id, "int32")
            restart_states = self._begin(ops.full((1,), self.eos_id, "int32"))
        hidden, states = self._run(
            ids, states, training, restart, restart_states, all_states
        )
        if carried is not None:
            carried.write([ops.stop_gradient(state) for state in states], batch_size)
        return hidden, ids[:, 1:], scored, states

    def _run(self, ids, states, training, restart, restart_states, all_states):
        inputs = self._inputs(ids, training)
        return self.recurrent.run(
            inputs, states, training, restart, restart_states, all_states
        )

    def log_probs(self, context):
        """Return log P of each word as the next one, by brute force over V words.

        Faster answers are checked against it. It takes time O(V) for each text.

        Args:
            context: Integer array `(B, T)`, `T ≥ 1`: the words so far, read from zero
                states. A text begins with `<eos>`.

        Returns:
            NumPy float32 array `(B, V)`, in the order of word ids.

        Raises:
            ValueError: If `context` has another shape or ids that are no words.
        """
        return _log_probs(self, np.asarray(context))

    def export(self, filepath, format="tf_saved_model", *, vocabulary=None, **kwargs):
        """Export for a phone with `format="litert"`, else as `keras.Model.export`.

        A SavedModel maps ids int32 `(B, T + 1)`, with any B and T, to nats; it reads
        each row from the start. JAX needs an `input_signature` with all sizes.

        Args:
            filepath: The file to write for `"litert"`, else the folder.
            format: `"litert"` for one `.tflite` with model and vocabulary, else as in
                `keras.Model.export`.
            vocabulary: The `Vocabulary` of the model, needed for `"litert"`.
            **kwargs: For `"litert"` the arguments of `lightrnn_tf_export.export`, else
                those of `keras.Model.export`.

        Raises:
            ValueError: If `vocabulary` or `input_signature` is missing, or the model is
                not built.
        """
        if format != "litert":
            if "input_signature" not in kwargs:
                # Keras does not know the input of a model built by `fit` or `build`.
                kwargs["input_signature"] = [_any_ids()]
            return super().export(filepath, format=format, **kwargs)
        import lightrnn_tf_export

        if vocabulary is None:
            raise ValueError(
                "`vocabulary` must be given for format='litert': the file holds the "
                "words. Received: None."
            )
        return lightrnn_tf_export.export(self, vocabulary, filepath, **kwargs)


def _log_probs(model, context):
    """Read texts word by word and score all rows; return log P `(B, V)`."""
    if context.ndim != 2 or context.shape[1] < 1:
        raise ValueError(
            "`context` must have shape (B, T) with T of at least 1. "
            f"Received: shape {context.shape}."
        )
    word_ids.check("context", context, model.vocabulary_size, least=0)
    states, table = model.zero_states(len(context)), model.table
    for words in context.T:
        states, row_log_probs = model.advance(table.cells[words], states)
    rows = ops.convert_to_numpy(row_log_probs)
    answer = np.empty((len(context), model.vocabulary_size), np.float32)
    for row in range(table.rows):
        columns = ops.convert_to_numpy(
            model.expand(np.full(len(context), row, "int32"), states)
        )
        words = np.flatnonzero(table.row_of == row)
        answer[:, words] = rows[:, row, None] + columns[:, table.column_of[words]]
    return answer


def _check(vocabulary_size, units, embedding_dim, dropout, eos_id, line_independent):
    """Refuse arguments of a model that cannot be used."""
    checks.positive_integer("vocabulary_size", vocabulary_size)
    checks.positive_integer("units", units)
    if embedding_dim is not None:
        checks.positive_integer("embedding_dim", embedding_dim)
    checks.fraction("dropout", dropout)
    checks.natural_number("eos_id", eos_id)
    checks.boolean("line_independent", line_independent)
    if eos_id >= vocabulary_size:
        raise ValueError(
            f"`eos_id` must be below `vocabulary_size`, {vocabulary_size}. "
            f"Received: eos_id={eos_id}."
        )


def _any_ids():
    """Return the default input of an exported model: ids of any shape."""
    if keras.backend.backend() == "jax":
        raise ValueError(
            "`input_signature` must be given on JAX, which exports loops over time for "
            "fixed sizes alone. Received: none. Pass "
            "input_signature=[keras.InputSpec('int32', (B, T + 1))]."
        )
    return keras.InputSpec("int32", (None, None))
