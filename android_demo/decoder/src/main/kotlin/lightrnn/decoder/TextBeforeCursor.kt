package lightrnn.decoder

/**
 * What stands before the cursor, as far as suggestions need it.
 *
 * @property typed The letters of the word that is being typed, empty between words.
 * @property context What stands before that word, in the line of the cursor.
 */
data class TextBeforeCursor(val context: String, val typed: String) {
    companion object {
        private const val JOINING = "'’-"

        /** Cuts the text before the cursor into the word being typed and what is before. */
        fun of(text: CharSequence): TextBeforeCursor {
            val line = text.substring(text.lastIndexOf('\n') + 1)
            var start = line.length
            while (start > 0 && isPartOfWord(line, start - 1)) start--
            // A mark that joins nothing to the left belongs to the text before the word.
            while (start < line.length && line[start] in JOINING) start++
            return TextBeforeCursor(line.substring(0, start), line.substring(start))
        }

        private fun isPartOfWord(line: String, at: Int): Boolean {
            val character = line[at]
            return character.isLetterOrDigit() || character.isSurrogate() ||
                character in JOINING ||
                Character.getType(character).let {
                    it == Character.NON_SPACING_MARK.toInt() ||
                        it == Character.COMBINING_SPACING_MARK.toInt()
                }
        }
    }
}
