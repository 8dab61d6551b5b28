"""The models again, written from the equations in NumPy, float64, word by word."""

import copy

import numpy as np

from lightrnn_tf import models


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def log_softmax(x):
    x = x - x.max()
    return x - np.log(np.exp(x).sum())


def row_log_probs(hidden, kernel, bias, rows):
    """log P of each row, whose parts are `rows` places apart."""
    parts = np.exp(log_softmax(hidden @ kernel + bias))
    return np.log([sum(parts[row::rows]) for row in range(rows)])


def values(weights):
    return [np.asarray(weight).astype(np.float64) for weight in weights]


class Values:
    """What `values` gives, each weight fetched once: they stay as they are."""

    def __init__(self):
        self.fetched = {}

    def __call__(self, weights):
        for weight in weights:
            if id(weight) not in self.fetched:
                # The weight is kept, too, so that no other gets its id.
                self.fetched[id(weight)] = weight, *values([weight])
        return [self.fetched[id(weight)][1] for weight in weights]


def recurrent_step(stack, x, states, values=values):
    """One step of a `RecurrentStack` on one vector; states are changed in place."""
    count = {"lstm": 2, "gru": 1}[stack.cell]
    for layer, (projection, cell) in enumerate(
        zip(stack.projections, stack.cells, strict=True)
    ):
        kernel, bias = values([projection.kernel, projection.bias])
        (recurrent,) = values([cell.kernel])
        first = layer * count
        h = states[first]
        size = len(h)
        z = x @ kernel + bias
        if stack.cell == "lstm":
            z = z + h @ recurrent
            i, f, g, o = (z[n * size : (n + 1) * size] for n in range(4))
            c = sigmoid(f) * states[first + 1] + sigmoid(i) * np.tanh(g)
            states[first], states[first + 1] = sigmoid(o) * np.tanh(c), c
        elif stack.cell == "gru":
            u = h @ recurrent + values([cell.bias])[0]
            (zz, zr, zg), (uz, ur, ug) = (
                [a[n * size : (n + 1) * size] for n in range(3)] for a in (z, u)
            )
            update = sigmoid(zz + uz)
            candidate = np.tanh(zg + sigmoid(zr + ur) * ug)
            states[first] = update * h + (1 - update) * candidate
        else:
            states[first] = np.tanh(z + h @ recurrent)
        x = states[first]
    return x


class LightOracle:
    """A LightRNN read word by word."""

    def __init__(self, model):
        self.model, self.table = model, model.table
        self.values = Values()
        # By a transition, or in two recurrent steps.
        self.reads_at_once = isinstance(model, models.LightRNN)
        self.restart()

    def restart(self):
        stack = self.model.recurrent
        self.states = [np.zeros(stack.units) for _ in range(stack.num_states)]
        self.hidden = None

    def read(self, word):
        """Read a word; the hidden state is h^c."""
        self.row_step(self.table.row_of[word])
        self.column_step(word)

    def row_step(self, row):
        """From h^c to h^r."""
        if self.reads_at_once:
            if self.hidden is not None:
                kernel, vectors = self.values(
                    [
                        self.model.transition.kernel,
                        self.model.transition.row_vectors,
                    ]
                )
                self.hidden = np.tanh(self.hidden @ kernel + vectors[row])
            return
        (vectors,) = self.values([self.model.embedding.row_vectors])
        self.hidden = recurrent_step(
            self.model.recurrent, vectors[row], self.states, self.values
        )

    def column_step(self, word):
        (vectors,) = self.values([self.model.embedding.column_vectors])
        x = vectors[self.table.column_of[word]]
        if self.reads_at_once:
            (vectors,) = self.values([self.model.embedding.row_vectors])
            x = x + vectors[self.table.row_of[word]]
        if self.model.softmax.query_dim:
            (into,) = self.values([self.model.embedding.word_kernel])
            vector = self.word_vector(word)
            x = x + vector @ into[: len(vector)]
        self.hidden = recurrent_step(self.model.recurrent, x, self.states, self.values)

    def row_log_probs(self):
        kernel, bias = self.values(
            [self.model.softmax.row_kernel, self.model.softmax.row_bias]
        )
        return row_log_probs(self.hidden, kernel, bias, self.model.rows)

    def logit(self, row, column, word):
        """The column logit of `word` if it stood in (row, column); h^r is hidden."""
        softmax = self.model.softmax
        kernel, bias = self.values([softmax.column_kernel, softmax.column_bias])
        logit = self.hidden @ kernel[:, column] + bias[column]
        if softmax.word_bias:
            logit += self.values([softmax.word_biases])[0][word]
        if softmax.query_dim:
            into, shift = self.values([softmax.query_kernel, softmax.query_bias])
            vector = self.word_vector(word)
            logit += vector @ (self.hidden @ into + shift)[: len(vector)]
        return logit

    def word_vector(self, word):
        """What the word has of its own, longer for a frequent one."""
        softmax, numbers = self.model.softmax, []
        if softmax.word_dim:
            numbers += [*self.values([softmax.word_vectors])[0][word]]
        if word < softmax.frequent_words:
            numbers += [*self.values([softmax.frequent_vectors])[0][word]]
        return np.array(numbers)

    def column_log_prob(self, word, table=None):
        """log P_c of `word` in its row, for a table of any occupancy."""
        table = table or self.table
        row = table.row_of[word]
        members = np.flatnonzero(table.row_of == row)
        logits = np.array([self.logit(row, table.column_of[m], m) for m in members])
        return log_softmax(logits)[np.flatnonzero(members == word)[0]]

    def log_prob_and_read(self, word):
        """Return log P(word) as the next one, and read it."""
        row = self.table.row_of[word]
        log_prob = self.row_log_probs()[row]
        self.row_step(row)
        log_prob += self.column_log_prob(word)
        self.column_step(word)
        return log_prob


