package lightrnn.keyboard

import android.content.SharedPreferences

/** What is done about a word that was surely mistyped when a space follows. */
enum class Correcting { OFF, SUGGEST, AUTOMATIC }

/**
 * What the user chose, and what is counted for them.
 *
 * @param kept Where it is kept.
 * @param today The number of the day.
 */
class Choices(private val kept: SharedPreferences, private val today: () -> Long) {
    /** Whether words are suggested and learned at all. */
    var suggests: Boolean
        get() = kept.getBoolean(SUGGESTS, true)
        set(value) = kept.edit().putBoolean(SUGGESTS, value).apply()

    var correcting: Correcting
        get() = Correcting.entries.firstOrNull { it.name == kept.getString(CORRECTING, null) }
            ?: Correcting.SUGGEST
        set(value) = kept.edit().putString(CORRECTING, value.name).apply()

    /** Whether a line over the strip says what it took. */
    var showsMeter: Boolean
        get() = kept.getBoolean(METER, false)
        set(value) = kept.edit().putBoolean(METER, value).apply()

    /** Whether the first page was read. */
    var isIntroduced: Boolean
        get() = kept.getBoolean(INTRODUCED, false)
        set(value) = kept.edit().putBoolean(INTRODUCED, value).apply()

    /** The emoji that were used last, the last one first. */
    val recentEmoji: List<String>
        get() = kept.getString(EMOJI, null).orEmpty().split(' ').filter(String::isNotEmpty)

    fun usedEmoji(emoji: String) {
        val now = (listOf(emoji) + (recentEmoji - emoji)).take(MOST_RECENT)
        kept.edit().putString(EMOJI, now.joinToString(" ")).apply()
    }

    /** How many keys were saved today. */
    val savedToday: Int
        get() = if (kept.getLong(DAY, -1) == today()) kept.getInt(SAVED, 0) else 0

    /** So many keys were saved; fewer than none if a suggestion was taken back. */
    fun saved(keys: Int) =
        kept.edit().putInt(SAVED, savedToday + keys).putLong(DAY, today()).apply()

    private companion object {
        const val SUGGESTS = "suggests"
        const val CORRECTING = "correcting"
        const val METER = "meter"
        const val INTRODUCED = "introduced"
        const val EMOJI = "emoji"
        const val SAVED = "saved"
        const val DAY = "day"
        const val MOST_RECENT = 16
    }
}
