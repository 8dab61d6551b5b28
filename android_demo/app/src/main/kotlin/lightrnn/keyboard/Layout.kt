package lightrnn.keyboard

/** What a key does. */
enum class Action { TYPE, SHIFT, BACKSPACE, ENTER, SYMBOLS, MORE_SYMBOLS, LETTERS }

/**
 * A key.
 *
 * @property label What it shows and, if it types, what it types.
 * @property accents What a long press offers besides, in order.
 * @property width How wide it is, in widths of a letter.
 */
data class Key(
    val label: String,
    val action: Action = Action.TYPE,
    val accents: String = "",
    val width: Float = 1f,
)

/** The rows of keys of each page; all rows are ten letters wide or less. */
object Layout {
    private val ACCENTS = mapOf(
        'a' to "àáâäæãåā", 'c' to "çćč", 'd' to "ďđ", 'e' to "éèêëēėę", 'g' to "ğ",
        'i' to "íìîïīį", 'l' to "łľ", 'n' to "ñńň", 'o' to "óòôöœøõō", 'r' to "řŕ",
        's' to "ßśš", 't' to "ťþ", 'u' to "úùûüūů", 'y' to "ýÿ", 'z' to "žźż",
    )

    private fun typing(characters: String) =
        characters.map { Key(it.toString(), accents = ACCENTS[it].orEmpty()) }

    private fun bottom(page: Key) = listOf(
        page,
        Key(",", accents = ";:"),
        Key(" ", width = 4.5f),
        Key(".", accents = "?!…-'"),
        Key("↵", Action.ENTER, width = 1.75f),
    )

    private fun third(first: Key, characters: String) =
        listOf(first) + typing(characters) + Key("⌫", Action.BACKSPACE, width = 1.5f)

    val letters = listOf(
        typing("qwertyuiop").mapIndexed { n, key -> key.copy(accents = key.accents + (n + 1) % 10) },
        typing("asdfghjkl"),
        third(Key("⇧", Action.SHIFT, width = 1.5f), "zxcvbnm"),
        bottom(Key("?123", Action.SYMBOLS, width = 1.75f)),
    )

    val symbols = listOf(
        typing("1234567890"),
        typing("@#€_&-+()/"),
        third(Key("=\\<", Action.MORE_SYMBOLS, width = 1.5f), "*\"':;!?"),
        bottom(Key("ABC", Action.LETTERS, width = 1.75f)),
    )

    val moreSymbols = listOf(
        typing("~`|•√π÷×§%"),
        typing("£$¥¢^°={}\\"),
        third(Key("?123", Action.SYMBOLS, width = 1.5f), "©®™[]<>"),
        bottom(Key("ABC", Action.LETTERS, width = 1.75f)),
    )
}
