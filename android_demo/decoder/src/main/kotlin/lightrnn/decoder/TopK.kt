package lightrnn.decoder

/**
 * The k most probable next words, certified, without scoring all of them.
 *
 * No word of a row is more probable than its row, so rows are expanded best first until
 * the k-th best word is at least as probable as the best row that is left. Its arrays are
 * made once: a search makes no garbage but the words that it returns.
 *
 * @param k How many words.
 */
class TopK(private val predictor: Predictor, private val k: Int) {
    private val rows = predictor.model.rows
    private val columns = predictor.model.columns
    private val allowed = BooleanArray(rows * columns)
    private val hasCandidate = BooleanArray(rows)
    private val left = IntArray(rows)
    private val batch = IntArray(ROWS_AT_ONCE)
    private val scores = FloatArray(ROWS_AT_ONCE * columns)
    private val allow = CellConsumer { cell ->
        if (predictor.words.isSuggestable(cell)) allowed[cell] = true
    }

    private var prefix = ""
    private var ignoreCase = false

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
        this.prefix = prefix
        this.ignoreCase = ignoreCase
        selectCandidates(excluded)
        size = 0
        rowsExpanded = 0
        var rowsLeft = 0
        for (row in 0 until rows) if (hasCandidate[row]) left[rowsLeft++] = row
        while (rowsLeft > 0) {
            var count = 0
            while (count < ROWS_AT_ONCE && rowsLeft > 0) {
                val best = bestOf(state, rowsLeft)
                batch[count++] = left[best]
                // The others stay in order, so that of equal rows the first one wins.
                System.arraycopy(left, best + 1, left, best, --rowsLeft - best)
            }
            predictor.expand(batch, count, state, scores)
            for (place in 0 until count) collect(batch[place], place * columns, state)
            rowsExpanded += count
            if (rowsLeft == 0) return
            val bound = state.rowLogProbs[left[bestOf(state, rowsLeft)]]
            if (size == k && logProbs[k - 1] >= bound) return
        }
    }

    /** The cells of those words that have one. */
    fun cellsOf(words: Collection<String>): IntArray = words
        .map { predictor.words.cellOf(predictor.tokenizer.normalise(it)) }
        .filter { it >= 0 }
        .toIntArray()

    /** The words that were found, best first. */
    fun words(): List<String> = List(size) { predictor.words.word(cells[it]) }

    private fun selectCandidates(excluded: IntArray) {
        allowed.fill(false)
        if (prefix.isEmpty()) {
            for (cell in allowed.indices) allowed[cell] = predictor.words.isSuggestable(cell)
        } else {
            predictor.words.forEachWithPrefix(prefix, ignoreCase, allow)
        }
        for (cell in excluded) allowed[cell] = false
        for (row in 0 until rows) {
            hasCandidate[row] = false
            for (cell in row * columns until (row + 1) * columns) {
                if (allowed[cell]) {
                    hasCandidate[row] = true
                    break
                }
            }
        }
    }

    private fun bestOf(state: State, count: Int): Int {
        var best = 0
        for (n in 1 until count) {
            if (state.rowLogProbs[left[n]] > state.rowLogProbs[left[best]]) best = n
        }
        return best
    }

    private fun collect(row: Int, start: Int, state: State) {
        for (column in 0 until columns) {
            val cell = row * columns + column
            if (!allowed[cell]) continue
            val logProb = state.rowLogProbs[row] + scores[start + column]
            if (size == k && !isBefore(cell, logProb, k - 1)) continue
            var place = if (size < k) size++ else k - 1
            while (place > 0 && isBefore(cell, logProb, place - 1)) {
                logProbs[place] = logProbs[place - 1]
                cells[place] = cells[place - 1]
                place--
            }
            logProbs[place] = logProb
            cells[place] = cell
        }
    }

    /** Whether a word comes before the one that was found in a place. */
    private fun isBefore(cell: Int, logProb: Float, place: Int): Boolean = when {
        logProb != logProbs[place] -> logProb > logProbs[place]
        prefix.isEmpty() -> false
        else -> isTyped(cell) && !isTyped(cells[place])
    }

    private fun isTyped(cell: Int) =
        Spelling.beginsExactlyWith(predictor.words.word(cell), prefix, ignoreCase)

    private companion object {
        val NONE = IntArray(0)
    }
}
