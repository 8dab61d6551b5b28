package lightrnn.decoder

/**
 * What the strip shows.
 *
 * @property words The best words, best first, at most three, as they are to be written.
 * @property typed The word as it was typed, which is always on offer; empty between words.
 * @property replacement The word that was surely meant by what was typed, null to leave it.
 */
data class Strip(val words: List<String>, val typed: String, val replacement: String? = null) {
    companion object {
        val EMPTY = Strip(emptyList(), "")
    }
}

/**
 * Suggests words for what stands before the cursor, and remembers what was written.
 *
 * Not safe for several threads at once: a model and all its parts belong to one thread.
 */
class Suggester(file: ModelFile, val userWords: UserWords) {
    private val manifest = file.manifest
    private val cased = manifest.tokenizer.withCase
    private val line = Line(userWords, manifest)
    private val frequent by lazy(LazyThreadSafetyMode.NONE, file::frequentWords)

    /** What the user often writes. */
    val habits = Habits(userWords)
    private val cached = Cached(habits, manifest.cache)
    private val search = TopK(cached, SLOTS)
    private val correction = Correction(cached, SLOTS)

    // What is predicted at the cursor, which stays the same while a word is typed.
    private val here = cached.newState()
    private var looked: Any? = null

    /** How many rows the last answer looked into. */
    var rowsExpanded = 0
        private set

    // Looked up when they change, not for each key.
    private var excludedWords: Collection<String> = emptyList()
    private var excludedCells = IntArray(0)

    /**
     * Returns the best words: those that may follow, or be meant by what was typed.
     *
     * @param text What stands before the cursor.
     * @param shift How the next word is to be written if nothing of it was typed.
     * @param excluded Words that are not to be suggested, in lower case.
     * @param isPrivate Whether what was written elsewhere must not be seen here.
     * @param corrects Whether words that may be meant by a slip are shown, too.
     */
    fun suggest(
        text: TextBeforeCursor,
        shift: Casing,
        excluded: Collection<String>,
        isPrivate: Boolean = false,
        corrects: Boolean = true,
    ): Strip {
        look(text.context, isPrivate)
        if (excluded !== excludedWords) {
            excludedWords = excluded
            excludedCells = cellsOf(excluded)
        }
        val casing = Casing.of(text.typed, shift)
        if (text.typed.isEmpty() || !corrects) {
            search.search(here, text.typed, excludedCells)
            rowsExpanded = search.rowsExpanded
            return Strip(search.words().map(casing::apply).distinct(), text.typed)
        }
        correction.search(here, text.typed, excludedCells)
        rowsExpanded = correction.rowsExpanded
        // Two words have no cell by which they might be left out.
        val words = correction.words().filterNot { ' ' in it && it.lowercase() in excluded }
            .map(casing::apply).distinct()
        return Strip(words, text.typed, correction.replacement?.let(casing::apply))
    }

    /** The cells of words that are not to be suggested, however they are written, in rising order. */
    private fun cellsOf(words: Collection<String>): IntArray {
        val cells = sortedSetOf<Int>()
        for (word in words) {
            userWords.forEachWithPrefix(word, ignoreCase = true) { cell ->
                if (userWords.word(cell).equals(word, ignoreCase = true)) cells += cell
            }
        }
        return cells.toIntArray()
    }

    private fun look(context: String, isPrivate: Boolean) {
        val state = line.stateAfter(context)
        val now = Looked(line.changes, cached.changes, habits.changes, isPrivate)
        if (now != looked) cached.look(state, here, remembers = !isPrivate)
        looked = now
    }

    private data class Looked(val line: Int, val cached: Int, val habits: Int, val isPrivate: Boolean)

    /** Words of the user were learned or forgotten. */
    fun wordsChanged() {
        line.clear()
        excludedWords = emptyList()
        excludedCells = IntArray(0)
    }

    /** Forgets a word of the user; returns whether it was there. */
    fun forget(word: String): Boolean {
        val spelled = manifest.tokenizer.normalise(word)
        val cell = userWords.cellOf(spelled)
        if (cell >= 0) cached.replace(cell, by = manifest.unknownCell)
        habits.forget(spelled)
        return userWords.forget(spelled)
    }

    /** Forgets all that was written and learned. */
    fun forgetAll() {
        userWords.clear()
        habits.clear()
        cached.clear()
    }

    /**
     * Remembers a word, or two, written behind a text, and learns those that are new; see
     * `lightrnn_tf/decoding/learning.py`.
     *
     * @param kept Whether it was kept on purpose: then it is not taken for a slip.
     * @return Whether the user's words changed.
     */
    fun written(word: String, context: String, kept: Boolean = false): Boolean {
        var before = context
        var learned = false
        for (form in cased.words(word)) {
            val state = line.stateAfter(before)
            val spelled = manifest.tokenizer.normalise(form)
            if (!userWords.knows(spelled) && (kept || !hasDigit(spelled) && !frequent.isOneSlipFrom(spelled))) {
                val isCapital = isAtStart(before) && form == form.take(1) + form.drop(1).lowercase()
                learned = userWords.learn(if (isCapital) spelled else form, state, kept) || learned
            }
            val cell = userWords.cellOf(spelled)
            cached.remember(if (cell < 0) manifest.unknownCell else cell, state)
            habits.learn(lastWord(before), form)
            before = "$before$form "
        }
        return learned
    }

    /** Whether a word may be a number of an account, a time or a password. */
    private fun hasDigit(word: String) = word.codePoints().anyMatch(Character::isDigit)

    /** Whether a sentence begins behind a text; a capital there says nothing of a word. */
    private fun isAtStart(text: String) = (cased.words(text).lastOrNull() ?: ".") in SENTENCE_ENDS

    /** The word at the end of a text, addresses left out. */
    private fun lastWord(text: String): String {
        val parts = text.split(Regex("""\s+""")).filterNot(Address::isOne)
        return parts.asReversed().firstNotNullOfOrNull { cased.words(it).lastOrNull() } ?: EOS
    }

    companion object {
        const val SLOTS = 3

        private val SENTENCE_ENDS = setOf(".", "!", "?", "…")
    }
}
