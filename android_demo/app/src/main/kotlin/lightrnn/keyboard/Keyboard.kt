package lightrnn.keyboard

import android.content.Context
import android.os.Handler
import android.os.Looper
import java.io.FileNotFoundException
import java.io.IOException
import java.nio.channels.FileChannel
import java.util.concurrent.TimeUnit
import lightrnn.decoder.DamagedModelException
import lightrnn.decoder.ModelFile

/** What the keyboard and its settings share in a process: models, files and choices. */
class Keyboard(context: Context, bundled: () -> ModelFile) : AutoCloseable {
    private val folder = context.filesDir
    private val main = Handler(Looper.getMainLooper())
    val choices = Choices(context.getSharedPreferences("choices", Context.MODE_PRIVATE)) {
        TimeUnit.MILLISECONDS.toDays(System.currentTimeMillis())
    }
    val models = Models(folder.resolve("models"), bundled)

    /** The language that is typed, as a BCP-47 tag. */
    var language = Models.BUNDLED
        private set

    /** What the user taught the model of this language. */
    var store = Store(folder, language)
        private set
    var suggestions = suggest()
        private set

    private fun suggest(): Suggestions {
        val language = language
        return Suggestions(
            open = { models.open(language) },
            run = ::LiteRtModel,
            store = store,
            answer = { main.post(it) },
        )
    }

    /** Goes on in a language, in that of the app if there is no model of it. */
    fun use(tag: String) {
        val next = models.languages.firstOrNull { it == tag }
            ?: models.languages.firstOrNull { it == tag.substringBefore('-') } ?: Models.BUNDLED
        if (next == language) return
        language = next
        reopen()
    }

    /**
     * Makes a file that was tried out the model of its language. One of another language is
     * used when the system switches to that.
     *
     * @throws IOException if it cannot be kept.
     */
    fun accept(candidate: Models.Candidate) {
        models.accept(candidate)
        if (candidate.language == language) reopen()
    }

    /** Removes a model that the user opened. */
    fun remove(tag: String) {
        models.remove(tag)
        if (tag != language) return
        language = Models.BUNDLED
        reopen()
    }

    private fun reopen() {
        suggestions.close()
        store = Store(folder, language)
        suggestions = suggest()
    }

    override fun close() = suggestions.close()

    companion object {
        private const val MODEL = "en.tflite"

        /** The one of this process, once there is one. */
        var shared: Keyboard? = null

        /** The one of this process. */
        fun of(context: Context): Keyboard = shared ?: context.applicationContext.let { app ->
            Keyboard(app) { open(app) }.also { shared = it }
        }

        /** Maps the model into memory; it lies uncompressed in the app's package. */
        private fun open(context: Context): ModelFile = try {
            context.assets.openFd(MODEL).use { asset ->
                asset.createInputStream().channel.use { channel ->
                    ModelFile(
                        channel.map(
                            FileChannel.MapMode.READ_ONLY,
                            asset.startOffset,
                            asset.declaredLength,
                        ),
                    )
                }
            }
        } catch (_: FileNotFoundException) {
            throw DamagedModelException("The app has no $MODEL, or it is compressed.")
        }
    }
}
