package lightrnn.decoder

import org.json.JSONException
import org.json.JSONObject

const val EOS = "<eos>"
const val UNK = "<unk>"

/** What an exported model says of itself; see `export/FORMAT.md` for each value. */
class Manifest private constructor(json: JSONObject, fileBytes: Int) {
    val modelBytes = json.bounded("model_bytes", fileBytes)
    val rows = json.bounded("rows", MAX_CELLS)
    val columns = json.bounded("columns", MAX_CELLS)
    val vocabularySize = json.bounded("vocabulary_size", MAX_CELLS)
    val startCell = json.getInt("start_cell")
    val unknownCell = json.getInt("unknown_cell")
    val tokenizer = Tokenizer(json.getString("tokenizer"), json.getBoolean("lowercase"))
    val lineIndependent = json.getBoolean("line_independent")

    /** Lengths of the states, layer by layer. */
    val stateSizes = json.getJSONArray("states").let { states ->
        IntArray(states.length()) { states.getJSONArray(it).getInt(1) }
    }

    /** How strongly words of the text so far are remembered. */
    val cache: CacheNumbers = if (json.has("cache")) numbers(json.getJSONObject("cache")) else CacheNumbers.DEFAULTS

    /** What the file says about itself to people: text of strangers, to be shown as text. */
    val card: JSONObject = json.optJSONObject("card") ?: JSONObject()

    val sha256: Map<String, String> = json.getJSONObject("sha256").let { sums ->
        sums.keys().asSequence().associateWith(sums::getString)
    }

    init {
        val signatures = json.getJSONArray("signatures").let { names ->
            (0 until names.length()).map(names::getString)
        }
        if (!signatures.containsAll(listOf("advance", "expand"))) {
            throw DamagedModelException("The keyboard needs a LightRNN. Received: $signatures.")
        }
        if (rows.toLong() * columns > MAX_CELLS || vocabularySize > rows * columns) {
            throw DamagedModelException(
                "$vocabularySize words do not fit into $rows rows and $columns columns.",
            )
        }
        if (stateSizes.isEmpty() || stateSizes.any { it < 1 || it > MAX_CELLS }) {
            throw DamagedModelException("The states are ${stateSizes.toList()} numbers long.")
        }
    }

    companion object {
        private const val FORMAT_VERSION = 4
        private const val MAX_CELLS = 1 shl 24

        fun parse(text: String, fileBytes: Int): Manifest {
            try {
                val json = JSONObject(text)
                val version = json.get("format_version")
                if (version != FORMAT_VERSION) {
                    throw DamagedModelException(
                        "The format version must be $FORMAT_VERSION. Received: $version. " +
                            "Export the run again with today's lightrnn.",
                    )
                }
                return Manifest(json, fileBytes)
            } catch (error: JSONException) {
                throw DamagedModelException("The manifest is damaged: ${error.message}")
            } catch (error: IllegalArgumentException) {
                throw DamagedModelException("The manifest is damaged: ${error.message}")
            }
        }

        private fun numbers(json: JSONObject): CacheNumbers {
            val weight = json.getDouble("weight")
            val sharpness = json.getDouble("sharpness")
            if (!(weight > 0 && weight < 1 && sharpness > 0 && sharpness.isFinite())) {
                throw DamagedModelException("The cache has the numbers $weight, $sharpness.")
            }
            return CacheNumbers(weight, sharpness, json.bounded("size", CacheNumbers.MAX_SIZE))
        }

        private fun JSONObject.bounded(name: String, most: Int): Int {
            val value = getInt(name)
            if (value !in 1..most) {
                throw DamagedModelException("$name must be in [1, $most]. Received: $value.")
            }
            return value
        }
    }
}
