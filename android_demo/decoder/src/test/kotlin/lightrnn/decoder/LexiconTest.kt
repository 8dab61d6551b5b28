package lightrnn.decoder

import java.io.ByteArrayOutputStream
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Test

/** A vocabulary as FORMAT.md has it, made by hand. */
class LexiconTest {
    private val words = listOf("<eos>", "<unk>", "don't", "iphone", "london", "nasa", "straße")

    /** The words in cells of their ranks, each with four bits of marks. */
    private fun vocabulary(marks: List<Int>, forms: String): Lexicon {
        val content = ByteArrayOutputStream()
        content.write(ByteArray(words.size))
        content.write(words.joinToString("") { "$it\n" }.toByteArray())
        var cells = 0
        for (rank in words.indices) cells = cells or (rank shl (3 * rank))
        repeat(3) { content.write(cells shr (8 * it)) }
        for (pair in marks.chunked(2)) content.write(pair[0] or ((pair.getOrNull(1) ?: 0) shl 4))
        content.write(forms.toByteArray())
        return Lexicon(content.toByteArray(), words.size, 8)
    }

    @Test
    fun aWordIsWrittenInItsForm() {
        val lexicon = vocabulary(listOf(0, 0, 3, 15, 6, 9, 11), "iPhone\n")
        val written = listOf("<eos>", "<unk>", "don't", "iPhone", "London", "NASA", "STRASSE", "")
        assertEquals(written, List(8, lexicon::written))
        assertEquals(words + "", List(8, lexicon::word))
        assertEquals(listOf(2, 3, 5, 6), (0 until 8).filter(lexicon::isSuggestable))
        assertEquals(listOf(2, 3, 4, 6), (0 until 8).filter(lexicon::isTrusted))
        val folded = vocabulary(listOf(0, 0, 12, 12, 12, 12, 12), "Don’t\nIPhone\nLondon\nNaSA\nStrasse\n")
        assertEquals(listOf("Don’t", "IPhone", "London", "NaSA", "Strasse"), (2 until 7).map(folded::written))
    }

    @Test
    fun formsOfOtherWordsAreRefused() {
        val marks = listOf(0, 0, 12, 12, 0, 0, 0)
        for (forms in listOf(
            "", "Don't\n", "Don't\niPhone", "Don't\niPhone\n\n", "Don't\niPhones\n", "Do\niPhone\n",
            "Don't\nLondon\n", "iPhone\nDon't\n", "Don't\niPhon\u0000e\n", "Don't\nNASA\nx\n",
        )) {
            assertThrows(forms, DamagedModelException::class.java) { vocabulary(marks, forms) }
        }
        assertEquals("Don't", vocabulary(marks, "Don't\niPhone\n").written(2))
    }

    @Test
    fun aVocabularyThatEndsTooEarlyIsRefused() {
        assertThrows(DamagedModelException::class.java) { vocabulary(listOf(0, 0), "") }
        assertThrows(DamagedModelException::class.java) { Lexicon("the\n".toByteArray(), 2, 2) }
        assertThrows(DamagedModelException::class.java) { Lexicon(ByteArray(0), 1, 1) }
    }

    @Test
    fun shiftWinsOverHowAWordIsWritten() {
        val cased = listOf("London", "iPhone", "i'm", "élan", "ŉa", "𐐨x", "").map { word ->
            Casing.entries.map { it.apply(word) }
        }
        val wanted = listOf(
            listOf("London", "London", "LONDON"), listOf("iPhone", "iPhone", "IPHONE"),
            listOf("i'm", "I'm", "I'M"), listOf("élan", "Élan", "ÉLAN"),
            listOf("ŉa", "ʼNa", "ʼNA"), listOf("𐐨x", "𐐀x", "𐐀X"), listOf("", "", ""),
        )
        assertEquals(wanted, cased)
    }
}
