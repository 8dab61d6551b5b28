package lightrnn.keyboard.settings

import android.app.AlertDialog
import android.content.Intent
import android.net.Uri
import android.text.format.Formatter
import android.view.ViewGroup
import android.widget.TextView
import java.io.FileNotFoundException
import java.io.IOException
import java.util.Locale
import kotlin.concurrent.thread
import kotlin.math.roundToInt
import lightrnn.decoder.ModelFile
import lightrnn.keyboard.Keyboard
import lightrnn.keyboard.Models
import lightrnn.keyboard.R

/**
 * The models on the page of settings, and a file that may become one.
 *
 * @param list Where the models are listed.
 */
internal class ModelsPage(
    private val activity: SettingsActivity,
    private val keyboard: Keyboard,
    private val list: ViewGroup,
) {
    /** The question for a file. */
    fun choose(): Intent =
        Intent(Intent.ACTION_OPEN_DOCUMENT).addCategory(Intent.CATEGORY_OPENABLE).setType("*/*")

    /** Lists the models, each as its card describes it. */
    fun show() = keyboard.suggestions.model { current ->
        list.removeAllViews()
        for (tag in keyboard.models.languages) {
            val label = when {
                tag != keyboard.language -> nameOf(tag)
                current == null -> activity.getString(R.string.no_model, keyboard.suggestions.problem)
                else -> facts(current, tag)
            }
            val row = activity.row(list, nameOf(tag), label) { remove(tag) }
            if (tag !in keyboard.models.opened()) {
                row.findViewById<TextView>(R.id.remove).visibility = TextView.GONE
            }
            list.addView(row)
        }
    }

    private fun remove(tag: String) {
        keyboard.remove(tag)
        Languages(activity).tell(keyboard.models.opened())
        show()
    }

    /** Copies and checks a file away from the main thread, and asks whether to use it. */
    fun open(place: Uri) = aside(late = keyboard.models::refuse, work = {
        val content = activity.contentResolver.openInputStream(place) ?: throw FileNotFoundException("$place")
        content.use(keyboard.models::check)
    }) { candidate ->
        AlertDialog.Builder(activity)
            .setTitle(R.string.use_model)
            .setMessage(facts(candidate.model, candidate.language))
            .setNegativeButton(android.R.string.cancel) { _, _ -> keyboard.models.refuse(candidate) }
            .setOnCancelListener { keyboard.models.refuse(candidate) }
            .setPositiveButton(R.string.use) { _, _ -> use(candidate) }
            .show()
    }

    private fun use(candidate: Models.Candidate) =
        aside(late = ::accept, work = { keyboard.models.tryOut(candidate) }, then = ::accept)

    private fun accept(candidate: Models.Candidate) {
        try {
            keyboard.accept(candidate)
        } catch (error: IOException) {
            refuse(error)
        }
        Languages(activity).tell(keyboard.models.opened())
        show()
    }

    /** Works away from the main thread; what comes when the page is gone is `late`. */
    private fun <T> aside(work: () -> T, late: (T) -> Unit = {}, then: (T) -> Unit) = thread(name = "models") {
        try {
            val done = work()
            activity.runOnUiThread { if (activity.isDestroyed) late(done) else then(done) }
        } catch (error: IOException) {
            activity.runOnUiThread { refuse(error) }
        } catch (error: SecurityException) {
            activity.runOnUiThread { refuse(error) }
        }
    }

    private fun refuse(error: Exception) =
        activity.say(activity.getString(R.string.model_refused, error.message))

    /** What a card says, in a few lines. It is the text of strangers. */
    private fun facts(file: ModelFile, tag: String): String {
        val card = file.manifest.card
        val scores = card.optJSONArray("scores")
        // With memory, as one types.
        val shown = (0 until minOf(scores?.length() ?: 0, MOST_SCORES)).mapNotNull { scores?.optJSONObject(it) }
            .filter { it.optBoolean("cache") }
        return activity.getString(
            R.string.model_facts,
            card.optString("name").ifEmpty { activity.getString(R.string.unnamed) }.take(MOST_SHOWN),
            nameOf(tag),
            file.manifest.vocabularySize,
            Formatter.formatFileSize(activity, file.size.toLong()),
            card.optString("licence", "—").take(MOST_SHOWN),
            shown.joinToString("") {
                val saved = (100 * it.optDouble("keystrokes_saved", 0.0)).roundToInt()
                activity.getString(R.string.model_score, it.optString("text").take(MOST_SHOWN), saved)
            },
        )
    }

    private fun nameOf(tag: String): String = Locale.forLanguageTag(tag).displayName

    private companion object {
        const val MOST_SHOWN = 200
        const val MOST_SCORES = 8
    }
}
