package lightrnn.decoder

/**
 * The words that may be meant by what was typed, right or wrong, certified; see
 * `lightrnn_tf/decoding/correction.py`, which does the same.
 *
 * A word scores log P(word | context) + log P(typed | word), the second being minus the
 * cost of its slips. No word scores better than its row less the least cost of a
 * candidate in it, so rows are expanded best first until no other can hold a better word.
 * Its arrays are made once.
 *
 * @param k How many words are shown.
 */
class Correction(private val predictor: Predictor, k: Int) {
    private val rows = predictor.model.rows
    private val columns = predictor.model.columns
    private val words get() = predictor.words
    private val slips = Slips()
    private val begun = SlipCosts(rows, columns)
    private val whole = SlipCosts(rows, columns)
    private val shown = Found(k)
    private val best = Found(1)

    private val batch = IntArray(ROWS_AT_ONCE)
    private val into = FloatArray(ROWS_AT_ONCE * columns)
    private val scores = FloatArray(rows * columns)
    private val isExpanded = BooleanArray(rows)
    private val isTried = BooleanArray(rows)
    private val afterOne = predictor.newState()

    private lateinit var state: State
    private var typed = ""
    private val fold = FoldedText()
    private val folded get() = fold.letters
    private val length get() = fold.length
    private var excluded = IntArray(0)

    /** Whether the best word is better than what was typed, by a margin. */
    private var replaces = false

    var rowsExpanded = 0
        private set

    val size get() = shown.size

    /** The score of each word shown, in nats. */
    fun score(place: Int) = -shown.losses[place]

    /** The words shown, best first; two that were typed without a space have it. */
    fun words(): List<String> = List(shown.size) { written(shown, it) }

    /** The word to put in place of what was typed when a space follows, null to leave it. */
    val replacement: String? get() = if (replaces) written(best, 0) else null

    /**
     * Finds the words.
     *
     * @param typed The letters typed so far, at least one.
     * @param excluded Cells of words that are not to be shown, in rising order.
     */
    fun search(state: State, typed: String, excluded: IntArray = IntArray(0)) {
        this.state = state
        this.typed = predictor.tokenizer.normalise(typed)
        this.excluded = excluded
        fold.set(this.typed)
        isExpanded.fill(false)
        rowsExpanded = 0
        shown.clear()
        best.clear()
        findCandidates()
        collect(begun, Double.NEGATIVE_INFINITY, shown)
        val floor = floor()
        if (floor < Double.POSITIVE_INFINITY) {
            collect(whole, floor, best)
            // Rather a new word than two that nobody would write; and what may become a word
            // is two only if these would replace it: facebo is not face bo.
            val surely = if (isBegun()) floor else floor - MARGIN
            findPairs(maxOf(minOf(-shown.worst, floor), surely))
        }
        replaces = best.size > 0 && -best.losses[0] >= floor + ending()
    }

    private fun findCandidates() {
        begun.clear()
        whole.clear()
        if (length in 1..Tokenizer.MAX_WORD_LENGTH) {
            for (n in words.folded.indices) {
                val some = words.folded[n]
                slips.find(some, folded, length)
                whole.add(slips.whole, some, words)
                begun.add(slips.begun, some, words)
                begun.add(slips.whole, some, words)
            }
        }
        for (cell in excluded) {
            begun.remove(cell)
            whole.remove(cell)
        }
        if (!Spelling.isBare(typed)) {
            begun.markOthers(words, typed)
            whole.markOthers(words, typed)
        }
        begun.boundRows(state)
        whole.boundRows(state)
    }

    /** Collects the best candidates, of those that may score [floor] or more. */
    private fun collect(candidates: SlipCosts, floor: Double, found: Found) {
        isTried.fill(false)
        while (true) {
            var size = 0
            var best = candidates.bestRow(isTried)
            if (best < 0) return
            val bound = candidates.bounds[best]
            if (-bound > found.worst || bound < floor) return
            while (size < ROWS_AT_ONCE && best >= 0) {
                isTried[best] = true
                batch[size++] = best
                best = candidates.bestRow(isTried)
            }
            expand(size)
            for (place in 0 until size) collectRow(candidates, rowsTried[place], found)
        }
    }

    private fun collectRow(candidates: SlipCosts, row: Int, found: Found) {
        for (cell in row * columns until (row + 1) * columns) {
            val cost = candidates.costs[cell]
            if (cost < Double.POSITIVE_INFINITY) found.add(cost - scores[cell], cost, cell)
        }
    }

