package lightrnn.keyboard

import android.inputmethodservice.InputMethodService
import android.os.Build
import android.os.SystemClock
import android.view.View
import android.view.ViewConfiguration
import android.view.WindowInsets
import android.view.inputmethod.EditorInfo
import android.widget.LinearLayout
import lightrnn.decoder.Strip

/** The keyboard. */
class KeyboardService : InputMethodService() {
    private val typing = Typing(::changed, ::written)
    private lateinit var keyboard: Keyboard
    private var rules = FieldRules.NONE
    private var strip: StripView? = null
    private var keys: KeysView? = null
    private var page = Layout.letters
    private var lastShift: Long? = null

    override fun onCreate() {
        super.onCreate()
        keyboard = Keyboard.of(this)
    }

    override fun onCreateInputView(): View {
        val strip = StripView(this, typing::take, typing::keepTyped, ::held)
        val keys = KeysView(this, ::pressed)
        this.strip = strip
        this.keys = keys
        keys.show(page)
        // A view that is made anew, for a screen that was turned or made dark, shows nothing
        // yet, and a field that goes on where it was does not ask for the strip again.
        changed()
        return LinearLayout(this).apply {
            orientation = LinearLayout.VERTICAL
            layoutDirection = View.LAYOUT_DIRECTION_LTR
            setBackgroundColor(getColor(R.color.keyboard))
            setOnApplyWindowInsetsListener(::keepClear)
            addView(strip)
            addView(keys)
        }
    }

    /** From Android 15 on a keyboard reaches under the bar at the bottom. */
    private fun keepClear(view: View, insets: WindowInsets): WindowInsets {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
            val bars = insets.getInsets(WindowInsets.Type.systemBars() or WindowInsets.Type.displayCutout())
            view.setPadding(bars.left, 0, bars.right, bars.bottom)
        }
        return insets
    }

    override fun onStartInputView(info: EditorInfo, restarting: Boolean) {
        super.onStartInputView(info, restarting)
        val before = rules
        // A password that is shown, say, is still the same one.
        val wasPrivate = restarting && before != FieldRules.NONE && !before.learns
        val now = FieldRules.of(info).let { it.copy(learns = it.learns && !wasPrivate) }
        val isSame = restarting && now == before
        // What was typed under the rules of before ends under them.
        if (!isSame) typing.start(null)
        rules = now
        val field = currentInputConnection?.let { ConnectedField(it, info, ::sendDownUpKeyEvents) }
        // Some fields begin again after each edit.
        if (isSame && field != null) {
            keys?.label(typing.shift, rules)
            typing.goOn(field)
        } else {
            page(if (rules.isNumeric) Layout.symbols else Layout.letters)
            typing.start(field)
        }
    }

    override fun onFinishInputView(finishingInput: Boolean) {
        super.onFinishInputView(finishingInput)
        typing.start(null)
        rules = FieldRules.NONE
        keyboard.suggestions.cancel()
        keyboard.suggestions.keep()
    }

    override fun onUpdateSelection(
        oldStart: Int,
        oldEnd: Int,
        newStart: Int,
        newEnd: Int,
        candidatesStart: Int,
        candidatesEnd: Int,
    ) {
        super.onUpdateSelection(oldStart, oldEnd, newStart, newEnd, candidatesStart, candidatesEnd)
        typing.cursorMoved()
    }

    // On a small screen turned sideways the field would be hidden by a copy of itself.
    override fun onEvaluateFullscreenMode() = false

    private fun page(page: List<List<Key>>) {
        this.page = page
        keys?.show(page)
        keys?.label(typing.shift, rules)
    }

    private fun pressed(key: Key, text: String) {
        when (key.action) {
            Action.TYPE -> typing.type(text)
            Action.BACKSPACE -> typing.backspace()
            Action.ENTER -> typing.enter()
            Action.SYMBOLS -> page(Layout.symbols)
            Action.MORE_SYMBOLS -> page(Layout.moreSymbols)
            Action.LETTERS -> page(Layout.letters)
            Action.SHIFT -> {
                val now = SystemClock.uptimeMillis()
                val since = lastShift?.let { now - it } ?: Long.MAX_VALUE
                val isDoubleTap = since < ViewConfiguration.getDoubleTapTimeout()
                typing.shift(isDoubleTap)
                lastShift = if (isDoubleTap) null else now
            }
        }
        if (key.action != Action.SHIFT) lastShift = null
    }

    /** Asks for what the strip is to show; typing goes on meanwhile. */
    private fun changed() {
        keys?.label(typing.shift, rules)
        val text = if (rules.suggests && keyboard.store.suggests) typing.text() else null
        if (text != null) {
            keyboard.suggestions.ask(text, typing.shift, isPrivate = !rules.learns) { strip?.show(it) }
        } else {
            keyboard.suggestions.cancel()
            strip?.show(Strip.EMPTY)
        }
    }

    private fun written(word: String, context: String, isKept: Boolean) {
        if (rules.learns && keyboard.store.suggests) keyboard.suggestions.written(word, context, isKept)
    }

    /** A long press on a suggestion: forgotten if it was learned, else never shown again. */
    private fun held(word: String) {
        keyboard.suggestions.learned { learned ->
            val own = learned.keys.firstOrNull { it.equals(word, ignoreCase = true) }
            if (own != null) keyboard.suggestions.forget(own) else keyboard.store.block(word)
            changed()
        }
    }
}
