package lightrnn.keyboard.typing

/** Where a reader sees a word begin. */
internal object Words {
    /** Where the last word begins, with the spaces behind it; of marks, all of them. */
    fun startOfLast(text: String): Int {
        val end = text.trimEnd(' ').length
        if (end == 0) return 0
        if (text[end - 1] == '\n') return end - 1
        val isWord = isOfWord(text[end - 1])
        var start = end
        while (start > 0 && !text[start - 1].isWhitespace() && isOfWord(text[start - 1]) == isWord) start--
        return start
    }

    private fun isOfWord(character: Char) = character.isLetterOrDigit() || character in "'’"
}
