package lightrnn.decoder

import kotlin.math.pow

/**
 * The words that a model's text has often, to tell slips from new words.
 *
 * @param lexicon The words.
 * @param levels `counts.bin`: of each word, in order, the logarithm of its count.
 */
class FrequentWords(lexicon: Lexicon, levels: ByteArray) {
    private val words: FoldedWords
    private val slips = Slips()

    init {
        val total = levels.sumOf { count(it) }
        val found = HashMap<Int, String>()
        for (rank in 0 until lexicon.size) {
            val cell = lexicon.cell(rank)
            if (count(levels[rank]) >= FREQUENT * total) found[cell] = lexicon.word(cell)
        }
        words = FoldedWords.of(found)
    }

    private fun count(level: Byte): Double {
        val number = level.toInt() and 0xff
        return if (number == 0) 0.0 else Math.rint(2.0.pow((number - 1) / LEVELS))
    }

    /** Whether a word is one slip away from a frequent word. */
    fun isOneSlipFrom(word: String): Boolean {
        val folded = Spelling.fold(word).codePoints().toArray()
        if (folded.isEmpty() || folded.size > Tokenizer.MAX_WORD_LENGTH) return false
        slips.find(words, folded, folded.size, most = 1)
        return (0 until slips.whole.size).any { slips.whole.costs[it] > 0 }
    }

    private companion object {
        /** The least share of the words of the text. */
        const val FREQUENT = 1e-5

        /** Levels of `counts.bin` for each doubling. */
        const val LEVELS = 8.0
    }
}
