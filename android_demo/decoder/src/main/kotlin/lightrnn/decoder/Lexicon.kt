package lightrnn.decoder

/** Takes cells, one by one; a function type would make an object of each. */
fun interface CellConsumer {
    fun accept(cell: Int)
}

/** The words of a model: by cell, by spelling and by prefix. */
interface Words {
    /** Whether a cell holds a word to offer while typing. */
    fun isSuggestable(cell: Int): Boolean

    /** Whether a cell holds a word that is right as it is typed, offered or not. */
    fun isTrusted(cell: Int): Boolean

    /** How often words came or went, so that what was derived from them can be kept. */
    val changes: Int

    /** The word in a cell, empty if it is free. */
    fun word(cell: Int): String

    /** The word in a cell as it is usually written, such as `London`; empty if it is free. */
    fun written(cell: Int): String

    /** The cell of a word, −1 if it has none. */
    fun cellOf(word: String): Int

    /** Calls [use] with the cell of each word that begins with a prefix. */
    fun forEachWithPrefix(prefix: String, ignoreCase: Boolean, use: CellConsumer)

    /** All words by their folds, in one or more parts. */
    val folded: List<FoldedWords>
}

/**
 * The words of an exported model as they lie in its file: sorted and front-coded, each as
 * the number of bytes that it shares with the one before and the bytes that follow. A
 * prefix is a range of them, found by bisection, without unpacking them all.
 *
 * Not safe for several threads at once.
 *
 * @param content `vocab.bin`, unpacked.
 * @param size Number of words, `V`.
 * @param cellCount Number of cells, `R · C`.
 * @throws DamagedModelException if the bytes are not those of so many words and cells.
 */
class Lexicon(private val content: ByteArray, val size: Int, val cellCount: Int) : Words {
    private val suffixes: Int
    private val suffixesEnd: Int
    private val blockStarts: IntArray
    private val cells: IntArray
    private val ranks = IntArray(cellCount) { -1 }
    private val marks: Marks

    // The word that was unpacked last, and the folded form of what is searched for.
    private var word = ByteArray(64)
    private var wordLength = 0
    private val wanted = FoldedText()

    init {
        val bits = maxOf(1, 32 - Integer.numberOfLeadingZeros(cellCount - 1))
        suffixes = size
        blockStarts = IntArray((size + BLOCK - 1) / BLOCK)
        suffixesEnd = endOfWords()
        val cellsEnd = suffixesEnd + (size.toLong() * bits + 7) / 8
        if (cellsEnd > content.size) throw DamagedModelException("The vocabulary is too short.")
        marks = Marks(content, cellsEnd.toInt(), size)
        cells = IntArray(size)
        for (rank in 0 until size) {
            val cell = cellAt(rank.toLong() * bits, bits)
            if (cell >= cellCount || ranks[cell] >= 0) {
                throw DamagedModelException("Cell $cell of the vocabulary is not its own.")
            }
            cells[rank] = cell
            ranks[cell] = rank
        }
        checkForms()
    }

    /** Finds the first word of each block; returns where the words end. */
    private fun endOfWords(): Int {
        var at = suffixes
        for (rank in 0 until size) {
            if (rank % BLOCK == 0) blockStarts[rank / BLOCK] = at
            while (at < content.size && content[at] != NEW_LINE) at++
            if (at++ >= content.size) {
                throw DamagedModelException("The vocabulary must hold $size words. Received: $rank.")
            }
        }
        return at
    }

    private fun cellAt(offset: Long, bits: Int): Int {
        var value = 0
        for (bit in 0 until bits) {
            val at = offset + bit
            val byte = content[suffixesEnd + (at shr 3).toInt()].toInt()
            value = value or ((byte shr (at and 7).toInt() and 1) shl bit)
        }
        return value
    }

    /** Refuses forms of other words: they would be offered in place of these. */
    private fun checkForms() {
        var form = 0
        walk(0) { rank ->
            if (form < marks.spelledOut.size && rank == marks.spelledOut[form]) {
                wanted.set(marks.form(form++))
                if (compareToWanted(0) != 0) {
                    throw DamagedModelException("A form of the vocabulary is not that of its word.")
                }
            }
            form < marks.spelledOut.size
        }
    }

    fun isOccupied(cell: Int) = ranks[cell] >= 0

    /** The cell of a word, from its place in the order of the words. */
    fun cell(rank: Int) = cells[rank]

    override fun isSuggestable(cell: Int) = ranks[cell] >= 0 && marks.isSuggestable(ranks[cell])

