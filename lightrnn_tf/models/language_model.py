"""What all language models of this package have in common."""

import contextlib

import keras
import numpy as np
from keras import ops

from lightrnn_tf import layers
from lightrnn_tf._internal import checks
from lightrnn_tf.models import word_ids
from lightrnn_tf.models.perplexity import Perplexity
from lightrnn_tf.words.vocabulary import NO_WORD


class CarriedState(keras.layers.Layer):
    """The states of a model's streams between one batch and the next.

    One instance per use (training, evaluation), so that one does not disturb the
    other. The variables are sized to the batch and are not part of a saved model.
    """

    def __init__(self, num_states, units, **kwargs):
        super().__init__(**kwargs)
        self.num_states = num_states
        self.units = units
        self.batch_size = None
        self.built = True  # Its variables come and go with the batch size.

    @property
    def weights(self):
        """None: what was read last is no part of what was learnt.

        A model collects those of its layers, so the number and the shapes of its own
        do not depend on batches either. Training finds the states in `variables`.
        """
        return []

    def allocate(self, batch_size):
        """Make room for `batch_size` streams; return whether variables changed."""
        if batch_size == self.batch_size:
            return False
        if self.batch_size is not None:
            for n in range(self.num_states):
                delattr(self, f"state_{n}")
            del self.fresh
        for n in range(self.num_states):
            state = self._variable(f"state_{n}", (batch_size, self.units), "zeros")
            setattr(self, f"state_{n}", state)
        self.fresh = self._variable("fresh", (batch_size, 1), "ones")
        self.batch_size = batch_size
        return True

    def _variable(self, name, shape, initializer):
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=initializer,
            trainable=False,
            dtype="float32",
        )

    def restart(self):
        """Let every stream begin anew."""
        self.fresh.assign(ops.ones(self.fresh.shape))

    def read(self, batch_size):
        """Return which of the first streams are fresh `(B, 1)`, and their states."""
        states = [getattr(self, f"state_{n}") for n in range(self.num_states)]
        return self.fresh[:batch_size] > 0, [state[:batch_size] for state in states]

    def write(self, states, batch_size):
        """Keep the states of the first `batch_size` streams."""
        for n, state in enumerate(states):
            variable = getattr(self, f"state_{n}")
            state = ops.cast(state, "float32")
            variable.assign(ops.concatenate([state, variable[batch_size:]], axis=0))
        read = ops.zeros_like(self.fresh[:batch_size])
        self.fresh.assign(ops.concatenate([read, self.fresh[batch_size:]], axis=0))

    def to_numpy(self):
        """Return copies of which streams are fresh and of their states."""
        states = [getattr(self, f"state_{n}") for n in range(self.num_states)]
        return [
            np.array(ops.convert_to_numpy(value)) for value in (self.fresh, *states)
        ]

    def from_numpy(self, values):
        """Go on from what `to_numpy` returned."""
        self.fresh.assign(values[0])
        for n, value in enumerate(values[1:]):
            getattr(self, f"state_{n}").assign(value)

    def save_own_variables(self, store):
        pass

    def load_own_variables(self, store):
        pass


class _Rewind(keras.callbacks.Callback):
    """Begins the training streams anew with each epoch, shards in another order."""

    def __init__(self, windows):
        super().__init__()
        self.windows = windows

    def on_epoch_begin(self, epoch, logs=None):
        self.model.training_state.restart()
        if hasattr(self.windows, "begin_epoch"):  # `data.windows`
            self.windows.begin_epoch(epoch)


