package lightrnn.decoder

/**
 * What a slip costs in nats: −log P(typed | word); see `lightrnn_tf/decoding/channel.py`,
 * which says where the numbers come from.
 */
internal object Channel {
    const val SLIP = 0.0
    const val VOWEL = 5.27
    const val NEIGHBOUR = 6.64
    const val OTHER = 8.20
    const val TRANSPOSED = 3.77
    const val DOUBLED = 4.66
    const val UNDOUBLED = 1.90
    const val LEFT_OUT = 3.41
    const val ADDED = 7.23
    const val FIRST = 1.87
    const val COMPLETED = 3.0
    const val MARK = SLIP + 9.53
    const val SPACE = SLIP + 6.33

    /** The least letters for a slip in a whole word and in its beginning, and for two. */
    const val ONE_IN_WORD = 2
    const val ONE = 3
    const val TWO = 7

    /** Of two slips, at most one is at so many first letters. */
    const val HEAD = 3

    private const val VOWELS = "aeiouy"
    private val KEYS = listOf("qwertyuiop", "asdfghjkl", "zxcvbnm")

    /** For each letter those beside it, above it and below it on QWERTY. */
    private val neighbours = HashMap<Int, String>().also { found ->
        for ((row, keys) in KEYS.withIndex()) for ((place, key) in keys.withIndex()) {
            found[key.code] = KEYS.withIndex().joinToString("") { (otherRow, others) ->
                others.filterIndexed { otherPlace, other ->
                    // Each row of keys is half a key further to the right.
                    val apart = 2 * (otherPlace - place) + otherRow - row
                    other != key && apart in -2..2 && otherRow - row in -1..1
                }
            }
        }
    }

    /** What it costs to type one letter for another. */
    fun replaced(meant: Int, typed: Int): Double = when {
        isOneOf(meant, VOWELS) && isOneOf(typed, VOWELS) -> VOWEL
        isOneOf(typed, neighbours[meant].orEmpty()) -> NEIGHBOUR
        else -> OTHER
    }

    private fun isOneOf(letter: Int, letters: String) = letters.indexOf(letter.toChar()) >= 0 && letter < 0x80

    /** How many slips are looked for in the fold of what was typed. */
    fun slipsAllowed(typed: IntArray, length: Int): Int {
        var hasLetter = false
        for (n in 0 until length) {
            if (isDigit(typed[n])) return 0
            hasLetter = hasLetter || Character.isLetter(typed[n])
        }
        if (!hasLetter) return 0
        return (if (length >= ONE_IN_WORD) 1 else 0) + (if (length >= TWO) 1 else 0)
    }

    private fun isDigit(character: Int) = Character.isDigit(character) ||
        Character.getType(character).toByte() == Character.OTHER_NUMBER && Character.getNumericValue(character) in 0..9
}
