package lightrnn.keyboard

import android.view.Gravity
import android.view.View
import android.view.ViewGroup
import android.widget.LinearLayout
import android.widget.PopupWindow
import android.widget.TextView

/**
 * The characters that a long press on a key offers; a finger slides to one of them.
 *
 * @param offered The characters, the first of them above the key.
 */
class AccentsWindow(private val key: View, offered: List<String>) {
    private val width = key.width
    private val keyLeft = IntArray(2).also(key::getLocationOnScreen)[0]
    private val left: Int
    private val characters: List<String>
    private val row = LinearLayout(key.context).apply { layoutDirection = View.LAYOUT_DIRECTION_LTR }
    private val window: PopupWindow

    /** The character under the finger; the first one to begin with. */
    var chosen = offered.first()
        private set

    init {
        // At the edge of the screen some of them have to lie to the left of the key.
        val screen = key.resources.displayMetrics.widthPixels
        val missing = maxOf(0, keyLeft + width * offered.size - screen)
        val before = minOf((missing + width - 1) / width, offered.size - 1)
        left = keyLeft - before * width
        characters = offered.subList(1, before + 1).reversed() + offered.first() +
            offered.subList(before + 1, offered.size)
        window = PopupWindow(row, width * characters.size, key.height).apply { isTouchable = false }
    }

    fun show() {
        for (character in characters) {
            val view = TextView(key.context).apply {
                text = character
                gravity = Gravity.CENTER
                setTextColor(key.context.getColor(R.color.key_text))
                setTextSize(android.util.TypedValue.COMPLEX_UNIT_DIP, TEXT_DP)
                setBackgroundResource(R.drawable.key_special)
            }
            row.addView(view, LinearLayout.LayoutParams(0, ViewGroup.LayoutParams.MATCH_PARENT, 1f))
        }
        mark()
        if (key.isAttachedToWindow) window.showAsDropDown(key, left - keyLeft, -2 * key.height)
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
        const val TEXT_DP = 22f
    }
}
