package lightrnn.keyboard

import android.text.InputType
import android.view.inputmethod.EditorInfo

/**
 * What a field allows.
 *
 * @property suggests Whether words may be suggested in it.
 * @property learns Whether what is typed in it may be remembered.
 * @property isNumeric Whether it takes numbers.
 * @property action What its enter key does, one of `EditorInfo.IME_ACTION_…`.
 * @property actionLabel What the field calls that, if it has a name of its own for it.
 */
data class FieldRules(
    val suggests: Boolean,
    val learns: Boolean,
    val isNumeric: Boolean,
    val action: Int,
    val actionLabel: String? = null,
) {
    companion object {
        val NONE = FieldRules(false, false, false, EditorInfo.IME_ACTION_NONE)

        private val PASSWORDS = setOf(
            InputType.TYPE_TEXT_VARIATION_PASSWORD,
            InputType.TYPE_TEXT_VARIATION_VISIBLE_PASSWORD,
            InputType.TYPE_TEXT_VARIATION_WEB_PASSWORD,
        )
        private val ADDRESSES = setOf(
            InputType.TYPE_TEXT_VARIATION_EMAIL_ADDRESS,
            InputType.TYPE_TEXT_VARIATION_WEB_EMAIL_ADDRESS,
            InputType.TYPE_TEXT_VARIATION_URI,
        )

        fun of(info: EditorInfo): FieldRules {
            val kind = info.inputType and InputType.TYPE_MASK_CLASS
            val variation = info.inputType and InputType.TYPE_MASK_VARIATION
            val isText = kind == InputType.TYPE_CLASS_TEXT
            val refuses = info.inputType and InputType.TYPE_TEXT_FLAG_NO_SUGGESTIONS != 0
            val suggests =
                isText && variation !in PASSWORDS && variation !in ADDRESSES && !refuses
            val incognito =
                info.imeOptions and EditorInfo.IME_FLAG_NO_PERSONALIZED_LEARNING != 0
            val mayAct = info.imeOptions and EditorInfo.IME_FLAG_NO_ENTER_ACTION == 0
            val action = if (mayAct) {
                info.imeOptions and EditorInfo.IME_MASK_ACTION
            } else {
                EditorInfo.IME_ACTION_NONE
            }
            val label = info.actionLabel?.toString().takeIf { mayAct }
            val numeric = kind == InputType.TYPE_CLASS_NUMBER ||
                kind == InputType.TYPE_CLASS_PHONE || kind == InputType.TYPE_CLASS_DATETIME
            return FieldRules(suggests, suggests && !incognito, numeric, action, label)
        }
    }
}
