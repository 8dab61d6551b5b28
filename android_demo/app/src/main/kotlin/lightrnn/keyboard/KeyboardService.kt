package lightrnn.keyboard

import android.inputmethodservice.InputMethodService
import android.os.Build
import android.view.View
import android.view.WindowInsets
import android.view.inputmethod.EditorInfo
import android.view.inputmethod.InputMethodManager
import android.view.inputmethod.InputMethodSubtype
import lightrnn.keyboard.board.Board
import lightrnn.keyboard.typing.ConnectedField
import lightrnn.keyboard.typing.FieldRules

/** The keyboard. */
class KeyboardService : InputMethodService() {
    private lateinit var keyboard: Keyboard
    private lateinit var board: Board
    private var rules = FieldRules.NONE

    override fun onCreate() {
        super.onCreate()
        keyboard = Keyboard.of(this)
        board = Board(keyboard) { if (hasOtherLanguage()) ::nextLanguage else null }
        getSystemService(InputMethodManager::class.java).currentInputMethodSubtype?.let(::speak)
    }

    override fun onCreateInputView(): View = board.newView(this).apply {
        setOnApplyWindowInsetsListener(::keepClear)
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
        rules = FieldRules.of(info).let { it.copy(learns = it.learns && !wasPrivate) }
        val field = currentInputConnection?.let { ConnectedField(it, info, ::sendDownUpKeyEvents) }
        // Some fields begin again after each edit.
        if (restarting && rules == before && field != null) board.goOn(field) else board.start(field, rules)
    }

    override fun onFinishInputView(finishingInput: Boolean) {
        super.onFinishInputView(finishingInput)
        board.leave()
        rules = FieldRules.NONE
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
        board.cursorMoved(newStart, newEnd)
    }

    // On a small screen turned sideways the field would be hidden by a copy of itself.
    override fun onEvaluateFullscreenMode() = false

    public override fun onCurrentInputMethodSubtypeChanged(subtype: InputMethodSubtype) {
        super.onCurrentInputMethodSubtypeChanged(subtype)
        speak(subtype)
        board.languageChanged()
    }

    private fun speak(subtype: InputMethodSubtype) = keyboard.use(subtype.languageTag)

    private fun hasOtherLanguage() =
        Build.VERSION.SDK_INT >= Build.VERSION_CODES.P && shouldOfferSwitchingToNextInputMethod()

    private fun nextLanguage() {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) switchToNextInputMethod(false)
    }
}
