package lightrnn.decoder

/** Rows that a model scores at once. */
const val ROWS_AT_ONCE = 8

/** Words that a model gives in one call. */
const val FIRST_WORDS = 16

/**
 * Where a text has come to: the recurrent states, and log P of each row for the next word.
 * Made once and written over.
 */
open class State internal constructor(val states: Array<FloatArray>, rows: Int) {
    val rowLogProbs = FloatArray(rows)

    /** What the model has found by the way, if it was asked to. */
    val firstWords = FirstWords()

    /** The cell of the word that was read last. */
    var last = -1

    constructor(stateSizes: IntArray, rows: Int) :
        this(Array(stateSizes.size) { FloatArray(stateSizes[it]) }, rows)

    /** Takes over another. */
    internal fun copyOf(other: State) {
        for (n in states.indices) other.states[n].copyInto(states[n])
        other.rowLogProbs.copyInto(rowLogProbs)
        firstWords.copyOf(other.firstWords)
        last = other.last
    }
}

/** The best words of the best rows, which a model gives in one call. */
class FirstWords {
    /** How many there are; 0 if the model was not asked. */
    var size = 0

    /** Their cells, best first, and log P of each. */
    val cells = IntArray(FIRST_WORDS)
    val logProbs = FloatArray(FIRST_WORDS)

    /** log P of the best row that is left. Of rows that equal it, any may be left. */
    var bound = 0f

    /** Takes over others. */
    fun copyOf(other: FirstWords) {
        size = other.size
        other.cells.copyInto(cells)
        other.logProbs.copyInto(logProbs)
        bound = other.bound
    }

    /** All of them become less probable, by so many nats less than 0. */
    fun lessProbable(nats: Float) {
        for (n in 0 until size) logProbs[n] += nats
        bound += nats
    }

    /** Upper bound of log P of the other words of these rows. */
    val unlisted get() = if (size == FIRST_WORDS) logProbs[size - 1] else Float.NEGATIVE_INFINITY
}

/** A model that reads one word at a time and scores rows, then the cells of rows. */
interface StepModel : AutoCloseable {
    val rows: Int
    val columns: Int

    /** A state in which nothing was read. */
    fun newState(): State

    /**
     * Reads the word in a cell: from one state to another, which may be the same.
     *
     * @param findWords Whether to find the first words, too, if the model can.
     */
    fun advance(cell: Int, from: State, into: State, findWords: Boolean = false)

    /**
     * Scores the cells of rows: log P of each word of a row, the row being known, and for
     * free cells their score on the same scale.
     *
     * @param rows The rows, of which the first [count], at most [ROWS_AT_ONCE], are meant.
     * @param into Takes [count] · C numbers.
     */
    fun expand(rows: IntArray, count: Int, state: State, into: FloatArray)
}

/** A model and its words, with those of its user and a memory or not: what decoding needs. */
interface Predictor {
    val model: StepModel
    val words: Words
    val tokenizer: Tokenizer

    /** A state to advance into. */
    fun newState(): State = model.newState()

    /** As [StepModel.advance]. */
    fun advance(cell: Int, from: State, into: State, findWords: Boolean = false) =
        model.advance(cell, from, into, findWords)

    /** As [StepModel.expand], with the words of the user if there are any. */
    fun expand(rows: IntArray, count: Int, state: State, into: FloatArray)

    /** Whether a row has words of the user or the memory, so that the first words do not hold. */
    fun isChanged(row: Int, state: State): Boolean
}

/** A model with the words that it was trained with. */
class PlainPredictor(
    override val model: StepModel,
    override val words: Words,
    override val tokenizer: Tokenizer,
) : Predictor {
    override fun expand(rows: IntArray, count: Int, state: State, into: FloatArray) =
        model.expand(rows, count, state, into)

    override fun isChanged(row: Int, state: State) = false
}