    // The rows of a batch, of which only those are expanded that were not before.
    private val rowsTried = IntArray(ROWS_AT_ONCE)

    private fun expand(count: Int) {
        System.arraycopy(batch, 0, rowsTried, 0, count)
        var size = 0
        for (place in 0 until count) if (!isExpanded[rowsTried[place]]) batch[size++] = rowsTried[place]
        if (size == 0) return
        predictor.expand(batch, size, state, into)
        for (place in 0 until size) {
            val row = batch[place]
            isExpanded[row] = true
            for (column in 0 until columns) {
                scores[row * columns + column] = state.rowLogProbs[row] + into[place * columns + column]
            }
        }
        rowsExpanded += size
    }

    private fun logProb(cell: Int): Double {
        batch[0] = cell / columns
        expand(1)
        return scores[cell].toDouble()
    }

    /** The score from which a word replaces what was typed, ∞ for none. */
    private fun floor(): Double {
        if (Channel.slipsAllowed(folded, length) == 0 || isRight()) return Double.POSITIVE_INFINITY
        return logProb(words.cellOf(UNK)) - NEW_WORD - LETTER * length + MARGIN
    }

    /** By how much better the best word must be for being typed with an ending. */
    private fun ending(): Double {
        var length = 0
        for (cell in intArrayOf(best.cells[0], best.others[0])) {
            if (cell < 0) continue
            for (character in Spelling.fold(words.word(cell)).codePoints().toArray()) {
                if (length < this.length && character != folded[length]) return 0.0
                length++
            }
        }
        return if (length == this.length) 0.0 else ENDING
    }

    /** Whether what was typed is a word that is trusted or suggested. */
    private fun isRight(): Boolean {
        var isRight = false
        forEachWithFold(0, length) { cell ->
            val mayBe = words.isTrusted(cell) || words.isSuggestable(cell)
            isRight = isRight || mayBe && Spelling.isSame(words.word(cell), typed)
        }
        return isRight
    }

    /** Whether a word begins with what was typed. */
    private fun isBegun(): Boolean {
        forEachWithFold(0, length, orBegins = true) { if (isOffered(it)) return true }
        return false
    }

    /**
     * Calls [use] with the words of which some letters typed are the fold.
     *
     * @param orBegins Whether they may only be its beginning.
     */
    private inline fun forEachWithFold(from: Int, to: Int, orBegins: Boolean = false, use: (Int) -> Unit) {
        for (n in words.folded.indices) {
            val some = words.folded[n]
            var first = 0
            var end = some.size
            for (at in from until to) {
                val letter = some.letter(folded[at])
                first = some.first(letter, first, end, at - from)
                end = some.first(letter + 1, first, end, at - from)
                if (first >= end) break
            }
            val last = if (orBegins || first >= end) end else some.first(0, first, end, to - from)
            for (rank in first until last) use(some.cell(rank))
        }
    }

    /** Finds the pairs of words without their space that may score [floor]. */
    private fun findPairs(floor: Double) {
        for (n in 0 until length) if (!Character.isLetter(folded[n])) return
        // One letter alone is no word behind another: it would be an ending.
        for (n in 1 until length - 1) {
            forEachWithFold(0, n) { one ->
                if (isOffered(one)) {
                    forEachWithFold(n, length) { if (isOffered(it)) addPair(one, it, floor) }
                }
            }
        }
    }

    private fun isOffered(cell: Int) = words.isSuggestable(cell) && excluded.binarySearch(cell) < 0

    private fun addPair(one: Int, other: Int, floor: Double) {
        if (state.rowLogProbs[one / columns] - Channel.SPACE < floor) return
        val first = logProb(one) - Channel.SPACE
        if (first < floor) return
        predictor.advance(one, state, afterOne)
        batch[0] = other / columns
        val bound = first + afterOne.rowLogProbs[batch[0]]
        if (bound < floor) return
        rowsExpanded++
        predictor.expand(batch, 1, afterOne, into)
        val score = bound + into[other % columns]
        if (score < floor) return
        shown.add(-score, Channel.SPACE, one, other)
        best.add(-score, Channel.SPACE, one, other)
    }

    private fun written(found: Found, place: Int): String {
        val one = words.written(found.cells[place])
        val other = found.others[place]
        return if (other < 0) one else "$one ${words.written(other)}"
    }

    private companion object {
        /** What a new word costs, and each of its letters; and the margin to replace it. */
        const val NEW_WORD = 10.0
        const val LETTER = 1.0
        const val MARGIN = 5.5

        /** The margin is so much larger where letters are only added or missing at the end. */
        const val ENDING = 3.0
    }
}
