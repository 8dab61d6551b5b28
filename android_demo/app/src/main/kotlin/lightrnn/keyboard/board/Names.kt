package lightrnn.keyboard.board

import android.view.inputmethod.EditorInfo
import lightrnn.keyboard.R

/** How keys are called and drawn that have no letter. */
object Names {
    /** What an enter key is for: its icon and its name. */
    class Enter(val icon: Int, val name: Int)

    // Marks that TalkBack would pass over or read as a pause.
    private val MARKS = mapOf(
        " " to R.string.space, "." to R.string.full_stop, "," to R.string.comma,
        "'" to R.string.apostrophe, "\"" to R.string.quotation_mark, "-" to R.string.hyphen,
        ":" to R.string.colon, ";" to R.string.semicolon, "!" to R.string.exclamation_mark,
        "?" to R.string.question_mark, "_" to R.string.underscore,
        "(" to R.string.open_bracket, ")" to R.string.close_bracket,
        "[" to R.string.open_square_bracket, "]" to R.string.close_square_bracket,
        "{" to R.string.open_brace, "}" to R.string.close_brace,
        "<" to R.string.less_than, ">" to R.string.greater_than,
        "~" to R.string.tilde, "`" to R.string.backtick, "|" to R.string.vertical_bar,
        "^" to R.string.caret, "\\" to R.string.backslash, "•" to R.string.bullet,
    )
    private val ENTER = mapOf(
        EditorInfo.IME_ACTION_GO to Enter(R.drawable.go, R.string.go),
        EditorInfo.IME_ACTION_SEARCH to Enter(R.drawable.search, R.string.search),
        EditorInfo.IME_ACTION_SEND to Enter(R.drawable.send, R.string.send),
        EditorInfo.IME_ACTION_NEXT to Enter(R.drawable.next, R.string.next),
        EditorInfo.IME_ACTION_DONE to Enter(R.drawable.done, R.string.done),
        EditorInfo.IME_ACTION_PREVIOUS to Enter(R.drawable.previous, R.string.previous),
    )
    private val NEW_LINE = Enter(R.drawable.enter, R.string.enter)

    /** The name of a mark, null if it says itself what it is. */
    fun of(mark: String): Int? = MARKS[mark]

    /** @param action One of `EditorInfo.IME_ACTION_…`. */
    fun enter(action: Int): Enter = ENTER[action] ?: NEW_LINE
}
