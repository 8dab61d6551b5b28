package lightrnn.keyboard.board

import java.util.Locale

/** What a key does. */
enum class Action { TYPE, SHIFT, BACKSPACE, ENTER, SYMBOLS, MORE_SYMBOLS, LETTERS, EMOJI, LANGUAGE }

/**
 * A key.
 *
 * @property label What it shows and, if it types, what it types.
 * @property more What a long press offers besides, in order.
 * @property width How wide it is, in widths of a letter.
 */
data class Key(
    val label: String,
    val action: Action = Action.TYPE,
    val more: String = "",
    val width: Float = 1f,
)

/** The pages of keys. */
enum class Page { LETTERS, SYMBOLS, MORE_SYMBOLS, EMOJI, NUMBERS, PHONE }

/**
 * The rows of keys of each page; all rows are ten letters wide or less.
 *
 * @param language The language that is typed, as a BCP-47 tag.
 * @param hasLanguages Whether there is a key that changes it.
 */
class Layout(language: String, private val hasLanguages: Boolean) {
    private val locale = Locale.forLanguageTag(language)

    fun rows(page: Page): List<List<Key>> = when (page) {
        Page.LETTERS -> letters()
        Page.SYMBOLS -> symbols()
        Page.MORE_SYMBOLS -> moreSymbols()
        Page.EMOJI -> listOf(emoji())
        Page.NUMBERS -> NUMBERS
        Page.PHONE -> PHONE
    }

    private fun letters(): List<List<Key>> {
        val (first, second, third) = LETTER_ROWS[locale.language] ?: QWERTY
        return listOf(
            typing(first).mapIndexed { n, key -> key.copy(more = "${(n + 1) % 10}${key.more}") },
            typing(second),
            listOf(Key("", Action.SHIFT, width = 1.5f)) + typing(third) + BACKSPACE,
            bottom("?123", Action.SYMBOLS),
        )
    }

    private fun symbols() = listOf(
        typing("1234567890"),
        typing("@#${currencies()[0]}_&-+()/"),
        listOf(Key("=\\<", Action.MORE_SYMBOLS, width = 1.5f)) + typing("*\"':;!?") + BACKSPACE,
        bottom(LETTERS, Action.LETTERS),
    )

    private fun moreSymbols() = listOf(
        typing("~`|•√π÷×§%"),
        typing("${currencies().drop(1)}^°={}\\"),
        listOf(Key("?123", Action.SYMBOLS, width = 1.5f)) + typing("©®™[]<>") + BACKSPACE,
        bottom(LETTERS, Action.LETTERS),
    )

    /** Signs of currencies, that of the language's country first. */
    private fun currencies(): String {
        val own = when (locale.country) {
            "GB" -> "£"
            "JP" -> "¥"
            "US", "CA", "AU" -> "$"
            else -> if (locale.language == "en") "$" else "€"
        }
        return own + "$€£¥¢".filterNot { it in own }
    }

    private fun bottom(page: String, action: Action): List<Key> {
        val ends = listOf(Key(page, action, width = 1.5f)) +
            (if (hasLanguages) listOf(Key("", Action.LANGUAGE)) else emptyList()) +
            Key("", Action.EMOJI)
        val comma = Key(",", more = ";:")
        val fullStop = Key(".", more = "?!…-'")
        return ends + comma + space(ends + comma + fullStop + ENTER) + fullStop + ENTER
    }

    private fun emoji(): List<Key> {
        val back = Key(LETTERS, Action.LETTERS, width = 1.5f)
        return listOf(back, space(listOf(back, BACKSPACE, ENTER)), BACKSPACE, ENTER)
    }

    /** A space bar that fills what others leave of a row. */
    private fun space(others: List<Key>) =
        Key(" ", width = ROW_WIDTH - others.sumOf { it.width.toDouble() }.toFloat())

    private fun typing(characters: String) =
        characters.map { Key(it.toString(), more = MORE[it].orEmpty()) }

    companion object {
        const val ROW_WIDTH = 10f
        private const val LETTERS = "ABC"
        private val BACKSPACE = Key("", Action.BACKSPACE, width = 1.5f)
        private val ENTER = Key("", Action.ENTER, width = 1.5f)

        private val QWERTY = listOf("qwertyuiop", "asdfghjkl", "zxcvbnm")
        private val QWERTZ = listOf("qwertzuiop", "asdfghjkl", "yxcvbnm")
        private val AZERTY = listOf("azertyuiop", "qsdfghjklm", "wxcvbn")
        private val LETTER_ROWS =
            listOf("de", "cs", "sk", "hu", "sl", "hr").associateWith { QWERTZ } + ("fr" to AZERTY)

        private val MORE = mapOf(
            'a' to "àáâäæãåāă", 'c' to "çćč", 'd' to "ďđ", 'e' to "éèêëēėęě", 'g' to "ğ",
            'i' to "íìîïīįı", 'l' to "łľĺ", 'n' to "ñńň", 'o' to "óòôöœøõōő", 'r' to "řŕ",
            's' to "ßśšş", 't' to "ťþţ", 'u' to "úùûüūůű", 'y' to "ýÿ", 'z' to "žźż",
        )

        private fun pad(keys: String) = keys.map { Key(it.toString(), width = PAD_WIDTH) }

        private const val PAD_WIDTH = 2.5f
        private val NUMBERS = listOf(
            pad("123") + Key("-", more = "+*", width = PAD_WIDTH),
            pad("456") + Key("/", more = ":", width = PAD_WIDTH),
            pad("789") + BACKSPACE.copy(width = PAD_WIDTH),
            pad(",0.") + ENTER.copy(width = PAD_WIDTH),
        )
        private val PHONE = listOf(
            pad("123") + Key("+", width = PAD_WIDTH),
            pad("456") + Key("-", more = " ().,;", width = PAD_WIDTH),
            pad("789") + BACKSPACE.copy(width = PAD_WIDTH),
            pad("*0#") + ENTER.copy(width = PAD_WIDTH),
        )
    }
}
