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
    private class Loaded(val file: ModelFile, val suggester: Suggester) {
        val userWords get() = suggester.userWords

        // What of the habits is kept already.
        var habitsKept = suggester.habits.changes
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
        val suggester = Suggester(file, UserWords.of(file, run(file)))
        read(store.userWords, suggester.userWords::fromJson)
        read(store.habits, suggester.habits::fromJson)
        loaded = Loaded(file, suggester)
    }

    private fun read(kept: Kept, use: (String) -> Unit) {
        try {
            kept.read()?.let(use)
        } catch (_: IllegalArgumentException) {
            kept.setAside()
        }
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

    /**
     * Asks for suggestions; [use] gets them, unless a newer question comes before.
     *
     * @param isPrivate Whether what was written elsewhere must not be seen here.
     */
    fun ask(text: TextBeforeCursor, shift: Casing, isPrivate: Boolean = false, use: (Strip) -> Unit) {
        val number = newest.incrementAndGet()
        onModelThread {
            if (number != newest.get()) return@onModelThread
            val strip = loaded?.suggester?.suggest(text, shift, store.blocked, isPrivate)
                ?: Strip(emptyList(), text.typed)
            answer { if (number == newest.get()) use(strip) }
        }
    }

    /** Forgets the question that was asked last. */
    fun cancel() {
        newest.incrementAndGet()
    }

    /**
     * Remembers a word that was written; learns and keeps it if it is new.
     *
     * @param kept Whether the user kept it on purpose.
     */
    fun written(word: String, context: String, kept: Boolean = false) =
        change { it.suggester.written(word, context, kept) }

    /** Forgets a word that was learned, or is often written. */
    fun forget(word: String) = change {
        it.suggester.forget(word)
        keepHabits(it)
        true
    }

    /** Forgets all words that were learned, and what was written. */
    fun forgetAll() = change {
        it.suggester.forgetAll()
        store.userWords.forgetDamaged()
        store.habits.forgetDamaged()
        keepHabits(it)
        true
    }

    /** Takes over a file of learned words, or of habits; [use] gets what is wrong with it, or null. */
    fun take(text: String, use: (String?) -> Unit) = change {
        var problem: String? = null
        try {
            if (HABITS.containsMatchIn(text)) it.suggester.habits.fromJson(text) else it.userWords.fromJson(text)
        } catch (error: IllegalArgumentException) {
            problem = error.message
        }
        keepHabits(it)
        answer { use(problem) }
        problem == null
    }

    private fun change(work: (Loaded) -> Boolean) = onModelThread {
        val loaded = loaded ?: return@onModelThread
        if (work(loaded)) {
            loaded.suggester.wordsChanged()
            store.userWords.keep(loaded.userWords.toJson())
        }
    }

    /** Keeps what changes with each word, now that the field is left. */
    fun keep() = onModelThread { loaded?.let(::keepHabits) }

    private fun keepHabits(loaded: Loaded) {
        val habits = loaded.suggester.habits
        if (habits.changes == loaded.habitsKept) return
        store.habits.keep(habits.toJson())
        loaded.habitsKept = habits.changes
    }

    /** Gives the words that are often written, most often first, and how often each was. */
    fun habits(use: (Map<String, Int>) -> Unit) = onModelThread {
        val counts = loaded?.suggester?.habits?.counts().orEmpty()
        val order = counts.entries.sortedByDescending { it.value }
        answer { use(order.associate { it.key to it.value }) }
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
        onModelThread {
            loaded?.let(::keepHabits)
            loaded?.userWords?.model?.close()
        }
        thread.shutdown()
    }

    private companion object {
        /** What a file of habits has, and one of words has not. */
        val HABITS = Regex("""\"pairs\"\s*:""")
    }
}
