"""Models of `quality.py` that `lightrnn train` has not: an opponent, what was tried.

Each is made by a function of the options of the model, the options of the training, the
vocabulary, the ids of the training text and the learning rate, which returns a built
model, an optimizer and the callbacks that belong to them.
"""

import keras
import numpy as np
from adaptive import AdaptiveRNN
from keras import ops

from lightrnn_tf import data, layers, models, training
from lightrnn_tf.models import flat_model
from lightrnn_tf.tables import warm_start

# Of the words read, replaced by <unk>.
WORDS_DROPPED = 0.1
# Of the averaged weights kept in each step.
AVERAGE = 0.999
# Of the loss that is what the teacher expects, not the next word.
TAUGHT = 0.5
# Numbers of a word's vector for each part of Slim.
VECTOR = 16


class VectorsForOutput(models.LightRNN):
    """Word vectors are for predicting alone."""

    def _add_layers(self):
        super()._add_layers()
        self.embedding = layers.TwoComponentEmbedding(
            self.vocabulary_size,
            self.rows,
            self.columns,
            self.embedding_dim,
            name="embedding",
        )

    def _vectors(self, ids):
        cells = ops.take(self.embedding.cells, ids, axis=0)
        return ops.sum(self.embedding.of_cells(cells), axis=-2)


class VectorsOfTheirOwn(models.LightRNN):
    """Words are read by other word vectors than they are predicted by."""

    def _add_layers(self):
        super()._add_layers()
        small = keras.initializers.RandomUniform(-0.1, 0.1)
        self.vectors_read = keras.layers.Embedding(
            self.vocabulary_size, self.word_dim, small
        )
        self.more_of_frequent = keras.layers.Embedding(
            self.frequent_words + 1, self.frequent_dim, small
        )

    def build(self, ids_shape=None):
        super().build(ids_shape)
        self.vectors_read.build()
        self.more_of_frequent.build()

    def _vectors(self, ids):
        own = ops.concatenate(
            [
                self.vectors_read(ids),
                self.more_of_frequent(ops.minimum(ids, self.frequent_words)),
            ],
            axis=-1,
        )
        cells = ops.take(self.embedding.cells, ids, axis=0)
        return ops.sum(self.embedding.of_cells(cells, own), axis=-2)


class VectorsForInput(VectorsOfTheirOwn):
    """Word vectors are for reading alone."""

    def _add_layers(self):
        super()._add_layers()
        self.softmax = layers.TwoStepSoftmax(
            self.vocabulary_size,
            self.rows,
            self.columns,
            row_parts=self.row_parts,
            name="softmax",
        )


class GatingRows(layers.RowTransition):
    """The row says how much of the state is let through, in place of adding to it."""

    def call(self, hidden, rows):
        gates = 2 * ops.sigmoid(ops.take(self.row_vectors, rows, axis=0))
        return ops.tanh(ops.matmul(hidden, self.kernel)) * gates


class RowsGate(models.LightRNN):
    """The column is predicted from a state that the row gates."""

    def _add_layers(self):
        super()._add_layers()
        self.transition = GatingRows(self.rows, name="transition")


class VectorsDropped(models.LightRNN):
    """Dropout on what word vectors are multiplied by."""

    def _add_layers(self):
        super()._add_layers()
        query, drop = self.softmax._query, keras.layers.Dropout(self.dropout)
        self.softmax._query = lambda hidden: drop(query(hidden))


class WordsDropped(models.LightRNN):
    """Some of the words are read as <unk> in training."""

    unk_id: int

    def _add_layers(self):
        super()._add_layers()
        self.draw = keras.random.SeedGenerator()

    def _inputs(self, ids, training):
        if training:
            drawn = keras.random.uniform(ops.shape(ids), seed=self.draw)
            dropped = drawn < WORDS_DROPPED
            ids = ops.where(ops.logical_and(dropped, ids >= 0), self.unk_id, ids)
        return super()._inputs(ids, training)


class ShortVectors(models.DenseRNN):
    """Dense and tied; a matrix brings hidden states to the length of the vectors."""

    def __init__(self, vocabulary_size, units, embedding_dim, **kwargs):
        super().__init__(
            vocabulary_size, units=units, embedding_dim=embedding_dim, **kwargs
        )
        self.softmax = flat_model.DenseSoftmax(vocabulary_size, self._tied_kernel)
        self.shorten = keras.layers.Dense(embedding_dim, use_bias=False)

    def build(self, ids_shape=None):
        super().build(ids_shape)
        self.shorten.build((None, None, self.units))

    def nats(self, hidden, targets, training=None):
        hidden = self.output_dropout(hidden, training=training)
        return self.softmax(self.shorten(hidden), ids=targets)

    def expand(self, rows, states):
        hidden = self.shorten(self.recurrent.output(states))
        return ops.log_softmax(self.softmax.logits(hidden), axis=-1)


