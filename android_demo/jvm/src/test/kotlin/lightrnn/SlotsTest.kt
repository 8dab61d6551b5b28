package lightrnn

import lightrnn.decoder.Strip
import lightrnn.keyboard.board.Slots
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test

class SlotsTest {
    private fun Slots.after(typed: String, vararg words: String, replacement: String? = null) =
        next(Strip(words.toList(), typed, replacement))

    @Test
    fun betweenWordsTheBestIsInTheMiddle() {
        assertEquals(listOf("be", "a", "see"), Slots.EMPTY.after("", "a", "be", "see").words)
        assertEquals(listOf("be", "a", null), Slots.EMPTY.after("", "a", "be").words)
        assertEquals(listOf(null, "a", null), Slots.EMPTY.after("", "a").words)
        assertEquals(listOf(null, null, null), Slots.EMPTY.after("").words)
    }

    @Test
    fun theTypedWordIsOnTheLeftAndNeverTwice() {
        assertEquals(listOf("th", "the", "that"), Slots.EMPTY.after("th", "the", "that", "this").words)
        assertEquals(listOf("the", "they", "then"), Slots.EMPTY.after("the", "the", "they", "then").words)
        assertEquals(listOf("qx", null, null), Slots.EMPTY.after("qx").words)
        val other = Slots.EMPTY.after("london", "London")
        assertEquals("In another case it is another word.", listOf("london", "London", null), other.words)
    }

    @Test
    fun aSuggestionStaysInItsSlotWhileTheLettersMatchIt() {
        val first = Slots.EMPTY.after("t", "the", "to", "that")
        assertEquals(listOf("t", "the", "to"), first.words)
        assertEquals(listOf("to", "today", null), first.after("to", "to", "today").words)
        val second = first.after("th", "that", "the")
        assertEquals("The other way round they would move.", listOf("th", "the", "that"), second.words)
        val predicted = Slots.EMPTY.after("", "a", "be", "see")
        assertEquals(listOf("s", "so", "see"), predicted.after("s", "see", "so").words)
        val alone = first.after("tox", "to")
        assertEquals("One alone is in the middle.", listOf("tox", "to", null), alone.words)
        assertEquals(listOf("b", "a", "c"), second.after("", "a", "b", "c").words)
    }

    @Test
    fun whatWasSurelyMeantIsInTheMiddle() {
        val slots = Slots.EMPTY.after("t", "tell", "the").after("teh", "tell", "the", replacement = "the")
        assertEquals(listOf("teh", "the", "tell"), slots.words)
        assertTrue(slots.isSure)
        val other = Slots.EMPTY.after("alot", "lot", "allot", replacement = "a lot")
        assertEquals(listOf("alot", "a lot", "lot"), other.words)
        assertFalse(slots.after("tehr", "there").isSure)
    }
}
