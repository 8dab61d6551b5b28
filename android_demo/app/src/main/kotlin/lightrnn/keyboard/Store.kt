package lightrnn.keyboard

import java.io.File
import java.io.FileOutputStream
import java.io.IOException

/**
 * What the keyboard remembers in a language, in files that no other app can read.
 *
 * @param folder Their folder.
 * @param language The language, as a BCP-47 tag.
 */
class Store(folder: File, language: String = Models.BUNDLED) {
    private val ending = if (language == Models.BUNDLED) "" else "-$language"
    private val blockedFile = folder.resolve("blocked$ending.txt")

    /** Words that were learned. */
    val userWords = Kept(folder, "user_words$ending")

    /** What is often written. */
    val habits = Kept(folder, "habits$ending")

    /** Words that the user never wants to see again. */
    @Volatile
    var blocked: Set<String> = Files.read(blockedFile)?.lines()?.filter(String::isNotEmpty)?.toSet().orEmpty()
        private set

    fun block(word: String) = setBlocked(blocked + word.lowercase())

    fun unblock(word: String) = setBlocked(blocked - word)

    private fun setBlocked(words: Set<String>) {
        blocked = words
        Files.write(blockedFile, words.joinToString("\n"))
    }
}

/**
 * Something that is kept as JSON.
 *
 * @param name The name of its file, without the ending.
 */
class Kept(folder: File, name: String) {
    private val file = folder.resolve("$name.json")
    private val damagedFile = folder.resolve("$name.damaged.json")

    fun read(): String? = Files.read(file)

    fun keep(text: String) = Files.write(file, text)

    /** Puts a damaged file out of the way without throwing it away. */
    fun setAside() {
        file.renameTo(damagedFile)
    }

    fun forgetDamaged() {
        damagedFile.delete()
    }
}

private object Files {
    private const val MAX_BYTES = 1L shl 24

    fun read(file: File): String? = try {
        if (file.length() in 1..MAX_BYTES) file.readText() else null
    } catch (_: IOException) {
        null
    }

    /** Writes a file in one piece: a crash leaves the old one. On a full disk, nothing. */
    fun write(file: File, text: String) {
        try {
            val new = file.resolveSibling("${file.name}.new")
            FileOutputStream(new).use {
                it.write(text.toByteArray())
                it.fd.sync()
            }
            if (!new.renameTo(file)) new.delete()
        } catch (_: IOException) {
            return
        }
    }
}
