"""The base of the models that Keras trains and evaluates on streams of text."""

import contextlib

import keras
from keras import ops

from lightrnn_tf._internal import checks
from lightrnn_tf.models import word_ids
from lightrnn_tf.models.perplexity import Perplexity
from lightrnn_tf.words.vocabulary import NO_WORD


class _Rewind(keras.callbacks.Callback):
    """Begins the training streams anew with each epoch, in a new order of shards."""

    def __init__(self, windows):
        super().__init__()
        self.windows = windows

    def on_epoch_begin(self, epoch, logs=None):
        self.model.training_state.restart()
        if hasattr(self.windows, "begin_epoch"):  # `data.windows`
            self.windows.begin_epoch(epoch)


class StreamModel(keras.Model):
    """Base of the models: `fit`, `evaluate` and `predict` carry states between batches.

    Row b of a batch goes on where row b of the batch before ended;
    `lightrnn_tf.data.windows` lays text out so. The last batch may have fewer rows.
    Training begins its streams anew with each epoch, evaluation with each call, and
    neither disturbs the other. `compile` needs no loss and `fit` no targets: the model
    returns the nats of each next word, and the loss is their mean over tokens.

    A subclass has `vocabulary_size` and the two `CarriedState`s `training_state` and
    `evaluation_state`, and goes on from `_carrying` where it is not `None`.

    Args:
        quantize_aware: Whether the layers round their weights. Defaults to `False`.
        **kwargs: `name`, `dtype` of `keras.Model`.

    Example:

    >>> model = models.DenseRNN(vocabulary_size=10, units=8)
    >>> model.compile()
    >>> windows = data.windows(np.arange(200) % 10, batch_size=4, steps=5)
    >>> sorted(model.evaluate(windows, verbose=0, return_dict=True))
    ['loss', 'perplexity']
    """

    def __init__(self, quantize_aware=False, **kwargs):
        checks.boolean("quantize_aware", quantize_aware)
        super().__init__(**kwargs)
        self._quantize_aware = quantize_aware
        self.perplexity = Perplexity()
        self._carrying = None

    @property
    def quantize_aware(self):
        """Whether weights are rounded to four bits; assign it to begin or end that.

        Training with rounded weights pays in the last epochs, once the model has
        learned with exact ones.
        """
        return self._quantize_aware

    @quantize_aware.setter
    def quantize_aware(self, quantize_aware):
        checks.boolean("quantize_aware", quantize_aware)
        self._quantize_aware = quantize_aware
        for layer in self._flatten_layers(include_self=False):
            if hasattr(layer, "quantize_aware"):
                layer.quantize_aware = quantize_aware
        # What was traced before computes with the weights of before.
        self.train_function = self.test_function = self.predict_function = None

    def __call__(self, ids, *args, **kwargs):
        # Checked before Keras casts them. `fit` and the like check whole streams.
        if self._carrying is None:
            self._check_ids("ids", ids)
        return super().__call__(ids, *args, **kwargs)

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
        # The `loss` of Keras is a mean over batches; this one is over tokens.
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
            y: Must be `None`: the next words are the targets.
            batch_size: Streams in a batch, for an array. Defaults to 32.
            epochs, verbose, callbacks, **kwargs: As in `keras.Model.fit`.
            shuffle: Must be `False` for an array.

        Returns:
            The `keras.callbacks.History`.

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
                # With several devices all variables must exist before the first step.
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
        """Train on a batch `(B, T + 1)`, rows from their start, as `keras.Model`."""
        self._check_batch(x, y)
        return super().train_on_batch(x, None, *args, **kwargs)

    def test_on_batch(self, x, y=None, *args, **kwargs):
        """Return loss and perplexity of a batch `(B, T + 1)`, rows from their start."""
        self._check_batch(x, y)
        return super().test_on_batch(x, None, *args, **kwargs)

    def predict_on_batch(self, x):
        """Return the nats `(B, T)` of a batch `(B, T + 1)`, rows from their start."""
        self._check_ids("x", x)
        return super().predict_on_batch(x)

    def _check_batch(self, x, y):
        _refuse_targets(y)
        self._check_ids("x", x)

    def _check_ids(self, name, ids):
        """Raise `ValueError` unless `ids` has a text of word ids in each row."""
        if hasattr(ids, "shape"):
            shape = tuple(ids.shape)
            if len(shape) != 2 or shape[0] == 0 or shape[1] in (0, 1):
                raise ValueError(
                    f"`{name}` must have shape (B, T + 1), a text a row, B and T of at "
                    f"least 1. Received: shape {shape}."
                )
        word_ids.check(name, ids, self.vocabulary_size)

    def _checked(self, name, x):
        """Return streams of text; a dataset is checked while it is read."""
        if hasattr(x, "element_spec"):  # `tf.data.Dataset`
            return word_ids.checked(name, x, self.vocabulary_size)
        if hasattr(x, "shape") or hasattr(x, "extremes"):  # `data.windows`
            self._check_ids(name, x)
        return x

    def _make_variables(self):
        """Make all variables of training, or the first step would be traced twice."""
        strategy = getattr(self, "distribute_strategy", None)  # TensorFlow only
        with strategy.scope() if strategy else contextlib.nullcontext():
            if not self.built:
                self.build()
            # If the model was not compiled, Keras raises an error later.
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
                    # JAX holds the variables meanwhile, also when the data fails.
                    self.jax_state_sync()

    def _allocate(self, use, x, batch_size):
        """Make room for the streams of `x` in a `CarriedState`, and return it."""
        carried = getattr(self, f"{use}_state")
        if carried.allocate(_batch_size(x, batch_size)):
            if use == "training":
                self.train_function = None
            else:
                self.test_function = self.predict_function = None
        return carried


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
    """Return how many streams a batch of `x` has."""
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
