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
import org.junit.Assert.assertTrue
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
        val cells = file.manifest.tokenizer.words(text).map(predictor.words::cellOf)
        for (cell in listOf(file.manifest.startCell) + cells) {
            model.advance(if (cell < 0) file.manifest.unknownCell else cell, state, state, findWords = true)
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
        val plain = PlainPredictor(model, file.lexicon, file.manifest.tokenizer)
        val learned = Golden.vectors.getJSONArray("learned")
        for (n in 0 until learned.length()) {
            val item = learned.getJSONArray(n)
            userWords.learn(item.getString(0), read(plain, item.getString(1)), item.getBoolean(2))
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
            for (key in listOf("word", "form", "count", "cell")) assertEquals(one.get(key), other.get(key))
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
            "", "{", "[]", "{}", before.replace("\"format_version\":2", "\"format_version\":9"),
            Golden.userWords.replace("\"form\":\"zebra\"", "\"form\":\"zebras\""),
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
    fun wordsOfTheFirstFormatStayOffered() {
        val first = JSONObject(Golden.userWords).put("format_version", 1)
        for (item in first.getJSONArray("words").objects()) {
            item.put("count", maxOf(1, item.getInt("count") - 1)).remove("form")
        }
        userWords.fromJson(first.toString())
        assertEquals(setOf(2), userWords.counts().values.toSet())
        assertTrue(userWords.isSuggestable(userWords.cellOf("zebra")))
    }

    @Test
    fun aWordIsOfferedFromTheSecondTimeAsItWasWrittenLast() {
        val state = read(userWords, "the")
        for ((count, offered) in listOf(1 to false, 2 to true, 3 to true)) {
            userWords.learn("zebra", state)
            assertEquals(mapOf("zebra" to count), userWords.counts())
            assertEquals(offered, userWords.cellOf("zebra") >= 0)
        }
        userWords.learn("zen", state, kept = true)
        assertTrue(userWords.cellOf("zen") >= 0)
        // Of the file's words only those are learned that it takes for wrong.
        assertEquals(listOf(false, false, true), listOf("the", "tod", "gest").map { userWords.learn(it, state) })
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
