package lightrnn.keyboard

import java.io.File
import java.io.IOException
import java.io.InputStream
import java.nio.channels.FileChannel
import lightrnn.decoder.DamagedModelException
import lightrnn.decoder.ModelFile

/**
 * The model of each language: that of the app, and those that the user opened.
 *
 * @param folder Where the opened ones are kept, each under its language.
 * @param bundled Opens the one of the app.
 */
class Models(private val folder: File, private val bundled: () -> ModelFile) {
    /** A file that may become the model of a language. */
    class Candidate internal constructor(internal val place: File, val model: ModelFile) {
        /** The language that its card names; without one it is taken for English. */
        val language: String = model.manifest.card.optString("language").ifEmpty { BUNDLED }
    }

    /** The languages, as BCP-47 tags; that of the app first. */
    val languages: List<String> get() = listOf(BUNDLED) + (opened() - BUNDLED)

    /** The languages of the models that the user opened. */
    fun opened(): List<String> =
        folder.list().orEmpty().filter { it.endsWith(ENDING) }.map { it.removeSuffix(ENDING) }.sorted()

    /** @throws IOException if there is no such model, or it is damaged. */
    fun open(language: String): ModelFile {
        val file = fileOf(language)
        return if (file.exists()) map(file) else bundled()
    }

    /**
     * Copies a file, checks it, and leaves all as it was if it cannot be used.
     *
     * @throws IOException if it is no exported model, or there is no room for it.
     */
    fun check(content: InputStream): Candidate {
        folder.mkdirs()
        val place = File.createTempFile("incoming", ".part", folder)
        try {
            copy(content, place)
            val candidate = Candidate(place, map(place))
            if (!TAG.matches(candidate.language)) {
                throw DamagedModelException("The card names no language: ${candidate.language.take(TAG_SHOWN)}")
            }
            return candidate
        } catch (error: IOException) {
            place.delete()
            throw error
        } catch (error: RuntimeException) {
            place.delete()
            throw DamagedModelException("It is no exported model: ${error.message}")
        }
    }

    private fun copy(content: InputStream, place: File) = place.outputStream().use { file ->
        val part = ByteArray(PART)
        var size = 0L
        while (true) {
            val count = content.read(part)
            if (count < 0) break
            size += count
            if (size > MAX_BYTES) throw DamagedModelException("The file has more than ${MAX_BYTES shr 20} MB.")
            file.write(part, 0, count)
        }
    }

    /**
     * Asks a file for words; the model of before stays until it has answered.
     *
     * @throws IOException if it does not answer.
     */
    fun tryOut(candidate: Candidate): Candidate {
        try {
            Suggestions.tryOut(candidate.model, ::LiteRtModel)
            return candidate
        } catch (error: IOException) {
            refuse(candidate)
            throw error
        }
    }

    /** Makes a file the model of its language. */
    fun accept(candidate: Candidate) {
        if (!candidate.place.renameTo(fileOf(candidate.language))) {
            refuse(candidate)
            throw IOException("The model cannot be kept: is the storage full?")
        }
    }

    /** Leaves all as it was. */
    fun refuse(candidate: Candidate) {
        candidate.place.delete()
    }

    /** Removes a model that the user opened; that of the app stays. */
    fun remove(language: String) {
        if (language in opened()) fileOf(language).delete()
    }

    private fun fileOf(language: String) = folder.resolve("$language$ENDING")

    private fun map(file: File): ModelFile = file.inputStream().channel.use {
        ModelFile(it.map(FileChannel.MapMode.READ_ONLY, 0, it.size()))
    }

    companion object {
        /** The language of the app's own model. */
        const val BUNDLED = "en"
        private const val ENDING = ".tflite"
        private const val MAX_BYTES = 1L shl 26
        private const val PART = 1 shl 16
        private const val TAG_SHOWN = 40

        // A part of the name of a file, so nothing but letters, digits and hyphens.
        private val TAG = Regex("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")
    }
}
