package lightrnn

import android.app.Activity
import android.content.Context
import android.os.Looper
import android.text.InputType
import android.view.View
import android.view.ViewGroup
import android.view.inputmethod.EditorInfo
import android.widget.EditText
import android.widget.TextView
import java.io.File
import lightrnn.decoder.DamagedModelException
import lightrnn.decoder.Golden
import lightrnn.decoder.ModelFile
import lightrnn.keyboard.Keyboard
import lightrnn.keyboard.KeyboardService
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** The service on Android's own classes, typing into a real text field. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [34], qualifiers = "w411dp-h731dp-xhdpi")
class ServiceTest {
    private val context: Context = RuntimeEnvironment.getApplication()
    private val activity = Robolectric.buildActivity(Activity::class.java).setup().get()
    private val field = EditText(activity).also(activity::setContentView)
    private lateinit var service: KeyboardService
    private lateinit var view: View

    private fun begin(
        inputType: Int = InputType.TYPE_CLASS_TEXT,
        imeOptions: Int = 0,
        open: () -> ModelFile = { Golden.model() },
    ) {
        if (Keyboard.shared == null) Keyboard.shared = Keyboard(context, open)
        field.inputType = inputType
        field.imeOptions = imeOptions
        field.requestFocus()
        service = Robolectric.buildService(KeyboardService::class.java).create().get()
        view = service.onCreateInputView()
        val info = EditorInfo()
        val connection = field.onCreateInputConnection(info)
        service.onCreateInputMethodInterface().startInput(connection, info)
        service.onStartInputView(info, false)
        settle()
    }

    @After
    fun close() {
        Keyboard.shared?.close()
        Keyboard.shared = null
    }

    /** Waits for the model and lets the main thread run. */
    private fun settle() {
        val done = java.util.concurrent.CountDownLatch(1)
        Keyboard.shared!!.suggestions.model { done.countDown() }
        while (done.count > 0) {
            shadowOf(Looper.getMainLooper()).idle()
            Thread.sleep(1)
        }
        shadowOf(Looper.getMainLooper()).idle()
    }

    private fun views(of: View = view): List<TextView> = when (of) {
        is ViewGroup -> (0 until of.childCount).flatMap { views(of.getChildAt(it)) }
        is TextView -> listOf(of)
        else -> emptyList()
    }

    private fun press(description: String) {
        views().single { it.contentDescription?.toString() == description }.performClick()
        settle()
    }

    private fun type(text: String) = text.forEach { press(if (it == ' ') "Space" else it.toString()) }

    private fun suggestions() = views()
        .mapNotNull { it.contentDescription?.toString() }
        .filter { it.startsWith("Suggestion ") }
        .map { it.removePrefix("Suggestion ") }

    private fun files() = context.filesDir.listFiles().orEmpty().map(File::getName).toSet()

    @Test
    fun typesAndSuggests() {
        begin()
        assertEquals(3, suggestions().size)
        type("the")
        assertEquals("the", field.text.toString())
        assertTrue(suggestions().toString(), suggestions().all { it.startsWith("the", true) })
        val best = suggestions()[1]
        press("Suggestion $best")
        assertEquals("$best ", field.text.toString())
        press("Backspace")
        assertEquals("the", field.text.toString())
        press("Backspace")
        assertEquals("th", field.text.toString())
    }

    @Test
    fun theCursorMoves() {
        begin()
        type("one two")
        field.setSelection(3)
        service.onUpdateSelection(7, 7, 3, 3, -1, -1)
        settle()
        type("s")
        assertEquals("ones two", field.text.toString())
    }

    @Test
    fun backspaceDeletesWhatIsSelected() {
        begin()
        field.setText("one two")
        field.setSelection(1, 5)
        press("Backspace")
        assertEquals("owo", field.text.toString())
        field.setText("a𝒳")
        field.setSelection(3)
        press("Backspace")
        assertEquals("A character of two halves goes as a whole.", "a", field.text.toString())
    }

