package lightrnn.keyboard

import android.annotation.SuppressLint
import android.content.Context
import android.text.TextUtils
import android.util.TypedValue
import android.view.Gravity
import android.view.View
import android.view.accessibility.AccessibilityNodeInfo
import android.view.accessibility.AccessibilityNodeInfo.AccessibilityAction
import android.widget.LinearLayout
import android.widget.TextView
import lightrnn.decoder.Strip

/**
 * Three suggestions in places that stay, the best in the middle, and on the left the word
 * as it was typed.
 */
@SuppressLint("ViewConstructor")
class StripView(
    context: Context,
    private val taken: (String) -> Unit,
    private val typedKept: (onPurpose: Boolean) -> Unit,
    private val held: (String) -> Unit,
) : LinearLayout(context) {
    private val typed = slot(SIDE).apply {
        setTextColor(context.getColor(R.color.typed_text))
        setOnClickListener { typedKept(false) }
        setOnLongClickListener {
            typedKept(true)
            true
        }
        accessibilityDelegate = Held(R.string.learn_typed)
    }
    private val slots = List(3) { slot(1f) }

    init {
        setBackgroundColor(context.getColor(R.color.strip))
        for (slot in slots) {
            slot.setOnClickListener { taken(slot.text.toString()) }
            slot.setOnLongClickListener {
                held(slot.text.toString())
                true
            }
            slot.accessibilityDelegate = Held(R.string.never_suggest)
        }
        slots[1].typeface = android.graphics.Typeface.DEFAULT_BOLD
        // As wide as the typed word on the other side, so that the best one is central.
        addView(View(context), LayoutParams(0, 0, SIDE))
        show(Strip.EMPTY)
    }

    private fun slot(weight: Float) = TextView(context).apply {
        gravity = Gravity.CENTER
        maxLines = 1
        ellipsize = TextUtils.TruncateAt.MIDDLE
        setTextColor(context.getColor(R.color.key_text))
        setTextSize(TypedValue.COMPLEX_UNIT_DIP, TEXT_DP)
        setBackgroundResource(R.drawable.slot)
        val height = resources.getDimensionPixelSize(R.dimen.strip_height)
        this@StripView.addView(this, LayoutParams(0, height, weight))
    }

    fun show(strip: Strip) {
        val isShownAnyway = strip.typed.isEmpty() || strip.typed in strip.words
        typed.visibility = if (isShownAnyway) View.INVISIBLE else View.VISIBLE
        typed.text = context.getString(R.string.typed, strip.typed)
        typed.contentDescription = context.getString(R.string.keep_typed, strip.typed)
        for ((slot, place) in slots.zip(PLACES)) {
            val word = strip.words.getOrNull(place).orEmpty()
            slot.text = word
            slot.isEnabled = word.isNotEmpty()
            slot.contentDescription =
                if (word.isEmpty()) null else context.getString(R.string.suggestion, word)
            slot.importantForAccessibility = if (word.isEmpty()) {
                View.IMPORTANT_FOR_ACCESSIBILITY_NO
            } else {
                View.IMPORTANT_FOR_ACCESSIBILITY_YES
            }
        }
    }

    /** Says what holding a word is for. */
    private class Held(private val what: Int) : AccessibilityDelegate() {
        override fun onInitializeAccessibilityNodeInfo(host: View, info: AccessibilityNodeInfo) {
            super.onInitializeAccessibilityNodeInfo(host, info)
            val name = host.context.getString(what)
            info.addAction(AccessibilityAction(AccessibilityAction.ACTION_LONG_CLICK.id, name))
        }
    }

    private companion object {
        const val TEXT_DP = 17f
        const val SIDE = 0.7f

        // Which of the words, best first, is on the left, in the middle and on the right.
        val PLACES = listOf(1, 0, 2)
    }
}
