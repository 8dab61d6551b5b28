package lightrnn.keyboard.settings

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import android.provider.Settings
import android.view.inputmethod.InputMethodManager
import android.widget.Button
import lightrnn.keyboard.Keyboard
import lightrnn.keyboard.R

/** The first page: three steps. Once it was read, the icon of the app opens the settings. */
class FirstRunActivity : Activity() {
    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        val choices = Keyboard.of(this).choices
        if (choices.isIntroduced && intent.action == Intent.ACTION_MAIN) return goOn()
        setContentView(R.layout.first_run)
        keepClear(findViewById(R.id.page))
        click(R.id.enable) { startActivity(Intent(Settings.ACTION_INPUT_METHOD_SETTINGS)) }
        click(R.id.choose) { getSystemService(InputMethodManager::class.java).showInputMethodPicker() }
        click(R.id.go_on) {
            choices.isIntroduced = true
            goOn()
        }
    }

    private fun click(id: Int, work: () -> Unit) = findViewById<Button>(id).setOnClickListener { work() }

    private fun goOn() {
        startActivity(Intent(this, SettingsActivity::class.java))
        finish()
    }

    override fun onResume() {
        super.onResume()
        showSteps()
    }

    override fun onWindowFocusChanged(hasFocus: Boolean) {
        super.onWindowFocusChanged(hasFocus)
        // The list of keyboards is a dialog of the system, after which nothing resumes.
        if (hasFocus) showSteps()
    }

    private fun showSteps() {
        val enable = findViewById<Button>(R.id.enable) ?: return
        enable.isEnabled = !isTurnedOn()
        findViewById<Button>(R.id.choose).isEnabled = isTurnedOn() && !isChosen()
    }
}
