package lightrnn.keyboard.settings

import android.app.Activity
import android.os.Build
import android.provider.Settings
import android.view.View
import android.view.WindowInsets
import android.view.inputmethod.InputMethodManager

/** Whether the keyboard is turned on in the list of the system. */
internal fun Activity.isTurnedOn(): Boolean =
    getSystemService(InputMethodManager::class.java).enabledInputMethodList.any { it.packageName == packageName }

/** Whether it is the one that types. */
internal fun Activity.isChosen(): Boolean =
    Settings.Secure.getString(contentResolver, Settings.Secure.DEFAULT_INPUT_METHOD)
        ?.startsWith("$packageName/") == true

/** From Android 15 on a page reaches under the bars at the top and the bottom. */
internal fun keepClear(page: View) = page.setOnApplyWindowInsetsListener { view, insets ->
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
        val bars = insets.getInsets(WindowInsets.Type.systemBars() or WindowInsets.Type.displayCutout())
        view.setPadding(bars.left, bars.top, bars.right, bars.bottom)
    } else {
        @Suppress("DEPRECATION")
        view.setPadding(0, insets.systemWindowInsetTop, 0, insets.systemWindowInsetBottom)
    }
    insets
}
