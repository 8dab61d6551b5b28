package lightrnn.decoder

import java.util.Locale

/** How words are to be written: as the model has them, with a capital, or in capitals. */
enum class Casing {
    AS_IT_IS, CAPITAL, CAPITALS;

    /** A word of the model in this casing; the English "I" always has its capital. */
    fun apply(word: String): String {
        val plain = if (word == "i" || word.startsWith("i'") || word.startsWith("i’")) {
            capitalised(word)
        } else {
            word
        }
        return when (this) {
            AS_IT_IS -> plain
            CAPITAL -> capitalised(plain)
            CAPITALS -> plain.uppercase(Locale.ROOT)
        }
    }

    companion object {
        /** The casing in which a word was begun; of nothing typed, the one of shift. */
        fun of(typed: String, shift: Casing): Casing {
            val letters = typed.filter(Char::isLetter)
            return when {
                letters.isEmpty() -> shift
                letters.length > 1 && letters.none(Char::isLowerCase) -> CAPITALS
                // One capital may be the first of several.
                letters.length == 1 && letters[0].isUpperCase() && shift == CAPITALS -> CAPITALS
                letters[0].isUpperCase() -> CAPITAL
                else -> AS_IT_IS
            }
        }

        private fun capitalised(word: String): String {
            if (word.isEmpty()) return word
            val end = word.offsetByCodePoints(0, 1)
            return word.substring(0, end).uppercase(Locale.ROOT) + word.substring(end)
        }
    }
}
