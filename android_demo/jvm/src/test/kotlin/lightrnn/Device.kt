package lightrnn

import android.app.Activity
import android.content.Context
import android.os.Handler
import android.os.Looper
import android.os.SystemClock
import android.text.InputType
import android.view.MotionEvent
import android.view.View
import android.view.ViewGroup
import android.view.inputmethod.EditorInfo
import android.widget.EditText
import android.widget.LinearLayout
import android.widget.TextView
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread
import lightrnn.decoder.Golden
import lightrnn.decoder.ModelFile
import lightrnn.keyboard.Keyboard
import lightrnn.keyboard.KeyboardService
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf

/** The keyboard and a text field, on Android's own classes; keys are named as TalkBack does. */
class Device : AutoCloseable {
    val context: Context = RuntimeEnvironment.getApplication()
    private val activity = Robolectric.buildActivity(Activity::class.java).setup().get()
    val field = EditText(activity).also(activity::setContentView)
    lateinit var service: KeyboardService
        private set
    lateinit var view: View
        private set

    fun begin(
        inputType: Int = InputType.TYPE_CLASS_TEXT,
        imeOptions: Int = 0,
        open: () -> ModelFile = { Golden.model() },
    ) {
        if (Keyboard.shared == null) Keyboard.shared = Keyboard(context, open)
        field.inputType = inputType
        field.imeOptions = imeOptions
        field.requestFocus()
        service = Robolectric.buildService(KeyboardService::class.java).create().get()
        val info = EditorInfo()
        val connection = field.onCreateInputConnection(info)
        service.onCreateInputMethodInterface().startInput(connection, info)
        show(restarting = false)
    }

    /** The same field begins again, as another kind. */
    fun restart(inputType: Int, imeOptions: Int = 0) {
        val info = EditorInfo()
        field.onCreateInputConnection(info)
        info.inputType = inputType
        info.imeOptions = imeOptions
        service.onStartInputView(info, true)
        settle()
    }

    /**
     * The screen is turned, or made dark: Android makes the view anew, after or before the
     * field begins again.
     */
    fun reconfigure(qualifiers: String, viewIsLast: Boolean = false) {
        RuntimeEnvironment.setQualifiers(qualifiers)
        service.onConfigurationChanged(context.resources.configuration)
        if (viewIsLast) service.onStartInputView(service.currentInputEditorInfo, true)
        show(restarting = true, starts = !viewIsLast)
    }

    /** What Android does when it shows a keyboard, all but its window. */
    private fun show(restarting: Boolean, starts: Boolean = true) {
        view = service.onCreateInputView()
        if (starts) service.onStartInputView(service.currentInputEditorInfo, restarting)
        settle()
    }

    override fun close() {
        Keyboard.shared?.close()
        Keyboard.shared = null
    }

    /** Waits for the model, and for what it sets off, and lets the main thread run. */
    fun settle() {
        repeat(2) {
            val done = CountDownLatch(1)
            Keyboard.shared!!.suggestions.model { done.countDown() }
            while (done.count > 0) {
                shadowOf(Looper.getMainLooper()).idle()
                Thread.onSpinWait()
            }
            shadowOf(Looper.getMainLooper()).idle()
        }
    }

    fun views(of: View = view): List<TextView> = when (of) {
        is ViewGroup -> (0 until of.childCount).flatMap { views(of.getChildAt(it)) }
        is TextView -> listOf(of)
        else -> emptyList()
    }

    private fun named(name: String) = views().single { it.contentDescription?.toString() == name }

    fun press(name: String) {
        named(name).performClick()
        settle()
    }

    fun hold(name: String) {
        named(name).performLongClick()
        settle()
    }

    /** A finger stays on a key for so long, slides so many keys to the right, and leaves. */
    fun touch(name: String, milliseconds: Long, keysToTheRight: Int = 0) {
        val key = named(name)
        send(key, MotionEvent.ACTION_DOWN)
        shadowOf(Looper.getMainLooper()).idleFor(milliseconds, TimeUnit.MILLISECONDS)
        send(key, MotionEvent.ACTION_MOVE, keysToTheRight)
        send(key, MotionEvent.ACTION_UP, keysToTheRight)
        settle()
    }

    /** A second finger is on the next key before the first one leaves its own. */
    fun roll(first: String, second: String) {
        val keys = listOf(first, second).map(::named)
        keys.forEach { send(it, MotionEvent.ACTION_DOWN) }
        keys.forEach { send(it, MotionEvent.ACTION_UP) }
        settle()
    }

    private fun send(key: View, action: Int, keysToTheRight: Int = 0) {
        val now = SystemClock.uptimeMillis()
        val place = IntArray(2).also(key::getLocationOnScreen).map(Int::toFloat)
        val x = key.width / 2f + keysToTheRight * key.width
        // Made for the screen, as real ones are, then for the view.
        val event = MotionEvent.obtain(now, now, action, place[0] + x, place[1] + 1f, 0)
        event.offsetLocation(-place[0], -place[1])
        key.dispatchTouchEvent(event)
        event.recycle()
    }

    /** Gives the keyboard a place on the screen. */
    fun layOut() {
        activity.setContentView(LinearLayout(activity).apply {
            orientation = LinearLayout.VERTICAL
            (field.parent as? ViewGroup)?.removeView(field)
            addView(field)
            addView(view, LinearLayout.LayoutParams.MATCH_PARENT, LinearLayout.LayoutParams.WRAP_CONTENT)
        })
        shadowOf(Looper.getMainLooper()).idle()
    }

    fun type(text: String) = text.forEach { press(nameOf(it)) }

    private fun nameOf(letter: Char) = if (letter == ' ') "Space" else letter.toString()

    /** Each thread types a text; as in an app, what they do is done on the main thread. */
    fun typeFromThreads(vararg texts: String) {
        val main = Handler(Looper.getMainLooper())
        val threads = texts.map { text ->
            thread { text.forEach { main.post { named(nameOf(it)).performClick() } } }
        }
        while (threads.any(Thread::isAlive)) shadowOf(Looper.getMainLooper()).idle()
        settle()
    }

    fun suggestions() = views()
        .mapNotNull { it.contentDescription?.toString() }
        .filter { it.startsWith("Suggestion ") }
        .map { it.removePrefix("Suggestion ") }
}
