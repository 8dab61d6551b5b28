package lightrnn

import java.io.File
import java.io.RandomAccessFile
import java.lang.management.ManagementFactory
import java.nio.channels.FileChannel
import java.util.concurrent.CountDownLatch
import lightrnn.decoder.Casing
import lightrnn.decoder.ModelFile
import lightrnn.decoder.Strip
import lightrnn.decoder.Suggester
import lightrnn.decoder.TextBeforeCursor
import lightrnn.decoder.Tokenizer
import lightrnn.decoder.TopK
import lightrnn.decoder.UserWords
import lightrnn.decoder.objects
import lightrnn.decoder.strings
import lightrnn.keyboard.LiteRtModel
import lightrnn.keyboard.Store
import lightrnn.keyboard.Suggestions
import lightrnn.keyboard.typing.FakeField
import lightrnn.keyboard.typing.Listening
import lightrnn.keyboard.typing.Typing
import org.json.JSONArray
import org.json.JSONObject
import org.junit.Assert.assertEquals
import org.junit.Assume.assumeTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

/** The model that comes with the keyboard, typed with letter by letter. */
class BundledModelTest {
    @get:Rule
    val folder = TemporaryFolder()
    private val modelPath = File("../../lightrnn_tf/pretrained/en.tflite")
    private val expectedPath = File("target/expected.json")

    @Before
    fun modelIsThere() {
        assumeTrue("no bundled model", modelPath.exists())
        assumeTrue("nothing from Python to compare with", expectedPath.exists())
    }

    /** Mapped into memory, as on a phone. */
    private fun file(): ModelFile = RandomAccessFile(modelPath, "r").use {
        ModelFile(it.channel.map(FileChannel.MapMode.READ_ONLY, 0, it.length()))
    }

    private val expected: JSONObject by lazy { JSONObject(expectedPath.readText()) }

    @Test
    fun theStripShowsWhatPythonFinds() {
        val store = Store(folder.root)
        Suggestions(::file, ::LiteRtModel, store, { it() }).use { suggestions ->
            for (case in expected.getJSONArray("strips").objects()) {
                val strips = mutableListOf<Strip>()
                lateinit var typing: Typing
                val listener = Listening(onChanged = {
                    val answered = CountDownLatch(1)
                    suggestions.ask(typing.text()!!, typing.shift) {
                        strips += it.strip
                        answered.countDown()
                    }
                    answered.await()
                })
                typing = Typing(listener) { 0 }
                typing.start(FakeField())
                case.getString("sentence").forEach { typing.type(it.toString()) }
                val words = case.getJSONArray("words")
                val replacements = case.getJSONArray("replacements")
                assertEquals(words.length(), strips.size)
                strips.forEachIndexed { n, strip ->
                    val typed = case.getString("sentence").take(n)
                    val casing = Casing.of(strip.typed, Casing.AS_IT_IS)
                    val wanted = (words.get(n) as JSONArray).strings().map(casing::apply).distinct()
                    assertEquals(typed, wanted, strip.words)
                    val replacement = replacements.opt(n) as? String
                    assertEquals(typed, replacement?.let(casing::apply), strip.replacement)
                }
            }
        }
    }

    /** µs of a key while a word is typed: of each the fastest of some runs, as others use the machine, too. */
    @Test
    fun timesAreTold() {
        val file = file()
        LiteRtModel(file).use { model ->
            val suggester = Suggester(file, UserWords.of(file, model))
            val keys = expected.getJSONArray("strips").objects().flatMap { case ->
                val sentence = case.getString("sentence")
                sentence.indices.map { TextBeforeCursor.of(sentence.take(it + 1)) }.filter { it.typed.isNotEmpty() }
            }
            val runs = List(RUNS) {
                keys.map { key ->
                    // What is read before a word was read when its space was typed.
                    suggester.suggest(TextBeforeCursor(key.context, ""), Casing.AS_IT_IS, emptyList())
                    val begin = System.nanoTime()
                    suggester.suggest(key, Casing.AS_IT_IS, emptyList())
                    (System.nanoTime() - begin) / 1000
                }
            }
            val times = keys.indices.map { n -> runs.minOf { it[n] } }.sorted()
            val bytes = allocated { keys.forEach { suggester.suggest(it, Casing.AS_IT_IS, emptyList()) } }
            println(
                "MEASURED: the strip of a key: median ${times[times.size / 2]} µs, slowest of ${times.size} " +
                    "${times.last()} µs, ${bytes / keys.size} bytes allocated",
            )
        }
    }

