package lightrnn.keyboard

import java.nio.ByteBuffer
import java.nio.ByteOrder
import lightrnn.decoder.DamagedModelException
import lightrnn.decoder.FIRST_WORDS
import lightrnn.decoder.FirstWords
import lightrnn.decoder.ModelFile
import lightrnn.decoder.ROWS_AT_ONCE
import lightrnn.decoder.State
import lightrnn.decoder.StepModel
import org.tensorflow.lite.Interpreter

/**
 * An exported model on the LiteRT runtime. Inputs and outputs are bound by name, in
 * buffers that are made once.
 *
 * @throws DamagedModelException if the runtime cannot run the model.
 */
class LiteRtModel(file: ModelFile) : StepModel {
    override val rows = file.manifest.rows
    override val columns = file.manifest.columns
    private val stateSizes = file.manifest.stateSizes
    private val interpreter: Interpreter

    private val states = Array(stateSizes.size) { numbers(stateSizes[it]) }
    private val statesAfter = Array(stateSizes.size) { numbers(stateSizes[it]) }
    private val word = numbers(1)
    private val rowsToExpand = numbers(ROWS_AT_ONCE)
    private val rowLogProbs = numbers(rows)
    private val columnLogProbs = numbers(ROWS_AT_ONCE * columns)
    private val words = numbers(FIRST_WORDS)
    private val wordLogProbs = numbers(FIRST_WORDS)
    private val bound = numbers(1)

    private val advanceInputs = named(states) + ("word" to word)
    private val advanceOutputs = named(statesAfter) + ("row_log_probs" to rowLogProbs)
    private val suggestOutputs =
        advanceOutputs + mapOf("words" to words, "log_probs" to wordLogProbs, "bound" to bound)
    private val expandInputs = named(states) + ("rows" to rowsToExpand)
    private val expandOutputs = mapOf<String, Any>("column_log_probs" to columnLogProbs)
    private val buffers = listOf(word, rowsToExpand, rowLogProbs, columnLogProbs) +
        listOf(words, wordLogProbs, bound) + states + statesAfter

    /** Whether `suggest` gives all that [advance] does; in older files it does not. */
    private val findsWords: Boolean

    init {
        try {
            interpreter = Interpreter(
                file.model.order(ByteOrder.nativeOrder()),
                Interpreter.Options().setNumThreads(1),
            )
            findsWords = "row_log_probs" in interpreter.getSignatureOutputs("suggest")
        } catch (error: IllegalArgumentException) {
            throw DamagedModelException("LiteRT cannot run this model: ${error.message}")
        } catch (error: IllegalStateException) {
            throw DamagedModelException("LiteRT cannot run this model: ${error.message}")
        }
    }

    override fun newState() = State(stateSizes, rows)

    override fun advance(cell: Int, from: State, into: State, findWords: Boolean) {
        write(from)
        word.putInt(0, cell)
        val found = findWords && findsWords
        if (found) {
            run(advanceInputs, suggestOutputs, "suggest")
        } else {
            run(advanceInputs, advanceOutputs, "advance")
        }
        for (n in statesAfter.indices) read(statesAfter[n], into.states[n])
        read(rowLogProbs, into.rowLogProbs)
        into.last = cell
        into.firstWords.size = 0
        if (found) readWords(into.firstWords)
    }

    private fun readWords(into: FirstWords) {
        read(wordLogProbs, into.logProbs)
        while (into.size < FIRST_WORDS) {
            val cell = words.getInt(Int.SIZE_BYTES * into.size)
            // What is no cell of the model is not looked up anywhere; −1 ends the list.
            if (cell !in 0 until rows * columns) break
            into.cells[into.size++] = cell
        }
        into.bound = bound.getFloat(0)
    }

    override fun expand(rows: IntArray, count: Int, state: State, into: FloatArray) {
        write(state)
        for (place in 0 until ROWS_AT_ONCE) {
            rowsToExpand.putInt(Int.SIZE_BYTES * place, rows[if (place < count) place else 0])
        }
        run(expandInputs, expandOutputs, "expand")
        read(columnLogProbs, into, count * columns)
    }

    private fun write(state: State) {
        for (n in states.indices) {
            states[n].rewind()
            states[n].asFloatBuffer().put(state.states[n])
        }
    }

    private fun read(buffer: ByteBuffer, into: FloatArray, count: Int = into.size) {
        buffer.rewind()
        buffer.asFloatBuffer().get(into, 0, count)
    }

    private fun run(inputs: Map<String, Any>, outputs: Map<String, Any>, signature: String) {
        // The runtime reads and writes a buffer from its position on.
        for (n in buffers.indices) buffers[n].rewind()
        interpreter.runSignature(inputs, outputs, signature)
    }

    override fun close() = interpreter.close()

    private companion object {
        /** Room for so many numbers of 32 bits. */
        fun numbers(count: Int): ByteBuffer =
            ByteBuffer.allocateDirect(Float.SIZE_BYTES * count).order(ByteOrder.nativeOrder())

        fun named(states: Array<ByteBuffer>): Map<String, Any> =
            states.withIndex().associate { (n, buffer) -> "state_$n" to buffer }
    }
}
