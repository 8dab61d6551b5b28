"""Lists of the words in each row of a table that have longer vectors."""

import keras
import numpy as np
from keras import ops

# The list of a row has room for 1.5 times the average of all rows, and 24 words more.
# Rows are uneven, as words that are used alike share one. On six texts the fullest row
# of a warm start had up to 40 words more than 1.5 times the average; after a
# reallocation of 100,000 words it had 102 more. With 8,000 frequent words among those,
# 25 a row, lists of 64 leave 3 % over.
_TIMES, _MORE = 1.5, 24
# The list of the words left over has room for this share of the frequent words, up to
# this many: every token is multiplied with all of them.
_LEFT_OVER, _MOST_LEFT_OVER = 1 / 16, 1000


class FrequentOfRows(keras.layers.Layer):
    """Lists the frequent words of each row of a table.

    Words that find no room in the list of their row go into one more list, of words
    left over. The lists are variables, so that a compiled step sees a new table. They
    are not saved: they follow from the table, which is.

    Args:
        rows: Positive integer. Rows of the table, `R`.
        columns: Positive integer. Columns of the table, `C`.
        frequent_words: Positive integer `F`. The words with ids below it are listed.
        room: Words that the list of a row has room for. Defaults to 1.5 times the
            average of all rows, and 24 more.
        room_left_over: Words that the list of words left over has room for. Defaults
            to a sixteenth of F, at most 1,000.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Attributes:
        words: int32 `(R, room)`, the words of each row; F stands for none.
        left_over: int32 `(room_left_over,)`, the words left over; F stands for none.
        places: int32 `(R, C)`, where the word of each cell is listed: its place in the
            list of its row or, counted from `room`, among the words left over. Cells
            without a frequent word have the place behind the last.
        ids: int32 `(R, C)`, the frequent word of each cell; F for other cells.
        are_whole: int32, 1 if the lists have room for all frequent words.

    Example:

    >>> layer = FrequentOfRows(rows=2, columns=2, frequent_words=2)
    >>> layer.build()
    >>> layer.assign(np.array([3, 0, 1, 2]))
    >>> np.array(layer.ids).tolist()
    [[2, 0], [1, 2]]
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
            return self.add_weight(shape, "zeros", "int32", trainable=False, name=name)

        self.words = add("words", (self.rows, self.room))
        self.left_over = add("left_over", (self.room_left_over,))
        self.places = add("places", (self.rows, self.columns))
        self.ids = add("ids", (self.rows, self.columns))
        self.are_whole = add("are_whole", ())

    def assign(self, words):
        """List the words of a table anew.

        Args:
            words: Integers `(R · C,)`, the word in each cell; −1 for a free cell.
        """
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
        """Return query · vector for each cell of a row; 0 without a frequent word.

        Args:
            query: Tensor `(N, q)`.
            vectors: Tensor `(F, q)`, the longer vectors of the frequent words.
            rows: Integer tensor `(N,)`, a row for each query.

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
        """Multiply with the listed words of each row and the words left over only."""
        width = vectors.shape[-1]
        laid_out = ops.reshape(ops.take(vectors, self.words, axis=0), (self.rows, -1))
        of_rows = ops.reshape(ops.take(laid_out, rows, axis=0), (-1, self.room, width))
        products = ops.squeeze(ops.matmul(of_rows, ops.expand_dims(query, -1)), -1)
        left_over = ops.transpose(ops.take(vectors, self.left_over, axis=0))
        products = ops.concatenate([products, ops.matmul(query, left_over)], axis=1)
        products = ops.pad(ops.cast(products, "float32"), ((0, 0), (0, 1)))
        return _look_up(products, self.places, rows)

    def _of_all(self, query, vectors, rows):
        """Multiply with all frequent words: slower, but right for any table."""
        products = ops.cast(ops.matmul(query, ops.transpose(vectors)), "float32")
        return _look_up(products, self.ids, rows)

    def save_own_variables(self, store):
        pass

    def load_own_variables(self, store):
        pass


def _look_up(products, places, rows):
    # `take_along_axis` does not serve: XLA cannot compile its gradient in a branch.
    count, width = ops.shape(products)
    begins = width * ops.expand_dims(ops.arange(count, dtype="int32"), 1)
    return ops.take(
        ops.reshape(products, (-1,)), begins + ops.take(places, rows, axis=0)
    )
