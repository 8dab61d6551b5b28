package lightrnn.keyboard

import android.content.Context
import android.os.Handler
import android.os.Looper
import java.io.FileNotFoundException
import java.nio.channels.FileChannel
import lightrnn.decoder.DamagedModelException
import lightrnn.decoder.ModelFile

/** What the keyboard and its settings share in a process: the model and the files. */
class Keyboard(context: Context, open: () -> ModelFile) : AutoCloseable {
    val store = Store(context.filesDir)
    private val main = Handler(Looper.getMainLooper())
    val suggestions = Suggestions(
        open = open,
        run = ::LiteRtModel,
        store = store,
        answer = { main.post(it) },
    )

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
