package lightrnn.keyboard

import lightrnn.decoder.Casing
import lightrnn.decoder.TextBeforeCursor
import org.junit.Assert.assertEquals
import org.junit.Test

class TypingTest {
    private val written = mutableListOf<Pair<String, String>>()
    private var changes = 0
    private val typing = Typing({ changes++ }, { word, context -> written += word to context })

    private fun begin(text: String = "", capitals: Boolean = false) =
        FakeField(text, capitals = capitals).also(typing::start)

    private fun type(text: String) = text.forEach { typing.type(it.toString()) }

    @Test
    fun lettersAreInTheFieldAtOnce() {
        val field = begin()
        type("don't go")
        assertEquals("don't go", field.text)
        assertEquals(TextBeforeCursor("don't ", "go"), typing.text())
        assertEquals(listOf("don't" to ""), written)
    }

    @Test
    fun aSuggestionTakesThePlaceOfWhatWasTyped() {
        val field = begin("so ")
        type("th")
        typing.take("there")
        assertEquals("so there ", field.text)
        assertEquals("there" to "so ", written.last())
    }

    @Test
    fun backspaceTakesASuggestionBack() {
        val field = begin("so ")
        type("th")
        typing.take("there")
        typing.backspace()
        assertEquals("so th", field.text)
        typing.backspace()
        assertEquals("so t", field.text)
    }

    @Test
    fun onlyTheNextBackspaceTakesASuggestionBack() {
        val field = begin()
        typing.take("there")
        type("x")
        typing.backspace()
        typing.backspace()
        assertEquals("there", field.text)
    }

    @Test
    fun punctuationRemovesTheSpaceOfASuggestion() {
        for (mark in ".,!?;:)") {
            val field = begin()
            typing.take("there")
            typing.type(mark.toString())
            assertEquals("there$mark", field.text)
        }
        val field = begin()
        type("there ,")
        assertEquals("A space that was typed stays.", "there ,", field.text)
        val other = begin()
        typing.take("there")
        type("(")
        assertEquals("there (", other.text)
    }

    @Test
    fun movingTheCursorReadsTheTextAgain() {
        val field = begin("one two three")
        field.cursor = 7
        typing.cursorMoved()
        assertEquals(TextBeforeCursor("one ", "two"), typing.text())
        typing.take("twice")
        assertEquals("one twice  three", field.text)
        field.cursor = 3
        typing.cursorMoved()
        typing.backspace()
        assertEquals("on twice  three", field.text)
    }

    @Test
    fun shiftIsForOneLetterAndCapsLockForAll() {
        val field = begin()
        typing.shift(false)
        type("ab")
        assertEquals("Ab", field.text)
        typing.shift(false)
        typing.shift(true)
        type("cd")
        assertEquals("AbCD", field.text)
        assertEquals(Casing.CAPITALS, typing.shift)
        typing.shift(false)
        type("e")
        assertEquals("AbCDe", field.text)
    }

    @Test
    fun sentencesBeginWithACapital() {
        val field = begin(capitals = true)
        assertEquals(Casing.CAPITAL, typing.shift)
        type("yes. no")
        assertEquals("Yes. No", field.text)
    }

    @Test
    fun aWordIsFinishedByEnterAndMarksButNotByApostrophes() {
        val field = begin()
        type("rock-'n'-roll!")
        typing.enter()
        assertEquals(listOf("rock-'n'-roll" to ""), written)
        type("hi")
        typing.enter()
        assertEquals("hi", written.last().first)
        assertEquals(2, field.entered)
    }

    @Test
    fun withoutAFieldNothingHappens() {
        typing.start(null)
        type("a ")
        typing.backspace()
        typing.enter()
        typing.take("there")
        assertEquals(TextBeforeCursor("", ""), typing.text())
        assertEquals(emptyList<Any>(), written)
    }

    @Test
    fun everyEditAsksForSuggestions() {
        begin()
        val before = changes
        type("a")
        typing.take("and")
        typing.backspace()
        assertEquals(before + 3, changes)
    }
}
