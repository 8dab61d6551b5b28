package lightrnn.decoder

/**
 * Finds the words that may have been meant by what was typed, by a walk over the letters
 * of the words, with slips where they are allowed. It makes no garbage.
 */
internal class Slips {
    /** Ranges of words and what each costs; a word may be in several. */
    class Ranges {
        var size = 0
            private set
        var costs = DoubleArray(64)
            private set
        var firsts = IntArray(64)
            private set
        var ends = IntArray(64)
            private set

        fun clear() {
            size = 0
        }

        fun add(cost: Double, first: Int, end: Int) {
            if (size == costs.size) {
                costs = costs.copyOf(2 * size)
                firsts = firsts.copyOf(2 * size)
                ends = ends.copyOf(2 * size)
            }
            costs[size] = cost
            firsts[size] = first
            ends[size++] = end
        }
    }

    /** Words that may have been begun, and those that may have been typed as a whole. */
    val begun = Ranges()
    val whole = Ranges()

    private lateinit var words: FoldedWords
    private var typed = IntArray(0)
    private var length = 0
    private var most = 0

    /**
     * Finds them among some words.
     *
     * @param typed The fold of what was typed, of which the first [length] letters count.
     * @param most How many slips are looked for.
     */
    fun find(
        words: FoldedWords,
        typed: IntArray,
        length: Int,
        most: Int = Channel.slipsAllowed(typed, length),
    ) {
        this.words = words
        this.typed = typed
        this.length = length
        this.most = most
        begun.clear()
        whole.clear()
        go(0, words.size, 0, NONE, 0, 0.0, most)
    }

    /**
     * Goes on with the words of a range that are equal up to a depth.
     *
     * @param before Their last letter there.
     * @param from How many of the letters typed are behind it.
     * @param cost That of the slips so far.
     * @param left How many more are allowed.
     */
    private fun go(from: Int, to: Int, depth: Int, before: Int, read: Int, cost: Double, left: Int) {
        var first = from
        var end = to
        var at = depth
        var last = before
        var n = read
        while (first < end && n < length) {
            if (left > 0 && (left == most || n >= Channel.HEAD)) slip(first, end, at, last, n, cost, left)
            val letter = words.letter(typed[n])
            first = words.first(letter, first, end, at)
            end = words.first(letter + 1, first, end, at)
            last = typed[n++]
            at++
        }
        if (first >= end) return
        if (cost == 0.0) {
            begun.add(cost, first, end)
        } else if (length >= Channel.ONE) {
            begun.add(cost + Channel.COMPLETED, first, end)
        }
        end(first, end, at, last, cost, left)
    }

    /** Goes on with each slip that is possible at a place. */
    private fun slip(from: Int, to: Int, depth: Int, before: Int, n: Int, sum: Double, allowed: Int) {
        val letter = typed[n]
        val after = if (n + 1 < length) typed[n + 1] else NONE
        val left = allowed - 1
        val cost = sum + if (depth > 0) Channel.SLIP else Channel.SLIP + Channel.FIRST
        var first = words.first(0, from, to, depth)
        while (first < to) {
            val next = words.letterAt(first, depth)
            val end = words.first(next + 1, first, to, depth)
            val meant = words.codePoint(next)
            val omitted = if (meant == before) Channel.UNDOUBLED else Channel.LEFT_OUT
            go(first, end, depth + 1, meant, n, cost + omitted, left)
            if (meant != letter) {
                go(first, end, depth + 1, meant, n + 1, cost + Channel.replaced(meant, letter), left)
            }
            if (meant == after && after != letter) {
                val second = words.letter(letter)
                val begin = words.first(second, first, end, depth + 1)
                val stop = words.first(second + 1, begin, end, depth + 1)
                go(begin, stop, depth + 2, letter, n + 2, cost + Channel.TRANSPOSED, left)
            }
            first = end
        }
        val added = if (n > 0 && typed[n - 1] == letter) Channel.DOUBLED else Channel.ADDED
        go(from, to, depth, before, n + 1, cost + added, left)
    }

    /** Notes the words that end here, or after letters that were left out. */
    private fun end(from: Int, to: Int, depth: Int, before: Int, cost: Double, left: Int) {
        var first = words.first(0, from, to, depth)
        if (first > from) whole.add(cost, from, first)
        if (left == 0) return
        while (first < to) {
            val next = words.letterAt(first, depth)
            val end = words.first(next + 1, first, to, depth)
            val meant = words.codePoint(next)
            val omitted = if (meant == before) Channel.UNDOUBLED else Channel.LEFT_OUT
            end(first, end, depth + 1, meant, cost + Channel.SLIP + omitted, left - 1)
            first = end
        }
    }

    private companion object {
        const val NONE = -1
    }
}
