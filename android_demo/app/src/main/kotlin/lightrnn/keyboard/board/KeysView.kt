package lightrnn.keyboard.board

import android.annotation.SuppressLint
import android.content.Context
import android.os.Build
import android.os.Bundle
import android.view.View
import android.view.accessibility.AccessibilityNodeInfo
import android.view.accessibility.AccessibilityNodeInfo.AccessibilityAction
import android.widget.LinearLayout
import lightrnn.decoder.Casing
import lightrnn.keyboard.R
import lightrnn.keyboard.typing.FieldRules
import lightrnn.keyboard.typing.Typing

/** The keys of one page, each a view of its own, so that TalkBack finds and names them. */
@SuppressLint("ViewConstructor")
class KeysView(context: Context, private val touched: Touched, popups: Popups) : LinearLayout(context) {
    private val keyHeight = resources.getDimensionPixelSize(R.dimen.key_height)
    private val gap = resources.getDimensionPixelSize(R.dimen.key_gap)
    private val views = mutableListOf<KeyView>()
    private var shift = Casing.AS_IT_IS
    private var rows: List<List<Key>>? = null
    private val fingers = Fingers(touched, popups) { Typing.shifted(it, shift) }

    init {
        orientation = VERTICAL
        // The letters are in the same places whatever the language of the phone.
        layoutDirection = LAYOUT_DIRECTION_LTR
        setPadding(gap, gap, gap, gap)
    }

    /** Shows the rows of a page. */
    fun show(page: List<List<Key>>) {
        fingers.stop()
        if (page == rows) return
        rows = page
        removeAllViews()
        views.clear()
        for (keys in page) addView(row(keys), LayoutParams(LayoutParams.MATCH_PARENT, LayoutParams.WRAP_CONTENT))
    }

    /**
     * A row. Shorter rows are centred, their keys as wide as in the others; where the board
     * is wider than thumbs reach, the halves keep to its sides.
     */
    private fun row(keys: List<Key>): LinearLayout {
        val row = LinearLayout(context).apply { isBaselineAligned = false }
        val margin = (Layout.ROW_WIDTH - keys.sumOf { it.width.toDouble() }.toFloat()) / 2
        val apart = widthBetweenHalves()
        var left = margin
        var isApart = apart == 0f
        if (margin > 0) row.addView(View(context), LayoutParams(0, 1, margin))
        for (key in keys) {
            var width = key.width
            val right = left + key.width
            if (!isApart && key.label == " " && right > MIDDLE) {
                width += apart
                isApart = true
            } else if (!isApart && left >= MIDDLE) {
                row.addView(View(context), LayoutParams(0, 1, apart))
                isApart = true
            }
            val view = view(key)
            row.addView(view, LayoutParams(0, keyHeight, width).apply { setMargins(gap, gap, gap, gap) })
            left = right
        }
        if (margin > 0) row.addView(View(context), LayoutParams(0, 1, margin))
        return row
    }

    /** How many letters would fit between the halves of a wide board. */
    private fun widthBetweenHalves(): Float {
        val most = dp(MOST_DP)
        return maxOf(0f, (resources.displayMetrics.widthPixels - most) / most * Layout.ROW_WIDTH)
    }

    /**
     * Labels the keys for the shift state and what enter does.
     *
     * @param language What the space bar says.
     */
    fun label(shift: Casing, rules: FieldRules, language: String) {
        this.shift = shift
        for (view in views) {
            val key = view.key
            val text = when (key.action) {
                Action.TYPE -> if (key.label == " ") language else Typing.shifted(key.label, shift)
                Action.ENTER -> rules.actionLabel.orEmpty()
                else -> key.label
            }
            if (text != view.text.toString()) view.text = text
            view.icon = icon(key, rules)
            view.contentDescription = description(key, rules)
            view.isSelected = key.action == Action.SHIFT && shift != Casing.AS_IT_IS
        }
    }

    private fun icon(key: Key, rules: FieldRules) = when (key.action) {
        Action.SHIFT -> when (shift) {
            Casing.AS_IT_IS -> R.drawable.shift
            Casing.CAPITAL -> R.drawable.shift_on
            Casing.CAPITALS -> R.drawable.caps_lock
        }
        Action.BACKSPACE -> R.drawable.backspace
        Action.LANGUAGE -> R.drawable.globe
        Action.EMOJI -> R.drawable.emoji
        Action.ENTER -> if (rules.actionLabel != null) 0 else Names.enter(rules.action).icon
        else -> 0
    }

    private fun description(key: Key, rules: FieldRules): String = when (key.action) {
        Action.TYPE -> Names.of(key.label)?.let(context::getString) ?: Typing.shifted(key.label, shift)
        Action.SHIFT -> context.getString(
            when (shift) {
                Casing.AS_IT_IS -> R.string.shift
                Casing.CAPITAL -> R.string.shift_on
                Casing.CAPITALS -> R.string.caps_lock_on
            },
        )
        Action.BACKSPACE -> context.getString(R.string.backspace)
        Action.ENTER -> rules.actionLabel ?: context.getString(Names.enter(rules.action).name)
        Action.SYMBOLS -> context.getString(R.string.symbols)
        Action.MORE_SYMBOLS -> context.getString(R.string.more_symbols)
        Action.LETTERS -> context.getString(R.string.letters)
        Action.EMOJI -> context.getString(R.string.emoji)
        Action.LANGUAGE -> context.getString(R.string.next_language)
    }

    @SuppressLint("ClickableViewAccessibility") // TalkBack clicks; fingers are followed.
    private fun view(key: Key) = KeyView(context, key).apply {
        views += this
        setOnClickListener { touched.pressed(key, key.label) }
        setOnTouchListener(fingers.follow(this))
        accessibilityDelegate = Named(key)
    }

    /** Gives TalkBack what a long press offers and caps lock: it does not slide or tap twice. */
    private inner class Named(private val key: Key) : AccessibilityDelegate() {
        override fun onInitializeAccessibilityNodeInfo(host: View, info: AccessibilityNodeInfo) {
            super.onInitializeAccessibilityNodeInfo(host, info)
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) info.isTextEntryKey = true
            key.more.forEachIndexed { place, character ->
                info.addAction(AccessibilityAction(FIRST_OF_MORE + place, character.toString()))
            }
            if (key.action == Action.SHIFT) {
                info.addAction(AccessibilityAction(CAPS_LOCK, context.getString(R.string.caps_lock)))
            }
        }

        override fun performAccessibilityAction(host: View, action: Int, arguments: Bundle?): Boolean {
            if (key.action == Action.SHIFT && action == CAPS_LOCK) {
                repeat(2) { touched.pressed(key, key.label) }
                return true
            }
            val character = key.more.getOrNull(action - FIRST_OF_MORE)
                ?: return super.performAccessibilityAction(host, action, arguments)
            touched.pressed(key, character.toString())
            return true
        }
    }

    override fun onDetachedFromWindow() {
        fingers.stop()
        super.onDetachedFromWindow()
    }

    private companion object {
        const val MIDDLE = Layout.ROW_WIDTH / 2

        /** Ten keys of 60 dp: what two thumbs reach. */
        const val MOST_DP = 600f

        // Ids of actions of one's own have a high byte that is not 0.
        const val FIRST_OF_MORE = 0x7e000000
        const val CAPS_LOCK = FIRST_OF_MORE - 1
    }
}
