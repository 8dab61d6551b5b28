package lightrnn.keyboard.board

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.RectF
import android.view.View
import lightrnn.keyboard.R

/**
 * What stands above a key while a finger is on it: its letter, or the characters that a
 * long press offers. It is drawn over the board, without a window of its own.
 */
@SuppressLint("ViewConstructor")
class Popups(context: Context) : View(context) {
    private var offered = emptyList<String>()
    private var place = RectF()
    private val radius = dp(RADIUS_DP)
    private val back = Paint(Paint.ANTI_ALIAS_FLAG).apply { color = context.getColor(R.color.key_special) }
    private val mark = Paint(Paint.ANTI_ALIAS_FLAG).apply { color = context.getColor(R.color.accent) }
    private val text = Paint(Paint.ANTI_ALIAS_FLAG).apply { textAlign = Paint.Align.CENTER }

    /** Whether something is shown. */
    val isShowing get() = offered.isNotEmpty()

    /** Which of several is chosen by the finger, null if there is one alone. */
    var chosen: String? = null
        private set

    init {
        importantForAccessibility = IMPORTANT_FOR_ACCESSIBILITY_NO
        elevation = dp(ELEVATION_DP)
    }

    /** Shows what a key types. */
    fun preview(key: View, character: String) = show(key, listOf(character), null)

    /** Offers characters, the first of them above the key. */
    fun offer(key: View, characters: List<String>) {
        // At the edge of the board some of them have to lie to the left of the key.
        val missing = maxOf(0f, leftOf(key) + key.width * characters.size - width)
        val before = minOf(((missing + key.width - 1) / key.width).toInt(), characters.size - 1)
        val inOrder = characters.subList(1, before + 1).reversed() + characters.first() +
            characters.subList(before + 1, characters.size)
        show(key, inOrder, characters.first(), before)
    }

    private fun show(key: View, characters: List<String>, chosen: String?, before: Int = 0) {
        offered = characters
        this.chosen = chosen
        val left = leftOf(key) - before * key.width
        val top = maxOf(0f, topOf(key) - key.height)
        place.set(left, top, left + key.width * characters.size, top + key.height)
        invalidate()
    }

    /** The finger is at a place of the screen. */
    fun moved(x: Float) {
        if (chosen == null) return
        val own = IntArray(2).also(::getLocationOnScreen)[0]
        val number = ((x - own - place.left) / (place.width() / offered.size)).toInt()
        chosen = offered[number.coerceIn(offered.indices)]
        invalidate()
    }

    fun clear() {
        offered = emptyList()
        chosen = null
        invalidate()
    }

    override fun onDraw(canvas: Canvas) {
        if (offered.isEmpty()) return
        canvas.drawRoundRect(place, radius, radius, back)
        val width = place.width() / offered.size
        text.textSize = dp(if (chosen == null) PREVIEW_DP else TEXT_DP)
        val middle = place.centerY() - (text.ascent() + text.descent()) / 2
        offered.forEachIndexed { n, character ->
            val left = place.left + n * width
            val isChosen = character == chosen
            if (isChosen) canvas.drawRoundRect(left, place.top, left + width, place.bottom, radius, radius, mark)
            text.color = context.getColor(if (isChosen) R.color.on_accent else R.color.key_text)
            canvas.drawText(character, left + width / 2, middle, text)
        }
    }

    private fun leftOf(key: View) = (on(key)[0] - on(this)[0]).toFloat()

    private fun topOf(key: View) = (on(key)[1] - on(this)[1]).toFloat()

    private fun on(view: View) = IntArray(2).also(view::getLocationInWindow)

    private companion object {
        const val RADIUS_DP = 6f
        const val ELEVATION_DP = 4f
        const val PREVIEW_DP = 28f
        const val TEXT_DP = 22f
    }
}
