package lightrnn.decoder

/**
 * What the strip shows.
 *
 * @property words The best words, best first, at most three, as they are to be written.
 * @property typed The word as it was typed, which is always on offer; empty between words.
 */
data class Strip(val words: List<String>, val typed: String) {
    companion object {
        val EMPTY = Strip(emptyList(), "")
    }
}

/**
 * Suggests words for what stands before the cursor.
 *
 * The states after the words of the line are kept, so that a letter reads nothing again
 * and a word is read once. Not safe for several threads at once: [Predictor] and all its
 * parts belong to one thread.
 */
class Suggester(private val predictor: UserWords, private val manifest: Manifest) {
    private val search = TopK(predictor, SLOTS)
    private val states = List(MAX_WORDS + 1) { predictor.model.newState() }
    private val cellsRead = IntArray(MAX_WORDS)
    private var read = -1

    // While a word is typed, what stands before it stays the same.
    private var contextRead: String? = null

    // Looked up when they change, not for each key.
    private var excludedWords: Collection<String> = emptyList()
    private var excludedCells = IntArray(0)

    /**
     * Returns the best words.
     *
     * @param text What stands before the cursor.
     * @param shift How the next word is to be written if nothing of it was typed.
     * @param excluded Words that are not to be suggested, in lower case.
     */
    fun suggest(text: TextBeforeCursor, shift: Casing, excluded: Collection<String>): Strip {
        val state = stateAfter(text.context)
        if (excluded !== excludedWords) {
            excludedWords = excluded
            excludedCells = search.cellsOf(excluded)
        }
        search.search(state, text.typed, excludedCells, ignoreCase = true)
        val casing = Casing.of(text.typed, shift)
        val words = search.words().map(casing::apply).distinct()
        return Strip(words, text.typed)
    }

    /** Words of the user were learned or forgotten. */
    fun wordsChanged() {
        contextRead = null
        excludedWords = emptyList()
        excludedCells = IntArray(0)
    }

    /** Learns a word that was written behind a text; returns whether it was one to learn. */
    fun learn(word: String, context: String): Boolean =
        predictor.learn(word, stateAfter(context))

    /** The state after a line, of whose words the last 32 to 64 count. */
    private fun stateAfter(context: String): State {
        if (context == contextRead) return states[read]
        if (read < 0) {
            predictor.model.advance(manifest.startCell, states[0], states[0], findWords = true)
            read = 0
        }
        val words = manifest.tokenizer.words(context)
        // Moved on in large steps, so that a long line is not read anew with each word.
        val first = maxOf(0, words.size - MAX_WORDS / 2) / (MAX_WORDS / 2) * (MAX_WORDS / 2)
        val cells = words.drop(first).map {
            val cell = predictor.cellOf(it)
            if (cell < 0) manifest.unknownCell else cell
        }
        var same = 0
        while (same < minOf(read, cells.size) && cellsRead[same] == cells[same]) same++
        for (place in same until cells.size) {
            // Words are wanted behind the last one alone.
            val isLast = place + 1 == cells.size
            predictor.model.advance(cells[place], states[place], states[place + 1], isLast)
            cellsRead[place] = cells[place]
        }
        read = cells.size
        contextRead = context
        return states[read]
    }

    companion object {
        const val SLOTS = 3

        /** Words of a line that count at most. */
        private const val MAX_WORDS = 64
    }
}
