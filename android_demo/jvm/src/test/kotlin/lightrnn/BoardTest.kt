package lightrnn

import android.graphics.Color
import android.text.InputType
import android.view.KeyEvent
import android.view.View
import android.view.inputmethod.BaseInputConnection
import android.view.inputmethod.EditorInfo
import android.view.inputmethod.InputConnection
import android.view.inputmethod.InputMethodSubtype.InputMethodSubtypeBuilder
import java.io.File
import java.lang.reflect.Proxy
import lightrnn.decoder.Golden
import lightrnn.decoder.ModelFile
import lightrnn.keyboard.Correcting
import lightrnn.keyboard.Keyboard
import lightrnn.keyboard.R
import lightrnn.keyboard.board.KeyView
import lightrnn.keyboard.board.Popups
import lightrnn.keyboard.typing.ConnectedField
import lightrnn.keyboard.typing.Typing
import lightrnn.keyboard.typing.TypingListener
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Assume.assumeTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode

/** What a person sees and does on the board, in the service and with a real field. */
@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [34], qualifiers = "w411dp-h731dp-xhdpi")
class BoardTest {
    private val device = Device()
    private val text get() = device.field.text.toString()
    private val choices get() = Keyboard.shared!!.choices

    @After
    fun close() = device.close()

    private fun bundled(): ModelFile {
        val file = File("../../lightrnn_tf/pretrained/en.tflite")
        assumeTrue("no bundled model", file.exists())
        return ModelFile(Golden.direct(file.readBytes()))
    }

    private fun keys() = device.views().filterIsInstance<KeyView>()

    @Test
    fun lettersComeBackBehindASignAndASpace() {
        device.begin()
        device.press("Symbols")
        device.type(" ")
        assertTrue("A space alone changes no page.", keys().any { it.contentDescription == "7" })
        device.type("7")
        device.type(" ")
        assertTrue(keys().any { it.contentDescription == "q" })
        device.begin(InputType.TYPE_CLASS_NUMBER)
        assertFalse(keys().any { it.contentDescription == "q" })
    }

    @Test
    fun numbersHaveAPad() {
        val pin = InputType.TYPE_CLASS_NUMBER or InputType.TYPE_NUMBER_VARIATION_PASSWORD
        for (type in listOf(InputType.TYPE_CLASS_NUMBER, InputType.TYPE_CLASS_PHONE, pin)) {
            device.begin(type)
            val labels = keys().map { it.text.toString() }
            assertEquals("$type", listOf("1", "2", "3"), labels.take(3))
            assertEquals(16, labels.size)
        }
    }

    @Test
    fun theDollarComesFirstInAmerica() {
        device.begin()
        device.press("Symbols")
        assertTrue(keys().any { it.text == "$" })
        assertFalse(keys().any { it.text == "€" })
        device.press("More symbols")
        assertTrue(keys().any { it.text == "€" })
    }

    @Test
    fun fieldsWithWordsOfTheirOwnGetNone() {
        val plain = InputType.TYPE_CLASS_TEXT
        for (type in listOf(
            plain or InputType.TYPE_TEXT_VARIATION_FILTER,
            plain or InputType.TYPE_TEXT_FLAG_AUTO_COMPLETE,
        )) {
            device.begin(type)
            device.type("zebra zebra ")
            assertEquals(emptyList<String>(), device.suggestions())
            device.leave()
            assertEquals(emptyList<String>(), device.context.filesDir.list().orEmpty().filter { "words" in it })
            device.field.setText("")
        }
    }

    @Test
    fun previewsShowNoPassword() {
        for ((type, isShown) in listOf(
            InputType.TYPE_CLASS_TEXT to true,
            InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_VARIATION_PASSWORD to false,
            InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_VARIATION_VISIBLE_PASSWORD to false,
        )) {
            device.begin(type)
            device.layOut()
            assertEquals("$type", isShown, device.isPreviewed("q"))
        }
    }

    @Test
    fun nothingOpensAWindowOfItsOwn() {
        device.begin()
        device.layOut()
        device.touch("e", 1000)
        device.isPreviewed("q")
        assertEquals(1, device.windows())
    }

