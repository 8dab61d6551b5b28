package lightrnn.decoder

import kotlin.math.abs
import kotlin.math.exp
import kotlin.math.ln
import kotlin.math.ln1p
import kotlin.math.max

/**
 * A state of the predictor inside, and the votes for words there.
 *
 * @param room How many votes there are room for at first.
 */
class MixedState internal constructor(internal val inner: State, room: Int) :
    State(inner.states, inner.rowLogProbs.size) {
    /** Cells, which may repeat, and the votes for each. */
    internal var cells = IntArray(room)
        private set
    internal var votes = FloatArray(room)
        private set
    internal var count = 0
        private set
    internal val ofRows = DoubleArray(inner.rowLogProbs.size)

    /** log of the share of the predictor inside, 1 − Σ votes. */
    internal var rest = 0f

    /** Whether what was written counts here. */
    internal var remembers = false

    internal fun clear() {
        count = 0
    }

    internal fun add(cell: Int, vote: Float) {
        if (count == cells.size) {
            cells = cells.copyOf(2 * count)
            votes = votes.copyOf(2 * count)
        }
        cells[count] = cell
        votes[count++] = vote
    }

    internal fun scale(first: Int, by: Float) {
        for (n in first until count) votes[n] *= by
    }
}

/**
 * A predictor into which votes for words are mixed, such as for words said before.
 *
 *     P'(w) = (1 − Σ votes) P(w) + votes of w
 *
 * P'(row) is the sum of P'(w) over the row, so that no word is more probable than its row
 * and decoding stays exact; see `lightrnn_tf/predictors/mixed.py`.
 */
abstract class Mixed(private val predictor: Predictor) : Predictor by predictor {
    private val rows = model.rows
    private val columns = model.columns
    private val placeOf = IntArray(rows) { -1 }
    private val inRows = DoubleArray(ROWS_AT_ONCE * columns)

    /** How many votes a state has at first room for. */
    protected open val room get() = 64

    /** Adds the votes at a state to it; it remembers. */
    protected abstract fun vote(state: MixedState)

    /** A word is read that counts where it leads to, until [takenBack]. */
    protected open fun read(cell: Int, from: State) = Unit

    protected open fun takenBack() = Unit

    override fun newState() = MixedState(predictor.newState(), room)

    /**
     * Makes of a state of the model what is predicted there.
     *
     * @param remembers Whether what was written counts.
     */
    fun look(from: State, into: MixedState, remembers: Boolean = true) {
        if (predictor is Mixed) {
            predictor.look(from, into.inner as MixedState, remembers)
        } else {
            into.inner.copyOf(from)
        }
        mix(into, remembers)
    }

    override fun advance(cell: Int, from: State, into: State, findWords: Boolean) {
        from as MixedState
        into as MixedState
        predictor.advance(cell, from.inner, into.inner, findWords)
        if (from.remembers) read(cell, from)
        mix(into, from.remembers)
        if (from.remembers) takenBack()
    }

    private fun mix(state: MixedState, remembers: Boolean) {
        state.copyOf(state.inner)
        state.remembers = remembers
        state.clear()
        state.ofRows.fill(0.0)
        if (remembers) vote(state)
        if (state.count == 0) return
        var sum = 0.0
        for (n in 0 until state.count) {
            sum += state.votes[n]
            state.ofRows[state.cells[n] / columns] += state.votes[n].toDouble()
        }
        state.rest = ln1p(-sum).toFloat()
        for (row in 0 until rows) {
            state.rowLogProbs[row] = mixed(state.rowLogProbs[row] + state.rest, state.ofRows[row])
        }
        state.firstWords.lessProbable(state.rest)
    }

    override fun expand(rows: IntArray, count: Int, state: State, into: FloatArray) {
        state as MixedState
        predictor.expand(rows, count, state.inner, into)
        if (state.count == 0) return
        for (place in 0 until count) placeOf[rows[place]] = place
        inRows.fill(0.0, 0, count * columns)
        for (n in 0 until state.count) {
            val cell = state.cells[n]
            val place = placeOf[cell / columns]
            if (place >= 0) inRows[place * columns + cell % columns] += state.votes[n].toDouble()
        }
        for (place in 0 until count) {
            val row = rows[place]
            placeOf[row] = -1
            // Without votes the share of each word of the row stays what it was.
            if (state.ofRows[row] == 0.0) continue
            val own = state.inner.rowLogProbs[row] + state.rest
            for (n in place * columns until (place + 1) * columns) {
                into[n] = mixed(into[n] + own, inRows[n]) - state.rowLogProbs[row]
            }
        }
    }

    override fun isChanged(row: Int, state: State): Boolean {
        state as MixedState
        return state.ofRows[row] > 0.0 || predictor.isChanged(row, state.inner)
    }

    /** log(exp(one) + other). */
    private fun mixed(one: Float, other: Double): Float {
        if (other == 0.0) return one
        val log = ln(other)
        return (max(one.toDouble(), log) + ln1p(exp(-abs(one - log)))).toFloat()
    }
}
