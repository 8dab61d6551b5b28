package lightrnn.keyboard

import android.text.InputType
import android.view.KeyEvent
import android.view.inputmethod.EditorInfo
import android.view.inputmethod.InputConnection

/** The field that is typed into. */
interface TextField {
    /** Up to so many characters before the cursor, null if the field does not tell. */
    fun textBeforeCursor(count: Int): CharSequence?

    /** Up to so many characters after the cursor, null if the field does not tell. */
    fun textAfterCursor(count: Int): CharSequence?

    fun insert(text: String)

    /** Deletes so many characters before the cursor, then inserts a text, as one edit. */
    fun replace(count: Int, text: String)

    /** Deletes what is selected, or the character before the cursor. */
    fun backspace()

    /** Does what the enter key is for here. */
    fun enter()

    /** Whether the field wants a capital at the cursor. */
    fun wantsCapital(): Boolean
}

/**
 * A field of another app.
 *
 * Nothing is ever composed: what is typed is in the field at once, so that a cursor that
 * is moved, a field that is left or a keyboard that is killed cannot lose a letter.
 */
class ConnectedField(
    private val connection: InputConnection,
    private val info: EditorInfo,
) : TextField {
    private val isText = info.inputType and InputType.TYPE_MASK_CLASS == InputType.TYPE_CLASS_TEXT

    override fun textBeforeCursor(count: Int): CharSequence? = connection.getTextBeforeCursor(count, 0)

    override fun textAfterCursor(count: Int): CharSequence? = connection.getTextAfterCursor(count, 0)

    override fun insert(text: String) {
        connection.commitText(text, 1)
    }

    override fun replace(count: Int, text: String) {
        connection.beginBatchEdit()
        connection.deleteSurroundingText(count, 0)
        connection.commitText(text, 1)
        connection.endBatchEdit()
    }

    override fun backspace() {
        when {
            !connection.getSelectedText(0).isNullOrEmpty() -> connection.commitText("", 1)
            !textBeforeCursor(1).isNullOrEmpty() -> connection.deleteSurroundingTextInCodePoints(1, 0)
            // An editor without text to ask for, such as a terminal, wants the key.
            else -> send(KeyEvent.KEYCODE_DEL)
        }
    }

    override fun enter() {
        val action = info.imeOptions and EditorInfo.IME_MASK_ACTION
        val isAction = info.imeOptions and EditorInfo.IME_FLAG_NO_ENTER_ACTION == 0 &&
            action != EditorInfo.IME_ACTION_NONE && action != EditorInfo.IME_ACTION_UNSPECIFIED
        val isMultiLine = isText && info.inputType and InputType.TYPE_TEXT_FLAG_MULTI_LINE != 0
        when {
            info.actionLabel != null -> connection.performEditorAction(info.actionId)
            isAction -> connection.performEditorAction(action)
            isMultiLine -> insert("\n")
            else -> send(KeyEvent.KEYCODE_ENTER)
        }
    }

    private fun send(code: Int) {
        for (action in intArrayOf(KeyEvent.ACTION_DOWN, KeyEvent.ACTION_UP)) {
            connection.sendKeyEvent(KeyEvent(action, code))
        }
    }

    override fun wantsCapital(): Boolean =
        isText && connection.getCursorCapsMode(info.inputType) != 0
}