    @Test
    fun aLongLabelOfTheAppStaysOnOneLine() {
        for (label in listOf("Continue", "Continue to checkout")) {
            device.field.setImeActionLabel(label, 7)
            device.begin()
            device.layOut()
            val enter = keys().single { it.contentDescription == label }
            assertEquals(label, 1, enter.lineCount)
            assertTrue("${enter.textSize}", enter.layout.getLineWidth(0) <= enter.width)
            assertEquals("A word is not cut.", label == "Continue", enter.layout.getEllipsisCount(0) == 0)
        }
    }

    @Test
    fun aSpaceCorrectsIfTheUserChoseSo() {
        device.begin(open = ::bundled)
        device.type("i think teh ")
        assertEquals("By itself nothing is replaced.", "i think teh ", text)
        device.field.setText("")
        choices.correcting = Correcting.AUTOMATIC
        device.type("i think teh ")
        assertEquals("i think the ", text)
        device.press("Backspace")
        assertEquals("i think teh", text)
        device.type(" teh ")
        assertEquals("What was brought back is not corrected again.", "i think teh teh ", text)
        choices.correcting = Correcting.OFF
        device.type("becuas")
        assertFalse("because" in device.suggestions())
    }

    @Test
    fun theTypedWordIsOnTheLeftAndNeverTwice() {
        device.begin(open = ::bundled)
        for (letters in listOf("t", "h", "e")) {
            device.type(letters)
            val shown = device.strip()
            assertEquals("Keep $text as typed", shown.first())
            assertFalse(shown.toString(), "Suggestion $text" in shown)
            assertEquals(3, shown.size)
        }
    }

    @Test
    fun aSuggestionStaysInItsSlot() {
        device.begin(open = ::bundled)
        device.type("how are y")
        val place = device.strip().indexOf("Suggestion you")
        assertTrue(device.strip().toString(), place > 0)
        device.type("o")
        assertEquals(place, device.strip().indexOf("Suggestion you"))
    }

    @Test
    fun theMeterSaysWhatTheStripTook() {
        device.begin(open = ::bundled)
        device.type("how are yo")
        assertFalse(device.views().any { "MB" in it.text })
        choices.showsMeter = true
        device.press("Suggestion you")
        val line = device.views().single { "MB" in it.text && it.visibility == View.VISIBLE }.text.toString()
        assertTrue(line, Regex("""1\.\d MB · \d+\.\d ms · \d+ of \d+ rows · exact · 1 keys? saved today""").matches(line))
        device.press("Backspace")
        assertTrue(device.views().any { "0 keys saved today" in it.text })
    }

    @Test
    fun heldBackspaceDeletesLettersThenWords() {
        device.begin()
        device.layOut()
        device.field.append("word ".repeat(60))
        device.touch("Backspace", 1400)
        val letters = 300 - device.field.text.length
        assertTrue("$letters", letters in 10..30)
        device.touch("Backspace", 3000)
        assertTrue("$letters ${text.length}", 300 - letters - text.length > 50)
        assertTrue(text, text.endsWith("word ") || text.isEmpty() || "word".startsWith(text.takeLastWhile { it != ' ' }))
    }

    @Test
    fun aSwipeOnBackspaceDeletesAWord() {
        device.begin()
        device.layOut()
        device.field.append("one two three")
        device.touch("Backspace", 20, keysToTheRight = -1)
        assertEquals("one two ", text)
        for ((before, after) in listOf("so a" to "so ", "Hello I" to "Hello ", "wow!" to "wow")) {
            device.field.setText("")
            device.settle()
            device.field.append(before)
            device.touch("Backspace", 20, keysToTheRight = -1)
            assertEquals(after, text)
        }
        device.field.append("one")
        device.touch("Backspace", 20)
        assertTrue(text, text.endsWith("on"))
    }

    @Test
    fun anEditorThatTakesKeysAloneGetsBackspaceAsOne() {
        val keys = mutableListOf<Int>()
        val connection = BaseInputConnection(View(device.context), false)
        val info = EditorInfo().apply { inputType = InputType.TYPE_NULL }
        val listener = object : TypingListener {
            override fun changed() = Unit
            override fun written(word: String, context: String, isKept: Boolean) = Unit
            override fun saved(keys: Int) = Unit
        }
        val typing = Typing(listener) { 0 }
        typing.start(ConnectedField(connection, info) { keys += it })
        typing.type("a")
        typing.backspace()
        assertEquals(listOf(KeyEvent.KEYCODE_DEL), keys)
    }

