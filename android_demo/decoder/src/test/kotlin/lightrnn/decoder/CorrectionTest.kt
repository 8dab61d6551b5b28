package lightrnn.decoder

import com.sun.management.ThreadMXBean
import java.lang.management.ManagementFactory
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

class CorrectionTest {
    private val file: ModelFile = Golden.model()
    private val model = FakeModel(file.manifest.rows, file.manifest.columns)
    private val predictor = PlainPredictor(model, file.lexicon, file.manifest.tokenizer)
    private val correction = Correction(predictor, 3)

    private fun stateAfter(cell: Int) = model.newState().also { model.advance(cell, it, it) }

    private fun correct(typed: String, cell: Int = 1, excluded: IntArray = IntArray(0)): List<String> {
        correction.search(stateAfter(cell), typed, excluded)
        return correction.words()
    }

    @Test
    fun everySlipOfOneIsSeen() {
        for (typed in listOf("thney", "thye", "tehy", "hey", "thay", "theyy", "rhey", "the", "they")) {
            val all = Correction(predictor, 200)
            all.search(stateAfter(1), typed)
            assertTrue("$typed: ${all.words()}", "they" in all.words())
        }
        val two = Correction(predictor, 200)
        two.search(stateAfter(1), "wel-knonw")
        assertEquals(listOf("well-known"), two.words())
    }

    @Test
    fun aRightWordIsNotReplacedAndNoneIsShownThatIsExcluded() {
        for (cell in 0 until 40) {
            for (typed in listOf("they", "The", "won't", "tod", "3.14", "T", "")) {
                correct(typed, cell)
                assertEquals("$cell $typed", null, correction.replacement)
            }
            val they = file.lexicon.cellOf("they")
            assertTrue("they" !in correct("tehy", cell, intArrayOf(they)))
        }
    }

    @Test
    fun twoWordsMayLackTheirSpace() {
        val all = Correction(predictor, 200)
        all.search(stateAfter(1), "thecafe")
        assertTrue("the café" in all.words())
        assertTrue("the cafe" in all.words())
    }

    @Test
    fun typingMakesLittleGarbage() {
        val state = stateAfter(1)
        val threads = ManagementFactory.getThreadMXBean() as ThreadMXBean
        val thread = Thread.currentThread().id
        val typed = listOf("t", "te", "teh", "tehr", "tehre", "wellknow", "thecafe")
        repeat(100) { for (one in typed) correction.search(state, one) }
        val before = threads.getThreadAllocatedBytes(thread)
        repeat(100) { for (one in typed) correction.search(state, one) }
        val bytes = (threads.getThreadAllocatedBytes(thread) - before) / (100 * typed.size)
        assertTrue("$bytes bytes", bytes < 1000)
    }
}
