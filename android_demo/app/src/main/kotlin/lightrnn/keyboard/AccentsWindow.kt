package lightrnn.keyboard

import android.view.Gravity
import android.view.View
import android.view.ViewGroup
import android.widget.LinearLayout
import android.widget.PopupWindow
import android.widget.TextView

/** The characters that a long press on a key offers; a finger slides to one of them. */
class AccentsWindow(private val key: View, private val characters: List<String>) {
    private val width = key.width
    private val row = LinearLayout(key.context)
    private val window = PopupWindow(row, width * characters.size, key.height).apply {
        isTouchable = false
    }
    private var left = 0

    /** The character under the finger; the first one to begin with. */
    var chosen = characters.first()
        private set

    fun show() {
        for (character in characters) {
            val view = TextView(key.context).apply {
                text = character
                gravity = Gravity.CENTER
                setTextColor(key.context.getColor(R.color.key_text))
                setTextSize(android.util.TypedValue.COMPLEX_UNIT_SP, TEXT_SP)
                setBackgroundResource(R.drawable.preview)
            }
            row.addView(view, LinearLayout.LayoutParams(0, ViewGroup.LayoutParams.MATCH_PARENT, 1f))
        }
        val place = IntArray(2).also(key::getLocationOnScreen)
        val screen = key.resources.displayMetrics.widthPixels
        left = place[0].coerceIn(0, maxOf(0, screen - window.width))
        mark()
        if (key.isAttachedToWindow) window.showAsDropDown(key, left - place[0], -2 * key.height)
    }

    /** The finger is at a place of the screen. */
    fun moved(x: Float) {
        chosen = characters[((x - left) / width).toInt().coerceIn(characters.indices)]
        mark()
    }

    private fun mark() {
        for (n in characters.indices) row.getChildAt(n).isSelected = characters[n] == chosen
    }

    fun dismiss() = window.dismiss()

    private companion object {
        const val TEXT_SP = 22f
    }
}
