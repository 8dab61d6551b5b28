package lightrnn.keyboard

import lightrnn.decoder.Casing

/** A field that is a string with a cursor. */
class FakeField(text: String = "", var cursor: Int = text.length, private val capitals: Boolean = false) :
    TextField {
    private val content = StringBuilder(text)
    val text: String get() = content.toString()
    var limit = Int.MAX_VALUE
    var selected = false
    var entered = 0
        private set

    override fun textBeforeCursor(count: Int) = content.substring(maxOf(0, cursor - count), cursor)

    override fun textAfterCursor(count: Int) =
        content.substring(cursor, minOf(content.length, cursor + count))

    override fun insert(text: String) {
        content.insert(cursor, text)
        cursor += text.length
    }

    override fun replace(before: Int, text: String, after: Int) {
        content.delete(cursor, minOf(content.length, cursor + after))
        content.delete(cursor - before, cursor)
        cursor -= before
        insert(text.take(maxOf(0, limit - content.length)))
    }

    override fun insertAfter(text: String) {
        content.insert(cursor, text)
    }

    override fun hasSelection() = selected

    override fun backspace() {
        if (cursor > 0) replace(1, "")
    }

    override fun enter() {
        entered++
    }

    override fun casing(): Casing {
        val before = textBeforeCursor(cursor).trimEnd(' ')
        val isCapital = capitals && (before.isEmpty() || before.last() in ".!?\n")
        return if (isCapital) Casing.CAPITAL else Casing.AS_IT_IS
    }
}
