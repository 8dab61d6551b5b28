package lightrnn.decoder

/**
 * Words in the order of their folds, for a walk over their letters as in a trie.
 *
 * Words that begin with the same letters are a range of ranks; each step from letter to
 * letter is a bisection in the range before. Letters are numbers, in the order of their
 * code points.
 *
 * @param folds The folds, sorted by code points.
 * @param cells The cell of each.
 */
class FoldedWords(folds: List<String>, private val cells: IntArray) {
    val size = cells.size
    private val alphabet: IntArray
    private val letters: CharArray
    private val starts = IntArray(size + 1)

    init {
        val found = HashSet<Int>()
        var length = 0
        for (fold in folds) {
            fold.codePoints().forEach(found::add)
            length += fold.codePointCount(0, fold.length)
        }
        if (found.size > Char.MAX_VALUE.code) {
            throw DamagedModelException("The words are made of ${found.size} letters.")
        }
        alphabet = found.toIntArray().also(IntArray::sort)
        letters = CharArray(length)
        var at = 0
        folds.forEachIndexed { rank, fold ->
            fold.codePoints().forEach { letters[at++] = Char(letter(it)) }
            starts[rank + 1] = at
        }
    }

    fun cell(rank: Int) = cells[rank]

    /** The number of a letter; one that no word has, if none has it. */
    fun letter(codePoint: Int): Int {
        val letter = alphabet.binarySearch(codePoint)
        return if (letter < 0) NO_LETTER else letter
    }

    fun codePoint(letter: Int) = alphabet[letter]

    /** The letter of a word at a depth, −1 behind its last. */
    fun letterAt(rank: Int, depth: Int): Int {
        val at = starts[rank] + depth
        return if (at < starts[rank + 1]) letters[at].code else END
    }

    /** Of a range that is equal up to a depth, the first rank with this letter or a later one. */
    fun first(letter: Int, first: Int, end: Int, depth: Int): Int {
        var low = first
        var high = end
        while (low < high) {
            val middle = (low + high) ushr 1
            if (letterAt(middle, depth) < letter) low = middle + 1 else high = middle
        }
        return low
    }

    companion object {
        private const val END = -1
        private const val NO_LETTER = -2

        /** Of words by cell. */
        fun of(words: Map<Int, String>): FoldedWords {
            val sorted = words.map { (cell, word) -> Spelling.fold(word) to cell }
                .sortedWith { one, other -> compare(one.first, other.first) }
            return FoldedWords(sorted.map { it.first }, sorted.map { it.second }.toIntArray())
        }

        /** By code points; strings compare by halves of them. */
        private fun compare(one: String, other: String): Int {
            val letters = one.codePoints().toArray()
            val others = other.codePoints().toArray()
            val same = letters.indices.firstOrNull { it >= others.size || letters[it] != others[it] }
            return when {
                same == null -> letters.size - others.size
                same >= others.size -> 1
                else -> letters[same].compareTo(others[same])
            }
        }
    }
}
