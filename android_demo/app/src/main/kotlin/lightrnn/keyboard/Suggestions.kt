package lightrnn.keyboard

import java.io.IOException
import java.util.concurrent.ScheduledThreadPoolExecutor
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import lightrnn.decoder.Casing
import lightrnn.decoder.DamagedModelException
import lightrnn.decoder.ModelFile
import lightrnn.decoder.StepModel
import lightrnn.decoder.Strip
import lightrnn.decoder.Suggester
import lightrnn.decoder.TextBeforeCursor
import lightrnn.decoder.UserWords

/**
 * What an answer took.
 *
 * @property bytes The size of the model's file.
 * @property rowsExpanded How many rows of the table were looked into, of [rows].
 */
data class Cost(val bytes: Int, val nanoseconds: Long, val rowsExpanded: Int, val rows: Int)

/** What the strip is to show; [cost] is null if there is no model. */
data class Answer(val strip: Strip, val cost: Cost?)

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

        // What is kept already.
        var wordsKept = true
        var habitsKept = suggester.habits.changes
    }

    private val thread = ScheduledThreadPoolExecutor(1) {
        Thread(it, "model").apply { isDaemon = true }
    }.apply { executeExistingDelayedTasksAfterShutdownPolicy = false }
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

    private fun onModelThread(work: () -> Unit) = thread.execute { guarded(work) }

    /** Whatever is wrong with the model or its library, the keyboard still types. */
    private fun guarded(work: () -> Unit) {
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
     * @param corrects Whether words that may be meant by a slip are shown, too.
     */
    fun ask(
        text: TextBeforeCursor,
        shift: Casing,
        isPrivate: Boolean = false,
        corrects: Boolean = true,
        use: (Answer) -> Unit,
    ) {
        val number = newest.incrementAndGet()
        onModelThread {
            if (number != newest.get()) return@onModelThread
            val found = loaded?.let { find(it, text, shift, isPrivate, corrects) }
                ?: Answer(Strip(emptyList(), text.typed), null)
            answer { if (number == newest.get()) use(found) }
        }
    }

    private fun find(
        loaded: Loaded,
        text: TextBeforeCursor,
        shift: Casing,
        isPrivate: Boolean,
        corrects: Boolean,
    ): Answer {
        val start = System.nanoTime()
        val strip = loaded.suggester.suggest(text, shift, store.blocked, isPrivate, corrects)
        val time = System.nanoTime() - start
        val rows = loaded.file.manifest.rows
        return Answer(strip, Cost(loaded.file.size, time, loaded.suggester.rowsExpanded, rows))
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
    fun forget(word: String) {
        change {
            it.suggester.forget(word)
            true
        }
        keep()
    }

    /** Forgets all words that were learned, and what was written. */
    fun forgetAll() {
        change {
            it.suggester.forgetAll()
            store.userWords.forgetDamaged()
            store.habits.forgetDamaged()
            true
        }
        keep()
    }

    /** Takes over a file of learned words, or of habits; [use] gets what is wrong with it, or null. */
    fun take(text: String, use: (String?) -> Unit) {
        change {
            var problem: String? = null
            try {
                if (HABITS.containsMatchIn(text)) it.suggester.habits.fromJson(text) else it.userWords.fromJson(text)
            } catch (error: IllegalArgumentException) {
                problem = error.message
            }
            answer { use(problem) }
            problem == null
        }
        keep()
    }

    private fun change(work: (Loaded) -> Boolean) = onModelThread {
        val loaded = loaded ?: return@onModelThread
        if (!work(loaded)) return@onModelThread
        loaded.suggester.wordsChanged()
        // Writing takes longer than an answer, and the next question is on its way.
        if (loaded.wordsKept) thread.schedule({ guarded { keep(loaded) } }, KEEP_SECONDS, TimeUnit.SECONDS)
        loaded.wordsKept = false
    }

    /** Keeps what was learned, now that the field is left. */
    fun keep() = onModelThread { loaded?.let(::keep) }

    private fun keep(loaded: Loaded) {
        if (!loaded.wordsKept) store.userWords.keep(loaded.userWords.toJson())
        loaded.wordsKept = true
        val habits = loaded.suggester.habits
        if (habits.changes != loaded.habitsKept) store.habits.keep(habits.toJson())
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

    /** Keeps what was learned, and waits for that: the next one reads it. */
    override fun close() {
        onModelThread {
            loaded?.let(::keep)
            loaded?.userWords?.model?.close()
            loaded = null
        }
        thread.shutdown()
        thread.awaitTermination(KEEP_SECONDS, TimeUnit.SECONDS)
    }

    companion object {
        /** What a file of habits has, and one of words has not. */
        private val HABITS = Regex("""\"pairs\"\s*:""")
        private const val KEEP_SECONDS = 2L

        /**
         * Asks a model for what may begin a sentence.
         *
         * @throws IOException if it does not answer.
         */
        fun tryOut(file: ModelFile, run: (ModelFile) -> StepModel) {
            val words = try {
                run(file).use { model ->
                    Suggester(file, UserWords.of(file, model))
                        .suggest(TextBeforeCursor("", ""), Casing.AS_IT_IS, emptyList()).words
                }
            } catch (error: RuntimeException) {
                throw DamagedModelException("The model does not answer: ${error.message}")
            } catch (error: LinkageError) {
                throw DamagedModelException("The model does not answer: ${error.message}")
            }
            if (words.isEmpty()) throw DamagedModelException("The model has no word to suggest.")
        }
    }
}
