package lightrnn

import android.content.Context
import android.graphics.Bitmap
import android.graphics.Canvas
import android.view.View
import java.io.File
import lightrnn.decoder.Casing
import lightrnn.decoder.Strip
import lightrnn.keyboard.KeysView
import lightrnn.keyboard.Layout
import lightrnn.keyboard.StripView
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode

@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [34], qualifiers = "w411dp-h731dp-xhdpi")
class PicturesTest {
    private val context: Context = RuntimeEnvironment.getApplication()

    @Test
    fun keys() {
        val keys = KeysView(context) { _, _ -> }
        keys.show(Layout.letters)
        keys.label(Casing.AS_IT_IS, 0)
        val strip = StripView(context, {}, {}, {})
        strip.show(Strip(listOf("there", "then", "they"), "th"))
        picture(strip, "strip")
        picture(keys, "keys")
    }

    private fun picture(view: View, name: String) {
        val width = context.resources.displayMetrics.widthPixels
        view.measure(
            View.MeasureSpec.makeMeasureSpec(width, View.MeasureSpec.EXACTLY),
            View.MeasureSpec.makeMeasureSpec(0, View.MeasureSpec.UNSPECIFIED),
        )
        view.layout(0, 0, view.measuredWidth, view.measuredHeight)
        val bitmap = Bitmap.createBitmap(view.width, view.height, Bitmap.Config.ARGB_8888)
        view.draw(Canvas(bitmap))
        val file = File("target/pictures/$name.png").apply { parentFile!!.mkdirs() }
        file.outputStream().use { bitmap.compress(Bitmap.CompressFormat.PNG, 100, it) }
        assertTrue(file.length() > 100)
    }
}
