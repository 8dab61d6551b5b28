package lightrnn.decoder

import java.util.Locale

/** How words are to be written: as they usually are, with a capital, or in capitals. */
enum class Casing {
    AS_IT_IS, CAPITAL, CAPITALS;

    /** A word in this casing; one with a capital of its own, such as iPhone, needs no other. */
    fun apply(written: String): String = when {
        this == CAPITALS -> inCapitals(written)
        this == CAPITAL && written.codePoints().noneMatch(Character::isUpperCase) -> capitalised(written)
        else -> written
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

        /** A word with its first character in upper case. */
        fun capitalised(word: String): String {
            if (word.isEmpty()) return word
            val end = word.offsetByCodePoints(0, 1)
            return inCapitals(word.substring(0, end)) + word.substring(end)
        }

        /** A word in upper case, the same in every language. */
        fun inCapitals(word: String): String = word.uppercase(Locale.ROOT)
    }
}
