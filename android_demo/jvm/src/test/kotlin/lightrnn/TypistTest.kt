package lightrnn

import android.text.InputType
import android.view.inputmethod.EditorInfo
import java.io.File
import lightrnn.decoder.Golden
import lightrnn.decoder.ModelFile
import lightrnn.decoder.objects
import lightrnn.decoder.strings
import lightrnn.keyboard.Correcting
import lightrnn.keyboard.Keyboard
import org.json.JSONObject
import org.junit.After
import org.junit.Assert.assertTrue
import org.junit.Assume.assumeTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config

/**
 * Held-out sentences, typed with slips by somebody who taps a word as soon as it is shown:
 * the text and the keys are those of Python's simulation, `expected.py`.
 */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [34], qualifiers = "w411dp-h731dp-xhdpi")
class TypistTest {
    private val device = Device()
    private val model = File("../../lightrnn_tf/pretrained/en.tflite")
    private val expected = File("target/expected.json")

    @After
    fun close() = device.close()

    @Test
    fun theTextIsThatOfPython() {
        assumeTrue("no bundled model", model.exists() && expected.exists())
        val lines = JSONObject(expected.readText()).optJSONArray("typed")?.objects()
        assumeTrue("no text, as CORPORA has no talk-en", lines != null)
        val incognito = EditorInfo.IME_FLAG_NO_PERSONALIZED_LEARNING
        device.begin(InputType.TYPE_CLASS_TEXT, incognito) { ModelFile(Golden.direct(model.readBytes())) }
        Keyboard.shared!!.choices.correcting = Correcting.AUTOMATIC
        var keys = 0
        val different = lines!!.filter { line ->
            device.field.setText("")
            device.settle()
            val words = line.getJSONArray("words").strings()
            val letters = line.getJSONArray("letters").strings()
            val pressed = words.zip(letters).sumOf { (word, slipped) -> type(word, slipped) }
            keys += pressed
            device.field.text.toString() != line.getString("text") || pressed != line.getInt("keys")
        }
        println("MEASURED: $keys keys for ${lines.size} sentences with slips")
        // Of two words of almost equal probability the runtimes may put either first.
        assertTrue("$different", different.size <= lines.size / 100)
    }

    /** Types a word and returns how many keys that took. */
    private fun type(word: String, letters: String): Int {
        for (end in 0..letters.length) {
            val shown = device.suggestions().firstOrNull { it.lowercase() == word }
            if (shown != null) {
                device.press("Suggestion $shown")
                return end + 1
            }
            device.type(letters.getOrElse(end) { ' ' }.toString())
        }
        return letters.length + 1
    }
}
