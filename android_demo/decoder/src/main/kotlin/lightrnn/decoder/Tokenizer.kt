package lightrnn.decoder

import java.util.Locale

/**
 * Cuts text into words as the model's training text was cut.
 *
 * @param name `"words"` for raw text, `"whitespace"` for text that is cut already.
 * @param lowercase Whether text is lower-cased first.
 * @throws IllegalArgumentException if the name is unknown.
 */
class Tokenizer(private val name: String, val lowercase: Boolean) {
    private val pattern = requireNotNull(PATTERNS[name]) {
        "`tokenizer` must be one of ${PATTERNS.keys}. Received: $name."
    }

    /** The same for text whose case is kept. */
    val withCase: Tokenizer get() = if (lowercase) Tokenizer(name, lowercase = false) else this

    /** The words of a text, without `<eos>`. */
    fun words(text: String): List<String> =
        pattern.findAll(normalise(text)).map { it.value }.toList()

    /** A text, or a word, in the spelling that the model's words have. */
    fun normalise(text: String): String = when {
        name == "words" -> Spelling.normalise(text, lowercase)
        lowercase -> text.lowercase(Locale.ROOT)
        else -> text
    }

    companion object {
        /** Longer words, in code points, are read as `<unk>`. */
        const val MAX_WORD_LENGTH = 64

        private const val RUN = """[\p{L}\p{N}][\p{L}\p{M}\p{N}]*+"""
        private const val JOINT =
            """[\u200c\u200d]|['-](?:(?<=[\p{L}\p{M}].)|(?=\p{L}))|[.,](?<=\p{Nd}.)(?=\p{Nd})"""
        private const val WORD = """$RUN(?:(?:$JOINT)$RUN)*+"""
        private const val FLAG = """[\x{1f1e6}-\x{1f1ff}]{2}"""
        private const val TAG = """</?\p{L}[\p{L}\p{N}_:.-]*/?>|<\|[\p{L}\p{N}_]+\|>""" +
            """|&(?:\p{L}[\p{L}\p{N}]|#)[\p{L}\p{N}]*;"""

        // The skin tones are written out: behind what stands before it, a regex of Java
        // sees whole characters beyond U+FFFF only if it has one itself.
        private const val SIGN =
            """[^\p{L}\p{M}\p{N}\p{Z}\p{Cc}\p{Cf}\p{Cs}_][\p{M}🏻-🏿\x{e0020}-\x{e007f}]*+"""
        private val PATTERNS = mapOf(
            "words" to Regex("""$WORD|$FLAG|$TAG|$SIGN(?:\u200d$SIGN)*+"""),
            "whitespace" to Regex("""[^ \t\n\r\u000b\f]+"""),
        )
        private val LETTER = Regex("""[\p{Lu}\p{Ll}\p{Lt}\p{Lo}]""")
        private val MARKUP = Regex("""<.*>|\[.*]|\{.*\}|&.*;""")

        /** Whether to offer a word while typing: it has a letter and is not special or markup. */
        fun isSuggestable(word: String) = LETTER.containsMatchIn(word) && !MARKUP.matches(word)
    }
}