    /** What a key costs the main thread, but for the field and the views. */
    @Test
    fun typingIsCheap() {
        val text = expected.getJSONArray("strips").objects().joinToString("\n") { it.getString("sentence") }
        fun type() {
            val typing = Typing(Listening()) { 0 }
            typing.start(FakeField())
            text.forEach { typing.type(it.toString()) }
        }
        repeat(RUNS) { type() }
        val times = List(RUNS) {
            val begin = System.nanoTime()
            type()
            (System.nanoTime() - begin) / text.length
        }
        val bytes = allocated(::type) / text.length
        println("MEASURED: a key on the main thread: ${times.min() / 1000.0} µs, $bytes bytes allocated")
    }

    /** Bytes that this thread allocates for some work. */
    private fun allocated(work: () -> Unit): Long {
        val threads = ManagementFactory.getThreadMXBean() as com.sun.management.ThreadMXBean
        val thread = Thread.currentThread().id
        val before = threads.getThreadAllocatedBytes(thread)
        work()
        return threads.getThreadAllocatedBytes(thread) - before
    }

    @Test
    fun keystrokesSavedAreThoseOfPython() {
        assumeTrue("no test text, as CORPORA has no chat-en", expected.has("lines"))
        val file = file()
        val model = LiteRtModel(file)
        val predictor = UserWords.of(file, model)
        val search = TopK(predictor, Suggester.SLOTS)
        val state = model.newState()
        var taps = 0
        var letters = 0
        var words = 0
        for (line in expected.getJSONArray("lines").strings()) {
            model.advance(file.manifest.startCell, model.newState(), state, findWords = true)
            for (word in file.manifest.tokenizer.words(line)) {
                val cell = predictor.cellOf(word)
                if (Tokenizer.isSuggestable(word)) {
                    val shown = word.indices.firstOrNull { length ->
                        search.search(state, word.take(length))
                        (0 until search.size).any { search.cells[it] == cell }
                    }
                    taps += (shown ?: word.length) + 1
                    letters += word.length
                    words++
                }
                model.advance(if (cell < 0) file.manifest.unknownCell else cell, state, state, findWords = true)
            }
        }
        val savings = 1 - taps.toDouble() / (letters + words)
        println("MEASURED: keystrokes saved %.5f".format(savings))
        // Of two words of almost equal probability the runtimes may put either first.
        assertEquals(expected.getDouble("keystroke_savings"), savings, 2e-4)
        model.close()
    }

    @Test
    fun suggestionsComeAfterAColdStart() {
        // The classes of the runtime are loaded; what a phone does once for all apps.
        LiteRtModel(file()).close()
        val times = List(5) {
            val start = System.nanoTime()
            val file = file()
            LiteRtModel(file).use { model ->
                val suggester = Suggester(file, UserWords.of(file, model))
                val strip = suggester.suggest(TextBeforeCursor("", ""), Casing.AS_IT_IS, emptyList())
                assertEquals(3, strip.words.size)
            }
            (System.nanoTime() - start) / 1e6
        }
        val median = times.sorted()[times.size / 2]
        // Said and not judged: how long it takes depends on what else the machine does.
        println("MEASURED: cold start of suggestions %.0f ms".format(median))
    }

    private companion object {
        const val RUNS = 9
    }
}
