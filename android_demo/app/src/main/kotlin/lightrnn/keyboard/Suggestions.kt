package lightrnn.keyboard

import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger
import lightrnn.decoder.Casing
import lightrnn.decoder.ModelFile
import lightrnn.decoder.StepModel
import lightrnn.decoder.Strip
import lightrnn.decoder.Suggester
import lightrnn.decoder.TextBeforeCursor
import lightrnn.decoder.UserWords

/**
 * The model on a thread of its own. Nothing here waits for it: a question is answered when
 * the answer is there, and not at all if a newer one was asked meanwhile.
 *
 * @param open Reads the model file; called on the model's thread.
 * @param run Makes a model of the file.
 * @param store Where words of the user are kept.
 * @param answer Runs work where answers are wanted, such as the main thread.
 */
class Suggestions(
    private val open: () -> ModelFile,
    private val run: (ModelFile) -> StepModel,
    private val store: Store,
    private val answer: (() -> Unit) -> Unit,
) : AutoCloseable {
    private class Loaded(val file: ModelFile, val userWords: UserWords) {
        val suggester = Suggester(userWords, file.manifest)
    }

    private val thread: ExecutorService = Executors.newSingleThreadExecutor {
        Thread(it, "model").apply { isDaemon = true }
    }
    private val newest = AtomicInteger()
    private var loaded: Loaded? = null

    /** Why there are no suggestions, once it is known; null if there are. */
    @Volatile
    var problem: String? = null
        private set

    init {
        onModelThread { load() }
    }

    private fun load() {
        val file = open()
        val words = UserWords.of(file, run(file))
        store.userWords()?.let { text ->
            try {
                words.fromJson(text)
            } catch (_: IllegalArgumentException) {
                store.setAsideUserWords()
            }
        }
        loaded = Loaded(file, words)
    }

    /** Whatever is wrong with the model or its library, the keyboard still types. */
    private fun onModelThread(work: () -> Unit) = thread.execute {
        try {
            work()
        } catch (error: Exception) {
            failed(error)
        } catch (error: LinkageError) {
            failed(error)
        }
    }

    private fun failed(error: Throwable) {
        problem = error.message ?: error.javaClass.simpleName
        loaded = null
    }

    /** Asks for suggestions; [use] gets them, unless a newer question comes before. */
    fun ask(text: TextBeforeCursor, shift: Casing, use: (Strip) -> Unit) {
        val number = newest.incrementAndGet()
        onModelThread {
            if (number != newest.get()) return@onModelThread
            val strip = loaded?.suggester?.suggest(text, shift, store.excluded)
                ?: Strip(emptyList(), text.typed)
            answer { if (number == newest.get()) use(strip) }
        }
    }

    /** Forgets the question that was asked last. */
    fun cancel() {
        newest.incrementAndGet()
    }

    /** Learns a word that was written, and keeps it. */
    fun learn(word: String, context: String) = change { it.suggester.learn(word, context) }

    /** Forgets a word that was learned. */
    fun forget(word: String) = change { it.userWords.forget(it.file.manifest.tokenizer.normalise(word)) }

    /** Forgets all words that were learned. */
    fun forgetAll() = change {
        it.userWords.clear()
        store.forgetDamagedUserWords()
        true
    }

    private fun change(work: (Loaded) -> Boolean) = onModelThread {
        val loaded = loaded ?: return@onModelThread
        if (work(loaded)) {
            loaded.suggester.wordsChanged()
            store.keepUserWords(loaded.userWords.toJson())
        }
    }

    /** Gives the learned words and how often each was written. */
    fun learned(use: (Map<String, Int>) -> Unit) = onModelThread {
        val counts = loaded?.userWords?.counts().orEmpty()
        answer { use(counts) }
    }

    /** Gives what is known of the model, null if there is none. */
    fun model(use: (ModelFile?) -> Unit) = onModelThread {
        val file = loaded?.file
        answer { use(file) }
    }

    override fun close() {
        onModelThread { loaded?.userWords?.model?.close() }
        thread.shutdown()
    }
}
