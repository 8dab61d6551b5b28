"""Which words with longer vectors stand in each row of a table."""

import keras
import numpy as np
from keras import ops

# Room in the list of a row, as many times what rows have on average, and more words.
# Rows are uneven as words used alike share one: the fullest of a warm start has up to
# 40 words more than 1.5 times the average (1,000 to 50,000 frequent words, six texts).
_TIMES, _MORE = 1.5, 48


class FrequentOfRows(keras.layers.Layer):
    """Lists of the frequent words of each row, worked out of a table.

    They are variables so that a compiled step sees a new table, and not part of a
    saved model, which has the table.

    Args:
        rows: Rows of the table, `R`.
        columns: Columns of the table, `C`.
        frequent_words: The words from id 0 on that are listed, `F`.

    Attributes:
        words: int32 `(R, room)`, the words; F stands for none.
        places: int32 `(R, C)`, the place in its row's list of the word in each cell;
            that behind the last, `room`, for other cells.
        ids: int32 `(R, C)`, the frequent word in each cell; F for other cells.
        are_whole: int32, 1 if all of them have room in the lists.
    """

    def __init__(self, rows, columns, frequent_words, **kwargs):
        super().__init__(**kwargs)
        self.rows = rows
        self.columns = columns
        self.frequent_words = frequent_words
        on_average = frequent_words / rows
        room = int(np.ceil(_TIMES * on_average + _MORE))
        self.room = min(columns, frequent_words, room)

    def build(self):
        def add(name, shape):
            return self.add_weight(
                *(shape, "zeros", "int32"), trainable=False, name=name
            )

        self.words = add("words", (self.rows, self.room))
        self.places = add("places", (self.rows, self.columns))
        self.ids = add("ids", (self.rows, self.columns))
        self.are_whole = add("are_whole", ())

    def assign(self, words):
        """Take over the words of all cells, `(R · C,)`, −1 for a free one."""
        grid = np.asarray(words).reshape(self.rows, self.columns)
        frequent = (grid >= 0) & (grid < self.frequent_words)
        place = np.cumsum(frequent, axis=1) - 1
        listed = frequent & (place < self.room)
        lists = np.full((self.rows, self.room), self.frequent_words)
        lists[np.nonzero(listed)[0], place[listed]] = grid[listed]
        self.words.assign(lists)
        self.places.assign(np.where(listed, place, self.room))
        self.ids.assign(np.where(frequent, grid, self.frequent_words))
        self.are_whole.assign(int(np.array_equal(listed, frequent)))

    def logits(self, query, vectors, rows):
        """Return query · vector for the cells of rows, 0 where no frequent word is.

        Args:
            query: `(N, q)`.
            vectors: `(F, q)`, those of the frequent words.
            rows: Integer tensor `(N,)`.

        Returns:
            float32 `(N, C)`.
        """
        vectors = ops.pad(vectors, ((0, 1), (0, 0)))
        return ops.cond(
            self.are_whole > 0,
            lambda: self._of_lists(query, vectors, rows),
            lambda: self._of_all(query, vectors, rows),
        )

    def _of_lists(self, query, vectors, rows):
        """Read the vectors of the words of each row alone."""
        width = vectors.shape[-1]
        laid_out = ops.reshape(ops.take(vectors, self.words, axis=0), (self.rows, -1))
        of_rows = ops.reshape(ops.take(laid_out, rows, axis=0), (-1, self.room, width))
        products = ops.squeeze(ops.matmul(of_rows, ops.expand_dims(query, -1)), -1)
        products = ops.pad(ops.cast(products, "float32"), ((0, 0), (0, 1)))
        return _look_up(products, self.places, rows)

    def _of_all(self, query, vectors, rows):
        """Take the products with all of them; slower, but any table will do."""
        products = ops.cast(ops.matmul(query, ops.transpose(vectors)), "float32")
        return _look_up(products, self.ids, rows)

    def save_own_variables(self, store):
        pass

    def load_own_variables(self, store):
        pass


def _look_up(products, places, rows):
    return ops.take_along_axis(products, ops.take(places, rows, axis=0), axis=1)
