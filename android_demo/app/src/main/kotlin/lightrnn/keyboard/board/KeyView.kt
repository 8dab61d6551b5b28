package lightrnn.keyboard.board

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.drawable.Drawable
import android.text.TextUtils
import android.util.TypedValue
import android.view.Gravity
import android.widget.TextView
import lightrnn.keyboard.R

/**
 * A key: its label or icon, and in the corner what a long press gives.
 *
 * @property key The key.
 */
@SuppressLint("ViewConstructor")
class KeyView(context: Context, val key: Key) : TextView(context) {
    private val hintPaint = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        color = context.getColor(R.color.hint)
        textSize = dp(HINT_DP)
        textAlign = Paint.Align.RIGHT
    }
    private val hint = key.more.take(1).trim()

    /** What is drawn in place of a label; one that is there already is not loaded again. */
    var icon: Int = 0
        set(value) {
            if (value == field) return
            field = value
            drawable = if (value == 0) null else context.getDrawable(value)?.mutate()
            invalidate()
        }
    private var drawable: Drawable? = null

    init {
        gravity = Gravity.CENTER
        isClickable = true
        isFocusable = true
        maxLines = 1
        setPadding(0, 0, 0, 0)
        setTextColor(context.getColorStateList(R.color.key_text_state))
        val isLetter = key.action == Action.TYPE
        if (isLetter) {
            setTextSize(TypedValue.COMPLEX_UNIT_DIP, LETTER_DP)
        } else {
            // What an app calls its action may be long.
            ellipsize = TextUtils.TruncateAt.END
            setAutoSizeTextTypeUniformWithConfiguration(LEAST_DP, WORD_DP, 1, TypedValue.COMPLEX_UNIT_DIP)
        }
        setBackgroundResource(if (isLetter) R.drawable.key else R.drawable.key_special)
    }

    override fun onDraw(canvas: Canvas) {
        super.onDraw(canvas)
        drawable?.let {
            val half = dp(ICON_DP / 2).toInt()
            it.setBounds(width / 2 - half, height / 2 - half, width / 2 + half, height / 2 + half)
            it.setTint(textColors.getColorForState(drawableState, currentTextColor))
            it.draw(canvas)
        }
        if (hint.isNotEmpty()) canvas.drawText(hint, width - dp(HINT_EDGE_DP), dp(HINT_DP), hintPaint)
    }

    private companion object {
        const val LETTER_DP = 22f
        const val LEAST_DP = 8
        const val WORD_DP = 14
        const val ICON_DP = 24f
        const val HINT_DP = 10f
        const val HINT_EDGE_DP = 4f
    }
}
