package lightrnn.apk

import java.io.File
import java.io.RandomAccessFile
import java.nio.channels.FileChannel
import kotlin.system.exitProcess
import lightrnn.decoder.Casing
import lightrnn.decoder.ModelFile
import lightrnn.decoder.Strip
import lightrnn.decoder.Suggester
import lightrnn.decoder.TextBeforeCursor
import lightrnn.decoder.UserWords
import lightrnn.keyboard.LiteRtModel
import org.json.JSONArray
import org.json.JSONObject

/*
 * Of words that are almost equally probable this runtime may put another one first than
 * LiteRT does. A kernel that is wrong leaves a fifth of the strips as they are.
 */
private const val EQUAL = 0.98
private const val SHOWN = 9

/**
 * Compares the strips of a model on this runtime with those of Python: `Strips MODEL EXPECTED`.
 * Fails if too few are equal.
 */
fun main(arguments: Array<String>) {
    val file = RandomAccessFile(arguments[0], "r").use {
        ModelFile(it.channel.map(FileChannel.MapMode.READ_ONLY, 0, it.length()))
    }
    val cases = JSONObject(File(arguments[1]).readText()).getJSONArray("strips")
    val others = mutableListOf<String>()
    var all = 0
    LiteRtModel(file).use { model ->
        val suggester = Suggester(file, UserWords.of(file, model))
        for (case in List(cases.length(), cases::getJSONObject)) {
            val sentence = case.getString("sentence")
            for (length in 0..sentence.length) {
                val text = TextBeforeCursor.of(sentence.take(length))
                val strip = suggester.suggest(text, Casing.AS_IT_IS, emptyList())
                val wanted = strip(case, length, text.typed)
                all++
                if (strip != wanted) others += "${sentence.take(length)}|: $strip, not $wanted"
            }
        }
    }
    others.take(SHOWN).forEach(::println)
    val equal = all - others.size
    println("$equal of $all strips are those of Python")
    if (equal < EQUAL * all) exitProcess(1)
}

/** What Python finds behind so many characters, in the casing that was typed. */
private fun strip(case: JSONObject, length: Int, typed: String): Strip {
    val casing = Casing.of(typed, Casing.AS_IT_IS)
    val words: JSONArray = case.getJSONArray("words").getJSONArray(length)
    val replacement = case.getJSONArray("replacements").opt(length) as? String
    return Strip(
        List(words.length()) { casing.apply(words.getString(it)) }.distinct(),
        typed,
        replacement?.let(casing::apply),
    )
}
