package lightrnn

import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.text.InputType
import android.view.View
import java.io.File
import lightrnn.decoder.Golden
import lightrnn.decoder.ModelFile
import lightrnn.keyboard.Keyboard
import lightrnn.keyboard.SettingsActivity
import org.junit.After
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode

/** Pictures of the real views, drawn by Android's own code, in target/pictures. */
@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [34], qualifiers = "w411dp-h731dp-xhdpi")
class PicturesTest {
    private val device = Device()
    private val bundled = File("../app/src/main/assets/model.tflite")

    private fun open() =
        if (bundled.exists()) ModelFile(Golden.direct(bundled.readBytes())) else Golden.model()

    @After
    fun close() = device.close()

    @Test
    fun keyboard() {
        device.begin(InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_FLAG_CAP_SENTENCES, open = ::open)
        picture(device.view, "begin")
        device.press("Shift, on")
        device.type("how are y")
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
    }

    @Test
    fun settings() {
        val keyboard = Keyboard(device.context, ::open).also { Keyboard.shared = it }
        keyboard.suggestions.learn("lightrnn", "the")
        keyboard.store.block("hello")
        val activity = Robolectric.buildActivity(SettingsActivity::class.java).setup().get()
        device.settle()
        picture(activity.findViewById(android.R.id.content), "settings")
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
        view.draw(Canvas(bitmap).apply { drawColor(Color.WHITE) })
        val places = (0 until view.width step 3).flatMap { x -> (0 until view.height step 3).map { x to it } }
        val colours = places.map { (x, y) -> bitmap.getPixel(x, y) }.toSet()
        assertTrue("$name is empty", colours.size > 2)
        val file = File("target/pictures/$name.png").apply { parentFile!!.mkdirs() }
        file.outputStream().use { bitmap.compress(Bitmap.CompressFormat.PNG, 100, it) }
    }
}
