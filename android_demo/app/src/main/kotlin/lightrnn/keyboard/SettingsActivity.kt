package lightrnn.keyboard

import android.app.Activity
import android.app.AlertDialog
import android.content.ActivityNotFoundException
import android.content.Intent
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
        click(R.id.export) { export() }
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
            findViewById<Button>(R.id.clear).isEnabled = learned.isNotEmpty()
            fill(R.id.learned, learned.mapValues { (word, count) -> getString(R.string.learned_word, word, count) }) {
                keyboard.suggestions.forget(it)
                showWords()
            }
        }
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
            val facts = file.manifest.training
            getString(
                R.string.model_facts,
                facts.optString("name", getString(R.string.unnamed)),
                file.manifest.vocabularySize,
                Formatter.formatFileSize(this, file.size.toLong()),
                facts.optString("test_perplexity", "—"),
            )
        }
    }

    private fun export() {
        val intent = Intent(Intent.ACTION_CREATE_DOCUMENT)
            .addCategory(Intent.CATEGORY_OPENABLE)
            .setType("application/json")
            .putExtra(Intent.EXTRA_TITLE, "user_words.json")
        open(intent, EXPORT)
    }

    private fun open(intent: Intent, request: Int = -1) {
        try {
            startActivityForResult(intent, request)
        } catch (error: ActivityNotFoundException) {
            AlertDialog.Builder(this).setMessage(error.message).show()
        }
    }

    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        super.onActivityResult(request, result, data)
        val place = data?.data
        if (request != EXPORT || result != RESULT_OK || place == null) return
        try {
            contentResolver.openOutputStream(place, "wt")?.use { file ->
                file.write(keyboard.store.userWords().orEmpty().toByteArray())
            }
        } catch (error: IOException) {
            AlertDialog.Builder(this).setMessage(error.message).show()
        }
    }

    private companion object {
        const val EXPORT = 1
    }
}
