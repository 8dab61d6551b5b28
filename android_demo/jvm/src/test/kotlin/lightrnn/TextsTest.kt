package lightrnn

import java.io.File
import lightrnn.decoder.Spelling
import lightrnn.decoder.Tokenizer
import lightrnn.decoder.objects
import lightrnn.decoder.strings
import org.json.JSONObject
import org.junit.Assert.assertEquals
import org.junit.Assume.assumeTrue
import org.junit.Before
import org.junit.Test

/** Random texts are cut and compared as Python does it. */
class TextsTest {
    private val file = File("target/texts.json")

    @Before
    fun needsWhatPythonFinds() = assumeTrue("Python has written nothing to compare with", file.exists())

    private val expected by lazy { JSONObject(file.readText()) }

    @Test
    fun randomTextsHaveTheWordsOfPython() {
        val tokenizers = listOf(
            Tokenizer("words", false), Tokenizer("words", true), Tokenizer("whitespace", false),
        )
        val cases = expected.getJSONArray("tokens").objects()
        assertEquals(6000, cases.size)
        for (case in cases) {
            val text = case.getString("text")
            for ((n, tokenizer) in tokenizers.withIndex()) {
                val wanted = case.getJSONArray("words").getJSONArray(n).strings()
                assertEquals(shown(text), shown(wanted.joinToString("|")), shown(tokenizer.words(text).joinToString("|")))
            }
        }
    }

    @Test
    fun prefixesAreComparedAsInPython() {
        for (case in expected.getJSONArray("prefixes").objects()) {
            val word = case.getString("word")
            val prefix = case.getString("prefix")
            val what = shown("$word, $prefix")
            val fold = buildString { word.codePoints().forEach { append(Spelling.fold(it)) } }
            assertEquals(what, shown(case.getString("fold")), shown(fold))
            assertEquals(what, case.getBoolean("begins"), Spelling.beginsWith(word, prefix, false))
            assertEquals(what, case.getBoolean("begins_exactly"), Spelling.beginsExactlyWith(word, prefix, false))
            assertEquals(what, case.getBoolean("is_bare"), Spelling.isBare(prefix))
        }
    }

    /** A text with the numbers of its characters, as many cannot be told apart. */
    private fun shown(text: String) =
        text.map { if (it in ' '..'~') "$it" else "\\u%04x".format(it.code) }.joinToString("")
}
