package lightrnn.decoder

import java.io.IOException
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.security.MessageDigest
import java.util.zip.DataFormatException
import java.util.zip.Inflater

/** A file that is not an exported model, or not as it was written. */
class DamagedModelException(message: String) : IOException(message)

/**
 * An exported model, as `export/FORMAT.md` specifies: a LiteRT model with a zip behind it.
 *
 * Nothing in the file is trusted: sizes are checked before anything is unpacked.
 *
 * @param content The whole file, mapped or in memory.
 * @throws DamagedModelException if it is not such a file.
 */
class ModelFile(content: ByteBuffer) {
    private val bytes = content.duplicate().order(ByteOrder.LITTLE_ENDIAN).apply { rewind() }
    private val members = readDirectory()

    val manifest = Manifest.parse(
        String(member("manifest.json", MAX_MANIFEST), Charsets.UTF_8),
        bytes.capacity(),
    )

    /** Bytes of the whole file. */
    val size get() = bytes.capacity()

    /** The part that the runtime reads. */
    val model: ByteBuffer
        get() = slice(0, manifest.modelBytes)

    val lexicon: Lexicon

    init {
        checkSum("model", MessageDigest.getInstance("SHA-256").apply { update(model) })
        val words = member("vocab.bin", minOf(MAX_WORD * manifest.vocabularySize, MAX_ARRAY).toInt())
        checkSum("vocab.bin", MessageDigest.getInstance("SHA-256").apply { update(words) })
        lexicon = Lexicon(words, manifest.vocabularySize, manifest.rows * manifest.columns)
        for ((word, cell) in mapOf(EOS to manifest.startCell, UNK to manifest.unknownCell)) {
            if (lexicon.cellOf(word) != cell) {
                throw DamagedModelException("$word must be in cell $cell, as the manifest says.")
            }
        }
    }

    /**
     * The words that the training text has often.
     *
     * @throws DamagedModelException if the counts are damaged.
     */
    fun frequentWords(): FrequentWords {
        val counts = member("counts.bin", manifest.vocabularySize)
        checkSum("counts.bin", MessageDigest.getInstance("SHA-256").apply { update(counts) })
        if (counts.size != manifest.vocabularySize) {
            throw DamagedModelException("${manifest.vocabularySize} words have ${counts.size} counts.")
        }
        return FrequentWords(lexicon, counts)
    }

    private fun checkSum(name: String, digest: MessageDigest) {
        val sum = digest.digest().joinToString("") { "%02x".format(it) }
        if (sum != manifest.sha256[name]) {
            throw DamagedModelException("The SHA-256 of $name is not that of the manifest.")
        }
    }

    private class Member(val method: Int, val packedSize: Long, val headerOffset: Long)

    /** The members of the zip, from the directory at the end of the file. */
    private fun readDirectory(): Map<String, Member> {
        val size = bytes.capacity()
        val end = (size - END_SIZE downTo maxOf(0, size - END_SIZE - 0xffff))
            .firstOrNull { bytes.getInt(it) == END_SIGNATURE }
            ?: throw DamagedModelException("The file has no zip at its end.")
        val count = bytes.getShort(end + 10).toInt() and 0xffff
        var at = unsigned(end + 16)
        val found = HashMap<String, Member>()
        repeat(count) {
            if (at > size - ENTRY_SIZE || bytes.getInt(at.toInt()) != ENTRY_SIGNATURE) {
                throw DamagedModelException("The directory of the zip is damaged.")
            }
            val entry = at.toInt()
            val lengths = intArrayOf(short(entry + 28), short(entry + 30), short(entry + 32))
            val name = ByteArray(lengths[0])
            if (entry + ENTRY_SIZE + name.size > size) {
                throw DamagedModelException("The directory of the zip is damaged.")
            }
            slice(entry + ENTRY_SIZE, name.size).get(name)
            found[String(name, Charsets.UTF_8)] =
                Member(short(entry + 10), unsigned(entry + 20), unsigned(entry + 42))
            at += ENTRY_SIZE + lengths.sum()
        }
        return found
    }

    /** Unpacks a member of at most [most] bytes, whatever the directory says of its size. */
    private fun member(name: String, most: Int): ByteArray {
        val member = members[name] ?: throw DamagedModelException("The zip has no $name.")
        val header = member.headerOffset
        if (header > bytes.capacity() - HEADER_SIZE) {
            throw DamagedModelException("$name lies outside the file.")
        }
        val start = header + HEADER_SIZE + short(header.toInt() + 26) + short(header.toInt() + 28)
        if (start + member.packedSize > bytes.capacity()) {
            throw DamagedModelException("$name lies outside the file.")
        }
        val packed = ByteArray(member.packedSize.toInt())
        slice(start.toInt(), packed.size).get(packed)
        return when (member.method) {
            STORED -> if (packed.size <= most) packed else throw tooLarge(name, most)
            DEFLATED -> inflate(name, packed, most)
            else -> throw DamagedModelException("$name is packed in an unknown way.")
        }
    }

    private fun inflate(name: String, packed: ByteArray, most: Int): ByteArray {
        val inflater = Inflater(true)
        try {
            inflater.setInput(packed)
            var unpacked = ByteArray(minOf(most.toLong(), 4L * packed.size + 64).toInt() + 1)
            var size = 0
            while (!inflater.finished()) {
                if (size > most) throw tooLarge(name, most)
                if (size == unpacked.size) unpacked = unpacked.copyOf(minOf(most + 1L, 2L * size).toInt())
                val count = inflater.inflate(unpacked, size, unpacked.size - size)
                if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw DamagedModelException("$name ends too early.")
                }
                size += count
            }
            if (size > most) throw tooLarge(name, most)
            return unpacked.copyOf(size)
        } catch (error: DataFormatException) {
            throw DamagedModelException("$name cannot be unpacked: ${error.message}")
        } finally {
            inflater.end()
        }
    }

    private fun tooLarge(name: String, most: Int) =
        DamagedModelException("$name has more than $most bytes.")

    private fun slice(start: Int, length: Int): ByteBuffer {
        val part = bytes.duplicate()
        part.position(start)
        part.limit(start + length)
        return part.slice()
    }

    private fun short(at: Int) = bytes.getShort(at).toInt() and 0xffff

    private fun unsigned(at: Int) = bytes.getInt(at).toLong() and 0xffffffffL

    private companion object {
        const val MAX_MANIFEST = 1 shl 20

        // The characters of a word and of its form take at most 4 bytes each; line ends,
        // cell and marks take 8.
        const val MAX_WORD = 8L * Tokenizer.MAX_WORD_LENGTH + 8
        const val MAX_ARRAY = Int.MAX_VALUE - 16L
        const val STORED = 0
        const val DEFLATED = 8
        const val END_SIGNATURE = 0x06054b50
        const val END_SIZE = 22
        const val ENTRY_SIGNATURE = 0x02014b50
        const val ENTRY_SIZE = 46
        const val HEADER_SIZE = 30
    }
}
