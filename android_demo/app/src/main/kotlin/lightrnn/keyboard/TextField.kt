package lightrnn.keyboard

import android.icu.text.BreakIterator
import android.text.InputType
import android.view.KeyEvent
import android.view.inputmethod.EditorInfo
import android.view.inputmethod.InputConnection
import lightrnn.decoder.Casing

/** The field that is typed into. */
interface TextField {
    /** Up to so many characters before the cursor, null if the field does not tell. */
    fun textBeforeCursor(count: Int): CharSequence?

    /** Up to so many characters after the cursor, null if the field does not tell. */
    fun textAfterCursor(count: Int): CharSequence?

    fun insert(text: String)

    /** Deletes so many characters around the cursor, then inserts a text, as one edit. */
    fun replace(before: Int, text: String, after: Int = 0)

    /** Inserts a text behind the cursor, which stays where it is. */
    fun insertAfter(text: String)

    /** Whether something is selected. */
    fun hasSelection(): Boolean

    /** Deletes what is selected, or the character before the cursor. */
    fun backspace()

    /** Does what the enter key is for here. */
    fun enter()

    /** How the field wants the next letter at the cursor. */
    fun casing(): Casing
}

/**
 * A field of another app.
 *
 * Nothing is ever composed: what is typed is in the field at once, so that a cursor that
 * is moved, a field that is left or a keyboard that is killed cannot lose a letter.
 *
 * @param key Presses and releases a key of a hardware keyboard in the field.
 */
class ConnectedField(
    private val connection: InputConnection,
    private val info: EditorInfo,
    private val key: (Int) -> Unit,
) : TextField {
    private val isText = info.inputType and InputType.TYPE_MASK_CLASS == InputType.TYPE_CLASS_TEXT

    override fun textBeforeCursor(count: Int): CharSequence? = connection.getTextBeforeCursor(count, 0)

    override fun textAfterCursor(count: Int): CharSequence? = connection.getTextAfterCursor(count, 0)

    override fun insert(text: String) {
        connection.commitText(text, 1)
    }

    override fun replace(before: Int, text: String, after: Int) {
        connection.beginBatchEdit()
        connection.deleteSurroundingText(before, after)
        connection.commitText(text, 1)
        connection.endBatchEdit()
    }

    override fun insertAfter(text: String) {
        connection.commitText(text, 0)
    }

    override fun hasSelection() = !connection.getSelectedText(0).isNullOrEmpty()

    override fun backspace() {
        val before = textBeforeCursor(LONGEST_CHARACTER)
        when {
            hasSelection() -> connection.commitText("", 1)
            // An editor without text to ask for, such as a terminal, wants the key.
            before.isNullOrEmpty() -> key(KeyEvent.KEYCODE_DEL)
            else -> connection.deleteSurroundingText(lastCharacter(before), 0)
        }
    }

    /** The length of what a reader takes for the last character; emoji are several. */
    private fun lastCharacter(text: CharSequence): Int {
        val characters = BreakIterator.getCharacterInstance().apply { setText(text.toString()) }
        val end = characters.last()
        return end - characters.previous()
    }

    override fun enter() {
        val action = info.imeOptions and EditorInfo.IME_MASK_ACTION
        val mayAct = info.imeOptions and EditorInfo.IME_FLAG_NO_ENTER_ACTION == 0
        val isAction = mayAct &&
            action != EditorInfo.IME_ACTION_NONE && action != EditorInfo.IME_ACTION_UNSPECIFIED
        val isMultiLine = isText && info.inputType and InputType.TYPE_TEXT_FLAG_MULTI_LINE != 0
        when {
            mayAct && info.actionLabel != null -> connection.performEditorAction(info.actionId)
            isAction -> connection.performEditorAction(action)
            isMultiLine -> insert("\n")
            else -> key(KeyEvent.KEYCODE_ENTER)
        }
    }

    override fun casing(): Casing {
        val mode = if (isText) connection.getCursorCapsMode(info.inputType) else 0
        return when {
            mode and InputType.TYPE_TEXT_FLAG_CAP_CHARACTERS != 0 -> Casing.CAPITALS
            mode != 0 -> Casing.CAPITAL
            else -> Casing.AS_IT_IS
        }
    }

    private companion object {
        /** Families of emoji are long. */
        const val LONGEST_CHARACTER = 32
    }
}
