package lightrnn.decoder

import com.sun.management.ThreadMXBean
import java.lang.management.ManagementFactory
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

class TopKTest {
    private val file: ModelFile = Golden.model()
    private val lexicon: Lexicon = file.lexicon
    private val model = FakeModel(file.manifest.rows, file.manifest.columns)
    private val predictor = PlainPredictor(model, lexicon, file.manifest.tokenizer)

    private fun stateAfter(cell: Int, findWords: Boolean = false) =
        model.newState().also { model.advance(cell, it, it, findWords) }

    private fun bruteForce(k: Int, state: State, prefix: String, excluded: List<String>): List<String> =
        (0 until lexicon.cellCount)
            .filter { lexicon.isSuggestable(it) && lexicon.word(it) !in excluded }
            .filter { Spelling.beginsWith(lexicon.word(it), prefix, false) }
            .sortedByDescending {
                val (row, column) = it / model.columns to it % model.columns
                state.rowLogProbs[row] + model.logProb(row, column, state)
            }
            .take(k).map(lexicon::word)

    @Test
    fun theBestOfAllWords() {
        for (cell in 0 until 40) {
            val state = stateAfter(cell)
            for (k in listOf(1, 3, 500)) {
                for (prefix in listOf("", "t", "b", "zzz")) {
                    val search = TopK(predictor, k)
                    search.search(state, prefix, search.cellsOf(listOf("the", "ban", "nothing")))
                    val wanted = bruteForce(k, state, prefix, listOf("the", "ban"))
                    assertEquals("$cell $k '$prefix'", wanted, search.words())
                }
            }
        }
    }

    @Test
    fun whatTheModelFoundByTheWayChangesNothing() {
        val excluded = listOf("the", "ban", "nothing")
        var begun = 0
        for (cell in 0 until 200) {
            for (k in listOf(1, 3, 16, 17)) {
                val plain = TopK(predictor, k)
                plain.search(stateAfter(cell), "", plain.cellsOf(excluded))
                val search = TopK(predictor, k)
                search.search(stateAfter(cell, findWords = true), "", search.cellsOf(excluded))
                assertEquals("$cell $k", plain.words(), search.words())
                assertTrue(plain.logProbs.contentEquals(search.logProbs))
                if (search.rowsExpanded == 3) begun++
            }
        }
        assertTrue("$begun", begun > 0)
    }

    @Test
    fun rowsWithWordsOfTheUserAreExpanded() {
        val changed = object : Predictor by predictor {
            override fun expand(rows: IntArray, count: Int, state: State, into: FloatArray) {
                model.expand(rows, count, state, into)
                for (n in 0 until count * columnsOf) if (isChanged(rows[n / columnsOf], state)) into[n] -= 0.5f
            }

            private val columnsOf = model.columns

            override fun isChanged(row: Int, state: State) = row % 2 == 0
        }
        for (cell in 0 until 200) {
            val (plain, search) = List(2) { TopK(changed, 3) }
            plain.search(stateAfter(cell))
            search.search(stateAfter(cell, findWords = true))
            assertEquals("$cell", plain.words(), search.words())
        }
    }

    @Test
    fun notAllRowsAreLookedAt() {
        val search = TopK(predictor, 3)
        search.search(stateAfter(1))
        assertTrue("${search.rowsExpanded}", search.rowsExpanded < model.rows)
    }

    @Test
    fun typingMakesNoGarbage() {
        val state = stateAfter(1)
        val search = TopK(predictor, 3)
        val threads = ManagementFactory.getThreadMXBean() as ThreadMXBean
        val thread = Thread.currentThread().id
        val excluded = search.cellsOf(listOf("they", "to"))
        repeat(100) { search.search(state, "t", excluded) }
        val before = threads.getThreadAllocatedBytes(thread)
        repeat(1000) { search.search(state, "t", excluded) }
        val bytes = (threads.getThreadAllocatedBytes(thread) - before) / 1000
        // Words are unpacked for a prefix whose case counts; arrays would be kilobytes.
        assertTrue("$bytes bytes", bytes < 3000)
        repeat(100) { search.search(state, "t", excluded, ignoreCase = true) }
        val start = threads.getThreadAllocatedBytes(thread)
        repeat(1000) { search.search(state, "t", excluded, ignoreCase = true) }
        assertTrue((threads.getThreadAllocatedBytes(thread) - start) / 1000 < 100)
    }
}
