package lightrnn.keyboard.board

import lightrnn.decoder.Strip

/**
 * Which word is in which of the three slots: the typed word on the left, the best one in
 * the middle. While a word is typed, a suggestion stays in its slot as long as the letters
 * match it.
 *
 * @property words The words from left to right, null where there is none.
 * @property typed The word as it was typed, which is the one on the left; empty between words.
 * @property isSure Whether the one in the middle was surely meant.
 */
data class Slots(val words: List<String?>, val typed: String, val isSure: Boolean) {
    /** The slots of the next strip. */
    fun next(strip: Strip): Slots {
        if (strip.typed.isEmpty()) return Slots(BETWEEN_WORDS.map(strip.words::getOrNull), "", false)
        // What would be shown twice is shown as it was typed.
        val others = (listOfNotNull(strip.replacement) + strip.words).distinct().filter { it != strip.typed }
        val best = others.getOrNull(0)
        val second = others.getOrNull(1)
        val isSure = strip.replacement != null
        val wouldMove = best != null && second != null && (words[2] == best || words[1] == second)
        val (middle, right) = if (wouldMove && !isSure) listOf(second, best) else listOf(best, second)
        return Slots(listOf(strip.typed, middle, right), strip.typed, isSure)
    }

    companion object {
        val EMPTY = Slots(listOf(null, null, null), "", false)

        /** The second best on the left, the best in the middle. */
        private val BETWEEN_WORDS = listOf(1, 0, 2)
    }
}
