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
import android.view.inputmethod.InputConnection
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
import lightrnn.keyboard.board.EmojiView
import lightrnn.keyboard.board.Popups
import lightrnn.keyboard.board.StripView
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf

/** The keyboard and a text field, on Android's own classes; keys are named as TalkBack does. */
class Device : AutoCloseable {
    val context: Context = RuntimeEnvironment.getApplication()
    private val activity = Robolectric.buildActivity(Activity::class.java).setup().get()
    val field: EditText = Field(activity).also(activity::setContentView)

    /** A field that reports where its cursor is, as Android's own does through its manager. */
    private inner class Field(context: Context) : EditText(context) {
        var isHeard = false

        override fun onSelectionChanged(start: Int, end: Int) {
            super.onSelectionChanged(start, end)
            if (isHeard) Handler(Looper.getMainLooper()).post { service.onUpdateSelection(-1, -1, start, end, -1, -1) }
        }
    }

    lateinit var service: KeyboardService
        private set
    lateinit var view: View
        private set

    fun begin(
        inputType: Int = InputType.TYPE_CLASS_TEXT,
        imeOptions: Int = 0,
        wrap: (InputConnection) -> InputConnection = { it },
        open: () -> ModelFile = { Golden.model() },
    ) {
        if (Keyboard.shared == null) Keyboard.shared = Keyboard(context, open)
        field.inputType = inputType
        field.imeOptions = imeOptions
        field.requestFocus()
        service = Robolectric.buildService(KeyboardService::class.java).create().get()
        val info = EditorInfo()
        val connection = wrap(field.onCreateInputConnection(info)!!)
        service.onCreateInputMethodInterface().startInput(connection, info)
        (field as Field).isHeard = true
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

    /** The field is left. */
    fun leave() {
        service.onFinishInputView(true)
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

    /** A view and all that is in it. */
    fun all(of: View = view): List<View> = listOf(of) +
        if (of is ViewGroup) (0 until of.childCount).flatMap { all(of.getChildAt(it)) } else emptyList()

    fun views(of: View = view): List<TextView> = all(of).filterIsInstance<TextView>()

    /** How many windows there are. */
    fun windows(): Int {
        val manager = Class.forName("android.view.WindowManagerGlobal").getMethod("getInstance").invoke(null)
        return (manager.javaClass.getMethod("getViewRootNames").invoke(manager) as Array<*>).size
    }

    /** Whether what a key types is shown above it while a finger is on it. */
    fun isPreviewed(name: String): Boolean {
        val key = named(name)
        send(key, MotionEvent.ACTION_DOWN)
        val isShown = all().filterIsInstance<Popups>().single().isShowing
        send(key, MotionEvent.ACTION_UP)
        settle()
        return isShown
    }

    /** A finger is held on a key and slides by so many widths of it. */
    fun slide(name: String, widths: Float) {
        val key = named(name)
        send(key, MotionEvent.ACTION_DOWN)
        shadowOf(Looper.getMainLooper()).idleFor(1000, TimeUnit.MILLISECONDS)
        for (step in 1..STEPS) {
            send(key, MotionEvent.ACTION_MOVE, widths * step / STEPS)
            settle()
        }
        send(key, MotionEvent.ACTION_UP, widths)
        settle()
    }

    /** The names in the strip, from left to right. */
    fun strip(): List<String> = all().filterIsInstance<StripView>().single().let(::views)
        .mapNotNull { it.contentDescription?.toString() }

    private fun emojiView() = all().filterIsInstance<EmojiView>().single()

    fun emoji(): List<String> = (0 until emojiView().adapter.count).map { emojiView().adapter.getItem(it) as String }

    fun pressEmoji(emoji: String) {
        val place = emoji().indexOf(emoji)
        emojiView().adapter.getView(place, null, emojiView()).performClick()
        settle()
    }

    private fun named(name: String): TextView {
        // What a test did to the field is reported before the next key.
        shadowOf(Looper.getMainLooper()).idle()
        return views().single { it.contentDescription?.toString() == name }
    }

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
        send(key, MotionEvent.ACTION_MOVE, keysToTheRight.toFloat())
        send(key, MotionEvent.ACTION_UP, keysToTheRight.toFloat())
        settle()
    }

    /** A second finger is on the next key before the first one leaves its own. */
    fun roll(first: String, second: String) {
        val keys = listOf(first, second).map(::named)
        keys.forEach { send(it, MotionEvent.ACTION_DOWN) }
        keys.forEach { send(it, MotionEvent.ACTION_UP) }
        settle()
    }

    private fun send(key: View, action: Int, keysToTheRight: Float = 0f) {
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

    private companion object {
        const val STEPS = 20
    }
}
