package lightrnn.decoder

/**
 * What stands before the cursor, as far as suggestions need it.
 *
 * @property typed The letters of the word that is being typed, empty between words.
 * @property context What stands before that word, in the line of the cursor.
 */
data class TextBeforeCursor(val context: String, val typed: String) {
    companion object {
        /** Marks that join the letters of a word, and do not begin one. */
        const val JOINING = "'’-"

        /** Cuts the text before the cursor into the word being typed and what is before. */
        fun of(text: CharSequence): TextBeforeCursor {
            val line = text.substring(text.lastIndexOf('\n') + 1)
            var start = line.length
            while (start > 0 && isPartOfWord(line.codePointBefore(start))) {
                start -= Character.charCount(line.codePointBefore(start))
            }
            // A mark that joins nothing to the left belongs to the text before the word.
            while (start < line.length && !Character.isLetterOrDigit(line.codePointAt(start))) start++
            return TextBeforeCursor(line.substring(0, start), line.substring(start))
        }

        private fun isPartOfWord(character: Int): Boolean =
            Character.isLetterOrDigit(character) || JOINING.any { it.code == character } ||
                when (Character.getType(character).toByte()) {
                    Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK -> true
                    else -> false
                }
    }
}
