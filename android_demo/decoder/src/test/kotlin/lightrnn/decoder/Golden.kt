package lightrnn.decoder

import java.io.File
import java.nio.ByteBuffer
import org.json.JSONArray
import org.json.JSONObject

/** What Python wrote: the same answers are wanted here. */
object Golden {
    private val folder = File(checkNotNull(System.getProperty("golden")))
    val vectors = JSONObject(folder.resolve("vectors.json").readText())
    val userWords = folder.resolve("user_words.json").readText()

    fun modelBytes(): ByteArray = folder.resolve("model.tflite").readBytes()

    fun model(): ModelFile = ModelFile(direct(modelBytes()))

    fun direct(bytes: ByteArray): ByteBuffer =
        ByteBuffer.allocateDirect(bytes.size).apply { put(bytes) }
}

fun JSONArray.objects() = (0 until length()).map(::getJSONObject)

fun JSONArray.strings() = (0 until length()).map(::getString)
