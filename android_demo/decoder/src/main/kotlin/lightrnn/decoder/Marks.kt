package lightrnn.decoder

/**
 * What a file says of each word, by its rank: whether it may be suggested, whether it is
 * right as it is typed, and how it is written.
 *
 * @param content `vocab.bin`, unpacked.
 * @param start Where the marks begin, four bits a word; the forms follow.
 * @param size Number of words, `V`.
 * @throws DamagedModelException if there are not as many forms as words that have one.
 */
internal class Marks(private val content: ByteArray, private val start: Int, size: Int) {
    /** Ranks of the words whose form is spelled out, in rising order. */
    val spelledOut: IntArray
    private val formStarts: IntArray

    init {
        val forms = start + (size + 1) / 2
        if (forms > content.size) throw DamagedModelException("The vocabulary is too short.")
        spelledOut = (0 until size).filter { caseOf(it) == SPELLED_OUT }.toIntArray()
        val ends = (forms until content.size).filter { content[it] == NEW_LINE }
        if (ends.size != spelledOut.size || (ends.lastOrNull() ?: (forms - 1)) != content.size - 1) {
            throw DamagedModelException(
                "The vocabulary must have ${spelledOut.size} forms. Received: ${ends.size}.",
            )
        }
        formStarts = (listOf(forms) + ends.map { it + 1 }).toIntArray()
    }

    fun isSuggestable(rank: Int) = of(rank) and SUGGESTABLE != 0

    fun isTrusted(rank: Int) = of(rank) and TRUSTED != 0

    /** A word as it is usually written. */
    fun written(rank: Int, word: String): String = when (caseOf(rank)) {
        CAPITAL -> Casing.capitalised(word)
        CAPITALS -> Casing.inCapitals(word)
        SPELLED_OUT -> form(spelledOut.binarySearch(rank))
        else -> word
    }

    /** The n-th of the forms that are spelled out. */
    fun form(n: Int): String =
        String(content, formStarts[n], formStarts[n + 1] - 1 - formStarts[n], Charsets.UTF_8)

    private fun caseOf(rank: Int) = of(rank) shr CASE

    private fun of(rank: Int) = content[start + (rank shr 1)].toInt() shr (4 * (rank and 1)) and 15

    private companion object {
        const val SUGGESTABLE = 1
        const val TRUSTED = 2
        const val CASE = 2
        const val CAPITAL = 1
        const val CAPITALS = 2
        const val SPELLED_OUT = 3
        const val NEW_LINE = '\n'.code.toByte()
    }
}
