package lightrnn.decoder

import java.util.Locale

/**
 * Cuts text into words as the model's training text was cut.
 *
 * @param name `"words"` for raw text, `"whitespace"` for text that is cut already.
 * @param lowercase Whether text is lower-cased first.
 * @throws IllegalArgumentException if the name is unknown.
 */
class Tokenizer(name: String, val lowercase: Boolean) {
    private val pattern = requireNotNull(PATTERNS[name]) {
        "`tokenizer` must be one of ${PATTERNS.keys}. Received: $name."
    }

    /** The words of a text, without `<eos>`. */
    fun words(text: String): List<String> =
        pattern.findAll(cased(text)).map { it.value }.toList()

    /** A word as the model has it. */
    fun cased(word: String): String = if (lowercase) word.lowercase(Locale.ROOT) else word

    companion object {
        // Python's \w without digits and _: letters, and numbers that are no digits.
        private const val LETTER = """[\p{L}\p{Nl}\p{No}]"""
        private const val RUN = """$LETTER+(?:\p{M}+$LETTER*)*"""
        private const val SPACE = """\s\u001c-\u001f\u0085\u00a0\u1680\u2000-\u200a""" +
            """\u2028\u2029\u202f\u205f\u3000"""
        private val PATTERNS = mapOf(
            "words" to Regex("""$RUN(?:['’-]$RUN)*|\p{Nd}+(?:[.,]\p{Nd}+)*|[^\p{L}\p{N}_$SPACE]"""),
            "whitespace" to Regex("""[^ \t\n\r\u000b\f]+"""),
        )
        private val ANY_LETTER = Regex(LETTER)
        private val SPECIAL = Regex("""<[\p{L}\p{N}_]+>""")

        /** Whether to offer a word while typing: not a special one, number or mark. */
        fun isSuggestable(word: String) =
            ANY_LETTER.containsMatchIn(word) && !SPECIAL.matches(word)
    }
}