class LanguageModel(keras.Model):
    """Base of the models: maps word ids to the nats of each next word.

    `model(ids)` reads each row of `ids` `(B, T + 1)` from the start and gives nats
    `(B, T)`, −log P(ids[b, t + 1] | ids[b, : t + 1]). `fit`, `evaluate` and `predict`
    carry the state from batch to batch instead: row b of a batch goes on where row b of
    the one before ended, as `lightrnn_tf.data.windows` lays text out; a last batch may
    have fewer rows. Training streams begin anew with each epoch, evaluation with each
    call, and neither disturbs the other. No loss and no targets are needed: the loss
    is the mean of the nats, over tokens. The id −1 is no word: at the start of a row
    it stands for a stream that begins there, with `<eos>`; later for padding, which
    costs nothing and is not counted. Other ids that are no words are refused, in a call
    where they have values already.

    A subclass has `kind`, `half_steps` and the methods `_begin`, `_inputs`, `nats`,
    `row_log_probs`, `advance` and `expand`, and the property `table`.
    """

    # Its name in files and on the command line.
    kind: str
    # Recurrent steps per word.
    half_steps = 1

    def __init__(
        self,
        vocabulary_size,
        units,
        embedding_dim,
        cell,
        layers_,
        dropout,
        eos_id,
        line_independent,
        **kwargs,
    ):
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
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.units = units
        self.embedding_dim = embedding_dim or units
        self.cell = cell
        self.num_layers = layers_
        self.dropout = dropout
        self.eos_id = eos_id
        self.line_independent = line_independent
        self.recurrent = layers.RecurrentStack(
            units,
            cell=cell,
            layers=layers_,
            dropout=dropout,
            restarts=self.line_independent,
            dtype=self.dtype_policy,
            name="recurrent",
        )
        self.input_dropout = keras.layers.Dropout(dropout, dtype=self.dtype_policy)
        self.output_dropout = keras.layers.Dropout(dropout, dtype=self.dtype_policy)
        self.training_state = CarriedState(self.recurrent.num_states, units)
        self.evaluation_state = CarriedState(self.recurrent.num_states, units)
        self.perplexity = Perplexity()
        self._carrying = None

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
        }

    # What a subclass defines.

    def _begin(self, words):
        """Return the states `(N, H)` before the first step of streams that begin."""
        raise NotImplementedError

    def _inputs(self, ids, training):
        """Return the projected inputs `(B, half_steps · T, G)` of ids `(B, T + 1)`."""
        raise NotImplementedError

    def nats(self, hidden, targets, training=None):
        """Return nats `(B, T)` from the hidden states `(B, half_steps · T, H)`."""
        raise NotImplementedError

    def row_log_probs(self, hidden):
        """Return float32 log P_r `(..., R)` from h^c `(..., H)`."""
        raise NotImplementedError

    def advance(self, cells, states):
        """Return the states after reading words, and the log-probabilities of rows.

        Args:
            cells: Integer tensor `(N,)`, the cells of the words; free ones are read by
                the vectors of their rows and columns.
            states: List of tensors `(N, H)`, as from `zero_states` or `advance`.

        Returns:
            The list of states after the words, and float32 `(N, R)`.
        """
        raise NotImplementedError

    def expand(self, rows, states):
        """Return the log-probabilities of the cells of rows, given their row.

        Args:
            rows: Integer tensor `(N,)`.
            states: List of tensors `(N, H)`, as from `advance`.

        Returns:
            float32 `(N, C)`. The entries of words are log-probabilities; that of a
            free cell is its logit on the same scale.
        """
        raise NotImplementedError

    # Reading text.

    def zero_states(self, batch_size):
        """Return the states before anything was read: list of zeros `(N, H)`."""
        return self.recurrent.zero_states(batch_size)

    def __call__(self, ids, *args, **kwargs):
        # Before Keras casts them; what streams read was checked as a whole.
        if self._carrying is None:
            self._check_ids("ids", ids)
        return super().__call__(ids, *args, **kwargs)

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
                Defaults to streams that begin here.
            training: Whether to apply dropout.
            all_states: Return all states after each step in place of the hidden ones.

        Returns:
            Hidden states `(B, half_steps · T, H)`, the true next words `(B, T)`, which
            of them are words `(B, T)`, and the states after the last.
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
            later = [ops.zeros_like(restart)] * (self.half_steps - 1)
            restart = ops.reshape(
                ops.stack([restart, *later], axis=-1), (batch_size, -1)
            )
            restart_states = self._begin(ops.full((1,), self.eos_id, "int32"))
        hidden, states = self.recurrent.run(
            self._inputs(ids, training),
            states,
            training,
            restart,
            restart_states,
            all_states,
        )
        if carried is not None:
            carried.write([ops.stop_gradient(state) for state in states], batch_size)
        return hidden, ids[:, 1:], scored, states

    def log_probs(self, context):
        """Return log P of each word as the next one, by brute force over V words.

        Args:
            context: Integer array `(B, T)`, `T ≥ 1`: the words so far, read from zero
                states. A text begins with `<eos>`.

        Returns:
            NumPy float32 array `(B, V)`, in the order of word ids.

        Time: O(V) a row; this is what faster answers are checked against.
        """
        context = np.asarray(context)
        if context.ndim != 2 or context.shape[1] < 1:
            raise ValueError(
                "`context` must have shape (B, T) with T of at least 1. "
                f"Received: shape {context.shape}."
            )
        word_ids.check("context", context, self.vocabulary_size, least=0)
        states, table = self.zero_states(len(context)), self.table
        for words in context.T:
            states, row_log_probs = self.advance(table.cells[words], states)
        rows = ops.convert_to_numpy(row_log_probs)
        answer = np.empty((len(context), self.vocabulary_size), np.float32)
        for row in range(table.rows):
            columns = ops.convert_to_numpy(
                self.expand(np.full(len(context), row, "int32"), states)
            )
            words = np.flatnonzero(table.row_of == row)
            answer[:, words] = rows[:, row, None] + columns[:, table.column_of[words]]
        return answer

    # Training and evaluation.

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        weight = ops.cast(x[:, 1:] != NO_WORD, y_pred.dtype)
        loss = ops.sum(y_pred * weight) / ops.maximum(ops.sum(weight), 1.0)
        for extra in self.losses:
            loss = loss + extra
        return loss

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        self.perplexity.update_state(y_pred, x[:, 1:] != NO_WORD)
        return self.get_metrics_result()

    def get_metrics_result(self):
        # Keras's own `loss` is a mean over batches; this one is over tokens.
        return {
            "loss": self.perplexity.nats_per_token(),
            "perplexity": self.perplexity.result(),
        }

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        *,
        shuffle=True,
        **kwargs,
    ):
        """Train on streams of text, as `keras.Model.fit`.

        Args:
            x: `lightrnn_tf.data.windows(...)`, or an array or `tf.data.Dataset` of ids
                `(B, T + 1)` whose batches follow each other.
            shuffle: For an array must be `False`.

        Raises:
            ValueError: If an array is to be shuffled, targets are given, `compile` was
                not called, or ids are not of the vocabulary.
        """
        if hasattr(x, "shape") and shuffle:
            raise ValueError(
                "`shuffle` must be False for an array: the state is carried from batch "
                f"to batch. Received: shuffle={shuffle!r} with an array of shape "
                f"{tuple(x.shape)}. Pass shuffle=False, or `data.windows(...)`."
            )
        callbacks = [_Rewind(x), *_listed(callbacks)]
        with self._carry("training", x, y, batch_size) as x:
            valid = kwargs.get("validation_data")
            if valid is not None:
                # Several devices need all variables to be there before the first step.
                size = kwargs.get("validation_batch_size") or batch_size
                valid = valid[0] if isinstance(valid, tuple) else valid
                valid = self._checked("validation_data", valid)
                self._allocate("evaluation", valid, size)
                kwargs["validation_data"] = valid
            self._make_variables()
            return super().fit(
                x,
                None,
                batch_size,
                epochs,
                verbose,
                callbacks,
                shuffle=False,
                **kwargs,
            )

    def evaluate(self, x=None, y=None, batch_size=None, **kwargs):
        """Return loss and perplexity of streams of text, as `keras.Model.evaluate`."""
        with self._carry("evaluation", x, y, batch_size) as x:
            return super().evaluate(x, None, batch_size, **kwargs)

    def predict(self, x, batch_size=None, **kwargs):
        """Return the nats of streams of text, as `keras.Model.predict`."""
        with self._carry("evaluation", x, None, batch_size) as x:
            return super().predict(x, batch_size, **kwargs)

    def train_on_batch(self, x, y=None, *args, **kwargs):
        """Train on a batch of texts that begin there, as in `keras.Model`."""
        self._check_batch(x, y)
        return super().train_on_batch(x, None, *args, **kwargs)

    def test_on_batch(self, x, y=None, *args, **kwargs):
        """Return loss and perplexity of texts that begin there, as in `keras.Model`."""
        self._check_batch(x, y)
        return super().test_on_batch(x, None, *args, **kwargs)

    def predict_on_batch(self, x):
        """Return the nats of texts that begin there, as in `keras.Model`."""
        self._check_ids("x", x)
        return super().predict_on_batch(x)

    def _check_batch(self, x, y):
        _refuse_targets(y)
        self._check_ids("x", x)

    def _check_ids(self, name, ids):
        """Refuse what are no texts of words, a row each."""
        if hasattr(ids, "shape"):
            shape = tuple(ids.shape)
            if len(shape) != 2 or shape[0] == 0 or shape[1] in (0, 1):
                raise ValueError(
                    f"`{name}` must have shape (B, T + 1), a text a row, B and T of at "
                    f"least 1. Received: shape {shape}."
                )
        word_ids.check(name, ids, self.vocabulary_size)

    def _checked(self, name, x):
        """Return streams of text whose ids were checked, or are as they are read."""
        if hasattr(x, "element_spec"):  # `tf.data.Dataset`
            return word_ids.checked(name, x, self.vocabulary_size)
        if hasattr(x, "shape") or hasattr(x, "extremes"):  # `data.windows`
            self._check_ids(name, x)
        return x

    def _make_variables(self):
        """Make all variables of training: a step that makes some is traced twice."""
        strategy = getattr(self, "distribute_strategy", None)  # of TensorFlow alone
        with strategy.scope() if strategy else contextlib.nullcontext():
            if not self.built:
                self.build()
            # Keras itself says so where the model was not compiled.
            if self.compiled and not self.optimizer.built:
                self.optimizer.build(self.trainable_variables)

    @contextlib.contextmanager
    def _carry(self, use, x, y, batch_size):
        _refuse_targets(y)
        before = self._carrying
        with word_ids.named():
            try:
                x = self._checked("x", x)
                self._carrying = self._allocate(use, x, batch_size)
                self._carrying.restart()
                yield x
            finally:
                self._carrying = before
                if hasattr(self, "jax_state_sync"):
                    # JAX has the variables meanwhile, and keeps them where data fails.
                    self.jax_state_sync()

    def _allocate(self, use, x, batch_size):
        """Make room for the streams of `x`; return the `CarriedState` of a use."""
        carried = getattr(self, f"{use}_state")
        if carried.allocate(_batch_size(x, batch_size)):
            if use == "training":
                self.train_function = None
            else:
                self.test_function = self.predict_function = None
        return carried

    def export(self, filepath, format="tf_saved_model", *, vocabulary=None, **kwargs):
        """Export as `keras.Model.export`, or with `format="litert"` for a phone.

        A SavedModel maps ids int32 `(B, T + 1)`, of any B and T, to nats, each row read
        from the start. JAX needs an `input_signature` with the sizes of all axes.

        Args:
            filepath: The file, or for other formats the folder, to write.
            format: `"litert"` for one `.tflite` with model and vocabulary, else as in
                `keras.Model.export`.
            vocabulary: The `Vocabulary` of the model, for `"litert"`.
            **kwargs: For `"litert"`, the arguments of `lightrnn_tf_export.export`.

        Raises:
            ValueError: If `vocabulary` or `input_signature` is missing, or the model is
                not built.
        """
        if format != "litert":
            if "input_signature" not in kwargs:
                # Keras knows no input of a model that `fit` or `build` has built.
                kwargs["input_signature"] = [_any_ids()]
            return super().export(filepath, format=format, **kwargs)
        import lightrnn_tf_export

        if vocabulary is None:
            raise ValueError(
                "`vocabulary` must be given for format='litert': the file holds the "
                "words. Received: None."
            )
        return lightrnn_tf_export.export(self, vocabulary, filepath, **kwargs)


