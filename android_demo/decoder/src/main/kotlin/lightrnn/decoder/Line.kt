package lightrnn.decoder

/**
 * Reads the line before the cursor. The states after its words are kept, so that a letter
 * reads nothing again and a word is read once.
 */
internal class Line(private val predictor: Predictor, private val manifest: Manifest) {
    private val states = List(MAX_WORDS + 1) { predictor.model.newState() }
    private val cellsRead = IntArray(MAX_WORDS)
    private var read = -1

    // While a word is typed, what stands before it stays the same.
    private var contextRead: String? = null

    /** How often another line was read. */
    var changes = 0
        private set

    /** Words of the user were learned or forgotten: their cells are others. */
    fun clear() {
        contextRead = null
    }

    /** The state of the model after a line, of whose words the last 32 to 64 count. */
    fun stateAfter(context: String): State {
        if (context == contextRead) return states[read]
        changes++
        if (read < 0) {
            predictor.model.advance(manifest.startCell, states[0], states[0], findWords = true)
            read = 0
        }
        val words = manifest.tokenizer.words(context)
        // Moved on in large steps, so that a long line is not read anew with each word.
        val first = maxOf(0, words.size - MAX_WORDS / 2) / (MAX_WORDS / 2) * (MAX_WORDS / 2)
        val cells = words.drop(first).map {
            val cell = predictor.words.cellOf(it)
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

    private companion object {
        /** Words of a line that count at most. */
        const val MAX_WORDS = 64
    }
}
