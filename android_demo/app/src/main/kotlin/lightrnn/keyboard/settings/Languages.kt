package lightrnn.keyboard.settings

import android.content.Context
import android.os.Build
import android.view.inputmethod.InputMethodInfo
import android.view.inputmethod.InputMethodManager
import android.view.inputmethod.InputMethodSubtype
import android.view.inputmethod.InputMethodSubtype.InputMethodSubtypeBuilder
import lightrnn.keyboard.Models

/** Tells the system which languages the keyboard has, so that the globe key switches between them. */
class Languages(private val context: Context) {
    private val manager = context.getSystemService(InputMethodManager::class.java)

    /** What the system knows of this keyboard, null if it does not know it. */
    fun keyboard(): InputMethodInfo? =
        manager.inputMethodList.firstOrNull { it.packageName == context.packageName }

    /** @param opened The languages of the models that the user opened. */
    fun tell(opened: List<String>) {
        val keyboard = keyboard() ?: return
        val added = (opened - Models.BUNDLED).map(::subtype).toTypedArray()
        manager.setAdditionalInputMethodSubtypes(keyboard.id, added)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE) {
            // Otherwise each has to be turned on in the list of the system.
            val all = (0 until keyboard.subtypeCount).map(keyboard::getSubtypeAt) + added
            val codes = all.map(InputMethodSubtype::hashCode).distinct().toIntArray()
            manager.setExplicitlyEnabledInputMethodSubtypes(keyboard.id, codes)
        }
    }

    private fun subtype(tag: String): InputMethodSubtype = InputMethodSubtypeBuilder()
        .setLanguageTag(tag)
        .setSubtypeLocale(tag.replace('-', '_'))
        .setSubtypeMode("keyboard")
        .setIsAsciiCapable(true)
        // The same from one start to the next.
        .setSubtypeId(tag.hashCode())
        .build()
}
