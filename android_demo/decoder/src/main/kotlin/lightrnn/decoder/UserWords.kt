package lightrnn.decoder

import kotlin.math.exp
import kotlin.math.ln
import kotlin.math.ln1p
import kotlin.math.max
import kotlin.math.round
import org.json.JSONArray
import org.json.JSONException
import org.json.JSONObject

/**
 * A model with the words of its user, which take free cells.
 *
 * A free cell has a score s on the scale of the log-probabilities of its row. A word of
 * bias d there has the probability exp(s + d) / Z, Z = 1 + Σ exp(s + d) over the user's
 * words of the row, and each other word of the row what it had, divided by Z: all still
 * sum to 1. The file has the format of `lightrnn_tf.decoding.UserWords`.
 *
 * @param vocabulary The SHA-256 of `vocab.bin`, which tells models apart.
 */
class UserWords(
    override val model: StepModel,
    private val lexicon: Lexicon,
    override val tokenizer: Tokenizer,
    private val vocabulary: String,
) : Predictor, Words {
    private class Entry(val count: Int, var cell: Int, val cells: IntArray, val losses: DoubleArray)

    override val words: Words get() = this
    private val columns = model.columns
    private val free = IntArray(lexicon.cellCount - lexicon.size).also { cells ->
        var n = 0
        for (cell in 0 until lexicon.cellCount) if (!lexicon.isOccupied(cell)) cells[n++] = cell
    }
    private val entries = LinkedHashMap<String, Entry>()
    private val wordOf = HashMap<Int, String>()
    private val biasOf = FloatArray(lexicon.cellCount) { Float.NaN }
    private val rowHasWords = BooleanArray(model.rows)

    override var changes = 0
        private set

    val isEmpty: Boolean get() = entries.isEmpty()

    /** The words and how often each was learned, the longest unseen first. */
    fun counts(): Map<String, Int> = entries.mapValues { it.value.count }

    override fun isSuggestable(cell: Int) = lexicon.isSuggestable(cell) || !biasOf[cell].isNaN()

    override fun word(cell: Int): String = wordOf[cell] ?: lexicon.word(cell)

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

    override fun isChanged(row: Int) = rowHasWords[row]

    /**
     * Counts a word that the user wrote, and places it where it fits.
     *
     * Words of the model change nothing. When no cell is free the word that was learned
     * least makes room, of equal ones the longest unseen.
     *
     * @param state Where the text had come to before the word.
     * @return Whether it is a word that can be learned.
     */
    fun learn(word: String, state: State): Boolean {
        val cased = learnable(word) ?: return false
        if (free.isEmpty() || lexicon.cellOf(cased) >= 0) return false
        val old = entries.remove(cased)
        val cells: IntArray
        val losses: DoubleArray
        if (old != null && old.cells.isNotEmpty()) {
            cells = old.cells
            val more = losses(cells, state)
            losses = DoubleArray(cells.size) { old.losses[it] + more[it] }
        } else {
            val all = losses(free, state)
            val best = all.indices.sortedBy { all[it] }.take(CANDIDATES)
            cells = IntArray(best.size) { free[best[it]] }
            losses = DoubleArray(best.size) { all[best[it]] }
        }
        val entry = Entry((old?.count ?: 0) + 1, -1, cells, losses)
        place(entry)
        entries[cased] = entry
        update()
        return true
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

    private fun place(entry: Entry) {
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
        biasOf.fill(Float.NaN)
        rowHasWords.fill(false)
        for ((word, entry) in entries) {
            if (entry.cell < 0) continue
            wordOf[entry.cell] = word
            biasOf[entry.cell] = (FIRST_BIAS + ln(entry.count.toDouble())).toFloat()
            rowHasWords[entry.cell / columns] = true
        }
    }

    /** The content of the file. */
    fun toJson(): String {
        val words = JSONArray()
        for ((word, entry) in entries) {
            words.put(
                JSONObject()
                    .put("word", word)
                    .put("count", entry.count)
                    .put("cell", if (entry.cell < 0) JSONObject.NULL else entry.cell)
                    .put("cells", JSONArray(entry.cells.toList()))
                    .put("losses", JSONArray(entry.losses.map { round(1000 * it) / 1000 })),
            )
        }
        return JSONObject()
            .put("format_version", FORMAT_VERSION)
            .put("vocabulary", vocabulary)
            .put("words", words)
            .toString() + "\n"
    }

    /**
     * Reads the content of a file, in place of the words that are there. Words of a model
     * with another vocabulary keep their counts and are placed when they are learned again.
     *
     * @throws IllegalArgumentException if it is damaged; nothing is changed then.
     */
    fun fromJson(text: String) {
        val found = LinkedHashMap<String, Entry>()
        try {
            require(text.length <= MAX_CHARACTERS) { "it is too long" }
            val json = JSONObject(text)
            require(json.get("format_version") == FORMAT_VERSION) { "the format is unknown" }
            val same = json.getString("vocabulary") == vocabulary
            val words = json.getJSONArray("words")
            for (n in 0 until words.length()) {
                val item = words.getJSONObject(n)
                val word = item.getString("word")
                val learned = requireNotNull(learnable(word)) { "`$word` is not a word" }
                found[learned] = entry(item, same)
            }
            val cells = found.values.map { it.cell }.filter { it >= 0 }
            require(cells.size == cells.toSet().size) { "two words are in one cell" }
        } catch (error: JSONException) {
            throw IllegalArgumentException("The file of user words is damaged: ${error.message}", error)
        } catch (error: IllegalArgumentException) {
            throw IllegalArgumentException("The file of user words is damaged: ${error.message}", error)
        } catch (error: StackOverflowError) {
            throw IllegalArgumentException("The file of user words is damaged: too deep", error)
        }
        entries.clear()
        entries.putAll(found.filterKeys { lexicon.cellOf(it) < 0 })
        update()
    }

    private fun entry(item: JSONObject, same: Boolean): Entry {
        val count = item.getInt("count")
        require(count >= 1) { "the count $count" }
        if (!same) return Entry(count, -1, IntArray(0), DoubleArray(0))
        val cell = if (item.isNull("cell")) -1 else item.getInt("cell")
        val cells = item.getJSONArray("cells").let { all -> IntArray(all.length()) { all.getInt(it) } }
        val losses = item.getJSONArray("losses").let { all ->
            DoubleArray(all.length()) { all.getDouble(it) }
        }
        require(cells.size == losses.size && cells.size <= CANDIDATES) { "its losses" }
        require(losses.all { it.isFinite() }) { "its losses" }
        for (one in cells + (if (cell < 0) IntArray(0) else intArrayOf(cell))) {
            require(one in 0 until lexicon.cellCount && !lexicon.isOccupied(one)) { "cell $one" }
        }
        return Entry(count, cell, cells, losses)
    }

    companion object {
        private const val FORMAT_VERSION = 1
        private const val FIRST_BIAS = 2.0
        private const val CANDIDATES = 8
        private const val MAX_CHARACTERS = 1 shl 24
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
