package lightrnn.decoder

import kotlin.math.exp
import kotlin.math.max
import kotlin.math.min
import kotlin.math.sqrt

/**
 * How strongly words of the text so far are remembered.
 *
 * @property weight λ, their share, in (0, 1).
 * @property sharpness θ, above 0: how much alike two places have to be.
 * @property size N, how many words are remembered.
 */
data class CacheNumbers(val weight: Double, val sharpness: Double, val size: Int) {
    companion object {
        const val MAX_SIZE = 4096

        /** Where the file says nothing. */
        val DEFAULTS = CacheNumbers(weight = 0.2, sharpness = 7.5, size = 1000)
    }
}

/**
 * Makes words that were written lately more probable where the text is like it was there.
 *
 * A word but the newest has λ n / (n + 20) · softmax(θ · cos(h, h′)) votes of n, h the first 64 numbers of the hidden
 * state, h′ those before the word when it was written; see
 * `lightrnn_tf/predictors/cached.py`. All of it is in memory alone.
 */
class Cached(predictor: Predictor, private val numbers: CacheNumbers) : Mixed(predictor) {
    private val units = min(KEY_UNITS, model.newState().states[0].size)
    private val key = FloatArray(units)

    // A ring with room for the newest word, which does not count, and one more. The numbers of all keys lie side by
    // side, so that a processor goes over several keys at once.
    private val slots = numbers.size + 2
    private val keys = FloatArray(units * slots)
    private val cells = IntArray(slots)
    private val similar = FloatArray(slots)
    private var end = 0
    private var count = 0
    private var endBefore = 0
    private var countBefore = 0

    /** How often something was remembered or forgotten. */
    var changes = 0
        private set

    /** Remembers a word that was written after a state. */
    fun remember(cell: Int, state: State) {
        append(cell, state)
        changes++
    }

    private fun append(cell: Int, state: State) {
        readKey(state)
        cells[end] = cell
        for (unit in 0 until units) keys[unit * slots + end] = key[unit]
        end = (end + 1) % slots
        count = min(count + 1, numbers.size + 1)
    }

    /** Forgets all words. */
    fun clear() {
        count = 0
        changes++
    }

    /** Forgets a word; another is remembered in its place. */
    fun replace(cell: Int, by: Int) {
        for (slot in 0 until slots) if (cells[slot] == cell) cells[slot] = by
        changes++
    }

    private fun readKey(state: State) {
        val hidden = state.states[0]
        var sum = 0f
        for (unit in 0 until units) sum += hidden[unit] * hidden[unit]
        val length = max(sqrt(sum), SHORTEST)
        for (unit in 0 until units) key[unit] = hidden[unit] / length
    }

    override val room get() = numbers.size

    override fun read(cell: Int, from: State) {
        endBefore = end
        countBefore = count
        append(cell, from)
    }

    override fun takenBack() {
        end = endBefore
        count = countBefore
    }

    override fun vote(state: MixedState) {
        // The newest hardly ever follows itself.
        if (count < 2) return
        readKey(state)
        similar.fill(0f)
        for (unit in 0 until units) {
            val number = key[unit]
            val start = unit * slots
            for (slot in 0 until slots) similar[slot] += number * keys[start + slot]
        }
        var sum = 0.0
        for (n in count downTo 2) {
            val slot = if (end >= n) end - n else end - n + slots
            val vote = exp(numbers.sharpness * (similar[slot] - 1))
            state.add(cells[slot], vote.toFloat())
            sum += vote
        }
        val share = numbers.weight * (count - 1) / (count - 1 + HALF)
        state.scale(0, (share / sum).toFloat())
    }

    private companion object {
        const val KEY_UNITS = 64

        /** Half of λ is used at so many words. */
        const val HALF = 20.0
        const val SHORTEST = 1e-9f
    }
}
