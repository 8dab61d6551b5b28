package lightrnn.decoder

import org.json.JSONArray
import org.json.JSONException
import org.json.JSONObject

/**
 * Learns slowly which words and pairs of words its user writes.
 *
 *     P'(w) = (1 − Σ) P(w) + μ n(w) / (T + 500) + ν n(v w) / (n(v) + 5)
 *
 * n(w) is how often the user wrote w among T words, n(v w) how often behind v, the word
 * before. The file has the format of `lightrnn_tf.decoding.Habits`.
 */
class Habits(predictor: Predictor) : Mixed(predictor) {
    private var pairs = LinkedHashMap<Pair<String, String>, Int>()
    private var counted = Votes.NONE
    private val behind = HashMap<Int, Votes>()
    private var countedAt = NEVER

    /** How often something was learned or forgotten. */
    var changes = 0
        private set

    private class Votes(val cells: IntArray, val votes: FloatArray) {
        companion object {
            val NONE = Votes(IntArray(0), FloatArray(0))

            /** Shares that grow to a weight with the counts. */
            fun of(counts: Map<Int, Int>, weight: Double, half: Int): Votes {
                val sum = counts.values.sumOf { it.toDouble() } + half
                val votes = counts.values.map { (weight * it / sum).toFloat() }
                return Votes(counts.keys.toIntArray(), votes.toFloatArray())
            }
        }
    }

    override fun vote(state: MixedState) {
        if (countedAt != words.changes) count()
        for (votes in arrayOf(counted, behind[state.last] ?: Votes.NONE)) {
            for (n in votes.cells.indices) state.add(votes.cells[n], votes.votes[n])
        }
    }

    /** Works out the votes: those of words, and for each word before those of pairs. */
    private fun count() {
        val cells = HashMap<String, Int>()
        val ofWord = LinkedHashMap<Int, Int>()
        val ofPairs = HashMap<Int, LinkedHashMap<Int, Int>>()
        for ((pair, count) in pairs) {
            val (other, cell) = pair.toList().map { cells.getOrPut(it) { words.cellOf(it) } }
            if (cell < 0) continue
            ofWord.merge(cell, count, Int::plus)
            if (other >= 0) ofPairs.getOrPut(other, ::LinkedHashMap).merge(cell, count, Int::plus)
        }
        counted = Votes.of(ofWord, WORD_WEIGHT, HALF_OF_WORDS)
        behind.clear()
        for ((cell, counts) in ofPairs) behind[cell] = Votes.of(counts, PAIR_WEIGHT, HALF_OF_PAIRS)
        countedAt = words.changes
    }

    /** Counts a word that the user wrote behind another, `<eos>` before the first. */
    fun learn(before: String, word: String) {
        val spelled = tokenizer.normalise(word)
        if (!Tokenizer.isSuggestable(spelled) || isLong(spelled)) return
        val pair = tokenizer.normalise(before) to spelled
        pairs[pair] = minOf((pairs.remove(pair) ?: 0) + 1, MAX_COUNT)
        if (pairs.size > MAX_PAIRS) {
            val halves = pairs.mapValues { it.value / 2 }.filterValues { it > 0 }
            // Where too many are left, those that were written last.
            pairs = LinkedHashMap()
            halves.entries.drop(maxOf(0, halves.size - MAX_PAIRS / 2)).forEach { pairs[it.key] = it.value }
        }
        changed()
    }

    /** Each word and how often the user wrote it. */
    fun counts(): Map<String, Int> {
        val counts = LinkedHashMap<String, Int>()
        for ((pair, count) in pairs) counts.merge(pair.second, count, Int::plus)
        return counts
    }

    /** Forgets a word, and all pairs with it; returns whether it was there. */
    fun forget(word: String): Boolean {
        val isKnown = pairs.keys.any { it.second == word }
        if (isKnown) pairs.keys.removeAll { it.first == word || it.second == word }
        changed()
        return isKnown
    }

    /** Forgets everything. */
    fun clear() {
        pairs.clear()
        changed()
    }

    private fun changed() {
        changes++
        countedAt = NEVER
    }

    /** The content of the file. */
    fun toJson(): String {
        val items = JSONArray()
        for ((pair, count) in pairs) items.put(JSONArray().put(pair.first).put(pair.second).put(count))
        return JSONObject().put("format_version", FORMAT_VERSION).put("pairs", items).toString() + "\n"
    }

    /**
     * Reads the content of a file, in place of what is there.
     *
     * @throws IllegalArgumentException if it is damaged; nothing is changed then.
     */
    fun fromJson(text: String) {
        val found = LinkedHashMap<Pair<String, String>, Int>()
        try {
            require(text.length <= MAX_CHARACTERS) { "it is too long" }
            val json = JSONObject(text)
            require(json.get("format_version") == FORMAT_VERSION) { "the format is unknown" }
            val items = json.getJSONArray("pairs")
            for (n in 0 until items.length()) {
                val item = items.getJSONArray(n)
                val (before, word) = List(2) { item.get(it) as? String ?: "" }
                require(item.length() == 3 && listOf(before, word).none { it.isEmpty() || isLong(it) }) { "a pair" }
                val count = item.get(2)
                require(count is Int && count in 1..MAX_COUNT) { "the count $count" }
                found[before to word] = count
            }
            require(found.size <= MAX_PAIRS) { "${found.size} pairs" }
        } catch (error: JSONException) {
            throw IllegalArgumentException("The file of habits is damaged: ${error.message}", error)
        } catch (error: IllegalArgumentException) {
            throw IllegalArgumentException("The file of habits is damaged: ${error.message}", error)
        } catch (error: StackOverflowError) {
            throw IllegalArgumentException("The file of habits is damaged: too deep", error)
        }
        pairs = found
        changed()
    }

    private fun isLong(word: String) = word.codePointCount(0, word.length) > Tokenizer.MAX_WORD_LENGTH

    private companion object {
        const val FORMAT_VERSION = 1
        const val WORD_WEIGHT = 0.1
        const val PAIR_WEIGHT = 0.15
        const val HALF_OF_WORDS = 500
        const val HALF_OF_PAIRS = 5
        const val MAX_PAIRS = 8192
        const val MAX_COUNT = 1 shl 24
        const val MAX_CHARACTERS = 1 shl 22
        const val NEVER = -1
    }
}
