package lightrnn.keyboard

/** A field that is a string with a cursor. */
class FakeField(text: String = "", var cursor: Int = text.length, private val capitals: Boolean = false) :
    TextField {
    private val content = StringBuilder(text)
    val text: String get() = content.toString()
    var entered = 0
        private set

    override fun textBeforeCursor(count: Int) = content.substring(maxOf(0, cursor - count), cursor)

    override fun textAfterCursor(count: Int) =
        content.substring(cursor, minOf(content.length, cursor + count))

    override fun insert(text: String) {
        content.insert(cursor, text)
        cursor += text.length
    }

    override fun replace(count: Int, text: String) {
        content.delete(cursor - count, cursor)
        cursor -= count
        insert(text)
    }

    override fun backspace() {
        if (cursor > 0) replace(1, "")
    }

    override fun enter() {
        entered++
    }

    override fun wantsCapital(): Boolean {
        val before = textBeforeCursor(cursor).trimEnd(' ')
        return capitals && (before.isEmpty() || before.last() in ".!?\n")
    }
}
