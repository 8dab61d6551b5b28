package lightrnn.decoder

/**
 * Candidates and what the slips of each cost, by cell; ∞ for all other words.
 *
 * @param rows Number of rows.
 * @param columns Number of columns.
 */
internal class SlipCosts(private val rows: Int, private val columns: Int) {
    val costs = DoubleArray(rows * columns) { NONE }
    private val cells = IntArray(rows * columns)
    private var size = 0

    /** The score that no candidate of a row exceeds, −∞ for rows without any. */
    val bounds = DoubleArray(rows)

    private val isBegun = BooleanArray(rows * columns)
    private val begin = CellConsumer { isBegun[it] = true }

    fun clear() {
        for (n in 0 until size) costs[cells[n]] = NONE
        size = 0
    }

    /** Adds the words of ranges, of each the least cost, that may be suggested. */
    fun add(ranges: Slips.Ranges, some: FoldedWords, words: Words) {
        for (n in 0 until ranges.size) {
            for (rank in ranges.firsts[n] until ranges.ends[n]) {
                val cell = some.cell(rank)
                if (ranges.costs[n] >= costs[cell] || !words.isSuggestable(cell)) continue
                if (costs[cell] == NONE) cells[size++] = cell
                costs[cell] = ranges.costs[n]
            }
        }
    }

    fun remove(cell: Int) {
        costs[cell] = NONE
    }

    /** Words without slips lack a mark unless they begin with what was typed. */
    fun markOthers(words: Words, typed: String) {
        isBegun.fill(false)
        words.forEachWithPrefix(typed, ignoreCase = true, begin)
        for (n in 0 until size) {
            val cell = cells[n]
            if (costs[cell] == 0.0 && !isBegun[cell]) costs[cell] = Channel.MARK
        }
    }

    fun boundRows(state: State) {
        bounds.fill(-NONE)
        for (n in 0 until size) {
            val row = cells[n] / columns
            bounds[row] = maxOf(bounds[row], state.rowLogProbs[row] - costs[cells[n]])
        }
    }

    /** The row with the greatest bound, but for some; −1 if no other has a candidate. */
    fun bestRow(but: BooleanArray): Int {
        var best = -1
        for (row in 0 until rows) {
            if (but[row] || bounds[row] == -NONE) continue
            if (best < 0 || bounds[row] > bounds[best]) best = row
        }
        return best
    }

    private companion object {
        const val NONE = Double.POSITIVE_INFINITY
    }
}