def slim_vectors(layer, groups):
    """The vectors of all words, put together slot by slot."""
    (sub_vectors,) = values([layer.sub_vectors])
    vectors = []
    for codes in layer.codes:
        pieces = [
            sub_vectors[part, code] if groups else sub_vectors[code]
            for part, code in enumerate(codes)
        ]
        vectors.append(np.concatenate(pieces))
    return np.array(vectors)


class FlatOracle:
    """A DenseRNN or SlimRNN read word by word."""

    def __init__(self, model):
        self.model = model
        self.values = Values()
        side = getattr(model, "side", None)
        if side in ("both", "input"):
            self.vectors = slim_vectors(model.embedding, groups=False)
        else:
            (self.vectors,) = values([model.embedding.embeddings])
        if side in ("both", "output"):
            self.kernel = slim_vectors(model.softmax, groups=True).T
        elif getattr(model, "tied", False):
            self.kernel = self.vectors.T
        else:
            (self.kernel,) = values([model.softmax.kernel])
        bias = getattr(model, "word_bias", True)
        (self.bias,) = values([model.softmax.bias]) if bias else (0.0,)
        self.restart()

    def restart(self):
        stack = self.model.recurrent
        self.states = [np.zeros(stack.units) for _ in range(stack.num_states)]

    def read(self, word):
        self.hidden = recurrent_step(
            self.model.recurrent, self.vectors[word], self.states, self.values
        )

    def log_prob_and_read(self, word):
        log_prob = log_softmax(self.hidden @ self.kernel + self.bias)[word]
        self.read(word)
        return log_prob


def oracle_of(model):
    """An oracle that has read the `<eos>` before a text."""
    oracle = LightOracle(model) if hasattr(model, "word_dim") else FlatOracle(model)
    oracle.read(model.eos_id)
    return oracle


def log_prob_and_read(oracle, word):
    """Return log P(word) as the next one of a stream, and read it."""
    log_prob = oracle.log_prob_and_read(word)
    if oracle.model.line_independent and word == oracle.model.eos_id:
        oracle.restart()
        oracle.read(word)
    return log_prob


def stream_nats(model, ids):
    """−log P of each token of one stream that begins with `<eos>`, by the equations."""
    oracle = oracle_of(model)
    return np.array([-log_prob_and_read(oracle, word) for word in ids])


def stream_log_probs(model, ids):
    """log P of all words at each token of such a stream, by the equations."""
    oracle = oracle_of(model)
    for word in ids:
        log_probs = []
        for other in range(model.vocabulary_size):
            reader = copy.copy(oracle)
            reader.states = [*oracle.states]
            log_probs.append(reader.log_prob_and_read(other))
        yield np.array(log_probs)
        log_prob_and_read(oracle, word)
