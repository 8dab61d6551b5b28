package lightrnn.keyboard.board

import android.content.Context
import android.text.TextUtils
import android.util.TypedValue
import android.view.Gravity
import android.widget.TextView
import lightrnn.keyboard.Answer
import lightrnn.keyboard.R

/** One line that says what the last strip took: bytes, time, rows of the table. */
class MeterView(context: Context) : TextView(context) {
    init {
        gravity = Gravity.CENTER
        maxLines = 1
        ellipsize = TextUtils.TruncateAt.END
        setTextColor(context.getColor(R.color.hint))
        setTextSize(TypedValue.COMPLEX_UNIT_DIP, TEXT_DP)
        val edge = resources.getDimensionPixelSize(R.dimen.key_gap)
        setPadding(edge, edge, edge, edge)
        // What changes with each letter would be read aloud with each letter.
        importantForAccessibility = IMPORTANT_FOR_ACCESSIBILITY_NO
    }

    /** @param saved How many keys were saved today. */
    fun show(answer: Answer, saved: Int) {
        val cost = answer.cost ?: return
        text = context.getString(
            R.string.meter,
            cost.bytes / BYTES_OF_MB,
            cost.nanoseconds / NANOSECONDS_OF_MS,
            cost.rowsExpanded,
            cost.rows,
            saved,
        )
    }

    private companion object {
        const val TEXT_DP = 12f
        const val BYTES_OF_MB = 1e6
        const val NANOSECONDS_OF_MS = 1e6
    }
}
