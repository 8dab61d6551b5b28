package lightrnn.keyboard.typing

/** A listener of functions. */
class Listening(
    private val onChanged: () -> Unit = {},
    private val onWritten: (word: String, context: String, isKept: Boolean) -> Unit = { _, _, _ -> },
    private val onSaved: (keys: Int) -> Unit = {},
) : TypingListener {
    override fun changed() = onChanged()

    override fun written(word: String, context: String, isKept: Boolean) = onWritten(word, context, isKept)

    override fun saved(keys: Int) = onSaved(keys)
}
