package lightrnn

import java.io.File
import lightrnn.decoder.CacheNumbers
import lightrnn.decoder.Cached
import lightrnn.decoder.Casing
import lightrnn.decoder.Golden
import lightrnn.decoder.Habits
import lightrnn.decoder.ModelFile
import lightrnn.decoder.Suggester
import lightrnn.decoder.TextBeforeCursor
import lightrnn.decoder.UserWords
import lightrnn.keyboard.LiteRtModel
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Assume.assumeTrue
import org.junit.Test

/** What the keyboard remembers of what was written, and forgets. */
class MemoryTest {
    private val file: ModelFile = Golden.model()
    private val model: LiteRtModel = LiteRtModel(file)
    private val suggester: Suggester = Suggester(file, UserWords.of(file, model))

    @After
    fun close() {
        model.close()
    }

    private fun suggested(typed: String = "", context: String = "the ", isPrivate: Boolean = false) =
        suggester.suggest(TextBeforeCursor(context, typed), Casing.AS_IT_IS, emptyList(), isPrivate).words

    private fun write(text: String, kept: Boolean = false) {
        val words = text.split(" ")
        words.forEachIndexed { n, word ->
            val context = words.take(n).joinToString("") { "$it " }
            if (suggester.written(word, context, kept)) suggester.wordsChanged()
        }
    }

    @Test
    fun whatWasWrittenIsSuggestedUntilItIsForgotten() {
        val before = suggested()
        repeat(40) { write("the gust") }
        assertEquals("gust", suggested().first())
        assertEquals("A private field sees nothing of it.", before, suggested(isPrivate = true))
        assertEquals("gust", suggested().first())
        suggester.forgetAll()
        suggester.wordsChanged()
        assertEquals(before, suggested())
    }

    @Test
    fun aNewWordThatWasSaidIsFirstAsItWasWritten() {
        repeat(40) { write("the McZebra") }
        assertEquals("McZebra", suggested().first())
        assertEquals("McZebra", suggested("M").first())
        assertTrue(suggester.forget("McZebra"))
        suggester.wordsChanged()
        assertFalse("McZebra" in suggested("M"))
        assertEquals(emptyMap<String, Int>(), suggester.habits.counts().filterKeys { it == "McZebra" })
    }

    @Test
    fun aSlipIsNotLearnedUnlessItIsKept() {
        repeat(3) { write("thwre cna't") }
        assertEquals(emptyMap<String, Int>(), suggester.userWords.counts())
        write("thwre", kept = true)
        assertEquals(mapOf("thwre" to 2), suggester.userWords.counts())
        write("zyzzyva")
        assertEquals(mapOf("thwre" to 2, "zyzzyva" to 1), suggester.userWords.counts())
    }

    @Test
    fun twoWordsThatWereTakenAtOnceAreRemembered() {
        suggester.written("the gust", "")
        assertEquals(mapOf("the" to 1, "gust" to 1), suggester.habits.counts())
    }

    @Test
    fun habitsAreKeptInTheFileOfPython() {
        val habits = suggester.habits
        for ((before, word) in listOf("<eos>" to "the", "the" to "gust", "the" to "gust")) habits.learn(before, word)
        habits.learn("the", "2024")
        val text = "{\"pairs\":[[\"<eos>\",\"the\",1],[\"the\",\"gust\",2]],\"format_version\":1}\n"
        assertEquals(text.toSet(), habits.toJson().toSet())
        val again = Habits(suggester.userWords).apply { fromJson(text) }
        assertEquals(mapOf("the" to 1, "gust" to 2), again.counts())
        for (damaged in listOf(
            "", "{", "[]", "{}", text.replace("1}", "2}"), text.replace(",2]", ",0]"), text.replace(",2]", "]"),
            text.replace("\"gust\"", "3"), text.replace("\"gust\"", "\"\""), text.replace("gust", "g".repeat(65)),
        )) {
            assertThrows(damaged, IllegalArgumentException::class.java) { again.fromJson(damaged) }
            assertEquals(2, again.counts().size)
        }
        assertTrue(again.forget("the"))
        assertEquals(emptyMap<String, Int>(), again.counts())
    }

    @Test
    fun habitsAreBounded() {
        val habits = suggester.habits
        repeat(8193) { n -> repeat(if (n < 10) 2 else 1) { habits.learn("<eos>", "x${n}y") } }
        // All are halved, and those written once are dropped.
        assertEquals(10, habits.counts().size)
        assertEquals(setOf(1), habits.counts().values.toSet())
    }

    /** Median µs that remembering a thousand words takes a word, and its bytes. */
    @Test
    fun theCostOfTheCacheIsTold() {
        val path = File("../../lightrnn_tf/pretrained/en.tflite")
        assumeTrue("no bundled model", path.exists())
        val bundled = ModelFile(Golden.direct(path.readBytes()))
        LiteRtModel(bundled).use { model ->
            val cached = Cached(UserWords.of(bundled, model), CacheNumbers.DEFAULTS)
            val state = model.newState()
            val here = cached.newState()
            val times = List(4 * CacheNumbers.DEFAULTS.size) { n ->
                model.advance(n % 100, state, state)
                val begin = System.nanoTime()
                cached.remember(n % 100, state)
                cached.look(state, here)
                (System.nanoTime() - begin) / 1000.0
            }.takeLast(CacheNumbers.DEFAULTS.size).sorted()
            println("MEASURED: a cache of ${times.size} words: median %.1f µs a word".format(times[times.size / 2]))
        }
    }
}