def _any_ids():
    """Return what an exported model takes where nothing else was asked for."""
    if keras.backend.backend() == "jax":
        raise ValueError(
            "`input_signature` must be given on JAX, which exports loops over time for "
            "fixed sizes alone. Received: none. Pass "
            "input_signature=[keras.InputSpec('int32', (B, T + 1))]."
        )
    return keras.InputSpec("int32", (None, None))


def _refuse_targets(y):
    if y is not None:
        raise ValueError(
            "`y` must be None: the next words of `x` are the targets. "
            f"Received: {type(y).__name__}."
        )


def _listed(callbacks):
    """Return the callbacks of `fit`: none, one, or a list of them."""
    if isinstance(callbacks, keras.callbacks.CallbackList):
        return callbacks.callbacks
    return keras.tree.flatten(callbacks or [])


def _batch_size(x, batch_size):
    """Return how many streams there are in a batch of `x`."""
    if hasattr(x, "batch_size"):  # `data.windows`
        return x.batch_size
    if hasattr(x, "element_spec"):  # `tf.data.Dataset`
        batch = next(iter(x))
        return (batch[0] if isinstance(batch, tuple) else batch).shape[0]
    if hasattr(x, "shape"):
        return min(batch_size or 32, x.shape[0])
    raise ValueError(
        "`x` must be `data.windows(...)`, an array or a `tf.data.Dataset` of ids "
        f"(B, T + 1). Received: {type(x).__name__}."
    )


class StreamPass(keras.Model):
    """One deterministic pass of a model over a text, compiled, the state carried.

    Args:
        model: A `LanguageModel`.
        function: Maps `(hidden, targets, scored)` of `LanguageModel.read` to the
            tensors wanted of each batch.
        all_states: Whether `hidden` is the list of all states.
    """

    def __init__(self, model, function, all_states=False, **kwargs):
        super().__init__(**kwargs)
        self.model = model
        self.function = function
        self.all_states = all_states
        self.carried = CarriedState(model.recurrent.num_states, model.units)
        self.built = True

    def call(self, ids):
        hidden, targets, scored, _ = self.model.read(
            ids, self.carried, training=False, all_states=self.all_states
        )
        return self.function(hidden, targets, scored)

    def start(self, batch_size):
        """Begin anew with `batch_size` streams."""
        self.compile()
        self.carried.allocate(batch_size)
        self.carried.restart()

    def over(self, windows):
        """Yield ids `(B, T + 1)` and the outputs of each batch, as NumPy arrays."""
        self.start(windows.batch_size)
        for number in range(len(windows)):
            ids = windows[number][0]
            yield ids, self.predict_on_batch(ids)
