package lightrnn

import lightrnn.decoder.Golden
import lightrnn.decoder.ModelFile
import lightrnn.decoder.PlainPredictor
import lightrnn.decoder.Predictor
import lightrnn.decoder.State
import lightrnn.decoder.TopK
import lightrnn.decoder.UserWords
import lightrnn.decoder.objects
import lightrnn.decoder.strings
import lightrnn.keyboard.LiteRtModel
import org.json.JSONArray
import org.json.JSONObject
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Test

/** The shipped classes on the real runtime get what Python gets from the same file. */
class GoldenTest {
    private val file: ModelFile = Golden.model()
    private val model: LiteRtModel = LiteRtModel(file)
    private val userWords: UserWords = UserWords.of(file, model)

    @After
    fun close() {
        model.close()
    }

    private fun read(predictor: Predictor, text: String): State {
        val state = model.newState()
        model.advance(file.manifest.startCell, state, state)
        for (word in file.manifest.tokenizer.words(text)) {
            val cell = predictor.words.cellOf(word)
            model.advance(if (cell < 0) file.manifest.unknownCell else cell, state, state)
        }
        return state
    }

    private fun check(wanted: JSONArray, predictor: Predictor) {
        val search = TopK(predictor, 3)
        for (case in wanted.objects()) {
            search.search(
                read(predictor, case.getString("context")),
                case.getString("prefix"),
                search.cellsOf(case.getJSONArray("exclude").strings()),
                case.getBoolean("ignore_case"),
            )
            assertEquals(case.toString(), case.getJSONArray("words").strings(), search.words())
            val logProbs = case.getJSONArray("log_probs")
            for (place in 0 until search.size) {
                // Runtimes and processors sum in different orders.
                assertEquals(logProbs.getDouble(place), search.logProbs[place].toDouble(), 1e-4)
            }
            assertEquals(case.toString(), case.getInt("rows_expanded"), search.rowsExpanded)
        }
    }

    private fun learnAll() {
        val learned = listOf(
            "zebra" to "the", "lightrnn" to "i", "zebra" to "to the",
            "Thermos" to "", "o’clock" to "the .", "zebra" to "you",
        )
        for ((word, context) in learned) {
            userWords.learn(word, read(PlainPredictor(model, file.lexicon, file.manifest.tokenizer), context))
        }
    }

    @Test
    fun suggestions() {
        val plain = PlainPredictor(model, file.lexicon, file.manifest.tokenizer)
        check(Golden.vectors.getJSONArray("suggestions"), plain)
    }

    @Test
    fun suggestionsWithWordsOfTheUser() {
        learnAll()
        check(Golden.vectors.getJSONArray("with_user_words"), userWords)
    }

    @Test
    fun theFileOfUserWords() {
        learnAll()
        val wanted = JSONObject(Golden.userWords)
        val found = JSONObject(userWords.toJson())
        assertEquals(wanted.getString("vocabulary"), found.getString("vocabulary"))
        val pairs = wanted.getJSONArray("words").objects().zip(found.getJSONArray("words").objects())
        assertEquals(wanted.getJSONArray("words").length(), found.getJSONArray("words").length())
        for ((one, other) in pairs) {
            for (key in listOf("word", "count", "cell")) assertEquals(one.get(key), other.get(key))
            assertEquals(one.getJSONArray("cells").toString(), other.getJSONArray("cells").toString())
        }
        val again = UserWords.of(file, model).apply { fromJson(Golden.userWords) }
        assertEquals(userWords.counts(), again.counts())
        check(Golden.vectors.getJSONArray("with_user_words"), again)
    }

    @Test
    fun damagedUserWordsChangeNothing() {
        learnAll()
        val before = userWords.toJson()
        val damaged = listOf(
            "", "{", "[]", "{}", before.replace("\"format_version\":1", "\"format_version\":9"),
            Golden.userWords.replace("\"count\":1", "\"count\":0"),
            Golden.userWords.replaceFirst(Regex("\"cell\":\\d+"), "\"cell\":99999"),
            Golden.userWords.replaceFirst(Regex("\"cell\":\\d+"), "\"cell\":0"),
            Golden.userWords.replace("zebra", "<unk>"),
        )
        for (text in damaged) {
            assertThrows(text, IllegalArgumentException::class.java) { userWords.fromJson(text) }
            assertEquals(before, userWords.toJson())
        }
    }

    @Test
    fun forgetting() {
        learnAll()
        userWords.forget("zebra")
        assertEquals(-1, userWords.cellOf("zebra"))
        userWords.clear()
        check(Golden.vectors.getJSONArray("suggestions"), userWords)
    }
}
