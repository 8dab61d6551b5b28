package lightrnn.keyboard

import android.annotation.SuppressLint
import android.content.Context
import android.os.Build
import android.os.Bundle
import android.view.Gravity
import android.view.MotionEvent
import android.view.View
import android.view.ViewConfiguration
import android.view.accessibility.AccessibilityNodeInfo
import android.view.accessibility.AccessibilityNodeInfo.AccessibilityAction
import android.view.inputmethod.EditorInfo
import android.widget.LinearLayout
import android.widget.PopupWindow
import android.widget.TextView
import lightrnn.decoder.Casing

/** The keys of one page, each a view of its own, so that TalkBack finds and names them. */
@SuppressLint("ViewConstructor")
class KeysView(context: Context, private val pressed: (Key, String) -> Unit) :
    LinearLayout(context) {
    private val keyHeight = resources.getDimensionPixelSize(R.dimen.key_height)
    private val gap = resources.getDimensionPixelSize(R.dimen.key_gap)
    private val views = mutableListOf<Pair<Key, TextView>>()
    private val preview = TextView(context).apply {
        setTextColor(context.getColor(R.color.key_text))
        setBackgroundResource(R.drawable.key_special)
        setTextSize(android.util.TypedValue.COMPLEX_UNIT_DIP, PREVIEW_DP)
        gravity = Gravity.CENTER
        importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_NO
    }
    private val previewWindow = PopupWindow(preview).apply { isTouchable = false }
    private var finger: Finger? = null
    private var shown: List<List<Key>>? = null

    init {
        orientation = VERTICAL
        // The letters are in the same places whatever the language of the phone.
        layoutDirection = LAYOUT_DIRECTION_LTR
        setBackgroundColor(context.getColor(R.color.keyboard))
        setPadding(gap, gap, gap, gap)
    }

    /** Shows a page. */
    fun show(page: List<List<Key>>) {
        finger?.stop()
        if (page === shown) return
        shown = page
        removeAllViews()
        views.clear()
        for (keys in page) {
            val row = LinearLayout(context).apply { isBaselineAligned = false }
            // Shorter rows are centred, their keys as wide as in the others.
            val missing = ROW_WIDTH - keys.sumOf { it.width.toDouble() }.toFloat()
            if (missing > 0) row.addView(View(context), LayoutParams(0, 1, missing / 2))
            for (key in keys) {
                val view = view(key)
                views += key to view
                row.addView(
                    view,
                    LayoutParams(0, keyHeight, key.width).apply { setMargins(gap, gap, gap, gap) },
                )
            }
            if (missing > 0) row.addView(View(context), LayoutParams(0, 1, missing / 2))
            addView(row, LayoutParams(LayoutParams.MATCH_PARENT, LayoutParams.WRAP_CONTENT))
        }
    }

    /** Labels the keys for the shift state and what enter does. */
    fun label(shift: Casing, rules: FieldRules) {
        for ((key, view) in views) {
            val text = text(key, shift, rules)
            if (text != view.text.toString()) view.text = text
            view.contentDescription = description(key, shift, rules)
            view.isSelected = key.action == Action.SHIFT && shift != Casing.AS_IT_IS
        }
    }

    private fun text(key: Key, shift: Casing, rules: FieldRules): String = when (key.action) {
        Action.TYPE -> Typing.shifted(key.label, shift)
        Action.SHIFT -> if (shift == Casing.CAPITALS) "⇪" else key.label
        Action.ENTER -> rules.actionLabel ?: ENTER_LABELS[rules.action]?.first ?: key.label
        else -> key.label
    }

    private fun description(key: Key, shift: Casing, rules: FieldRules): String = when (key.action) {
        Action.TYPE -> {
            val name = NAMES[key.label]
            if (name != null) context.getString(name) else text(key, shift, rules)
        }
        Action.SHIFT -> context.getString(
            when (shift) {
                Casing.AS_IT_IS -> R.string.shift
                Casing.CAPITAL -> R.string.shift_on
                Casing.CAPITALS -> R.string.caps_lock_on
            },
        )
        Action.BACKSPACE -> context.getString(R.string.backspace)
        Action.ENTER -> rules.actionLabel
            ?: context.getString(ENTER_LABELS[rules.action]?.second ?: R.string.enter)
        Action.SYMBOLS -> context.getString(R.string.symbols)
        Action.MORE_SYMBOLS -> context.getString(R.string.more_symbols)
        Action.LETTERS -> context.getString(R.string.letters)
    }

    @SuppressLint("ClickableViewAccessibility") // TalkBack clicks; fingers are followed.
    private fun view(key: Key) = TextView(context).apply {
        gravity = Gravity.CENTER
        isClickable = true
        isFocusable = true
        val isLetter = key.action == Action.TYPE
        setTextColor(context.getColor(R.color.key_text))
        setTextSize(
            android.util.TypedValue.COMPLEX_UNIT_DIP,
            if (isLetter) LETTER_DP else if (key.label.length > 1) WORD_DP else SYMBOL_DP,
        )
        setBackgroundResource(if (isLetter) R.drawable.key else R.drawable.key_special)
        setOnClickListener { pressed(key, key.label) }
        setOnTouchListener(Finger(key, this))
        accessibilityDelegate = Named(key)
    }

    /** Gives TalkBack accents and caps lock as actions: it does not slide or tap twice. */
    private inner class Named(private val key: Key) : AccessibilityDelegate() {
        override fun onInitializeAccessibilityNodeInfo(host: View, info: AccessibilityNodeInfo) {
            super.onInitializeAccessibilityNodeInfo(host, info)
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) info.isTextEntryKey = true
            key.accents.forEachIndexed { place, accent ->
                info.addAction(AccessibilityAction(FIRST_ACCENT + place, accent.toString()))
            }
            if (key.action == Action.SHIFT) {
                info.addAction(AccessibilityAction(CAPS_LOCK, context.getString(R.string.caps_lock)))
            }
        }

        override fun performAccessibilityAction(host: View, action: Int, arguments: Bundle?): Boolean {
            if (key.action == Action.SHIFT && action == CAPS_LOCK) {
                repeat(2) { pressed(key, key.label) }
                return true
            }
            val accent = key.accents.getOrNull(action - FIRST_ACCENT)
                ?: return super.performAccessibilityAction(host, action, arguments)
            pressed(key, accent.toString())
            return true
        }
    }

    /** Follows a finger on a key: preview, long press, repeat. */
    private inner class Finger(private val key: Key, private val view: TextView) : OnTouchListener {
        private val held = Runnable { held() }
        private var accents: AccentsWindow? = null
        private var isDone = false

        @SuppressLint("ClickableViewAccessibility")
        override fun onTouch(touched: View, event: MotionEvent): Boolean {
            when (event.actionMasked) {
                MotionEvent.ACTION_DOWN -> down()
                MotionEvent.ACTION_MOVE -> accents?.moved(event.rawX)
                MotionEvent.ACTION_UP -> if (finger == this) up(isNear(event))
                MotionEvent.ACTION_CANCEL -> stop()
            }
            return true
        }

        private fun down() {
            // Who types fast is on the next key before the last one is left.
            finger?.up(isNear = true)
            finger = this
            isDone = false
            view.isPressed = true
            if (key.action == Action.TYPE && key.label != " ") showPreview(view)
            if (key.action == Action.BACKSPACE || key.action == Action.SHIFT) {
                view.performClick()
                isDone = true
            }
            if (key.action == Action.BACKSPACE || key.accents.isNotEmpty()) {
                view.postDelayed(held, ViewConfiguration.getLongPressTimeout().toLong())
            }
        }

        private fun held() {
            if (key.action == Action.BACKSPACE) {
                view.performClick()
                view.postDelayed(held, REPEAT_MS)
            } else {
                previewWindow.dismiss()
                val isCapital = view.text.toString() != key.label
                accents = AccentsWindow(view, key.accents.map {
                    if (isCapital) it.toString().uppercase() else it.toString()
                }).apply { show() }
            }
        }

        private fun up(isNear: Boolean) {
            val chosen = accents?.chosen
            stop()
            when {
                chosen != null -> pressed(key, chosen)
                !isDone && isNear -> view.performClick()
            }
        }

        /** A finger rolls a little over the edge of a key. */
        private fun isNear(event: MotionEvent) =
            event.x in -view.width / 2f..view.width * 1.5f &&
                event.y in -view.height.toFloat()..view.height * 1.5f

        fun stop() {
            if (finger == this) finger = null
            view.isPressed = false
            view.removeCallbacks(held)
            previewWindow.dismiss()
            accents?.dismiss()
            accents = null
        }
    }

    private fun showPreview(view: TextView) {
        previewWindow.dismiss()
        preview.text = view.text
        previewWindow.width = view.width + 2 * gap
        previewWindow.height = keyHeight
        if (isAttachedToWindow) previewWindow.showAsDropDown(view, -gap, -2 * keyHeight)
    }

    override fun onDetachedFromWindow() {
        finger?.stop()
        super.onDetachedFromWindow()
    }

    private companion object {
        const val ROW_WIDTH = 10f
        const val LETTER_DP = 22f
        const val SYMBOL_DP = 24f
        const val WORD_DP = 14f
        const val PREVIEW_DP = 28f
        const val REPEAT_MS = 50L

        // Ids of actions of one's own have a high byte that is not 0.
        const val FIRST_ACCENT = 0x7e000000
        const val CAPS_LOCK = FIRST_ACCENT - 1

        // Marks that TalkBack would pass over or read as a pause.
        val NAMES = mapOf(
            " " to R.string.space, "." to R.string.full_stop, "," to R.string.comma,
            "'" to R.string.apostrophe, "\"" to R.string.quotation_mark, "-" to R.string.hyphen,
            ":" to R.string.colon, ";" to R.string.semicolon, "!" to R.string.exclamation_mark,
            "?" to R.string.question_mark, "_" to R.string.underscore,
            "(" to R.string.open_bracket, ")" to R.string.close_bracket,
            "[" to R.string.open_square_bracket, "]" to R.string.close_square_bracket,
            "{" to R.string.open_brace, "}" to R.string.close_brace,
            "<" to R.string.less_than, ">" to R.string.greater_than,
            "~" to R.string.tilde, "`" to R.string.backtick, "|" to R.string.vertical_bar,
            "^" to R.string.caret, "\\" to R.string.backslash, "•" to R.string.bullet,
        )
        val ENTER_LABELS = mapOf(
            EditorInfo.IME_ACTION_GO to ("→" to R.string.go),
            EditorInfo.IME_ACTION_SEARCH to ("⌕" to R.string.search),
            EditorInfo.IME_ACTION_SEND to ("➤" to R.string.send),
            EditorInfo.IME_ACTION_NEXT to ("⇥" to R.string.next),
            EditorInfo.IME_ACTION_DONE to ("✓" to R.string.done),
            EditorInfo.IME_ACTION_PREVIOUS to ("⇤" to R.string.previous),
        )
    }
}
