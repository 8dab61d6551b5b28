package lightrnn.keyboard

import lightrnn.decoder.Casing
import lightrnn.decoder.TextBeforeCursor

/**
 * What typing does: keys and suggestions in, edits of the field out. It does not wait for
 * suggestions, and what it knows of the text it reads from the field.
 *
 * @param changed Called after each edit and each move of the cursor.
 * @param written Called with a word that was finished and what stands before it.
 */
class Typing(
    private val changed: () -> Unit,
    private val written: (word: String, context: String) -> Unit,
) {
    private var field: TextField? = null

    // What the last tap on a suggestion left in the field, and what was typed before it.
    private var inserted = ""
    private var replaced = ""

    /** How the next letter is written. */
    var shift = Casing.AS_IT_IS
        private set

    /** Begins in a field, or in none. */
    fun start(field: TextField?) {
        this.field = field
        forgetSuggestion()
        shift = Casing.AS_IT_IS
        settle()
    }

    /** What stands before the cursor. */
    fun text() = TextBeforeCursor.of(field?.textBeforeCursor(CHARACTERS) ?: "")

    /** The user or the app moved the cursor. */
    fun cursorMoved() {
        if (!endsWithInserted()) forgetSuggestion()
        settle()
    }

    /** The shift key: a capital; twice in a row, capitals until it is tapped again. */
    fun shift(isDoubleTap: Boolean) {
        shift = when {
            isDoubleTap -> Casing.CAPITALS
            shift == Casing.AS_IT_IS -> Casing.CAPITAL
            else -> Casing.AS_IT_IS
        }
        changed()
    }

    /** A key that writes: a letter, a digit, a mark or a space. */
    fun type(key: String) {
        val field = field ?: return
        val text = if (shift == Casing.AS_IT_IS) key else key.uppercase()
        if (text.none(Char::isLetterOrDigit) && text !in JOINING) finishWord()
        if (text in CLOSING && endsWithInserted()) {
            field.replace(1, text)
        } else {
            field.insert(text)
        }
        edited()
    }

    /** The word of the text that was typed stays as it is, with a space. */
    fun keepTyped() = type(" ")

    /** A tap on a suggestion: it takes the place of what was typed of it. */
    fun take(suggestion: String) {
        val field = field ?: return
        val text = text()
        written(suggestion, text.context)
        field.replace(text.typed.length, "$suggestion ")
        edited()
        inserted = "$suggestion "
        replaced = text.typed
    }

    fun backspace() {
        val field = field ?: return
        if (endsWithInserted()) {
            field.replace(inserted.length, replaced)
        } else {
            field.backspace()
        }
        edited()
    }

    fun enter() {
        val field = field ?: return
        finishWord()
        field.enter()
        edited()
    }

    private fun finishWord() {
        val text = text()
        if (text.typed.isNotEmpty()) written(text.typed, text.context)
    }

    private fun edited() {
        forgetSuggestion()
        if (shift == Casing.CAPITAL) shift = Casing.AS_IT_IS
        settle()
    }

    private fun settle() {
        if (shift == Casing.AS_IT_IS && field?.wantsCapital() == true) shift = Casing.CAPITAL
        changed()
    }

    private fun endsWithInserted(): Boolean {
        val before = field?.textBeforeCursor(inserted.length) ?: return false
        return inserted.isNotEmpty() && before.toString() == inserted
    }

    private fun forgetSuggestion() {
        inserted = ""
        replaced = ""
    }

    private companion object {
        const val CHARACTERS = 256
        const val JOINING = "'’-"
        const val CLOSING = ".,!?;:)…"
    }
}
