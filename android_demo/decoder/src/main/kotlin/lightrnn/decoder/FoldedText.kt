package lightrnn.decoder

/** The fold of a text, letter by letter, in an array that is made once. */
internal class FoldedText {
    var letters = IntArray(64)
        private set
    var length = 0
        private set

    fun set(text: String) {
        length = 0
        var at = 0
        while (at < text.length) {
            val character = text.codePointAt(at)
            at += Character.charCount(character)
            val fold = Spelling.fold(character)
            var place = 0
            while (place < fold.length) {
                if (length == letters.size) letters = letters.copyOf(2 * length)
                letters[length] = fold.codePointAt(place)
                place += Character.charCount(letters[length++])
            }
        }
    }
}
