package lightrnn.decoder

/**
 * The k most probable next words, certified, without scoring all of them.
 *
 * No word of a row is more probable than its row, so rows are expanded best first until
 * the k-th best word is at least as probable as the best row that is left. What the model
 * has found by the way comes first. Its arrays are made once: a search makes no garbage
 * but the words that it returns.
 *
 * @param k How many words.
 */
class TopK(private val predictor: Predictor, private val k: Int) {
    private val rows = predictor.model.rows
    private val columns = predictor.model.columns
    private val left = IntArray(rows)
    private val batch = IntArray(ROWS_AT_ONCE)
    private val scores = FloatArray(ROWS_AT_ONCE * columns)

    // The candidates of a prefix, kept while it is asked for again.
    private val begun = BooleanArray(rows * columns)
    private val candidates = IntArray(rows)
    private val notExcluded = IntArray(rows)
    private val begin = CellConsumer { cell ->
        if (predictor.words.isSuggestable(cell) && !begun[cell]) {
            begun[cell] = true
            candidates[cell / columns]++
        }
    }
    private var prefix = ""
    private var ignoreCase = false
    private var changes = NEVER

    private var excluded = NONE

    /** The cells that were found, best first; the first [size] count. */
    val cells = IntArray(k)

    /** Their log-probabilities in nats, among all words. */
    val logProbs = FloatArray(k)

    var size = 0
        private set

    var rowsExpanded = 0
        private set

    /**
     * Finds the words.
     *
     * @param prefix What they begin with; accents and apostrophes may be missing in it. Of
     *   equally probable words those that begin with it exactly come first.
     * @param excluded Cells of words that are not to be suggested, from [cellsOf].
     * @param ignoreCase Whether case makes no difference in the prefix.
     */
    fun search(
        state: State,
        prefix: String = "",
        excluded: IntArray = NONE,
        ignoreCase: Boolean = predictor.tokenizer.lowercase,
    ) {
        selectCandidates(prefix, ignoreCase)
        exclude(excluded)
        size = 0
        rowsExpanded = 0
        val first = state.firstWords
        if (prefix.isEmpty() && first.size >= k) {
            beginWith(first, state)
            if (reaches(first.unlisted)) return
            // A word of these rows that is not listed may be better: expand them, too.
            size = 0
            rowsExpanded = 0
        }
        var rowsLeft = 0
        for (row in 0 until rows) if (notExcluded[row] > 0) left[rowsLeft++] = row
        expand(rowsLeft, state)
    }

    /** The cells of those words that have one, in rising order. */
    fun cellsOf(words: Collection<String>): IntArray = words
        .map { predictor.words.cellOf(predictor.tokenizer.normalise(it)) }
        .filter { it >= 0 }
        .distinct()
        .sorted()
        .toIntArray()

    /** The words that were found, best first, as they are usually written. */
    fun words(): List<String> = List(size) { predictor.words.written(cells[it]) }

    private fun selectCandidates(prefix: String, ignoreCase: Boolean) {
        val words = predictor.words
        val same = prefix == this.prefix && ignoreCase == this.ignoreCase
        if (same && words.changes == changes) return
        this.prefix = prefix
        this.ignoreCase = ignoreCase
        changes = words.changes
        begun.fill(false)
        candidates.fill(0)
        if (prefix.isEmpty()) {
            for (cell in begun.indices) begin.accept(cell)
        } else {
            words.forEachWithPrefix(prefix, ignoreCase, begin)
        }
    }

    private fun exclude(excluded: IntArray) {
        this.excluded = excluded
        System.arraycopy(candidates, 0, notExcluded, 0, rows)
        for (cell in excluded) if (begun[cell]) notExcluded[cell / columns]--
    }

    /** Takes over the first words, and expands the rows that they do not cover. */
    private fun beginWith(first: FirstWords, state: State) {
        for (place in 0 until first.size) {
            val cell = first.cells[place]
            if (!isLeft(cell / columns, first, state)) collect(cell, first.logProbs[place])
        }
        var rowsLeft = 0
        for (row in 0 until rows) {
            val isLeft = isLeft(row, first, state)
            if (!isLeft) rowsExpanded++
            if (isLeft && notExcluded[row] > 0) left[rowsLeft++] = row
        }
        if (rowsLeft > 0 && !reaches(state.rowLogProbs[left[bestOf(state, rowsLeft)]])) {
            expand(rowsLeft, state)
        }
    }

    private fun isLeft(row: Int, first: FirstWords, state: State) =
        state.rowLogProbs[row] <= first.bound || predictor.isChanged(row, state)

    /** Expands rows that are left, the best first, while one may hold a better word. */
    private fun expand(count: Int, state: State) {
        var rowsLeft = count
        while (rowsLeft > 0) {
            var size = 0
            while (size < ROWS_AT_ONCE && rowsLeft > 0) {
                val best = bestOf(state, rowsLeft)
                batch[size++] = left[best]
                // The others stay in order, so that of equal rows the first one wins.
                System.arraycopy(left, best + 1, left, best, --rowsLeft - best)
            }
            predictor.expand(batch, size, state, scores)
            for (place in 0 until size) collectRow(batch[place], place * columns, state)
            rowsExpanded += size
            if (rowsLeft == 0) return
            if (reaches(state.rowLogProbs[left[bestOf(state, rowsLeft)]])) return
        }
    }

    private fun reaches(bound: Float) = size == k && logProbs[k - 1] >= bound

    private fun bestOf(state: State, count: Int): Int {
        var best = 0
        for (n in 1 until count) {
            if (state.rowLogProbs[left[n]] > state.rowLogProbs[left[best]]) best = n
        }
        return best
    }

    private fun collectRow(row: Int, start: Int, state: State) {
        for (column in 0 until columns) {
            collect(row * columns + column, state.rowLogProbs[row] + scores[start + column])
        }
    }

    private fun collect(cell: Int, logProb: Float) {
        if (!begun[cell]) return
        if (size == k && !isBefore(cell, logProb, k - 1)) return
        if (excluded.isNotEmpty() && excluded.binarySearch(cell) >= 0) return
        var place = if (size < k) size++ else k - 1
        while (place > 0 && isBefore(cell, logProb, place - 1)) {
            logProbs[place] = logProbs[place - 1]
            cells[place] = cells[place - 1]
            place--
        }
        logProbs[place] = logProb
        cells[place] = cell
    }

    /** Whether a word comes before the one that was found in a place. */
    private fun isBefore(cell: Int, logProb: Float, place: Int): Boolean = when {
        logProb != logProbs[place] -> logProb > logProbs[place]
        prefix.isEmpty() -> false
        else -> isTyped(cell) && !isTyped(cells[place])
    }

    private fun isTyped(cell: Int) =
        Spelling.beginsExactlyWith(predictor.words.written(cell), prefix, ignoreCase)

    private companion object {
        val NONE = IntArray(0)
        const val NEVER = -1
    }
}
