package lightrnn.decoder

import java.text.Normalizer
import java.util.Locale

/**
 * One spelling for each word, and what is compared of it; see "Spelling" in
 * `export/FORMAT.md`, and `lightrnn_tf/words/spelling.py`, which does the same.
 */
object Spelling {
    const val JOINERS = "\u200c\u200d"
    private const val LETTERS_LIKE_APOSTROPHES = "\u02bc\uff07\ua78b\ua78c"
    private const val APOSTROPHES = "'\u2018\u2019\u201b\u00b4\u2032\u05f3$LETTERS_LIKE_APOSTROPHES"
    private const val HYPHENS = "\u2010\u2011\ufe63\uff0d"

    // Behind what stands before it, a regex of Java sees whole characters beyond U+FFFF
    // only if it has one itself: hence the 𝒳.
    private val INVISIBLE = Regex("""(?![\u200b-\u200d\x{e0020}-\x{e007f}])[\p{Cf}\u034f\u0640]""")
    private val TAG_WITH_MORE =
        Regex("""(</?\p{L}[\p{L}\p{N}_:.-]*)[ \t]+(?:[^<>]*=[^<>]*?)?(/?>)""")
    private val REPEATED_JOINER = Regex("([$JOINERS])[$JOINERS]+")
    private val FORMS = Regex(
        """[\u0132\u0133\u0149\u017f\u01c4-\u01cc\u01f1-\u01f3""" +
            """\ufb00-\ufdff\ufe70-\ufefc\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc]+""",
    )
    private val FINAL_SIGMA = Regex("""(?<=[\p{L}\p{M}𝒳])Σ(?![\p{L}\p{M}𝒳])""")
    private val INNER_APOSTROPHE = Regex("""(?<=[\p{L}\p{M}\p{N}])[$APOSTROPHES](?=[\p{L}\p{N}𝒳])""")
    private val ACCENTS = Regex(
        """[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7""" +
            """\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8""" +
            """\u06ea-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]""",
    )
    private val MAY_BE_MISSING = Regex("""['$JOINERS]|${ACCENTS.pattern}""")

    /** Letters that Unicode does not take apart. */
    private val BASES = listOf(
        "ı" to "i\u0335", "ß" to "ss\u0335", "æ" to "ae\u0335", "œ" to "oe\u0335", "ø" to "o\u0338",
        "đ" to "d\u0335", "ð" to "d\u0338", "ħ" to "h\u0335", "ł" to "l\u0335", "ŧ" to "t\u0335",
    ).flatMap { (letter, base) ->
        val capital = letter.uppercase(Locale.ROOT)
        val hasCapital = capital.lowercase(Locale.ROOT) == letter
        listOfNotNull(letter to base, if (hasCapital) capital to base.uppercase(Locale.ROOT) else null)
    }.toMap()

    private val anyCase = Table(::spelled)
    private val lowerCase = Table(::lowerCase)
    private val folds = Table { lowerCase(it).replace(MAY_BE_MISSING, "") }

    /** A text in the one spelling of its words. */
    fun normalise(text: String, lowercase: Boolean): String {
        val short = if ('<' in text) text.replace(TAG_WITH_MORE, "$1$2") else text
        if (isAscii(short)) return if (lowercase) short.lowercase(Locale.ROOT) else short
        var found = short.replace(INVISIBLE, "").replace(REPEATED_JOINER, "$1")
            .replace(FORMS) { Normalizer.normalize(it.value, Normalizer.Form.NFKC) }
        if (lowercase) {
            found = found.replace(FINAL_SIGMA, "ς").replace('Σ', 'σ').lowercase(Locale.ROOT)
        }
        found = Normalizer.normalize(found, Normalizer.Form.NFC)
        for (hyphen in HYPHENS) found = found.replace(hyphen, '-')
        for (letter in LETTERS_LIKE_APOSTROPHES) found = found.replace(letter, '\'')
        return found.replace(INNER_APOSTROPHE, "'")
    }

    /** What words are sorted and found by: a code point as base letters in lower case. */
    fun fold(codePoint: Int): String = folds[codePoint]

    /** Whether a prefix has nothing that a word might lack, but for its case. */
    fun isBare(prefix: String): Boolean {
        var at = 0
        while (at < prefix.length) {
            val character = prefix.codePointAt(at)
            if (lowerCase[character] != folds[character]) return false
            at += Character.charCount(character)
        }
        return true
    }

