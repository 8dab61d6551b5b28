package lightrnn.decoder

/**
 * The best words found, or pairs of them; of equal ones the cheaper, then the first.
 *
 * @param k How many are kept.
 */
internal class Found(private val k: Int) {
    val losses = DoubleArray(k)
    private val costs = DoubleArray(k)
    val cells = IntArray(k)

    /** The second word of a pair, −1 for a word alone. */
    val others = IntArray(k)
    var size = 0
        private set

    val isFull get() = size == k

    /** The loss above which no other is among the best. */
    val worst get() = if (isFull) losses[k - 1] else Double.POSITIVE_INFINITY

    fun clear() {
        size = 0
    }

    fun add(loss: Double, cost: Double, cell: Int, other: Int = -1) {
        if (isFull && !isBefore(k - 1, loss, cost, cell, other)) return
        var place = if (isFull) k - 1 else size++
        while (place > 0 && isBefore(place - 1, loss, cost, cell, other)) {
            losses[place] = losses[place - 1]
            costs[place] = costs[place - 1]
            cells[place] = cells[place - 1]
            others[place] = others[--place]
        }
        losses[place] = loss
        costs[place] = cost
        cells[place] = cell
        others[place] = other
    }

    private fun isBefore(place: Int, loss: Double, cost: Double, cell: Int, other: Int) = when {
        loss != losses[place] -> loss < losses[place]
        cost != costs[place] -> cost < costs[place]
        cell != cells[place] -> cell < cells[place]
        else -> other < others[place]
    }
}
