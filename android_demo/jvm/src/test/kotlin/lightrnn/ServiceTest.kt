package lightrnn

import android.text.InputType
import android.view.View
import android.view.inputmethod.EditorInfo
import java.io.File
import lightrnn.decoder.Casing
import lightrnn.decoder.DamagedModelException
import lightrnn.decoder.Golden
import lightrnn.decoder.ModelFile
import lightrnn.decoder.Strip
import lightrnn.decoder.TextBeforeCursor
import lightrnn.keyboard.Keyboard
import lightrnn.keyboard.settings.SettingsActivity
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Assume.assumeTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config

/** The service on Android's own classes, typing into a real text field. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [34], qualifiers = "w411dp-h731dp-xhdpi")
class ServiceTest {
    private val device = Device()

    @After
    fun close() = device.close()

    private fun files() = device.context.filesDir.listFiles().orEmpty().map(File::getName).toSet()

    @Test
    fun typesAndSuggests() {
        device.begin()
        assertEquals(3, device.suggestions().size)
        device.type("the")
        assertEquals("the", device.field.text.toString())
        assertTrue(device.suggestions().toString(), device.suggestions().all { it.startsWith("the", true) })
        val best = device.suggestions()[1]
        device.press("Suggestion $best")
        assertEquals("$best ", device.field.text.toString())
        device.press("Backspace")
        assertEquals("the", device.field.text.toString())
        device.press("Backspace")
        assertEquals("th", device.field.text.toString())
    }

    @Test
    fun theCursorMoves() {
        device.begin()
        device.type("one two")
        device.field.setSelection(3)
        device.service.onUpdateSelection(7, 7, 3, 3, -1, -1)
        device.settle()
        device.type("s")
        assertEquals("ones two", device.field.text.toString())
    }

    @Test
    fun backspaceDeletesWhatIsSelected() {
        device.begin()
        device.field.setText("one two")
        device.field.setSelection(1, 5)
        device.press("Backspace")
        assertEquals("owo", device.field.text.toString())
        device.field.setText("a𝒳")
        device.field.setSelection(3)
        device.press("Backspace")
        assertEquals("A character of two halves goes as a whole.", "a", device.field.text.toString())
    }

    @Test
    fun learnsNewWordsAndForgetsThem() {
        device.begin()
        device.type("zebra zebra ")
        assertFalse("Nobody waits for a file.", "user_words.json" in files())
        Keyboard.shared!!.suggestions.keep()
        device.settle()
        assertTrue("user_words.json" in files())
        device.type("zeb")
        assertTrue(device.suggestions().toString(), "zebra" in device.suggestions())
        device.hold("Suggestion zebra")
        assertFalse(device.suggestions().toString(), "zebra" in device.suggestions())
    }

    @Test
    fun aWordIsSuggestedFromTheSecondTimeOrWhenItIsHeld() {
        device.begin()
        device.type("zebra zeb")
        assertFalse(device.suggestions().toString(), "zebra" in device.suggestions())
        device.type("ulon")
        device.hold("Keep zebulon as typed")
        assertEquals("zebra zebulon ", device.field.text.toString())
        device.type("zeb")
        assertTrue(device.suggestions().toString(), "zebulon" in device.suggestions())
    }

    @Test
    fun whatWasWrittenIsSeenInAnotherFieldUnlessThatIsPrivate() {
        device.begin()
        val before = device.suggestions()
        device.type("gust gust gust gust ")
        val text = InputType.TYPE_CLASS_TEXT
        for (isPrivate in listOf(true, false)) {
            device.field.setText("")
            device.begin(text, if (isPrivate) EditorInfo.IME_FLAG_NO_PERSONALIZED_LEARNING else 0)
            assertEquals(device.suggestions().toString(), !isPrivate, "gust" in device.suggestions())
            if (isPrivate) assertEquals(before, device.suggestions())
        }
        device.leave()
        assertTrue("habits.json" in files())
    }

    @Test
    fun aLongPressBlocksAWordAtOnce() {
        device.begin()
        val best = device.suggestions()[1]
        device.hold("Suggestion $best")
        assertFalse(best in device.suggestions())
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
            device.begin(inputType, imeOptions)
            device.type("zebra ")
            assertEquals("$inputType $imeOptions", emptySet<String>(), files())
            if (imeOptions == 0) assertEquals(emptyList<String>(), device.suggestions())
            device.field.setText("")
        }
    }

    @Test
    fun aPasswordThatIsShownStaysPrivate() {
        val secret = InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_VARIATION_PASSWORD
        val incognito = EditorInfo.IME_FLAG_NO_PERSONALIZED_LEARNING
        for ((inputType, imeOptions) in listOf(secret to 0, InputType.TYPE_CLASS_TEXT to incognito)) {
            device.begin(inputType, imeOptions)
            device.type("zxsecret")
            device.restart(InputType.TYPE_CLASS_TEXT)
            device.type(" ")
            device.restart(InputType.TYPE_CLASS_TEXT)
            device.type("zxsecrets ")
            device.press("Enter")
            assertEquals("$inputType $imeOptions", emptySet<String>(), files())
            device.field.setText("")
        }
    }

    @Test
    fun fieldsInCapitalsGetCapitals() {
        device.begin(InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_FLAG_CAP_CHARACTERS)
        assertTrue(device.suggestions().toString(), device.suggestions().all { it == it.uppercase() })
    }

    @Test
    fun backspaceDeletesAnEmojiAsAWhole() {
        device.begin()
        for (emoji in listOf("👍🏽", "❤️", "😀", "🇩🇪", "👨‍👩‍👧")) {
            device.field.setText("a$emoji")
            device.field.setSelection(device.field.text.length)
            device.press("Backspace")
            assertEquals(emoji, "a", device.field.text.toString())
        }
    }

    @Test
    fun theEnterKeyHasTheNameThatTheFieldGivesIt() {
        device.field.setImeActionLabel("Login", 7)
        device.begin()
        assertTrue(device.views().any { it.contentDescription?.toString() == "Login" })
    }

    @Test
    fun talkBackHasCapsLock() {
        device.begin()
        val shift = device.views().single { it.contentDescription?.toString() == "Shift" }
        val action = shift.createAccessibilityNodeInfo().actionList.single { it.label == "Caps lock" }
        assertTrue(shift.performAccessibilityAction(action.id, null))
        device.settle()
        assertEquals("Caps lock, on", shift.contentDescription.toString())
    }

    @Test
    fun deeplyNestedUserWordsAreSetAside() {
        device.context.filesDir.resolve("user_words.json").writeText("[".repeat(200_000))
        device.begin()
        device.type("the")
        assertTrue("user_words.damaged.json" in files())
    }

    @Test
    fun withoutAModelItStillTypes() {
        device.begin(open = { throw DamagedModelException("The model is missing.") })
        device.type("the cat")
        assertEquals("the cat", device.field.text.toString())
        assertEquals(emptyList<String>(), device.suggestions())
        assertEquals("The model is missing.", Keyboard.shared!!.suggestions.problem)
    }

    @Test
    fun aDamagedModelIsNamed() {
        val bytes = Golden.modelBytes().also { it[5000] = (it[5000] + 1).toByte() }
        device.begin(open = { ModelFile(Golden.direct(bytes)) })
        device.type("a")
        assertTrue(Keyboard.shared!!.suggestions.problem!!.startsWith("The SHA-256 of model"))
    }

    @Test
    fun damagedUserWordsAreSetAside() {
        device.context.filesDir.resolve("user_words.json").writeText("{")
        device.begin()
        device.type("the")
        assertEquals(setOf("user_words.damaged.json"), files())
    }

    @Test
    fun everyKeyHasAName() {
        device.begin()
        for (page in listOf("Symbols", "More symbols", "Letters")) {
            device.press(page)
            for (key in device.views().filter { it.isClickable && it.isEnabled && it.visibility == View.VISIBLE }) {
                assertFalse("'${key.text}' on $page", key.contentDescription.isNullOrBlank())
            }
        }
    }

    @Test
    fun twoThreadsMayTypeFast() {
        device.begin()
        device.typeFromThreads("the cat ".repeat(10), "a dog is here ".repeat(10))
        val typed = device.field.text.toString()
        // Each thread's letters are all there; in which order the two come is chance, and so
        // are two spaces in haste.
        val letters = ("the cat ".repeat(10) + "a dog is here ".repeat(10)).filter(Char::isLetter)
        assertEquals(letters.toList().sorted(), typed.filter(Char::isLetter).toList().sorted())
        val shown = device.suggestions()
        var expected: Strip? = null
        Keyboard.shared!!.suggestions.ask(TextBeforeCursor.of(typed), Casing.AS_IT_IS) { expected = it.strip }
        device.settle()
        // The newest question is the one that was answered.
        val words = expected!!.words
        val wanted = if (expected!!.typed.isEmpty()) words.toSet() else (words - expected!!.typed).take(2).toSet()
        assertEquals(wanted, shown.toSet())
    }

    @Test
    fun theModelOfTheAppIsMappedIntoMemory() {
        assumeTrue("no bundled model", File("../../lightrnn_tf/pretrained/en.tflite").exists())
        Keyboard.of(device.context)
        device.begin()
        device.type("how are yo")
        assertEquals(null, Keyboard.shared!!.suggestions.problem)
        assertTrue(device.suggestions().toString(), "you" in device.suggestions())
    }

    @Test
    fun turnedSidewaysItGoesOn() {
        device.begin()
        device.type("the c")
        device.reconfigure("+land")
        device.type("at")
        assertEquals("the cat", device.field.text.toString())
    }

    @Test
    fun theStripOutlivesItsView() {
        device.begin()
        device.type("the ca")
        val before = device.suggestions()
        assertEquals(before.toString(), 2, before.size)
        for (viewIsLast in listOf(false, true)) {
            for (qualifiers in listOf("+land", "+port", "+night")) {
                device.reconfigure(qualifiers, viewIsLast)
                assertEquals("$qualifiers $viewIsLast", before, device.suggestions())
            }
        }
    }

    @Test
    fun aNewViewShowsNothingWhereNothingMayBeShown() {
        device.begin(InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_VARIATION_PASSWORD)
        device.type("the ca")
        device.reconfigure("+land")
        assertEquals(emptyList<String>(), device.suggestions())
    }

    @Test
    fun aLongPressOffersWhatTheHintSaysAndMoreToSlideTo() {
        device.begin()
        device.layOut()
        device.touch("e", 20)
        device.touch("e", 1000)
        // The edge of the board leaves no room for all of them on the right: é is on the left.
        device.touch("e", 1000, keysToTheRight = 1)
        device.touch("e", 1000, keysToTheRight = -1)
        device.touch("x", 1000)
        assertEquals("e3èéx", device.field.text.toString())
        device.press("Shift")
        device.touch("E", 1000, keysToTheRight = 1)
        assertEquals("e3èéxÈ", device.field.text.toString())
        device.press("Shift")
        device.touch("S", 1000)
        assertEquals("Of ß nobody means a capital.", "e3èéxÈß", device.field.text.toString())
    }

    @Test
    fun talkBackHasTheAccentsAsActions() {
        device.begin()
        val key = device.views().single { it.contentDescription?.toString() == "e" }
        val action = key.createAccessibilityNodeInfo().actionList.single { it.label == "ê" }
        assertTrue(key.performAccessibilityAction(action.id, null))
        device.settle()
        assertEquals("ê", device.field.text.toString())
        assertFalse(key.performAccessibilityAction(action.id + 50, null))
    }

    @Test
    fun whoTypesFastLosesNoLetter() {
        device.begin()
        device.layOut()
        device.roll("a", "b")
        assertEquals("ab", device.field.text.toString())
    }

    @Test
    fun aFingerThatLeavesAKeyTypesNothing() {
        device.begin()
        device.layOut()
        device.touch("e", 20, keysToTheRight = 3)
        assertEquals("", device.field.text.toString())
    }

    @Test
    fun backspaceRepeats() {
        device.begin()
        device.layOut()
        device.field.append("a long line of text")
        device.touch("Backspace", 20)
        assertEquals("a long line of tex", device.field.text.toString())
        device.touch("Backspace", 900)
        val left = device.field.text.length
        assertTrue("$left", left in 2..14)
    }

    @Test
    fun theSettingsSayWhyThereAreNoSuggestions() {
        Keyboard.shared = Keyboard(device.context) { throw DamagedModelException("It is damaged.") }
        val settings = Robolectric.buildActivity(SettingsActivity::class.java).setup().get()
        device.settle()
        val texts = device.views(settings.findViewById(android.R.id.content)).map { it.text.toString() }
        assertTrue(texts.toString(), "There are no suggestions: It is damaged." in texts)
    }

    @Test
    fun theEnterKeyDoesWhatTheFieldIsFor() {
        var action = 0
        device.field.setOnEditorActionListener { _, id, _ ->
            action = id
            true
        }
        device.begin(imeOptions = EditorInfo.IME_ACTION_SEARCH)
        device.press("Search")
        assertEquals(EditorInfo.IME_ACTION_SEARCH, action)
    }
}
