package lightrnn.decoder

/** A model of made-up numbers that depend on the last word; it makes no garbage. */
class FakeModel(override val rows: Int, override val columns: Int) : StepModel {
    override fun newState() = State(intArrayOf(1), rows)

    override fun advance(cell: Int, from: State, into: State, findWords: Boolean) {
        into.states[0][0] = cell.toFloat()
        for (row in 0 until rows) into.rowLogProbs[row] = -number(cell, row)
        into.last = cell
        into.firstWords.size = 0
        if (findWords) findWords(into)
    }

    private fun findWords(state: State) {
        val first = state.firstWords
        val order = (0 until rows).sortedByDescending { state.rowLogProbs[it] }
        first.bound = order.getOrNull(FIRST_ROWS)?.let { state.rowLogProbs[it] } ?: -1e9f
        order.take(FIRST_ROWS)
            .flatMap { row -> (0 until columns).map { row * columns + it } }
            .sortedByDescending { logProbOf(it, state) }
            .take(FIRST_WORDS)
            .forEach {
                first.cells[first.size] = it
                first.logProbs[first.size++] = logProbOf(it, state)
            }
    }

    private fun logProbOf(cell: Int, state: State) =
        state.rowLogProbs[cell / columns] + logProb(cell / columns, cell % columns, state)

    override fun expand(rows: IntArray, count: Int, state: State, into: FloatArray) {
        for (place in 0 until count) {
            for (column in 0 until columns) {
                into[place * columns + column] = logProb(rows[place], column, state)
            }
        }
    }

    fun logProb(row: Int, column: Int, state: State) =
        -number(state.states[0][0].toInt(), 31 * row + column + 1000)

    private fun number(one: Int, other: Int): Float {
        var mixed = one * 0x9e3779b1.toInt() xor other * 0x85ebca6b.toInt()
        mixed = mixed xor (mixed ushr 15)
        mixed *= 0x2c1b3c6d
        return (mixed ushr 8) / 2e6f
    }

    override fun close() = Unit

    private companion object {
        const val FIRST_ROWS = 3
    }
}
