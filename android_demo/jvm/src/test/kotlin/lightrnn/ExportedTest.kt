package lightrnn

import java.io.File
import lightrnn.decoder.Golden
import lightrnn.decoder.ModelFile
import lightrnn.decoder.PlainPredictor
import lightrnn.decoder.State
import lightrnn.decoder.TopK
import lightrnn.decoder.UserWords
import lightrnn.decoder.objects
import lightrnn.decoder.strings
import lightrnn.keyboard.LiteRtModel
import org.json.JSONObject
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Assume.assumeTrue
import org.junit.Test

/** Files of today's exporter give what Python gets from them. */
class ExportedTest {
    private val folder = File("target/exported")

    private fun check(quantization: String) {
        val path = folder.resolve("$quantization.tflite")
        assumeTrue("nothing exported to compare with", path.exists())
        val file = ModelFile(Golden.direct(path.readBytes()))
        val expected = JSONObject(folder.resolve("exported.json").readText())
        LiteRtModel(file).use { model ->
            val userWords = UserWords.of(file, model)
            val search = TopK(userWords, 3)
            var begun = 0
            for (case in expected.getJSONArray(quantization).objects()) {
                val state = read(file, model, case.getJSONArray("text").strings())
                if (case.getString("learn").isNotEmpty()) userWords.learn(case.getString("learn"), state)
                search.search(state, case.getString("prefix"), ignoreCase = false)
                assertEquals(case.toString(), case.getJSONArray("words").strings(), search.words())
                for (place in 0 until search.size) {
                    // Runtimes and processors sum in different orders.
                    val logProb = case.getJSONArray("log_probs").getDouble(place)
                    assertEquals(case.toString(), logProb, search.logProbs[place].toDouble(), 1e-3)
                }
                assertEquals(case.toString(), case.getInt("rows_expanded"), search.rowsExpanded)
                assertEquals(16, state.firstWords.size)
                if (search.rowsExpanded == 12) begun++
            }
            assertTrue("$begun", begun > 0)
        }
    }

    private fun read(file: ModelFile, model: LiteRtModel, text: List<String>): State {
        val state = model.newState()
        model.advance(file.manifest.startCell, state, state)
        val plain = PlainPredictor(model, file.lexicon, file.manifest.tokenizer)
        text.forEachIndexed { n, word ->
            model.advance(plain.words.cellOf(word), state, state, findWords = n == text.size - 1)
        }
        return state
    }

    /** Median µs until the three best words are certain, with and without first words. */
    @Test
    fun timesAreTold() {
        val path = folder.resolve("int4.tflite")
        assumeTrue("nothing exported to measure", path.exists())
        val file = ModelFile(Golden.direct(path.readBytes()))
        LiteRtModel(file).use { model ->
            val search = TopK(PlainPredictor(model, file.lexicon, file.manifest.tokenizer), 3)
            val start = model.newState().also { model.advance(file.manifest.startCell, it, it) }
            val state = model.newState()
            val medians = listOf(true, false).map { findWords ->
                val times = (0 until 3 * QUERIES).map { number ->
                    val begin = System.nanoTime()
                    model.advance(number % QUERIES, start, state, findWords)
                    search.search(state)
                    System.nanoTime() - begin
                }
                times.takeLast(QUERIES).sorted()[QUERIES / 2] / 1000
            }
            println("MEASURED: three best words ${medians[0]} µs, by expanding alone ${medians[1]} µs")
        }
    }

    @Test
    fun int8() = check("int8")

    @Test
    fun int4() = check("int4")

    private companion object {
        const val QUERIES = 1000
    }
}