class Distilled(models.LightRNN):
    """Learns what a dense model expects in each place, besides the next word.

    Of the columns it learns those in the row of the next word.
    """

    def _add_layers(self):
        super()._add_layers()
        self.teacher = models.DenseRNN(
            self.vocabulary_size,
            tied=True,
            units=self.units,
            dropout=self.dropout,
            eos_id=self.eos_id,
        )

    def build(self, ids_shape=None):
        super().build(ids_shape)
        self.teacher.build()

    def call(self, ids, training=None):
        if not training:
            return super().call(ids)
        hidden, targets, scored, _ = self.read(ids, self._carrying, training)
        pairs = self.pairs(hidden, targets, training)
        nats = self.softmax(pairs, ids=targets)
        read, *_ = self.teacher.read(ids, self.teacher.training_state)
        expected = ops.stop_gradient(ops.softmax(self.teacher.softmax.logits(read)))
        taught = self._surprise(expected, pairs, targets)
        return ops.where(scored, (1 - TAUGHT) * nats + TAUGHT * taught, 0.0)

    def _surprise(self, expected, pairs, targets):
        """Return the nats of the rows and columns that the teacher expects."""
        words = ops.reshape(self.softmax.words, (self.rows, self.columns))
        of_words = ops.take(expected, ops.maximum(words, 0), axis=-1)
        table = ops.where(words >= 0, of_words, 0.0)  # Free cells have no word.
        rows = ops.take(self.embedding.cells, targets, axis=0) // self.columns
        of_rows = ops.sum(table, axis=-1)
        of_columns = ops.take_along_axis(table, rows[..., None, None], axis=-2)
        of_columns = ops.squeeze(of_columns, -2)
        of_columns /= ops.sum(of_columns, axis=-1, keepdims=True) + 1e-9
        log_rows = self.softmax.row_log_probs(pairs[..., 0, :])
        log_columns = self.softmax.column_log_probs(pairs[..., 1, :], rows)
        return -ops.sum(of_rows * log_rows, -1) - ops.sum(of_columns * log_columns, -1)


class _Rewind(keras.callbacks.Callback):
    """Lets a teacher begin anew with each epoch, as the model does."""

    def on_epoch_begin(self, epoch, logs=None):
        self.model.teacher.training_state.restart()


def _opponent(kind):
    def make(model, asked, vocabulary, ids, rate):
        options = training.Options.of("", **asked).model
        made = kind(
            len(vocabulary),
            units=options.units,
            **model,
            dropout=options.dropout,
            eos_id=vocabulary.eos_id,
            line_independent=options.line_independent,
        )
        made.build()
        return made, training.adam(rate), []

    return make


def _of(kind):
    def make(model, asked, vocabulary, ids, rate):
        options = training.Options.of("", **asked | model)
        like = training.new_model(options, vocabulary)
        made = kind.from_config(like.get_config())
        made.unk_id = vocabulary.unk_id
        made.build()
        made.table = warm_start.table(
            ids, len(vocabulary), made.rows, made.columns, seed=options.fit.seed
        )
        return made, training.adam(rate), []

    return make


def dense(model, asked, vocabulary, ids, rate):
    """Return a dense model; its learning rate may have rounds, as of a LightRNN."""
    epochs = (sum(asked["rounds"]),)
    options = training.Options.of("", **asked | model | {"rounds": epochs})
    return training.new_model(options, vocabulary), training.adam(rate), []


def slim_matched(model, asked, vocabulary, ids, rate):
    """Return a Slim model whose words share sub-vectors with words used alike.

    Each part has a share of the numbers of the words' vectors; by these, words are
    matched to its sub-vectors, to each the same number of words.
    """
    options = training.Options.of("", **asked | model)
    made = training.new_model(options, vocabulary)
    parts, of_a_part = made.parts, made.vectors // made.parts
    counts = np.array(vocabulary.counts)
    neighbours = warm_start.Neighbours(len(vocabulary))
    neighbours.add(ids)
    vectors = warm_start.word_vectors(neighbours, VECTOR * parts)
    # The first numbers say most, so they are dealt out.
    codes = np.stack(
        [
            warm_start.table_of_vectors(
                vectors[:, part::parts],
                counts,
                of_a_part,
                -(-len(vocabulary) // of_a_part),
                options.fit.seed,
            ).row_of
            for part in range(parts)
        ],
        axis=1,
    ).astype(np.int32)
    if isinstance(made.softmax, layers.SlimSoftmax):
        made.softmax.codes = codes
    made.embedding.codes = codes + of_a_part * np.arange(parts, dtype=np.int32)
    return made, training.adam(rate), []


def averaged(model, asked, vocabulary, ids, rate):
    """Return a LightRNN that is scored with the running average of its weights."""
    made, _, _ = _of(models.LightRNN)(model, asked, vocabulary, ids, rate)
    optimizer = keras.optimizers.Adam(
        rate,
        global_clipnorm=training.CLIP_NORM,
        use_ema=True,
        ema_momentum=AVERAGE,
    )
    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
    return made, optimizer, [swap]


def distilled(model, asked, vocabulary, ids, rate):
    """Return a LightRNN and train its teacher."""
    made, optimizer, _ = _of(Distilled)(model, asked, vocabulary, ids, rate)
    made.teacher.compile(training.adam(rate))
    fit = training.Options.of("", **asked).fit
    windows = data.windows(ids, fit.batch_size, fit.steps)
    made.teacher.fit(windows, epochs=sum(fit.rounds), verbose=2)
    made.teacher.trainable = False
    return made, optimizer, [_Rewind()]


MADE_BY = {
    "adaptive": _opponent(AdaptiveRNN),
    "averaged": averaged,
    "dense": dense,
    "distilled": distilled,
    "rows gate": _of(RowsGate),
    "short vectors": _opponent(ShortVectors),
    "slim matched": slim_matched,
    "vectors for input": _of(VectorsForInput),
    "vectors for output": _of(VectorsForOutput),
    "vectors of their own": _of(VectorsOfTheirOwn),
    "vectors dropped": _of(VectorsDropped),
    "words dropped": _of(WordsDropped),
}
