package lightrnn.decoder

import org.json.JSONArray
import org.json.JSONObject
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Test

class ManifestTest {
    private fun json() = JSONObject()
        .put("format_version", 4).put("model_bytes", 100).put("rows", 2).put("columns", 3)
        .put("vocabulary_size", 5).put("start_cell", 0).put("unknown_cell", 1)
        .put("tokenizer", "words").put("lowercase", true).put("line_independent", true)
        .put("states", JSONArray().put(JSONArray().put(1).put(8)))
        .put("signatures", JSONArray(listOf("advance", "expand", "suggest"))).put("sha256", JSONObject())

    private fun parse(json: JSONObject) = Manifest.parse(json.toString(), 1000)

    private fun cache(weight: Any, sharpness: Any, size: Any) =
        json().put("cache", JSONObject().put("weight", weight).put("sharpness", sharpness).put("size", size))

    @Test
    fun theNumbersOfTheCacheAreThoseOfTheFile() {
        assertEquals(CacheNumbers.DEFAULTS, parse(json()).cache)
        assertEquals(CacheNumbers(0.25, 9.0, 4096), parse(cache(0.25, 9, 4096)).cache)
    }

    @Test
    fun numbersOutOfRangeAreRefused() {
        val damaged = listOf(
            cache(0, 9, 100), cache(1, 9, 100), cache(-0.1, 9, 100), cache("x", 9, 100), cache(true, 9, 100),
            cache(0.2, 0, 100), cache(0.2, -1, 100), cache(0.2, 9, 0), cache(0.2, 9, 4097), cache(0.2, 9, "x"),
            json().put("cache", 3), json().put("cache", JSONObject()), json().put("format_version", 3),
            json().put("rows", 1), json().put("vocabulary_size", 7),
        )
        for (json in damaged) {
            assertThrows(json.toString(), DamagedModelException::class.java) { parse(json) }
        }
    }
}
