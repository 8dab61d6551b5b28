package lightrnn

import java.io.ByteArrayInputStream
import java.io.IOException
import java.io.InputStream
import lightrnn.decoder.Golden
import lightrnn.keyboard.Models
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

/** Files that a user opens as models. */
class ModelsTest {
    @get:Rule
    val folder = TemporaryFolder()
    private val place by lazy { folder.root.resolve("models") }
    private val models by lazy { Models(place) { Golden.model() } }

    private fun files() = place.list().orEmpty().toList()

    private fun refused(content: InputStream, said: String) {
        val error = assertThrows(IOException::class.java) { models.check(content) }
        assertTrue(error.message, said in error.message!!)
        assertTrue(error.message, '\n' !in error.message!!)
        assertEquals("Nothing is left.", emptyList<String>(), files())
    }

    @Test
    fun aFileThatAnswersBecomesTheModelOfItsLanguage() {
        assertEquals(listOf("en"), models.languages)
        val candidate = models.check(Golden.modelBytes().inputStream())
        assertEquals("It is not taken before it answers.", emptyList<String>(), models.opened())
        models.accept(models.tryOut(candidate))
        assertEquals(listOf("en.tflite"), files())
        assertEquals(Golden.model().size, models.open("en").size)
        models.remove("en")
        assertEquals(emptyList<String>(), files())
        assertEquals(Golden.model().size, models.open("en").size)
    }

    @Test
    fun aRefusedFileLeavesAllAsItWas() {
        models.refuse(models.check(Golden.modelBytes().inputStream()))
        assertEquals(emptyList<String>(), files())
    }

    @Test
    fun aFileThatCannotBeUsedSaysWhyInOneLine() {
        val good = Golden.modelBytes()
        refused(ByteArrayInputStream(ByteArray(0)), "no zip at its end")
        refused("hello".byteInputStream(), "no zip at its end")
        refused(good.copyOf(good.size / 2).inputStream(), "no zip at its end")
        refused(good.clone().also { it[5000]++ }.inputStream(), "SHA-256")
        val endless = object : InputStream() {
            override fun read() = 0
            override fun read(into: ByteArray, start: Int, count: Int) = count
        }
        refused(endless, "more than 64 MB")
        val broken = object : InputStream() {
            override fun read(): Int = throw IOException("The card was taken out.")
        }
        refused(broken, "taken out")
    }

    @Test
    fun randomDamageIsRefusedOrHarmless() {
        val good = Golden.modelBytes()
        val random = java.util.Random(0)
        repeat(200) {
            val bad = good.clone()
            repeat(1 + random.nextInt(4)) { bad[random.nextInt(bad.size)] = random.nextInt().toByte() }
            try {
                models.refuse(models.check(bad.inputStream()))
            } catch (_: IOException) {
                // What is wrong is said; nothing else may be thrown.
            }
            assertEquals(emptyList<String>(), files())
        }
    }
}
