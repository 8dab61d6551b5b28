package lightrnn.keyboard.settings

import android.content.Context
import android.util.AttributeSet
import android.view.KeyEvent
import android.view.inputmethod.BaseInputConnection
import android.view.inputmethod.EditorInfo
import android.view.inputmethod.InputConnection
import android.widget.EditText

/** A field with a board of its own, for which the keyboard need not be turned on. */
class TryField(context: Context, attributes: AttributeSet?) : EditText(context, attributes) {
    /** Hears where the cursor is. */
    var cursorMoved: ((start: Int, end: Int) -> Unit)? = null

    init {
        showSoftInputOnFocus = false
    }

    override fun onSelectionChanged(start: Int, end: Int) {
        super.onSelectionChanged(start, end)
        // Called while the field is being made, too.
        cursorMoved?.invoke(start, end)
    }

    /** What a keyboard is told of the field, and how it types into it. */
    fun connect(): Pair<EditorInfo, InputConnection> {
        val info = EditorInfo()
        return info to (onCreateInputConnection(info) ?: BaseInputConnection(this, true))
    }

    /** Presses and releases a key of a hardware keyboard. */
    fun press(code: Int) {
        for (action in listOf(KeyEvent.ACTION_DOWN, KeyEvent.ACTION_UP)) dispatchKeyEvent(KeyEvent(action, code))
    }
}
