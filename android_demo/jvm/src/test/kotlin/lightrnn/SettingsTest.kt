package lightrnn

import android.app.Activity
import android.content.Intent
import android.net.Uri
import android.os.Looper
import android.view.View
import android.widget.RadioButton
import android.widget.Switch
import java.io.File
import lightrnn.decoder.Golden
import lightrnn.keyboard.Correcting
import lightrnn.keyboard.Keyboard
import lightrnn.keyboard.R
import lightrnn.keyboard.board.KeyView
import lightrnn.keyboard.settings.FirstRunActivity
import lightrnn.keyboard.settings.SettingsActivity
import lightrnn.keyboard.settings.TryField
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowAlertDialog

/** The pages of the app. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [34], qualifiers = "w411dp-h731dp-xhdpi")
class SettingsTest {
    private val device = Device()
    private val keyboard get() = Keyboard.shared!!

    @Before
    fun share() {
        Keyboard.shared = Keyboard(device.context) { Golden.model() }
    }

    @After
    fun close() = device.close()

    private fun settings(): SettingsActivity =
        Robolectric.buildActivity(SettingsActivity::class.java).setup().get().also { device.settle() }

    private fun page(activity: Activity): View = activity.findViewById(android.R.id.content)

    @Test
    fun oneTypesWithoutTurningTheKeyboardOn() {
        val settings = settings()
        val field = settings.findViewById<TryField>(R.id.try_it)
        assertFalse("The board waits for the field.", settings.findViewById<View>(R.id.board).isShown)
        field.requestFocus()
        device.settle()
        val keys = device.all(page(settings)).filterIsInstance<KeyView>()
        for (letter in "the") {
            keys.single { it.key.label == letter.toString() }.performClick()
            device.settle()
        }
        assertEquals("The", field.text.toString())
        assertTrue(device.views(page(settings)).any { it.contentDescription?.startsWith("Suggestion The") == true })
    }

    @Test
    fun choicesAreKept() {
        val settings = settings()
        assertEquals(Correcting.SUGGEST, keyboard.choices.correcting)
        settings.findViewById<RadioButton>(R.id.correct_automatic).performClick()
        settings.findViewById<Switch>(R.id.meter).performClick()
        settings.findViewById<Switch>(R.id.suggest).performClick()
        assertEquals(Correcting.AUTOMATIC, keyboard.choices.correcting)
        assertTrue(keyboard.choices.showsMeter)
        assertFalse(keyboard.choices.suggests)
        assertTrue(settings().findViewById<RadioButton>(R.id.correct_automatic).isChecked)
    }

    @Test
    fun theFirstPageIsShownOnce() {
        val first = Robolectric.buildActivity(FirstRunActivity::class.java, Intent(Intent.ACTION_MAIN)).setup().get()
        assertNull(shadowOf(first).nextStartedActivity)
        first.findViewById<View>(R.id.go_on).performClick()
        val next = shadowOf(first).nextStartedActivity
        assertEquals(SettingsActivity::class.java.name, next.component!!.className)
        val again = Robolectric.buildActivity(FirstRunActivity::class.java, Intent(Intent.ACTION_MAIN)).setup().get()
        assertNotNull(shadowOf(again).nextStartedActivity)
        assertTrue(again.isFinishing)
    }

    /** A file is chosen in the dialog of the system; returns what the app then says. */
    private fun open(settings: SettingsActivity, content: ByteArray): ShadowAlertDialog {
        val place = Uri.parse("content://test/model")
        shadowOf(settings.contentResolver).registerInputStream(place, content.inputStream())
        settings.findViewById<View>(R.id.open_model).performClick()
        val asked = shadowOf(settings).nextStartedActivityForResult
        assertEquals(Intent.ACTION_OPEN_DOCUMENT, asked.intent.action)
        shadowOf(settings).receiveResult(asked.intent, Activity.RESULT_OK, Intent().setData(place))
        return said()
    }

    private fun said(): ShadowAlertDialog {
        while (ShadowAlertDialog.getLatestAlertDialog() == null) shadowOf(Looper.getMainLooper()).idle()
        return shadowOf(ShadowAlertDialog.getLatestAlertDialog())
    }

    @Test
    fun anotherModelIsShownByItsCardAndUsed() {
        val settings = settings()
        val dialog = open(settings, Golden.modelBytes())
        assertEquals("Use this model?", dialog.title)
        assertTrue("${dialog.message}", "words" in dialog.message && "Licence" in dialog.message)
        assertEquals("Not before it was agreed to.", emptyList<String>(), keyboard.models.opened())
        ShadowAlertDialog.getLatestAlertDialog().getButton(-1).performClick()
        while (keyboard.models.opened().isEmpty()) shadowOf(Looper.getMainLooper()).idle()
        device.settle()
        assertNull(keyboard.suggestions.problem)
        assertTrue(File(device.context.filesDir, "models/en.tflite").exists())
    }

    @Test
    fun aFileThatCannotBeUsedSaysWhy() {
        val dialog = open(settings(), "hello".toByteArray())
        assertEquals("This file cannot be used: The file has no zip at its end.", dialog.message)
        assertEquals(emptyList<String>(), keyboard.models.opened())
    }
}
