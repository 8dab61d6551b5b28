package lightrnn.keyboard.typing

import android.text.InputType
import android.view.inputmethod.EditorInfo

/** What a field takes. */
enum class Kind { TEXT, NUMBER, PHONE }

/**
 * What a field allows.
 *
 * @property isSecret Whether nobody who looks on may see what is typed.
 * @property suggests Whether words may be suggested in it.
 * @property learns Whether what is typed in it may be remembered.
 * @property action What its enter key does, one of `EditorInfo.IME_ACTION_…`.
 * @property actionLabel What the field calls that, if it has a name of its own for it.
 */
data class FieldRules(
    val kind: Kind,
    val isSecret: Boolean,
    val suggests: Boolean,
    val learns: Boolean,
    val action: Int,
    val actionLabel: String? = null,
) {
    companion object {
        val NONE = FieldRules(Kind.TEXT, false, false, false, EditorInfo.IME_ACTION_NONE)

        private val PASSWORDS = setOf(
            InputType.TYPE_TEXT_VARIATION_PASSWORD,
            InputType.TYPE_TEXT_VARIATION_VISIBLE_PASSWORD,
            InputType.TYPE_TEXT_VARIATION_WEB_PASSWORD,
        )

        // Addresses, and what is only looked for in a list: words there are not sentences.
        private val NO_SENTENCES = setOf(
            InputType.TYPE_TEXT_VARIATION_EMAIL_ADDRESS,
            InputType.TYPE_TEXT_VARIATION_WEB_EMAIL_ADDRESS,
            InputType.TYPE_TEXT_VARIATION_URI,
            InputType.TYPE_TEXT_VARIATION_FILTER,
        )

        // The app has suggestions of its own, or wants none.
        private const val REFUSES =
            InputType.TYPE_TEXT_FLAG_NO_SUGGESTIONS or InputType.TYPE_TEXT_FLAG_AUTO_COMPLETE

        fun of(info: EditorInfo): FieldRules {
            val kind = kindOf(info.inputType)
            val variation = info.inputType and InputType.TYPE_MASK_VARIATION
            val isText = info.inputType and InputType.TYPE_MASK_CLASS == InputType.TYPE_CLASS_TEXT
            val isSecret = isText && variation in PASSWORDS ||
                kind == Kind.NUMBER && variation == InputType.TYPE_NUMBER_VARIATION_PASSWORD
            val suggests = isText && !isSecret && variation !in NO_SENTENCES &&
                info.inputType and REFUSES == 0
            val incognito =
                info.imeOptions and EditorInfo.IME_FLAG_NO_PERSONALIZED_LEARNING != 0
            val mayAct = info.imeOptions and EditorInfo.IME_FLAG_NO_ENTER_ACTION == 0
            val action = if (mayAct) {
                info.imeOptions and EditorInfo.IME_MASK_ACTION
            } else {
                EditorInfo.IME_ACTION_NONE
            }
            val label = info.actionLabel?.toString().takeIf { mayAct }
            return FieldRules(kind, isSecret, suggests, suggests && !incognito, action, label)
        }

        private fun kindOf(inputType: Int) = when (inputType and InputType.TYPE_MASK_CLASS) {
            InputType.TYPE_CLASS_PHONE -> Kind.PHONE
            InputType.TYPE_CLASS_NUMBER, InputType.TYPE_CLASS_DATETIME -> Kind.NUMBER
            else -> Kind.TEXT
        }
    }
}
