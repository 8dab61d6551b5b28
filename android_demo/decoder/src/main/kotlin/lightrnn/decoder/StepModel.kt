package lightrnn.decoder

/** Rows that a model scores at once. */
const val ROWS_AT_ONCE = 8

/**
 * Where a text has come to: the recurrent states, and log P of each row for the next word.
 * Made once and written over.
 */
class State(stateSizes: IntArray, rows: Int) {
    val states = Array(stateSizes.size) { FloatArray(stateSizes[it]) }
    val rowLogProbs = FloatArray(rows)

    fun copyFrom(other: State) {
        for (n in states.indices) other.states[n].copyInto(states[n])
        other.rowLogProbs.copyInto(rowLogProbs)
    }
}

/** A model that reads one word at a time and scores rows, then the cells of rows. */
interface StepModel : AutoCloseable {
    val rows: Int
    val columns: Int

    /** A state in which nothing was read. */
    fun newState(): State

    /** Reads the word in a cell: from one state to another, which may be the same. */
    fun advance(cell: Int, from: State, into: State)

    /**
     * Scores the cells of rows: log P of each word of a row, the row being known, and for
     * free cells their score on the same scale.
     *
     * @param rows The rows, of which the first [count], at most [ROWS_AT_ONCE], are meant.
     * @param into Takes [count] · C numbers.
     */
    fun expand(rows: IntArray, count: Int, state: State, into: FloatArray)
}

/** A model and its words, with or without those of its user: what decoding needs. */
interface Predictor {
    val model: StepModel
    val words: Words
    val tokenizer: Tokenizer

    /** As [StepModel.expand], with the words of the user if there are any. */
    fun expand(rows: IntArray, count: Int, state: State, into: FloatArray)
}

/** A model with the words that it was trained with. */
class PlainPredictor(
    override val model: StepModel,
    override val words: Words,
    override val tokenizer: Tokenizer,
) : Predictor {
    override fun expand(rows: IntArray, count: Int, state: State, into: FloatArray) =
        model.expand(rows, count, state, into)
}
