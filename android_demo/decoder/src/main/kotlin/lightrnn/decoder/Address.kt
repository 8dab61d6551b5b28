package lightrnn.decoder

/** Tells parts of addresses, paths, names of users and tags from words. */
object Address {
    // What stands in them wherever it stands, and what does between two other characters.
    private const val ANYWHERE = "@/\\_#"
    private const val INSIDE = ":."
    private const val AROUND = "\"'()[]{}<>.,:;!?…"

    /** Whether something without spaces is one. */
    fun isOne(part: String): Boolean =
        part.any { it in ANYWHERE } || part.trim { it in AROUND }.any { it in INSIDE }

    /** The end of a text that has no spaces, of which what is typed next is a part. */
    fun lastPart(text: String): String = text.takeLastWhile { !it.isWhitespace() }
}
