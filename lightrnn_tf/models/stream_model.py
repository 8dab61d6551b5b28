"""Training and evaluation on streams of text, as Keras trains and evaluates."""

import contextlib

import keras
from keras import ops

from lightrnn_tf.models import word_ids
from lightrnn_tf.models.perplexity import Perplexity
from lightrnn_tf.words.vocabulary import NO_WORD


class _Rewind(keras.callbacks.Callback):
    """Begins the training streams anew with each epoch, shards in another order."""

    def __init__(self, windows):
        super().__init__()
        self.windows = windows

    def on_epoch_begin(self, epoch, logs=None):
        self.model.training_state.restart()
        if hasattr(self.windows, "begin_epoch"):  # `data.windows`
            self.windows.begin_epoch(epoch)


class StreamModel(keras.Model):
    """Base of the models: `fit`, `evaluate` and `predict` carry states between batches.

    Row b of a batch goes on where row b of the one before ended, as
    `lightrnn_tf.data.windows` lays text out; a last batch may have fewer rows. Training
    streams begin anew with each epoch, evaluation with each call, and neither disturbs
    the other. No loss and no targets are needed: what the model gives are the nats of
    each next word, and the loss is their mean, over tokens.

    A subclass has `vocabulary_size` and the two `CarriedState`s `training_state` and
    `evaluation_state`, and reads from `_carrying` where it is not `None`.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.perplexity = Perplexity()
        self._carrying = None

    def __call__(self, ids, *args, **kwargs):
        # Before Keras casts them; what streams read was checked as a whole.
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
