package lightrnn.keyboard

import android.app.Activity
import android.app.AlertDialog
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.provider.Settings
import android.text.format.Formatter
import android.view.View
import android.view.ViewGroup
import android.view.inputmethod.InputMethodManager
import android.widget.Button
import android.widget.LinearLayout
import android.widget.Switch
import android.widget.TextView
import java.io.ByteArrayOutputStream
import java.io.IOException
import lightrnn.decoder.ModelFile

/** Turning the keyboard on, trying it, and what it knows and remembers. */
class SettingsActivity : Activity() {
    private lateinit var keyboard: Keyboard

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        keyboard = Keyboard.of(this)
        setContentView(R.layout.settings)
        click(R.id.enable) { open(Intent(Settings.ACTION_INPUT_METHOD_SETTINGS)) }
        click(R.id.choose) { getSystemService(InputMethodManager::class.java).showInputMethodPicker() }
        click(R.id.export) { export("user_words.json", EXPORT) }
        click(R.id.export_habits) { export("habits.json", EXPORT_HABITS) }
        click(R.id.import_file) { open(json(Intent.ACTION_OPEN_DOCUMENT), IMPORT) }
        click(R.id.clear) { confirmClear() }
        findViewById<Switch>(R.id.suggest).apply {
            isChecked = keyboard.store.suggests
            setOnCheckedChangeListener { _, isOn -> keyboard.store.suggests = isOn }
        }
    }

    override fun onResume() {
        super.onResume()
        showSteps()
        showWords()
        keyboard.suggestions.model(::showModel)
    }

    override fun onWindowFocusChanged(hasFocus: Boolean) {
        super.onWindowFocusChanged(hasFocus)
        // The list of keyboards is a dialog of the system, after which nothing resumes.
        if (hasFocus) showSteps()
    }

    private fun click(id: Int, work: () -> Unit) = findViewById<Button>(id).setOnClickListener { work() }

    private fun showSteps() {
        val manager = getSystemService(InputMethodManager::class.java)
        val isEnabled = manager.enabledInputMethodList.any { it.packageName == packageName }
        val current = Settings.Secure.getString(contentResolver, Settings.Secure.DEFAULT_INPUT_METHOD)
        val isChosen = current?.startsWith("$packageName/") == true
        findViewById<Button>(R.id.enable).isEnabled = !isEnabled
        findViewById<Button>(R.id.choose).isEnabled = isEnabled && !isChosen
        findViewById<View>(R.id.try_it).isEnabled = isChosen
    }

    private fun showWords() {
        fill(R.id.blocked, keyboard.store.blocked.sorted().associateWith { it }) {
            keyboard.store.unblock(it)
            showWords()
        }
        keyboard.suggestions.learned { learned ->
            findViewById<Button>(R.id.export).isEnabled = learned.isNotEmpty()
            list(R.id.learned, learned)
        }
        keyboard.suggestions.habits { habits ->
            findViewById<Button>(R.id.export_habits).isEnabled = habits.isNotEmpty()
            list(R.id.habits, habits.entries.take(HABITS_SHOWN).associate { it.key to it.value })
        }
    }

    /** Lists words that were learned, which may be forgotten, and how often each was written. */
    private fun list(id: Int, counts: Map<String, Int>) =
        fill(id, counts.mapValues { (word, count) -> getString(R.string.learned_word, word, count) }) {
            keyboard.suggestions.forget(it)
            showWords()
        }

    /** Lists words, each with a button that removes it. */
    private fun fill(id: Int, words: Map<String, String>, remove: (String) -> Unit) {
        val list = findViewById<LinearLayout>(id)
        list.removeAllViews()
        if (words.isEmpty()) list.addView(TextView(this).apply { setText(R.string.none) })
        for ((word, label) in words) {
            val row = layoutInflater.inflate(R.layout.word, list, false) as ViewGroup
            row.findViewById<TextView>(R.id.word).text = label
            row.findViewById<Button>(R.id.remove).apply {
                contentDescription = getString(R.string.remove_word, word)
                setOnClickListener { remove(word) }
            }
            list.addView(row)
        }
    }

    private fun confirmClear() {
        AlertDialog.Builder(this)
            .setMessage(R.string.clear_question)
            .setNegativeButton(android.R.string.cancel, null)
            .setPositiveButton(R.string.clear) { _, _ ->
                keyboard.suggestions.forgetAll()
                showWords()
            }
            .show()
    }

    private fun showModel(file: ModelFile?) {
        findViewById<TextView>(R.id.model).text = if (file == null) {
            getString(R.string.no_model, keyboard.suggestions.problem)
        } else {
            val card = file.manifest.card
            getString(
                R.string.model_facts,
                card.optString("name", getString(R.string.unnamed)).take(MOST_SHOWN),
                file.manifest.vocabularySize,
                Formatter.formatFileSize(this, file.size.toLong()),
                card.optString("licence", "—").take(MOST_SHOWN),
            )
        }
    }

    private fun json(action: String) =
        Intent(action).addCategory(Intent.CATEGORY_OPENABLE).setType("application/json")

    private fun export(name: String, request: Int) {
        keyboard.suggestions.keep()
        open(json(Intent.ACTION_CREATE_DOCUMENT).putExtra(Intent.EXTRA_TITLE, name), request)
    }

    private fun open(intent: Intent, request: Int = -1) {
        try {
            startActivityForResult(intent, request)
        } catch (error: ActivityNotFoundException) {
            say(error.message)
        }
    }

    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        super.onActivityResult(request, result, data)
        val place = data?.data
        if (result != RESULT_OK || place == null) return
        try {
            when (request) {
                EXPORT -> write(place, keyboard.store.userWords)
                EXPORT_HABITS -> write(place, keyboard.store.habits)
                IMPORT -> read(place)
            }
        } catch (error: IOException) {
            say(error.message)
        }
    }

    private fun write(place: Uri, kept: Kept) {
        contentResolver.openOutputStream(place, "wt")?.use { it.write(kept.read().orEmpty().toByteArray()) }
    }

    private fun read(place: Uri) {
        val text = ByteArrayOutputStream()
        contentResolver.openInputStream(place)?.use { file ->
            val part = ByteArray(PART)
            // Of a file that is too long the rest does not matter.
            while (text.size() <= MAX_BYTES) {
                val count = file.read(part)
                if (count < 0) break
                text.write(part, 0, count)
            }
        }
        keyboard.suggestions.take(text.toString("UTF-8")) { problem ->
            if (problem != null) say(problem)
            showWords()
        }
    }

    private fun say(what: String?) {
        AlertDialog.Builder(this).setMessage(what).show()
    }

    private companion object {
        const val EXPORT = 1
        const val EXPORT_HABITS = 2
        const val IMPORT = 3
        const val HABITS_SHOWN = 20
        const val MOST_SHOWN = 200
        const val MAX_BYTES = 1 shl 24
        const val PART = 1 shl 13
    }
}
