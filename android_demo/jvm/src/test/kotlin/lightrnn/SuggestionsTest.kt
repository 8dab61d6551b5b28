package lightrnn

import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import kotlin.concurrent.thread
import lightrnn.decoder.Casing
import lightrnn.decoder.FakeModel
import lightrnn.decoder.Golden
import lightrnn.decoder.ModelFile
import lightrnn.decoder.State
import lightrnn.decoder.StepModel
import lightrnn.decoder.Suggester
import lightrnn.decoder.TextBeforeCursor
import lightrnn.decoder.UserWords
import lightrnn.keyboard.Store
import lightrnn.keyboard.Suggestions
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

class SuggestionsTest {
    @get:Rule
    val folder = TemporaryFolder()
    private val answers = ConcurrentLinkedQueue<String>()

    /** A model that waits until it may go on. */
    private class SlowModel(file: ModelFile, private val gate: CountDownLatch) :
        StepModel by FakeModel(file.manifest.rows, file.manifest.columns) {
        private val fake = FakeModel(rows, columns)

        override fun advance(cell: Int, from: State, into: State, findWords: Boolean) {
            gate.await()
            fake.advance(cell, from, into)
        }
    }

    /** A model that keeps which cells it read. */
    private class ReadingModel(private val fake: FakeModel) : StepModel by fake {
        val cells = mutableListOf<Int>()

        override fun advance(cell: Int, from: State, into: State, findWords: Boolean) {
            cells += cell
            fake.advance(cell, from, into)
        }
    }

    private fun suggestions(gate: CountDownLatch = CountDownLatch(0)) = Suggestions(
        open = { Golden.model() },
        run = { SlowModel(it, gate) },
        store = Store(folder.root),
        answer = { it() },
    )

    private fun Suggestions.ask(typed: String) =
        ask(TextBeforeCursor("", typed), Casing.AS_IT_IS) { answers += it.strip.typed }

    private fun Suggestions.finish() {
        val done = CountDownLatch(1)
        model { done.countDown() }
        done.await()
    }

    @Test
    fun onlyTheNewestQuestionIsAnswered() {
        val gate = CountDownLatch(1)
        suggestions(gate).use { suggestions ->
            // The model waits for the gate: asking that waited for it would never return.
            for (typed in listOf("a", "ab", "abc")) suggestions.ask(typed)
            assertEquals("Asking waits for nothing.", emptyList<String>(), answers.toList())
            gate.countDown()
            suggestions.finish()
        }
        assertEquals(listOf("abc"), answers.toList())
    }

    @Test
    fun aCancelledQuestionIsNotAnswered() {
        val gate = CountDownLatch(1)
        suggestions(gate).use { suggestions ->
            suggestions.ask("a")
            suggestions.cancel()
            gate.countDown()
            suggestions.finish()
        }
        assertEquals(emptyList<String>(), answers.toList())
    }

    @Test
    fun twoThreadsMayTypeAtOnce() {
        suggestions().use { suggestions ->
            val typists = List(2) { number ->
                thread {
                    repeat(500) {
                        suggestions.ask("t$number")
                        suggestions.written("zebra$number", "the")
                    }
                }
            }
            typists.forEach(Thread::join)
            suggestions.ask("last")
            suggestions.finish()
            val counts = mutableMapOf<String, Int>()
            suggestions.learned { counts += it }
            suggestions.finish()
            assertEquals(emptyMap<String, Int>(), counts.filterKeys { it !in setOf("zebra0", "zebra1") })
        }
        assertEquals("last", answers.last())
    }

    @Test
    fun learnedWordsOutliveTheKeyboard() {
        suggestions().use {
            it.written("zebra", "the")
            it.finish()
        }
        suggestions().use { suggestions ->
            var counts = emptyMap<String, Int>()
            suggestions.learned { counts = it }
            suggestions.finish()
            assertEquals(mapOf("zebra" to 1), counts)
            suggestions.forgetAll()
            suggestions.finish()
        }
        assertTrue("zebra" !in Store(folder.root).userWords.read()!!)
    }

    @Test
    fun aLineIsReadOnceUntilItsWordsChange() {
        val file = Golden.model()
        val model = ReadingModel(FakeModel(file.manifest.rows, file.manifest.columns))
        val suggester = Suggester(file, UserWords.of(file, model))
        fun suggest(typed: String) =
            suggester.suggest(TextBeforeCursor("zebra ", typed), Casing.AS_IT_IS, emptyList())
        for (typed in listOf("", "t", "th")) suggest(typed)
        assertEquals(listOf(file.manifest.startCell, file.manifest.unknownCell), model.cells)
        repeat(2) { assertTrue(suggester.written("zebra", "zebra ")) }
        suggester.wordsChanged()
        suggest("")
        assertTrue(model.cells.last() != file.manifest.unknownCell)
    }
}