    /** Whether a character joins the letters of a word, or is not seen among them. */
    fun isJoining(codePoint: Int): Boolean =
        codePoint == '-'.code || codePoint != ZERO_WIDTH_SPACE && anyCase[codePoint].all { it in "'-$JOINERS" }

    /** Whether a word begins with a prefix, in which accents and apostrophes may be missing. */
    fun beginsWith(word: String, prefix: String, ignoreCase: Boolean): Boolean {
        if (isAscii(word) && isAscii(prefix)) return asciiBeginsWith(word, prefix, ignoreCase)
        val table = if (ignoreCase) lowerCase else anyCase
        val letters = table.of(word)
        var at = 0
        for (wanted in table.of(prefix)) {
            while (at < letters.length && letters[at] != wanted) {
                if (!MAY_BE_MISSING.matches(letters.substring(at, at + 1))) return false
                at++
            }
            if (at++ >= letters.length) return false
        }
        return true
    }

    /** The same for most words, without making strings of them. */
    private fun asciiBeginsWith(word: String, prefix: String, ignoreCase: Boolean): Boolean {
        var at = 0
        for (wanted in prefix) {
            while (at < word.length && !word[at].equals(wanted, ignoreCase)) {
                if (word[at++] != '\'') return false
            }
            if (at++ >= word.length) return false
        }
        return true
    }

    private fun isAscii(text: String): Boolean {
        for (character in text) if (character >= '\u0080') return false
        return true
    }

    /** Whether a word begins with a prefix and nothing is missing in it. */
    fun beginsExactlyWith(word: String, prefix: String, ignoreCase: Boolean): Boolean {
        val table = if (ignoreCase) lowerCase else anyCase
        val letters = table.of(word)
        val begin = table.of(prefix)
        if (!letters.startsWith(begin)) return false
        // An accent that follows belongs to the last letter.
        return letters.length == begin.length ||
            !ACCENTS.matches(letters.substring(begin.length, begin.length + 1))
    }

    /** Whether two words differ in nothing but case. */
    fun isSame(one: String, other: String) =
        beginsExactlyWith(one, other, true) && beginsExactlyWith(other, one, true)

    /** A text as base letters in lower case. */
    fun fold(text: String): String = folds.of(text)

    /** A code point as base letters and the accents that belong to them. */
    private fun spelled(codePoint: Int): String {
        val character = String(Character.toChars(codePoint))
        if (character in APOSTROPHES) return "'"
        if (character in HYPHENS) return "-"
        if (character in "\u034f\u0640") return ""
        if (character == "ς") return "σ"
        BASES[character]?.let { return it }
        if (Character.getType(codePoint).toByte() == Character.FORMAT) {
            return if (character in JOINERS) character else ""
        }
        val plain = if (FORMS.matches(character)) {
            Normalizer.normalize(character, Normalizer.Form.NFKC)
        } else {
            character
        }
        val decomposed = Normalizer.normalize(plain, Normalizer.Form.NFD)
        val accents = ACCENTS.findAll(decomposed).joinToString("") { it.value }
        return Normalizer.normalize(decomposed.replace(ACCENTS, ""), Normalizer.Form.NFC) + accents
    }

    private fun lowerCase(codePoint: Int): String {
        val lower = String(Character.toChars(codePoint)).lowercase(Locale.ROOT)
        return buildString { lower.codePoints().forEach { append(spelled(it)) } }
    }

    /** Maps code points, each worked out when it is first met and kept. */
    private class Table(private val function: (Int) -> String) {
        private val pages = arrayOfNulls<Array<String?>>((Character.MAX_CODE_POINT + 1) / PAGE)

        operator fun get(codePoint: Int): String {
            val page = pages[codePoint / PAGE]
                ?: arrayOfNulls<String>(PAGE).also { pages[codePoint / PAGE] = it }
            return page[codePoint % PAGE] ?: function(codePoint).also { page[codePoint % PAGE] = it }
        }

        fun of(text: String): String {
            val mapped = StringBuilder(text.length)
            text.codePoints().forEach { mapped.append(get(it)) }
            return mapped.toString()
        }
    }

    private const val PAGE = 256
    private const val ZERO_WIDTH_SPACE = 0x200b
}
