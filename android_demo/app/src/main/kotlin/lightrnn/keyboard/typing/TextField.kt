package lightrnn.keyboard.typing

import android.icu.text.BreakIterator
import android.os.Build
import android.text.InputType
import android.text.TextUtils
import android.view.KeyEvent
import android.view.inputmethod.EditorInfo
import android.view.inputmethod.ExtractedTextRequest
import android.view.inputmethod.InputConnection
import lightrnn.decoder.Casing

/**
 * What a field says of the text around the cursor.
 *
 * @property before What stands before the cursor, or before what is selected.
 * @property after What stands behind it.
 */
data class TextAround(val before: String, val after: String, val isSelected: Boolean)

/** The field that is typed into. Each question waits for another app. */
interface TextField {
    /** Up to so many characters around the cursor, null if the field does not tell. */
    fun ask(before: Int, after: Int): TextAround?

    /** Inserts a text in place of what is selected. */
    fun insert(text: String)

    /** Deletes so many characters around the cursor, then inserts a text, as one edit. */
    fun replace(before: Int, text: String, after: Int = 0)

    /** Inserts a text behind the cursor, which stays where it is. */
    fun insertAfter(text: String)

    /** Moves the cursor by a character. */
    fun moveCursor(forward: Boolean)

    /** What the backspace key of a hardware keyboard does. */
    fun backspaceKey()

    /** Does what the enter key is for here; returns whether it wrote a new line. */
    fun enter(): Boolean

    /** How the field wants the next letter behind a text. */
    fun casing(before: CharSequence): Casing

    /** The length of what a reader takes for the last character; emoji are several. */
    fun lastCharacter(text: String): Int
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

    override fun ask(before: Int, after: Int): TextAround? {
        // It wants keys alone, and does nothing when it is told to delete.
        if (info.inputType == InputType.TYPE_NULL) return null
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) {
            val found = connection.getSurroundingText(before, after, 0) ?: return null
            val text = found.text
            val start = minOf(found.selectionStart, found.selectionEnd)
            val end = maxOf(found.selectionStart, found.selectionEnd)
            if (start !in 0..end || end > text.length) return null
            return TextAround(
                text.substring(0, start).takeLast(before),
                text.substring(end).take(after),
                start < end,
            )
        }
        val textBefore = connection.getTextBeforeCursor(before, 0) ?: return null
        val textAfter = connection.getTextAfterCursor(after, 0) ?: ""
        val isSelected = !connection.getSelectedText(0).isNullOrEmpty()
        return TextAround(textBefore.toString(), textAfter.toString(), isSelected)
    }

    override fun insert(text: String) {
        connection.commitText(text, 1)
    }

    override fun replace(before: Int, text: String, after: Int) {
        connection.beginBatchEdit()
        connection.deleteSurroundingText(before, after)
        if (text.isNotEmpty()) connection.commitText(text, 1)
        connection.endBatchEdit()
    }

    override fun insertAfter(text: String) {
        connection.commitText(text, 0)
    }

    override fun moveCursor(forward: Boolean) {
        val found = connection.getExtractedText(ExtractedTextRequest(), 0)
        val text = found?.text?.toString()
        if (text == null) return key(if (forward) KeyEvent.KEYCODE_DPAD_RIGHT else KeyEvent.KEYCODE_DPAD_LEFT)
        // A key of a hardware keyboard would leave the field at its end.
        val characters = BreakIterator.getCharacterInstance().apply { setText(text) }
        val at = found.selectionEnd.coerceIn(0, text.length)
        val next = if (forward) characters.following(at) else characters.preceding(at)
        if (next == BreakIterator.DONE) return
        connection.setSelection(found.startOffset + next, found.startOffset + next)
    }

    override fun backspaceKey() = key(KeyEvent.KEYCODE_DEL)

    override fun enter(): Boolean {
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
        return isMultiLine && !isAction && !(mayAct && info.actionLabel != null)
    }

    override fun casing(before: CharSequence): Casing {
        val mode = if (isText) TextUtils.getCapsMode(before, before.length, info.inputType) else 0
        return when {
            mode and InputType.TYPE_TEXT_FLAG_CAP_CHARACTERS != 0 -> Casing.CAPITALS
            mode != 0 -> Casing.CAPITAL
            else -> Casing.AS_IT_IS
        }
    }

    override fun lastCharacter(text: String): Int {
        val end = text.takeLast(LONGEST_CHARACTER)
        val characters = BreakIterator.getCharacterInstance().apply { setText(end) }
        return characters.last() - characters.previous()
    }

    private companion object {
        /** Families of emoji are long. */
        const val LONGEST_CHARACTER = 32
    }
}
