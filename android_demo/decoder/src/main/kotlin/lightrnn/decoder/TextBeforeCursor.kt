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
            while (start > 0 && isPartOfWord(line, start)) {
                start -= Character.charCount(line.codePointBefore(start))
            }
            // A mark that joins nothing to the left belongs to the text before the word.
            while (start < line.length && !beginsWord(line.codePointAt(start))) {
                start += Character.charCount(line.codePointAt(start))
            }
            return TextBeforeCursor(line.substring(0, start), line.substring(start))
        }

        private fun isPartOfWord(line: String, end: Int): Boolean {
            val character = line.codePointBefore(end)
            return beginsWord(character) ||
                Spelling.isJoining(character) ||
                Character.getType(character).toByte() in MARKS ||
                // 3.14 and 3.30pm are words.
                character < 0x80 && character.toChar() in ".," && end > 1 && end < line.length &&
                Character.isDigit(line.codePointBefore(end - 1)) && Character.isDigit(line.codePointAt(end))
        }

        private fun beginsWord(character: Int) = Character.getType(character).toByte() in LETTERS

        private val LETTERS = setOf(
            Character.UPPERCASE_LETTER, Character.LOWERCASE_LETTER, Character.TITLECASE_LETTER,
            Character.MODIFIER_LETTER, Character.OTHER_LETTER, Character.DECIMAL_DIGIT_NUMBER,
            Character.LETTER_NUMBER, Character.OTHER_NUMBER,
        )
        private val MARKS = setOf(
            Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK,
        )
    }
}
