package lightrnn.keyboard.typing

import lightrnn.decoder.Casing

/**
 * The text around the cursor, asked for once and kept up by what is typed.
 *
 * Each question to a field waits for another app. A field reports each move of the cursor;
 * those that an edit of ours makes are expected, and anything else makes us ask again. So
 * a field that changes what is typed, or keeps it shorter, is asked after its next report.
 *
 * @param field The field.
 */
internal class KnownText(private var field: TextField) {
    /** What stands before the cursor, null if that cannot be known. */
    var before: String? = null
        private set

    /** What stands behind the cursor, as far as was asked for. */
    var after = ""
        private set

    var isSelected = false
        private set

    // Where the cursor is to be after each edit that the field has not reported yet.
    private val expected = ArrayDeque<Int>()
    private var cursor = UNKNOWN

    init {
        ask()
    }

    /** Asks the field; returns whether its text is another one than was known. */
    private fun ask(): Boolean {
        val found = field.ask(BEFORE, AFTER)
        val isOther = found?.before != before || found?.isSelected != isSelected
        before = found?.before
        after = found?.after.orEmpty()
        isSelected = found?.isSelected == true
        return isOther
    }

    /** Whether the field still has what is known; asked before an edit that deletes. */
    fun isStill(): Boolean = before != null && !ask()

    /** The field reports where the cursor is; returns whether that is no doing of ours. */
    fun moved(start: Int, end: Int): Boolean {
        if (start == end && start in expected) {
            while (expected.removeFirst() != start) continue
            return false
        }
        expected.clear()
        cursor = end
        return ask()
    }

    /** The field began again; returns whether its text is another one. */
    fun began(field: TextField): Boolean {
        this.field = field
        expected.clear()
        cursor = UNKNOWN
        return ask()
    }

    fun insert(text: String) {
        field.insert(text)
        change(0, text, 0)
    }

    fun replace(count: Int, text: String, after: Int = 0) {
        field.replace(count, text, after)
        change(count, text, after)
    }

    fun insertAfter(text: String) {
        field.insertAfter(text)
        after = text + after
    }

    /** Deletes what is selected, or the character before the cursor. */
    fun backspace() {
        val before = before
        when {
            isSelected -> insert("")
            // An editor without text to ask for, such as a terminal, wants the key.
            before.isNullOrEmpty() -> field.backspaceKey()
            else -> backspace(field.lastCharacter(before))
        }
    }

    private fun backspace(count: Int) {
        // Of several characters that the field did not take, others would go.
        if (count > 1 && !isStill()) backspace() else replace(count, "")
    }

    /** Deletes the last word and the spaces behind it. */
    fun backspaceWord() {
        val before = before
        if (isSelected || before.isNullOrEmpty()) return backspace()
        replace(before.length - Words.startOfLast(before), "")
    }

    fun moveCursor(forward: Boolean) = field.moveCursor(forward)

    fun enter() {
        if (field.enter()) change(0, "\n", 0)
    }

    /** How the field wants the next letter. */
    fun casing(): Casing = before?.let(field::casing) ?: Casing.AS_IT_IS

    private fun change(deleted: Int, text: String, deletedAfter: Int) {
        before = before?.let { (it.dropLast(deleted) + text).takeLast(BEFORE) }
        after = after.drop(deletedAfter)
        // How much of what was selected is gone is not known.
        if (isSelected) cursor = UNKNOWN
        isSelected = false
        if (cursor == UNKNOWN) return
        cursor += text.length - deleted
        expected.addLast(cursor)
        if (expected.size > MOST_EXPECTED) expected.removeFirst()
    }

    companion object {
        const val BEFORE = 1024
        private const val AFTER = 64
        private const val UNKNOWN = -1

        // A field that reports nothing must not fill the memory.
        private const val MOST_EXPECTED = 64
    }
}
