package lightrnn

import java.io.File
import lightrnn.decoder.CacheNumbers
import lightrnn.decoder.Cached
import lightrnn.decoder.Correction
import lightrnn.decoder.EOS
import lightrnn.decoder.Golden
import lightrnn.decoder.Habits
import lightrnn.decoder.ModelFile
import lightrnn.decoder.PlainPredictor
import lightrnn.decoder.State
import lightrnn.decoder.Suggester
import lightrnn.decoder.TopK
import lightrnn.decoder.UserWords
import lightrnn.decoder.objects
import lightrnn.decoder.strings
import lightrnn.keyboard.LiteRtModel
import lightrnn.keyboard.typing.FakeField
import lightrnn.keyboard.typing.Listening
import lightrnn.keyboard.typing.Typing
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
            for (case in expected.getJSONObject(quantization).getJSONArray("answers").objects()) {
                val state = read(file, model, case.getJSONArray("text").strings())
                if (case.getString("learn").isNotEmpty()) userWords.learn(case.getString("learn"), state, kept = true)
                search.search(state, case.getString("prefix"))
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

    private fun checkCorrections(quantization: String) {
        val path = folder.resolve("$quantization.tflite")
        assumeTrue("nothing exported to compare with", path.exists())
        val file = ModelFile(Golden.direct(path.readBytes()))
        val expected = JSONObject(folder.resolve("exported.json").readText()).getJSONObject(quantization)
        val words = expected.getJSONArray("words").objects().map { it.getString("word") }
        LiteRtModel(file).use { model ->
            val userWords = UserWords.of(file, model)
            userWords.learn("ZebraPant", read(file, model, words.subList(100, 103)), kept = true)
            val search = TopK(userWords, 3)
            val correction = Correction(userWords, 3)
            for (case in expected.getJSONArray("corrections").objects()) {
                val state = read(file, model, case.getJSONArray("text").strings())
                val exclude = search.cellsOf(case.getJSONArray("exclude").strings())
                correction.search(state, case.getString("typed"), exclude)
                assertEquals(case.toString(), case.getJSONArray("words").strings(), correction.words())
                assertEquals(case.toString(), case.opt("replacement") as? String, correction.replacement)
                for (place in 0 until correction.size) {
                    val score = case.getJSONArray("log_probs").getDouble(place)
                    assertEquals(case.toString(), score, correction.score(place), 1e-3)
                }
            }
        }
    }

    private fun checkConversation(quantization: String) {
        val path = folder.resolve("$quantization.tflite")
        assumeTrue("nothing exported to compare with", path.exists())
        val file = ModelFile(Golden.direct(path.readBytes()))
        val expected = JSONObject(folder.resolve("exported.json").readText()).getJSONObject(quantization)
        LiteRtModel(file).use { model ->
            val state = read(file, model, emptyList())
            val userWords = UserWords.of(file, model).apply { learn("Zebra", state, kept = true) }
            val habits = Habits(userWords)
            val messages = expected.getJSONArray("messages")
            for (n in 0 until messages.length()) {
                messages.getJSONArray(n).strings().fold(EOS) { before, word -> word.also { habits.learn(before, it) } }
            }
            val cached = Cached(habits, CacheNumbers(weight = 0.3, sharpness = 4.0, size = 25))
            val here = cached.newState()
            val search = TopK(cached, 3)
            val correction = Correction(cached, 3)
            for (case in expected.getJSONArray("conversation").objects()) {
                cached.look(state, here)
                search.search(here)
                check(case, "best", search.words(), search.logProbs.map(Float::toDouble))
                search.search(here, case.getString("prefix"))
                check(case, "begun", search.words(), search.logProbs.map(Float::toDouble))
                correction.search(here, case.getString("typed"))
                check(case, "meant", correction.words(), List(correction.size, correction::score))
                assertEquals(case.toString(), case.opt("replacement") as? String, correction.replacement)
                val found = userWords.cellOf(case.getString("word"))
                val cell = if (found < 0) file.manifest.unknownCell else found
                cached.remember(cell, state)
                model.advance(cell, state, state, findWords = true)
            }
        }
    }

    private fun checkLearned(quantization: String) {
        val path = folder.resolve("$quantization.tflite")
        assumeTrue("nothing exported to compare with", path.exists())
        val file = ModelFile(Golden.direct(path.readBytes()))
        val expected = JSONObject(folder.resolve("exported.json").readText()).getJSONObject(quantization)
        val learned = expected.getJSONObject("learned")
        LiteRtModel(file).use { model ->
            val suggester = Suggester(file, UserWords.of(file, model))
            val listener = Listening(onWritten = { word, context, isKept ->
                if (suggester.written(word, context, isKept)) suggester.wordsChanged()
            })
            // Two spaces of a line are two: nobody is in haste.
            var time = 0L
            val typing = Typing(listener) { time += 5000; time }
            for (line in learned.getJSONArray("lines").strings()) {
                typing.start(FakeField())
                line.forEach { typing.type(it.toString()) }
                typing.enter()
            }
            val words = JSONObject(suggester.userWords.toJson()).getJSONArray("words").objects()
            val wanted = learned.getJSONObject("user_words").getJSONArray("words").objects()
            for (key in listOf("word", "form", "count", "cell")) {
                assertEquals(wanted.map { it.get(key) }, words.map { it.get(key) })
            }
            val habits = learned.getJSONObject("habits").getJSONArray("pairs")
            assertEquals(habits.toString(), JSONObject(suggester.habits.toJson()).getJSONArray("pairs").toString())
        }
    }

    private fun check(case: JSONObject, name: String, words: List<String>, logProbs: List<Double>) {
        val wanted = case.getJSONArray(name).let { all -> List(all.length(), all::getJSONArray) }
        assertEquals("$name of $case", wanted.map { it.getString(0) }, words)
        for ((one, logProb) in wanted.zip(logProbs)) {
            assertEquals("$name of $case", one.getDouble(1), logProb, 1e-3)
        }
    }

    private fun read(file: ModelFile, model: LiteRtModel, text: List<String>): State {
        val state = model.newState()
        model.advance(file.manifest.startCell, state, state, findWords = true)
        val plain = PlainPredictor(model, file.lexicon, file.manifest.tokenizer)
        text.forEachIndexed { n, word ->
            model.advance(plain.words.cellOf(word), state, state, findWords = n == text.size - 1)
        }
        return state
    }

    private fun checkWords(quantization: String) {
        val path = folder.resolve("$quantization.tflite")
        assumeTrue("nothing exported to compare with", path.exists())
        val lexicon = ModelFile(Golden.direct(path.readBytes())).lexicon
        val expected = JSONObject(folder.resolve("exported.json").readText())
        for (word in expected.getJSONObject(quantization).getJSONArray("words").objects()) {
            val cell = word.getInt("cell")
            assertEquals(cell, lexicon.cellOf(word.getString("word")))
            assertEquals(word.getString("word"), lexicon.word(cell))
            assertEquals(word.getString("written"), lexicon.written(cell))
            assertEquals(word.toString(), word.getBoolean("suggestable"), lexicon.isSuggestable(cell))
            assertEquals(word.toString(), word.getBoolean("trusted"), lexicon.isTrusted(cell))
        }
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
    fun wordsAreWrittenAndMarkedAsInPython() = listOf("int8", "int4").forEach(::checkWords)

    @Test
    fun correctionsAreThoseOfPython() = listOf("int8", "int4").forEach(::checkCorrections)

    @Test
    fun conversationsAreThoseOfPython() = listOf("int8", "int4").forEach(::checkConversation)

    @Test
    fun whatIsTypedIsLearnedAsInPython() = listOf("int8", "int4").forEach(::checkLearned)

    @Test
    fun int8() = check("int8")

    @Test
    fun int4() = check("int4")

    private companion object {
        const val QUERIES = 1000
    }
}
