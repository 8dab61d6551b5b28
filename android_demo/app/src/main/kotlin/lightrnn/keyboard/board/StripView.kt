package lightrnn.keyboard.board

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
import lightrnn.keyboard.R

/** What may be done with a word of the strip. */
interface Chosen {
    fun take(word: String)

    /** The word stays as it was typed. */
    fun keepTyped(isOnPurpose: Boolean)

    /** A long press on a suggestion. */
    fun held(word: String)
}

/** The strip of three slots over the keys. */
@SuppressLint("ViewConstructor")
class StripView(context: Context, private val chosen: Chosen) : LinearLayout(context) {
    private val views = List(3) { slot() }

    /**
     * Whether a space takes the word that was surely meant, which then is marked.
     */
    var isAutomatic = false

    private var slots = Slots.EMPTY

    init {
        // Of right-to-left languages, too, the best word is in the middle.
        layoutDirection = LAYOUT_DIRECTION_LTR
        showDividers = SHOW_DIVIDER_MIDDLE
        dividerDrawable = context.getDrawable(R.drawable.strip_divider)
        views.forEachIndexed { place, view ->
            view.setOnClickListener { taken(place) }
            view.setOnLongClickListener {
                held(place)
                true
            }
            view.accessibilityDelegate = Held(place)
        }
        views[1].typeface = android.graphics.Typeface.DEFAULT_BOLD
        show(Strip.EMPTY)
    }

    private fun slot() = TextView(context).apply {
        gravity = Gravity.CENTER
        maxLines = 1
        ellipsize = TextUtils.TruncateAt.MIDDLE
        setTextColor(context.getColorStateList(R.color.key_text_state))
        setTextSize(TypedValue.COMPLEX_UNIT_DIP, TEXT_DP)
        setBackgroundResource(R.drawable.slot)
        val height = resources.getDimensionPixelSize(R.dimen.strip_height)
        this@StripView.addView(this, LayoutParams(0, height, 1f))
    }

    private fun isTyped(place: Int) = place == 0 && slots.typed.isNotEmpty()

    private fun taken(place: Int) {
        if (isTyped(place)) chosen.keepTyped(isOnPurpose = false) else slots.words[place]?.let(chosen::take)
    }

    private fun held(place: Int) {
        if (isTyped(place)) chosen.keepTyped(isOnPurpose = true) else slots.words[place]?.let(chosen::held)
    }

    fun show(strip: Strip) {
        slots = slots.next(strip)
        views.forEachIndexed { place, view ->
            val word = slots.words[place].orEmpty()
            view.text = if (isTyped(place)) context.getString(R.string.typed, word) else word
            view.isEnabled = word.isNotEmpty()
            view.isSelected = place == 1 && slots.isSure && isAutomatic
            view.contentDescription = when {
                word.isEmpty() -> null
                isTyped(place) -> context.getString(R.string.keep_typed, word)
                else -> context.getString(R.string.suggestion, word)
            }
            view.importantForAccessibility = if (word.isEmpty()) {
                View.IMPORTANT_FOR_ACCESSIBILITY_NO
            } else {
                View.IMPORTANT_FOR_ACCESSIBILITY_YES
            }
        }
    }

    /** Says what holding a word is for. */
    private inner class Held(private val place: Int) : AccessibilityDelegate() {
        override fun onInitializeAccessibilityNodeInfo(host: View, info: AccessibilityNodeInfo) {
            super.onInitializeAccessibilityNodeInfo(host, info)
            val name = host.context.getString(if (isTyped(place)) R.string.learn_typed else R.string.never_suggest)
            info.addAction(AccessibilityAction(AccessibilityAction.ACTION_LONG_CLICK.id, name))
        }
    }

    private companion object {
        const val TEXT_DP = 17f
    }
}