    override fun isTrusted(cell: Int) = ranks[cell] >= 0 && marks.isTrusted(ranks[cell])

    override val changes get() = 0

    override fun word(cell: Int): String {
        val rank = ranks[cell]
        if (rank < 0) return ""
        walk(rank) { false }
        return unpacked()
    }

    override fun written(cell: Int): String {
        val rank = ranks[cell]
        return if (rank < 0) "" else marks.written(rank, word(cell))
    }

    override fun cellOf(word: String): Int {
        wanted.set(word)
        val bytes = word.toByteArray(Charsets.UTF_8)
        var found = -1
        walk(firstRank(0)) { rank ->
            if (isWord(bytes)) found = cells[rank]
            found < 0 && compareToWanted(0) == 0
        }
        return found
    }

    override fun forEachWithPrefix(prefix: String, ignoreCase: Boolean, use: CellConsumer) {
        wanted.set(prefix)
        val first = firstRank(0)
        val end = firstRank(LAST_CHARACTER)
        if (ignoreCase && Spelling.isBare(prefix)) {
            for (rank in first until end) use.accept(cells[rank])
            return
        }
        walk(first) { rank ->
            if (rank < end && Spelling.beginsWith(unpacked(), prefix, ignoreCase)) {
                use.accept(cells[rank])
            }
            rank + 1 < end
        }
    }

    override val folded: List<FoldedWords> by lazy(LazyThreadSafetyMode.NONE) {
        val folds = ArrayList<String>(size)
        walk(0) {
            folds += Spelling.fold(unpacked())
            true
        }
        listOf(FoldedWords(folds, cells))
    }

    private fun unpacked() = String(word, 0, wordLength, Charsets.UTF_8)

    /** Unpacks the words from a rank on, until [more] says that it was the last one. */
    private inline fun walk(first: Int, more: (Int) -> Boolean) {
        var rank = first / BLOCK * BLOCK
        if (first >= size) return
        var at = blockStarts[rank / BLOCK]
        wordLength = 0
        while (rank < size) {
            val shared = minOf(content[rank].toInt() and 0xff, wordLength)
            var end = at
            while (content[end] != NEW_LINE) end++
            wordLength = shared + end - at
            if (wordLength > word.size) word = word.copyOf(2 * wordLength)
            System.arraycopy(content, at, word, shared, end - at)
            if (rank >= first && !more(rank)) return
            at = end + 1
            rank++
        }
    }

    private fun isWord(bytes: ByteArray): Boolean {
        if (bytes.size != wordLength) return false
        for (n in bytes.indices) if (bytes[n] != word[n]) return false
        return true
    }

    /** The rank of the first word whose folded form is not before what is searched for. */
    private fun firstRank(lastCharacter: Int): Int {
        var low = 0
        var high = blockStarts.size
        while (low < high) {
            val middle = (low + high) ushr 1
            walk(middle * BLOCK) { false }
            if (compareToWanted(lastCharacter) < 0) low = middle + 1 else high = middle
        }
        var found = size
        walk(maxOf(low - 1, 0) * BLOCK) { rank ->
            val before = compareToWanted(lastCharacter) < 0
            if (!before) found = rank
            before
        }
        return found
    }

    /**
     * Compares the folded form of the word that was unpacked last with what is searched
     * for, [lastCharacter] behind it unless that is 0.
     */
    private fun compareToWanted(lastCharacter: Int): Int {
        var at = 0
        var place = 0
        val length = if (lastCharacter == 0) wanted.length else wanted.length + 1
        while (at < wordLength) {
            val lead = word[at].toInt() and 0xff
            val more = if (lead < 0xc0) 0 else if (lead < 0xe0) 1 else if (lead < 0xf0) 2 else 3
            var character = if (more == 0) lead else lead and (0x3f shr more)
            for (n in 1..more) {
                val next = if (at + n < wordLength) word[at + n].toInt() and 0x3f else 0
                character = (character shl 6) or next
            }
            at += more + 1
            val folded = Spelling.fold(minOf(character, LAST_CHARACTER))
            var next = 0
            while (next < folded.length) {
                if (place == length) return 1
                val one = folded.codePointAt(next)
                val difference = one - if (place < wanted.length) wanted.letters[place] else lastCharacter
                if (difference != 0) return difference
                next += Character.charCount(one)
                place++
            }
        }
        return if (place < length) -1 else 0
    }

    companion object {
        private const val BLOCK = 64
        private const val NEW_LINE = '\n'.code.toByte()
        private const val LAST_CHARACTER = 0x10ffff
    }
}
