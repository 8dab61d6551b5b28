package lightrnn

import android.app.Activity
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.graphics.Canvas
import android.text.InputType
import android.view.View
import java.io.File
import kotlin.math.abs
import lightrnn.decoder.Golden
import lightrnn.decoder.ModelFile
import lightrnn.keyboard.Correcting
import lightrnn.keyboard.Keyboard
import lightrnn.keyboard.R
import lightrnn.keyboard.board.MeterView
import lightrnn.keyboard.settings.FirstRunActivity
import lightrnn.keyboard.settings.SettingsActivity
import org.junit.After
import org.junit.Assert.assertTrue
import org.junit.Assume.assumeTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode

/**
 * Pictures of the real views, drawn by Android's own code, in target/pictures: those of
 * android_demo/pictures, of which the README shows some. One that differs fails, so that
 * nobody is shown what is not drawn any more.
 */
@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [34], qualifiers = "w411dp-h731dp-xhdpi")
class PicturesTest {
    private val device = Device()
    private val bundled = File("../../lightrnn_tf/pretrained/en.tflite")

    private fun open() =
        if (bundled.exists()) ModelFile(Golden.direct(bundled.readBytes())) else Golden.model()

    private val different = mutableListOf<String>()

    @After
    fun close() = device.close()

    private fun compare() {
        assumeTrue("pictures are of the bundled model", bundled.exists())
        val orders = "look at them in android_demo/jvm/target/pictures, and if they are right: " +
            "cp android_demo/jvm/target/pictures/*.png android_demo/pictures/"
        assertTrue("not as in android_demo/pictures: $different; $orders", different.isEmpty())
    }

    /** Begins to type a sentence. */
    private fun begin(text: String) {
        device.begin(InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_FLAG_CAP_SENTENCES, open = ::open)
        device.press("Shift, on")
        device.type(text)
    }

    @Test
    fun keyboard() {
        // Runtimes on other processors round otherwise, which may swap words of almost equal
        // probability. After these letters there are none: tests/export/test_bundled_model.py.
        begin("i want to g")
        picture(device.view, "light")
        device.reconfigure("+night")
        picture(device.view, "dark")
        device.reconfigure("+land-notnight")
        picture(device.view, "landscape")
        device.reconfigure("+port")
        device.press("Symbols")
        picture(device.view, "symbols")
        device.press("More symbols")
        picture(device.view, "more-symbols")
        device.press("Emoji")
        picture(device.view, "emoji")
        compare()
    }

    @Test
    @Config(qualifiers = "sw800dp-w1280dp-h800dp-land-hdpi")
    fun tablet() {
        begin("i want to g")
        picture(device.view, "tablet")
        compare()
    }

    @Test
    @Config(qualifiers = "+ar-ldrtl")
    fun rightToLeft() {
        begin("i want to g")
        picture(device.view, "right-to-left")
        compare()
    }

    @Test
    fun correction() {
        begin("i think ")
        Keyboard.shared!!.choices.correcting = Correcting.AUTOMATIC
        device.type("teh")
        picture(device.view, "correction")
        compare()
    }

    @Test
    fun meter() {
        begin("how are ")
        Keyboard.shared!!.choices.showsMeter = true
        device.type("y")
        // How long it took is another number each time.
        val meter = device.all().filterIsInstance<MeterView>().single()
        meter.text = meter.text.replace(Regex("""[0-9.]+ ms"""), "0.6 ms")
        picture(device.view, "meter")
        compare()
    }

    @Test
    fun numbers() {
        device.begin(InputType.TYPE_CLASS_PHONE, open = ::open)
        picture(device.view, "phone")
        compare()
    }

    @Test
    fun settings() {
        val keyboard = Keyboard(device.context, ::open).also { Keyboard.shared = it }
        keyboard.suggestions.written("lightrnn", "the")
        keyboard.store.block("hello")
        picture(page<SettingsActivity>(), "settings")
        RuntimeEnvironment.setQualifiers("+night")
        picture(page<SettingsActivity>(), "settings-dark")
        RuntimeEnvironment.setQualifiers("+ar-ldrtl-notnight")
        picture(page<SettingsActivity>(), "settings-right-to-left")
        RuntimeEnvironment.setQualifiers("+en-ldltr")
        RuntimeEnvironment.setFontScale(2f)
        picture(page<SettingsActivity>(), "settings-large")
        compare()
    }

    @Test
    fun firstRun() {
        Keyboard.shared = Keyboard(device.context, ::open)
        picture(page<FirstRunActivity>(), "first-run")
        compare()
    }

    private inline fun <reified T : Activity> page(): View {
        val activity = Robolectric.buildActivity(T::class.java).setup().get()
        device.settle()
        return activity.findViewById(android.R.id.content)
    }

    private fun picture(view: View, name: String) {
        val width = device.context.resources.displayMetrics.widthPixels
        view.measure(
            View.MeasureSpec.makeMeasureSpec(width, View.MeasureSpec.EXACTLY),
            View.MeasureSpec.makeMeasureSpec(0, View.MeasureSpec.UNSPECIFIED),
        )
        view.layout(0, 0, view.measuredWidth, view.measuredHeight)
        val bitmap = Bitmap.createBitmap(view.width, view.height, Bitmap.Config.ARGB_8888)
        // What stands behind a view is its window's.
        view.draw(Canvas(bitmap).apply { drawColor(view.context.getColor(R.color.keyboard)) })
        val file = File("target/pictures/$name.png").apply { parentFile!!.mkdirs() }
        file.outputStream().use { bitmap.compress(Bitmap.CompressFormat.PNG, 100, it) }
        difference(bitmap, File("../pictures/$name.png"))?.let { different += "$name ($it)" }
    }

    /** What differs, null if nothing does. */
    private fun difference(drawn: Bitmap, file: File): String? {
        val committed = BitmapFactory.decodeFile(file.path) ?: return "not there"
        val sizes = listOf(committed, drawn).map { "${it.width} x ${it.height}" }
        if (sizes[0] != sizes[1]) return "${sizes[0]}, now ${sizes[1]}"
        val count = pixels(committed).zip(pixels(drawn)).count { (one, other) -> !isSame(one, other) }
        return if (count > 0) "$count pixels" else null
    }

    private fun pixels(bitmap: Bitmap) = IntArray(bitmap.width * bitmap.height).also {
        bitmap.getPixels(it, 0, bitmap.width, 0, 0, bitmap.width, bitmap.height)
    }

    private fun isSame(one: Int, other: Int) = listOf(0, 8, 16, 24).all {
        abs((one ushr it and 0xff) - (other ushr it and 0xff)) <= ROUNDING
    }

    private companion object {
        // Drawn twice on one machine, pictures are the same to the bit. Skia has other
        // instructions for other processors, which may round a blended edge otherwise.
        const val ROUNDING = 2
    }
}
