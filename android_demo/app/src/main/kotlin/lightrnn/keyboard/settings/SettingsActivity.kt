package lightrnn.keyboard.settings

import android.app.Activity
import android.app.AlertDialog
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.view.View
import android.view.ViewGroup
import android.widget.Button
import android.widget.FrameLayout
import android.widget.LinearLayout
import android.widget.RadioGroup
import android.widget.Switch
import android.widget.TextView
import java.io.ByteArrayOutputStream
import java.io.IOException
import lightrnn.keyboard.Correcting
import lightrnn.keyboard.Kept
import lightrnn.keyboard.Keyboard
import lightrnn.keyboard.R
import lightrnn.keyboard.board.Board
import lightrnn.keyboard.typing.ConnectedField
import lightrnn.keyboard.typing.FieldRules

/** Trying the keyboard, and what it does, knows and remembers. */
class SettingsActivity : Activity() {
    private lateinit var keyboard: Keyboard
    private lateinit var models: ModelsPage

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        keyboard = Keyboard.of(this)
        setContentView(R.layout.settings)
        keepClear(findViewById(R.id.page))
        models = ModelsPage(this, keyboard, findViewById(R.id.models))
        click(R.id.set_up) { open(Intent(this, FirstRunActivity::class.java)) }
        click(R.id.open_model) { open(models.choose(), OPEN_MODEL) }
        click(R.id.export) { export("user_words.json", EXPORT) }
        click(R.id.export_habits) { export("habits.json", EXPORT_HABITS) }
        click(R.id.import_file) { open(json(Intent.ACTION_OPEN_DOCUMENT), IMPORT) }
        click(R.id.clear) { confirmClear() }
        showChoices()
        tryHere()
    }

    override fun onResume() {
        super.onResume()
        findViewById<View>(R.id.not_chosen).visibility = if (isChosen()) View.GONE else View.VISIBLE
        findViewById<TextView>(R.id.saved).text = getString(R.string.saved_today, keyboard.choices.savedToday)
        showWords()
        models.show()
    }

    private fun click(id: Int, work: () -> Unit) = findViewById<Button>(id).setOnClickListener { work() }

    private fun showChoices() {
        val choices = keyboard.choices
        switch(R.id.suggest, choices.suggests) { choices.suggests = it }
        switch(R.id.meter, choices.showsMeter) { choices.showsMeter = it }
        findViewById<RadioGroup>(R.id.correcting).apply {
            check(CORRECTING.getValue(choices.correcting))
            setOnCheckedChangeListener { _, id ->
                choices.correcting = CORRECTING.entries.first { it.value == id }.key
            }
        }
    }

    private fun switch(id: Int, isOn: Boolean, changed: (Boolean) -> Unit) = findViewById<Switch>(id).apply {
        isChecked = isOn
        setOnCheckedChangeListener { _, isOnNow -> changed(isOnNow) }
    }

    /** The field at the top has a board of its own, which is there while one types into it. */
    private fun tryHere() {
        val field = findViewById<TryField>(R.id.try_it)
        val place = findViewById<FrameLayout>(R.id.board)
        val board = Board(keyboard) { null }
        field.setOnFocusChangeListener { _, isFocused ->
            place.visibility = if (isFocused) View.VISIBLE else View.GONE
            if (isFocused) {
                if (place.childCount == 0) place.addView(board.newView(this))
                val (info, connection) = field.connect()
                board.start(ConnectedField(connection, info, field::press), FieldRules.of(info))
                field.cursorMoved = board::cursorMoved
            } else {
                field.cursorMoved = null
                board.leave()
            }
        }
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
        if (words.isEmpty()) {
            val none = layoutInflater.inflate(R.layout.word, list, false)
            none.findViewById<TextView>(R.id.word).setText(R.string.none)
            none.findViewById<View>(R.id.remove).visibility = View.GONE
            list.addView(none)
        }
        for ((word, label) in words) list.addView(row(list, word, label) { remove(word) })
    }

    /** A line with a button that removes what it is of. */
    internal fun row(list: ViewGroup, name: String, label: String, remove: () -> Unit): View =
        layoutInflater.inflate(R.layout.word, list, false).apply {
            findViewById<TextView>(R.id.word).text = label
            findViewById<Button>(R.id.remove).apply {
                contentDescription = getString(R.string.remove_word, name)
                setOnClickListener { remove() }
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
                OPEN_MODEL -> models.open(place)
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

    internal fun say(what: String?) {
        AlertDialog.Builder(this).setMessage(what).show()
    }

    private companion object {
        const val EXPORT = 1
        const val EXPORT_HABITS = 2
        const val IMPORT = 3
        const val OPEN_MODEL = 4
        const val HABITS_SHOWN = 20
        const val MAX_BYTES = 1 shl 24
        const val PART = 1 shl 13

        val CORRECTING = mapOf(
            Correcting.OFF to R.id.correct_off,
            Correcting.SUGGEST to R.id.correct_suggest,
            Correcting.AUTOMATIC to R.id.correct_automatic,
        )
    }
}