    @Test
    fun aHoldOnSpaceMovesTheCursor() {
        device.begin()
        device.layOut()
        device.field.append("one two")
        device.slide("Space", -1f)
        assertTrue("${device.field.selectionEnd}", device.field.selectionEnd < 7)
        assertEquals("one two", text)
        val before = device.field.selectionEnd
        device.slide("Space", 0.2f)
        assertTrue(device.field.selectionEnd > before)
    }

    @Test
    fun emojiAreTypedAndTheLastComeFirst() {
        device.begin()
        device.layOut()
        device.press("Emoji")
        device.pressEmoji("😅")
        assertEquals("😅", text)
        device.press("Letters")
        device.press("Emoji")
        assertEquals("😅", device.emoji().first())
        assertEquals(listOf("😅"), choices.recentEmoji)
        device.begin(InputType.TYPE_CLASS_TEXT, EditorInfo.IME_FLAG_NO_PERSONALIZED_LEARNING)
        device.layOut()
        device.press("Emoji")
        device.pressEmoji("😂")
        assertEquals("Nothing is kept of a private field.", listOf("😅"), choices.recentEmoji)
    }

    @Test
    fun eachLanguageHasItsModelAndWords() {
        device.begin()
        device.type("zebra zebra ")
        device.leave()
        val models = Keyboard.shared!!.models
        models.accept(models.check(Golden.modelBytes().inputStream()).let { models.tryOut(it) })
        val folder = device.context.filesDir.resolve("models")
        assertTrue(folder.resolve("en.tflite").renameTo(folder.resolve("cs.tflite")))
        val czech = InputMethodSubtypeBuilder().setLanguageTag("cs").setSubtypeMode("keyboard").build()
        device.service.onCurrentInputMethodSubtypeChanged(czech)
        device.settle()
        assertEquals("cs", Keyboard.shared!!.language)
        assertTrue("Czech letters", keys().map { it.contentDescription }.indexOf("z") < 10)
        device.begin()
        device.type("zebra zeb")
        assertFalse("A word of English.", "zebra" in device.suggestions())
        val german = InputMethodSubtypeBuilder().setLanguageTag("de").setSubtypeMode("keyboard").build()
        device.service.onCurrentInputMethodSubtypeChanged(german)
        assertEquals("Without a model, that of the app.", "en", Keyboard.shared!!.language)
    }

    @Test
    fun theAppIsAskedNothingForALetterOrASpace() {
        val asked = mutableListOf<String>()
        device.begin(wrap = { connection ->
            val type = InputConnection::class.java
            Proxy.newProxyInstance(type.classLoader, arrayOf(type)) { _, method, arguments ->
                if (method.name.startsWith("get")) asked += method.name
                method.invoke(connection, *arguments.orEmpty())
            } as InputConnection
        })
        device.type("a")
        asked.clear()
        device.type("nd so on ")
        assertEquals(emptyList<String>(), asked)
        device.press("Suggestion ${device.suggestions()[1]}")
        assertEquals("Before words are replaced, whether they are there.", 1, asked.size)
    }

    @Test
    fun aBlockedWordIsNotShownHoweverItIsWritten() {
        device.begin(open = ::bundled)
        device.type("i live in lond")
        assertTrue("London" in device.suggestions())
        device.hold("Suggestion London")
        assertFalse("London" in device.suggestions())
        assertEquals(setOf("london"), Keyboard.shared!!.store.blocked)
    }

    @Test
    fun shiftIsToldApartAtAGlance() {
        device.begin()
        val shift = keys().single { it.contentDescription == "Shift" }
        assertFalse(shift.isSelected)
        val icon = shift.icon
        shift.performClick()
        assertTrue(shift.isSelected)
        assertFalse(icon == shift.icon)
        val colours = listOf(R.color.accent, R.color.key_special).map { Color.luminance(device.context.getColor(it)) }
        val contrast = (colours.max() + 0.05) / (colours.min() + 0.05)
        assertTrue("$contrast", contrast >= 3)
    }

    @Test
    fun popupsAreNotReadAloud() {
        device.begin()
        val popups = device.all().filterIsInstance<Popups>().single()
        assertEquals(View.IMPORTANT_FOR_ACCESSIBILITY_NO, popups.importantForAccessibility)
    }
}
