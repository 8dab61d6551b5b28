package lightrnn.keyboard.board

import android.annotation.SuppressLint
import android.view.MotionEvent
import android.view.View
import android.view.ViewConfiguration
import kotlin.math.abs

/** What a finger on a key may do. */
interface Touched {
    fun pressed(key: Key, text: String)

    /** A finger is down on a key. */
    fun down(view: KeyView)

    /** Whether a look at the board shows what was typed. */
    val showsTyped: Boolean

    fun deleteWord()

    fun moveCursor(forward: Boolean)
}

/**
 * Follows the fingers on the keys: preview, long press, repeat, slides.
 *
 * @param capital A character as the shift key has it now.
 */
class Fingers(
    private val touched: Touched,
    private val popups: Popups,
    private val capital: (String) -> String,
) {
    private var finger: Finger? = null

    /** Lets go of the key that is held. */
    fun stop() {
        finger?.stop()
    }

    fun follow(view: KeyView): View.OnTouchListener = Finger(view)

    private inner class Finger(private val view: KeyView) : View.OnTouchListener {
        private val key = view.key
        private val held = Runnable { held() }
        private var isDone = false
        private var repeats = 0
        private var slidFrom = 0f
        private var isSliding = false

        @SuppressLint("ClickableViewAccessibility")
        override fun onTouch(touchedView: View, event: MotionEvent): Boolean {
            when (event.actionMasked) {
                MotionEvent.ACTION_DOWN -> down(event.rawX)
                MotionEvent.ACTION_MOVE -> if (finger == this) moved(event.rawX)
                MotionEvent.ACTION_UP -> if (finger == this) up(event)
                MotionEvent.ACTION_CANCEL -> stop()
            }
            return true
        }

        private fun down(x: Float) {
            // Who types fast is on the next key before the last one is left.
            finger?.let { if (it != this) it.finish(isNear = true) }
            finger = this
            isDone = false
            isSliding = false
            repeats = 0
            slidFrom = x
            view.isPressed = true
            touched.down(view)
            if (key.action == Action.TYPE && key.label != " " && touched.showsTyped) {
                popups.preview(view, view.text.toString())
            }
            if (key.action == Action.SHIFT) {
                view.performClick()
                isDone = true
            }
            if (key.action == Action.BACKSPACE || key.label == " " || key.more.isNotEmpty()) {
                view.postDelayed(held, ViewConfiguration.getLongPressTimeout().toLong())
            }
        }

        private fun held() {
            when {
                key.action == Action.BACKSPACE -> {
                    isDone = true
                    // Who holds it on wants more gone: words instead of letters.
                    if (++repeats <= LETTERS_REPEATED) view.performClick() else touched.deleteWord()
                    view.postDelayed(held, if (repeats < LETTERS_REPEATED) LETTER_MS else WORD_MS)
                }
                key.label == " " -> {
                    isSliding = true
                    isDone = true
                }
                else -> popups.offer(view, key.more.map { capital(it.toString()) })
            }
        }

        private fun moved(x: Float) {
            popups.moved(x)
            val far = x - slidFrom
            val step = view.height / STEPS_A_HEIGHT
            if (isSliding && abs(far) >= step) {
                touched.moveCursor(forward = far > 0)
                slidFrom += if (far > 0) step else -step
            }
            if (key.action == Action.BACKSPACE && repeats == 0 && far < -view.width / 2) {
                view.removeCallbacks(held)
                isDone = true
                touched.deleteWord()
                // One swipe, one word.
                slidFrom = -Float.MAX_VALUE
            }
        }

        private fun up(event: MotionEvent) = finish(
            // A finger rolls a little over the edge of a key.
            event.x in -view.width / 2f..view.width * 1.5f &&
                event.y in -view.height.toFloat()..view.height * 1.5f,
        )

        private fun finish(isNear: Boolean) {
            val chosen = popups.chosen
            stop()
            when {
                chosen != null -> touched.pressed(key, chosen)
                !isDone && isNear -> view.performClick()
            }
        }

        fun stop() {
            if (finger == this) finger = null
            view.isPressed = false
            view.removeCallbacks(held)
            popups.clear()
        }
    }

    private companion object {
        const val LETTER_MS = 50L
        const val WORD_MS = 150L
        const val LETTERS_REPEATED = 20
        const val STEPS_A_HEIGHT = 3f
    }
}