    @Test
    fun learnsNewWordsAndForgetsThem() {
        begin()
        type("zebra zebra ")
        settle()
        assertTrue("user_words.json" in files())
        type("zeb")
        assertTrue(suggestions().toString(), "zebra" in suggestions())
        views().single { it.contentDescription?.toString() == "Suggestion zebra" }.performLongClick()
        settle()
        settle()
        assertFalse(suggestions().toString(), "zebra" in suggestions())
    }

    @Test
    fun aLongPressBlocksAWordAtOnce() {
        begin()
        val best = suggestions()[1]
        views().single { it.contentDescription?.toString() == "Suggestion $best" }.performLongClick()
        settle()
        settle()
        assertFalse(best in suggestions())
        assertEquals(setOf(best.lowercase()), Keyboard.shared!!.store.blocked)
    }

    @Test
    fun nothingIsKeptWhereItMustNotBe() {
        val text = InputType.TYPE_CLASS_TEXT
        val fields = listOf(
            text or InputType.TYPE_TEXT_VARIATION_PASSWORD to 0,
            text or InputType.TYPE_TEXT_VARIATION_VISIBLE_PASSWORD to 0,
            text or InputType.TYPE_TEXT_VARIATION_WEB_PASSWORD to 0,
            text or InputType.TYPE_TEXT_FLAG_NO_SUGGESTIONS to 0,
            text to EditorInfo.IME_FLAG_NO_PERSONALIZED_LEARNING,
        )
        for ((inputType, imeOptions) in fields) {
            begin(inputType, imeOptions)
            type("zebra ")
            settle()
            assertEquals("$inputType $imeOptions", emptySet<String>(), files())
            if (imeOptions == 0) assertEquals(emptyList<String>(), suggestions())
            field.setText("")
        }
    }

    @Test
    fun withoutAModelItStillTypes() {
        begin(open = { throw DamagedModelException("The model is missing.") })
        type("the cat")
        assertEquals("the cat", field.text.toString())
        assertEquals(emptyList<String>(), suggestions())
        assertEquals("The model is missing.", Keyboard.shared!!.suggestions.problem)
    }

    @Test
    fun aDamagedModelIsNamed() {
        val bytes = Golden.modelBytes().also { it[5000] = (it[5000] + 1).toByte() }
        begin(open = { ModelFile(Golden.direct(bytes)) })
        type("a")
        assertTrue(Keyboard.shared!!.suggestions.problem!!.startsWith("The SHA-256 of model"))
    }

    @Test
    fun damagedUserWordsAreSetAside() {
        context.filesDir.resolve("user_words.json").writeText("{")
        begin()
        type("the")
        assertEquals(setOf("user_words.damaged.json"), files())
    }

    @Test
    fun everyKeyHasAName() {
        begin()
        for (page in listOf("Symbols", "More symbols", "Letters")) {
            press(page)
            for (key in views().filter { it.isClickable && it.isEnabled && it.visibility == View.VISIBLE }) {
                assertFalse("'${key.text}' on $page", key.contentDescription.isNullOrBlank())
            }
        }
    }

    @Test
    fun turnedSidewaysItGoesOn() {
        begin()
        type("the c")
        RuntimeEnvironment.setQualifiers("+land")
        view = service.onCreateInputView()
        service.onStartInputView(service.currentInputEditorInfo, true)
        settle()
        type("at")
        assertEquals("the cat", field.text.toString())
    }

    @Test
    fun theEnterKeyDoesWhatTheFieldIsFor() {
        var action = 0
        field.setOnEditorActionListener { _, id, _ ->
            action = id
            true
        }
        begin(imeOptions = EditorInfo.IME_ACTION_SEARCH)
        press("Search")
        assertEquals(EditorInfo.IME_ACTION_SEARCH, action)
    }
}
