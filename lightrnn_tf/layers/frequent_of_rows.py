"""Which words with longer vectors stand in each row of a table."""

import keras
import numpy as np
from keras import ops

# Room in the list of a row, as many times what rows have on average, and more words;
# and in the list of those left over, as a share of all and at most, as each token has
# the products with all of them. Rows are uneven as words used alike share one: of six
# texts the fullest row of a warm start had up to 40 words more than 1.5 times the
# average, after a reallocation of 100,000 words 102 more. Of those 8,000 frequent
# words, 25 a row, lists of 64 leave 3 % over.
_TIMES, _MORE = 1.5, 24
_LEFT_OVER, _MOST_LEFT_OVER = 1 / 16, 1000


class FrequentOfRows(keras.layers.Layer):
    """Lists of the frequent words of each row, worked out of a table.

    Words for which the list of their row has no room are in one list more, of those
    left over. The lists are variables so that a compiled step sees a new table, and not
    part of a saved model, which has the table.

    Args:
        rows: Rows of the table, `R`.
        columns: Columns of the table, `C`.
        frequent_words: The words from id 0 on that are listed, `F`.
        room: Words that the list of a row has room for. Defaults to 1.5 times as many
            as rows have on average, and 24 more.
        room_left_over: Words that the list of those left over has room for. Defaults to
            a sixteenth of all, and at most 1,000.

    Attributes:
        words: int32 `(R, room)`, the words; F stands for none.
        left_over: int32 `(room_left_over,)`, those left over; F stands for none.
        places: int32 `(R, C)`, the place of the word in each cell in its row's list or,
            from `room` on, among those left over; that behind the last for others.
        ids: int32 `(R, C)`, the frequent word in each cell; F for other cells.
        are_whole: int32, 1 if all of them have room in the lists.
    """

    def __init__(
        self, rows, columns, frequent_words, room=None, room_left_over=None, **kwargs
    ):
        super().__init__(**kwargs)
        self.rows = rows
        self.columns = columns
        self.frequent_words = frequent_words
        if room is None:
            room = int(np.ceil(_TIMES * frequent_words / rows + _MORE))
        if room_left_over is None:
            left_over = int(np.ceil(_LEFT_OVER * frequent_words))
            room_left_over = min(left_over, _MOST_LEFT_OVER)
        self.room = min(columns, frequent_words, room)
        self.room_left_over = room_left_over

    def build(self):
        def add(name, shape):
            return self.add_weight(
                *(shape, "zeros", "int32"), trainable=False, name=name
            )

        self.words = add("words", (self.rows, self.room))
        self.left_over = add("left_over", (self.room_left_over,))
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
        left = frequent & ~listed
        left_over = np.full(max(self.room_left_over, left.sum()), self.frequent_words)
        left_over[: left.sum()] = grid[left]
        place[left] = self.room + np.arange(left.sum())
        self.words.assign(lists)
        self.left_over.assign(left_over[: self.room_left_over])
        none = self.room + self.room_left_over
        self.places.assign(np.where(frequent, np.minimum(place, none), none))
        self.ids.assign(np.where(frequent, grid, self.frequent_words))
        self.are_whole.assign(int(left.sum() <= self.room_left_over))

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
        """Read the vectors of the words of each row and of those left over alone."""
        width = vectors.shape[-1]
        laid_out = ops.reshape(ops.take(vectors, self.words, axis=0), (self.rows, -1))
        of_rows = ops.reshape(ops.take(laid_out, rows, axis=0), (-1, self.room, width))
        products = ops.squeeze(ops.matmul(of_rows, ops.expand_dims(query, -1)), -1)
        left_over = ops.transpose(ops.take(vectors, self.left_over, axis=0))
        products = ops.concatenate([products, ops.matmul(query, left_over)], axis=1)
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
    # Not by `take_along_axis`: XLA cannot compile its gradient within a branch.
    count, width = ops.shape(products)
    begins = width * ops.expand_dims(ops.arange(count, dtype="int32"), 1)
    return ops.take(
        ops.reshape(products, (-1,)), begins + ops.take(places, rows, axis=0)
    )
