package lightrnn.decoder

import kotlin.math.exp
import kotlin.math.ln
import kotlin.math.ln1p
import kotlin.math.max

/**
 * A model with the words of its user, which take free cells.
 *
 * A free cell has a score s on the scale of the log-probabilities of its row. A word of
 * bias d there has the probability exp(s + d) / Z, Z = 1 + Σ exp(s + d) over the user's
 * words of the row, and each other word of the row what it had, divided by Z: all still
 * sum to 1. A word is offered from the second time it was learned, as it was written last;
 * a word of the model that its file does not offer is learned like others.
 *
 * @param vocabulary The SHA-256 of `vocab.bin`, which tells models apart.
 */
class UserWords(
    override val model: StepModel,
    private val lexicon: Lexicon,
    override val tokenizer: Tokenizer,
    private val vocabulary: String,
) : Predictor, Words {
    override val words: Words get() = this
    private val columns = model.columns
    private val free = IntArray(lexicon.cellCount - lexicon.size).also { cells ->
        var n = 0
        for (cell in 0 until lexicon.cellCount) if (!lexicon.isOccupied(cell)) cells[n++] = cell
    }
    private val entries = LinkedHashMap<String, UserWord>()
    private val wordOf = HashMap<Int, String>()
    private val formOf = HashMap<Int, String>()
    private val isOffered = BooleanArray(lexicon.cellCount)
    private val biasOf = FloatArray(lexicon.cellCount) { Float.NaN }
    private val rowHasWords = BooleanArray(model.rows)

    private var foldedParts = emptyList<FoldedWords>()
    private var foldedAt = -1

    override var changes = 0
        private set

    val isEmpty: Boolean get() = entries.isEmpty()

    /** The words and how often each was learned, the longest unseen first. */
    fun counts(): Map<String, Int> = entries.mapValues { it.value.count }

    override fun isSuggestable(cell: Int) = lexicon.isSuggestable(cell) || isOffered[cell]

    override fun isTrusted(cell: Int) = lexicon.isTrusted(cell) || isOffered[cell]

    override fun word(cell: Int): String = wordOf[cell] ?: lexicon.word(cell)

    override fun written(cell: Int): String = formOf[cell] ?: lexicon.written(cell)

    override fun cellOf(word: String): Int {
        val cell = entries[word]?.cell ?: -1
        return if (cell >= 0) cell else lexicon.cellOf(word)
    }

    override fun forEachWithPrefix(prefix: String, ignoreCase: Boolean, use: CellConsumer) {
        lexicon.forEachWithPrefix(prefix, ignoreCase, use)
        for ((word, entry) in entries) {
            if (entry.cell >= 0 && Spelling.beginsWith(word, prefix, ignoreCase)) use.accept(entry.cell)
        }
    }

    override val folded: List<FoldedWords>
        get() {
            if (foldedAt != changes) {
                foldedParts = lexicon.folded + FoldedWords.of(wordOf)
                foldedAt = changes
            }
            return foldedParts
        }

    override fun expand(rows: IntArray, count: Int, state: State, into: FloatArray) {
        model.expand(rows, count, state, into)
        for (place in 0 until count) {
            if (!rowHasWords[rows[place]]) continue
            val first = rows[place] * columns
            val start = place * columns
            var largest = 0.0
            for (column in 0 until columns) {
                val bias = biasOf[first + column]
                if (!bias.isNaN()) largest = max(largest, into[start + column] + bias.toDouble())
            }
            var sum = exp(-largest)
            for (column in 0 until columns) {
                val bias = biasOf[first + column]
                if (!bias.isNaN()) sum += exp(into[start + column] + bias - largest)
            }
            val total = (largest + ln(sum)).toFloat()
            for (column in 0 until columns) {
                val bias = biasOf[first + column]
                into[start + column] += (if (bias.isNaN()) 0f else bias) - total
            }
        }
    }

    override fun isChanged(row: Int, state: State) = rowHasWords[row]

    /**
     * Counts a word that the user wrote, and places it where it fits.
     *
     * Words that the model offers change nothing. When no cell is free the word that was
     * learned least makes room, of equal ones the longest unseen.
     *
     * @param state Where the text had come to before the word.
     * @param kept Whether the user kept it on purpose, so that it is offered at once.
     * @return Whether it is a word that can be learned.
     */
    fun learn(word: String, state: State, kept: Boolean = false): Boolean {
        val spelled = learnable(word) ?: return false
        if (free.isEmpty() || knows(spelled)) return false
        val known = lexicon.cellOf(spelled)
        val old = entries[spelled]
        val count = max((old?.count ?: 0) + 1, if (kept) OFFERED_FROM else 1)
        val (cells, losses) = if (known < 0) cellsFor(old, state) else IntArray(0) to DoubleArray(0)
        val form = formOf(word, spelled)
        // In capitals it was perhaps shouted.
        val isShouted = form.length > 1 && form == form.uppercase() && form != form.lowercase()
        val written = if (isShouted && old != null) old.form else form
        val entry = UserWord(count, written, -1, cells, losses)
        entries.remove(spelled)
        if (known < 0 && count >= OFFERED_FROM) place(entry)
        entries[spelled] = entry
        update()
        return true
    }

    /** Whether the file says of a word that it is right, or offers it. */
    fun knows(word: String): Boolean {
        val cell = lexicon.cellOf(word)
        return cell >= 0 && (lexicon.isSuggestable(cell) || lexicon.isTrusted(cell))
    }

    /** How a word is written, from how the user wrote it. */
    private fun formOf(written: String, word: String): String {
        val form = tokenizer.withCase.words(written).singleOrNull() ?: return word
        return if (tokenizer.normalise(form) == word) form else word
    }

    /** The cells for a word, and what it has lost in them so far. */
    private fun cellsFor(old: UserWord?, state: State): Pair<IntArray, DoubleArray> {
        if (old != null && old.cells.isNotEmpty()) {
            val more = losses(old.cells, state)
            return old.cells to DoubleArray(more.size) { old.losses[it] + more[it] }
        }
        val all = losses(free, state)
        val best = all.indices.sortedBy { all[it] }.take(UserWordsFile.CANDIDATES)
        return IntArray(best.size) { free[best[it]] } to DoubleArray(best.size) { all[best[it]] }
    }

    /** The word as it would be kept, null if it is not one word that can be learned. */
    fun learnable(word: String): String? {
        if (!isOne(word)) return null
        val cut = tokenizer.words(word).singleOrNull() ?: return null
        val fits = cut.codePointCount(0, cut.length) <= Tokenizer.MAX_WORD_LENGTH
        return if (fits && Tokenizer.isSuggestable(cut)) cut else null
    }

    private fun losses(cells: IntArray, state: State): DoubleArray {
        val rows = cells.map { it / columns }.distinct().sorted()
        val scores = HashMap<Int, FloatArray>()
        val batch = IntArray(ROWS_AT_ONCE)
        val into = FloatArray(ROWS_AT_ONCE * columns)
        for (part in rows.chunked(ROWS_AT_ONCE)) {
            part.forEachIndexed { place, row -> batch[place] = row }
            model.expand(batch, part.size, state, into)
            part.forEachIndexed { place, row ->
                scores[row] = into.copyOfRange(place * columns, (place + 1) * columns)
            }
        }
        return DoubleArray(cells.size) {
            val row = cells[it] / columns
            val score = scores.getValue(row)[cells[it] % columns] + FIRST_BIAS
            max(score, 0.0) + ln1p(exp(-kotlin.math.abs(score))) - score - state.rowLogProbs[row]
        }
    }

    private fun place(entry: UserWord) {
        val taken = entries.values.map { it.cell }.toSet()
        val order = entry.losses.indices.sortedBy { entry.losses[it] }.map { entry.cells[it] }
        entry.cell = (order.asSequence() + free.asSequence()).firstOrNull { it !in taken } ?: run {
            val placed = entries.filterValues { it.cell >= 0 }
            val rarest = placed.minByOrNull { it.value.count }!!.key
            entries.remove(rarest)!!.cell
        }
    }

    /** Forgets a word; returns whether it was there. */
    fun forget(word: String): Boolean = (entries.remove(word) != null).also { update() }

    /** Forgets all words. */
    fun clear() {
        entries.clear()
        update()
    }

    private fun update() {
        changes++
        wordOf.clear()
        formOf.clear()
        biasOf.fill(Float.NaN)
        isOffered.fill(false)
        rowHasWords.fill(false)
        for ((word, entry) in entries) {
            if (entry.cell >= 0) {
                wordOf[entry.cell] = word
                biasOf[entry.cell] = (FIRST_BIAS + ln(entry.count.toDouble())).toFloat()
                rowHasWords[entry.cell / columns] = true
                offer(entry.cell, entry)
            } else if (entry.count >= OFFERED_FROM) {
                val known = lexicon.cellOf(word)
                if (known >= 0) offer(known, entry)
            }
        }
    }

    private fun offer(cell: Int, entry: UserWord) {
        formOf[cell] = entry.form
        isOffered[cell] = true
    }

    /** The content of the file. */
    fun toJson(): String = UserWordsFile.written(entries, vocabulary)

    /**
     * Reads the content of a file, in place of the words that are there. Words of a model
     * with another vocabulary keep their counts and are placed when they are learned again.
     *
     * @throws IllegalArgumentException if it is damaged; nothing is changed then.
     */
    fun fromJson(text: String) {
        val isFree = { cell: Int -> cell in 0 until lexicon.cellCount && !lexicon.isOccupied(cell) }
        val found = UserWordsFile.read(text, vocabulary, isFree, ::learnable)
        entries.clear()
        entries.putAll(found.filterKeys { !knows(it) })
        update()
    }

    companion object {
        private const val FIRST_BIAS = 2.0

        /** A word that was written once may be a slip. */
        private const val OFFERED_FROM = 2
        private val UNPRINTABLE = setOf(
            Character.CONTROL, Character.SURROGATE, Character.PRIVATE_USE,
            Character.UNASSIGNED, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
            Character.SPACE_SEPARATOR,
        ).map { it.toInt() }.toSet()

        /** A model with no words of its user yet. */
        fun of(file: ModelFile, model: StepModel) = UserWords(
            model, file.lexicon, file.manifest.tokenizer, file.manifest.sha256.getValue("vocab.bin"),
        )

        /** Whether a string has neither spaces nor anything that cannot be written. */
        private fun isOne(word: String) =
            word.isNotEmpty() && word.codePoints().noneMatch { Character.getType(it) in UNPRINTABLE }
    }
}
