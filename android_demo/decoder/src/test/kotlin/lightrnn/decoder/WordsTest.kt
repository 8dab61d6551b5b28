package lightrnn.decoder

import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

class WordsTest {
    private val lexicon = Golden.model().lexicon

    @Test
    fun textIsCutAsPythonCutsIt() {
        for (case in Golden.vectors.getJSONArray("tokens").objects()) {
            val tokenizer = Tokenizer(case.getString("tokenizer"), case.getBoolean("lowercase"))
            val words = tokenizer.words(case.getString("text"))
            assertEquals(case.toString(), case.getJSONArray("words").strings(), words)
        }
    }

    @Test
    fun wordsAreInTheCellsThatPythonSees() {
        val cells = Golden.vectors.getJSONObject("cells")
        for (word in cells.keys()) {
            assertEquals(word, cells.getInt(word), lexicon.cellOf(word))
            assertEquals(word, lexicon.word(cells.getInt(word)))
        }
        val marks = mapOf("suggestable" to lexicon::isSuggestable, "trusted" to lexicon::isTrusted)
        for ((name, mark) in marks) {
            val marked = (0 until lexicon.cellCount).filter(mark).map(lexicon::word)
            assertEquals(name, Golden.vectors.getJSONArray(name).strings().toSet(), marked.toSet())
        }
        for (unknown in listOf("", "th", "them ", "zebra", "\uDC00")) {
            assertEquals(unknown, -1, lexicon.cellOf(unknown))
        }
    }

    @Test
    fun wordsWithAPrefixAreThoseThatBeginWithIt() {
        val words = (0 until lexicon.cellCount).filter(lexicon::isOccupied).map(lexicon::word)
        val prefixes = words.flatMap { word ->
            (0..word.codePointCount(0, word.length)).map { word.take(word.offsetByCodePoints(0, it)) }
        } + listOf("zzz", "'", "I'")
        for (prefix in prefixes.distinct()) {
            for (ignoreCase in listOf(false, true)) {
                val found = mutableListOf<String>()
                lexicon.forEachWithPrefix(prefix, ignoreCase) { found += lexicon.word(it) }
                val wanted = words.filter { Spelling.beginsWith(it, prefix, ignoreCase) }
                assertEquals("$prefix $ignoreCase", wanted.sorted(), found.sorted())
            }
        }
    }

    @Test
    fun apostrophesMayBeMissing() {
        assertTrue(Spelling.beginsWith("don't", "dont", false))
        assertTrue(Spelling.beginsWith("don’t", "don'", false))
        assertEquals(false, Spelling.beginsWith("dont", "don'", true))
    }

    @Test
    fun damagedFilesAreRefused() {
        val bytes = Golden.modelBytes()
        val damaged = listOf(
            ByteArray(0),
            ByteArray(100),
            bytes.copyOf(bytes.size / 2),
            bytes.copyOf(bytes.size - 1),
            bytes.copyOf().also { it[1000] = (it[1000] + 1).toByte() },
        )
        for (content in damaged) {
            assertThrows(DamagedModelException::class.java) { ModelFile(Golden.direct(content)) }
        }
        val random = java.util.Random(0)
        repeat(2000) {
            val content = bytes.copyOf()
            val from = if (it % 2 == 0) bytes.size - 4000 else 0
            repeat(1 + random.nextInt(4)) {
                content[from + random.nextInt(bytes.size - from)] = random.nextInt().toByte()
            }
            // Any other exception is a crash of the keyboard.
            try {
                ModelFile(Golden.direct(content))
            } catch (_: DamagedModelException) {
            }
        }
    }

    @Test
    fun anEmojiIsNoPartOfAWord() {
        for ((text, context) in listOf("😀" to "😀", "😀th" to "😀", "❤️th" to "❤️", "a 👍🏽th" to "a 👍🏽")) {
            assertEquals(TextBeforeCursor(context, text.substring(context.length)), TextBeforeCursor.of(text))
        }
        assertEquals(TextBeforeCursor("", "𝒳y"), TextBeforeCursor.of("𝒳y"))
    }
}
