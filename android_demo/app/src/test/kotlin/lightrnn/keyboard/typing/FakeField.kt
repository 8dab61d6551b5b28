package lightrnn.keyboard.typing

import lightrnn.decoder.Casing

/** A field that is a string with a cursor. It counts what it is asked. */
class FakeField(text: String = "", var cursor: Int = text.length, private val capitals: Boolean = false) :
    TextField {
    private val content = StringBuilder(text)
    val text: String get() = content.toString()
    var limit = Int.MAX_VALUE
    var selected = false
    var entered = 0
        private set
    var asked = 0
        private set

    override fun ask(before: Int, after: Int): TextAround {
        asked++
        return TextAround(
            content.substring(maxOf(0, cursor - before), cursor),
            content.substring(cursor, minOf(content.length, cursor + after)),
            selected,
        )
    }

    override fun insert(text: String) {
        val taken = text.take(maxOf(0, limit - content.length))
        content.insert(cursor, taken)
        cursor += taken.length
    }

    override fun replace(before: Int, text: String, after: Int) {
        content.delete(cursor, minOf(content.length, cursor + after))
        content.delete(cursor - before, cursor)
        cursor -= before
        insert(text)
    }

    override fun insertAfter(text: String) {
        content.insert(cursor, text)
    }

    override fun moveCursor(forward: Boolean) {
        cursor += if (forward) 1 else -1
    }

    override fun backspaceKey() {
        if (cursor > 0) replace(1, "")
    }

    override fun enter(): Boolean {
        entered++
        return false
    }

    override fun casing(before: CharSequence): Casing {
        val text = before.trimEnd(' ')
        val isCapital = capitals && (text.isEmpty() || text.last() in ".!?\n")
        return if (isCapital) Casing.CAPITAL else Casing.AS_IT_IS
    }

    override fun lastCharacter(text: String) = 1
}
