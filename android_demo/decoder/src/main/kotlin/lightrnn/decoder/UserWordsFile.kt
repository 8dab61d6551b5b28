package lightrnn.decoder

import kotlin.math.round
import org.json.JSONArray
import org.json.JSONException
import org.json.JSONObject

/**
 * A word of the user.
 *
 * @property count How often it was learned.
 * @property form How the user wrote it last.
 * @property cell Its cell, −1 if it has none yet.
 * @property cells The cells that were best for it when it was first learned.
 * @property losses Nats that it would have cost in each of these, over all its contexts.
 */
internal class UserWord(
    val count: Int,
    val form: String,
    var cell: Int,
    val cells: IntArray,
    val losses: DoubleArray,
)

/** The file of the words of a user, as `lightrnn_tf.decoding.UserWords` writes it. */
internal object UserWordsFile {
    private const val FORMAT_VERSION = 2
    private const val MAX_CHARACTERS = 1 shl 24

    /** Cells that are stored for each word. */
    const val CANDIDATES = 8

    fun written(entries: Map<String, UserWord>, vocabulary: String): String {
        val words = JSONArray()
        for ((word, entry) in entries) {
            words.put(
                JSONObject()
                    .put("word", word)
                    .put("form", entry.form)
                    .put("count", entry.count)
                    .put("cell", if (entry.cell < 0) JSONObject.NULL else entry.cell)
                    .put("cells", JSONArray(entry.cells.toList()))
                    .put("losses", JSONArray(entry.losses.map { round(it * 1000) / 1000 })),
            )
        }
        return JSONObject()
            .put("format_version", FORMAT_VERSION)
            .put("vocabulary", vocabulary)
            .put("words", words)
            .toString() + "\n"
    }

    /**
     * Reads the content of a file. Words of a model with another vocabulary keep their
     * counts and have no cells.
     *
     * @param isFree Whether a cell is a free one of the model.
     * @param spelled The spelling of a word, null if it is none.
     * @throws IllegalArgumentException if it is damaged.
     */
    fun read(
        text: String,
        vocabulary: String,
        isFree: (Int) -> Boolean,
        spelled: (String) -> String?,
    ): Map<String, UserWord> {
        try {
            require(text.length <= MAX_CHARACTERS) { "it is too long" }
            return checked(JSONObject(text), vocabulary, isFree, spelled)
        } catch (error: JSONException) {
            throw IllegalArgumentException("The file of user words is damaged: ${error.message}", error)
        } catch (error: IllegalArgumentException) {
            throw IllegalArgumentException("The file of user words is damaged: ${error.message}", error)
        } catch (error: StackOverflowError) {
            throw IllegalArgumentException("The file of user words is damaged: too deep", error)
        }
    }

    private fun checked(
        json: JSONObject,
        vocabulary: String,
        isFree: (Int) -> Boolean,
        spelled: (String) -> String?,
    ): Map<String, UserWord> {
        val version = json.get("format_version")
        require(version == 1 || version == FORMAT_VERSION) { "the format is unknown" }
        val same = json.getString("vocabulary") == vocabulary
        val words = json.getJSONArray("words")
        val found = LinkedHashMap<String, UserWord>()
        for (n in 0 until words.length()) {
            val item = words.getJSONObject(n)
            val word = requireNotNull(spelled(item.getString("word"))) { "`${item.get("word")}` is not a word" }
            // Words had no form at first, and were offered from the first time.
            val form = if (version == 1) word else item.getString("form")
            require(spelled(form) == word) { "the form $form" }
            val count = item.getInt("count")
            require(count >= 1) { "the count $count" }
            found[word] = entry(item, if (version == 1) maxOf(count, 2) else count, form, same, isFree)
        }
        val cells = found.values.map { it.cell }.filter { it >= 0 }
        require(cells.size == cells.toSet().size) { "two words are in one cell" }
        return found
    }

    private fun entry(
        item: JSONObject,
        count: Int,
        form: String,
        same: Boolean,
        isFree: (Int) -> Boolean,
    ): UserWord {
        if (!same) return UserWord(count, form, -1, IntArray(0), DoubleArray(0))
        val cell = if (item.isNull("cell")) -1 else item.getInt("cell")
        val cells = item.getJSONArray("cells").let { all -> IntArray(all.length()) { all.getInt(it) } }
        val losses = item.getJSONArray("losses").let { all ->
            DoubleArray(all.length()) { all.getDouble(it) }
        }
        require(cells.size == losses.size && cells.size <= CANDIDATES) { "its losses" }
        require(losses.all { it.isFinite() }) { "its losses" }
        require(cells.all(isFree) && (cell < 0 || isFree(cell))) { "a cell of $form" }
        return UserWord(count, form, cell, cells, losses)
    }
}
