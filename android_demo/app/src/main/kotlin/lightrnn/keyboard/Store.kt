package lightrnn.keyboard

import java.io.File
import java.io.FileOutputStream
import java.io.IOException

/**
 * What the keyboard remembers, in files of its own folder that no other app can read.
 *
 * @param folder The folder.
 * @param offensive Words that are not suggested unless they are typed.
 */
class Store(private val folder: File, offensive: Collection<String>) {
    private val userWordsFile = folder.resolve("user_words.json")
    private val blockedFile = folder.resolve("blocked.txt")
    private val damagedFile = folder.resolve("user_words.damaged.json")
    private val offFile = folder.resolve("suggestions_off")
    private val offensive = offensive.toSet()

    /** Words that the user never wants to see again. */
    @Volatile
    var blocked: Set<String> = read(blockedFile)?.lines()?.filter(String::isNotEmpty)?.toSet().orEmpty()
        private set

    /** All words that are not to be suggested. */
    @Volatile
    var excluded: Set<String> = blocked + this.offensive
        private set

    /** Whether words are suggested and learned at all. */
    @Volatile
    var suggests: Boolean = !offFile.exists()
        set(value) {
            field = value
            if (value) offFile.delete() else write(offFile, "")
        }

    fun block(word: String) = setBlocked(blocked + word.lowercase())

    fun unblock(word: String) = setBlocked(blocked - word)

    private fun setBlocked(words: Set<String>) {
        blocked = words
        excluded = words + offensive
        write(blockedFile, words.joinToString("\n"))
    }

    fun userWords(): String? = read(userWordsFile)

    fun keepUserWords(text: String) = write(userWordsFile, text)

    /** Puts a damaged file out of the way without throwing it away. */
    fun setAsideUserWords() {
        userWordsFile.renameTo(damagedFile)
    }

    fun forgetDamagedUserWords() {
        damagedFile.delete()
    }

    private fun read(file: File): String? = try {
        if (file.length() in 1..MAX_BYTES) file.readText() else null
    } catch (_: IOException) {
        null
    }

    /** Writes a file in one piece: a crash leaves the old one. On a full disk, nothing. */
    private fun write(file: File, text: String) {
        try {
            val new = folder.resolve("${file.name}.new")
            FileOutputStream(new).use {
                it.write(text.toByteArray())
                it.fd.sync()
            }
            if (!new.renameTo(file)) new.delete()
        } catch (_: IOException) {
            return
        }
    }

    private companion object {
        const val MAX_BYTES = 1L shl 24
    }
}
