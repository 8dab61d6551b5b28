package lightrnn.keyboard.typing

import lightrnn.decoder.Casing
import lightrnn.decoder.TextBeforeCursor
import org.junit.Assert.assertEquals
import org.junit.Test

class TypingTest {
    private val written = mutableListOf<Pair<String, String>>()
    private var changes = 0
    private var saved = 0
    private var time = 0L
    private val kept = mutableListOf<String>()
    private val listener = Listening(
        onChanged = { changes++ },
        onWritten = { word, context, isKept ->
            written += word to context
            if (isKept) kept += word
        },
        onSaved = { saved += it },
    )
    private val typing = Typing(listener) { time }

    private fun begin(text: String = "", capitals: Boolean = false) =
        FakeField(text, capitals = capitals).also(typing::start)

    private fun type(text: String) = text.forEach { typing.type(it.toString()) }

    /** The user puts the cursor elsewhere. */
    private fun FakeField.moveTo(place: Int) {
        cursor = place
        typing.cursorMoved(place, place)
    }

    @Test
    fun lettersAreInTheFieldAtOnce() {
        val field = begin()
        type("don't go")
        assertEquals("don't go", field.text)
        assertEquals(TextBeforeCursor("don't ", "go"), typing.text())
        assertEquals(listOf("don't" to ""), written)
    }

    @Test
    fun aSuggestionTakesThePlaceOfWhatWasTyped() {
        val field = begin("so ")
        type("th")
        typing.take("there")
        assertEquals("so there ", field.text)
        assertEquals("It may be taken back.", emptyList<Any>(), written)
        typing.type("x")
        assertEquals(listOf("there" to "so "), written)
    }

    @Test
    fun backspaceTakesASuggestionBack() {
        val field = begin("so ")
        type("th")
        typing.take("there")
        typing.backspace()
        assertEquals("so th", field.text)
        typing.backspace()
        assertEquals("so t", field.text)
        typing.start(null)
        assertEquals(emptyList<Any>(), written)
    }

    @Test
    fun aSuggestionIsNotTakenBackElsewhere() {
        val field = begin("the cat ")
        typing.take("the")
        field.moveTo(4)
        typing.backspace()
        assertEquals("thecat the ", field.text)
    }

    @Test
    fun onlyTheNextBackspaceTakesASuggestionBack() {
        val field = begin()
        typing.take("there")
        type("x")
        typing.backspace()
        typing.backspace()
        assertEquals("there", field.text)
    }

    @Test
    fun aMarkChangesPlacesWithTheSpaceOfASuggestion() {
        for (mark in ".,!?;:)") {
            val field = begin()
            typing.take("there")
            typing.type(mark.toString())
            assertEquals("there$mark ", field.text)
            type("n")
            assertEquals("there$mark n", field.text)
        }
        val dots = begin()
        typing.take("there")
        type("...")
        assertEquals("there... ", dots.text)
        typing.backspace()
        assertEquals("there...", dots.text)
        val field = begin()
        type("there ,")
        assertEquals("A space that was typed stays.", "there ,", field.text)
        val other = begin()
        typing.take("there")
        type("(")
        assertEquals("there (", other.text)
    }

    @Test
    fun aMarkBehindASpaceThatWasPassedOrTypedAgainChangesPlaces() {
        val field = at("i th", " cats")
        typing.take("think")
        type(",")
        assertEquals("i think, cats", field.text)
        val other = begin()
        typing.take("there")
        type(" .")
        assertEquals("there. ", other.text)
    }

    @Test
    fun aFaceBehindASuggestionStandsApart() {
        for (face in listOf(":)", ";)", ":(")) {
            val field = begin()
            typing.take("there")
            type(face)
            assertEquals("there $face ", field.text)
        }
    }

    @Test
    fun whereNoSentencesAreWrittenTwoSpacesAreTwo() {
        val field = FakeField().also { typing.start(it, isProse = false) }
        type("ab  c")
        assertEquals("ab  c", field.text)
    }

    @Test
    fun partsOfAddressesAreNotCorrected() {
        for (part in listOf("#", "me@", "c/", "www.")) {
            begin(part)
            type("teh")
            assertEquals(part, false, typing.mayCorrect("teh"))
        }
        begin("so (")
        type("teh")
        assertEquals(true, typing.mayCorrect("teh"))
    }

    @Test
    fun aWordThatTheCursorIsInIsNotCut() {
        val field = at("hel", "lo")
        typing.keepTyped()
        assertEquals("hello", field.text)
    }

    @Test
    fun anEmojiThatTheFieldRefusedCostsNoOthers() {
        val field = begin("abcd")
        field.limit = 4
        typing.insert("\uD83D\uDE42")
        typing.backspace()
        assertEquals("abc", field.text)
    }

    @Test
    fun twoSpacesInHasteAreAFullStop() {
        val field = begin()
        type("there  ")
        assertEquals("there. ", field.text)
        typing.backspace()
        assertEquals("Backspace brings back what was typed.", "there  ", field.text)
        val slow = begin()
        type("there ")
        time += 2000
        type(" ")
        assertEquals("there  ", slow.text)
        for (text in listOf("", "there.", "there,", "there. ")) {
            val behind = begin(text)
            type("  ")
            assertEquals("$text  ", behind.text)
        }
        val quoted = begin("\"there\"")
        type("  ")
        assertEquals("\"there\". ", quoted.text)
    }

    @Test
    fun aSpaceBehindASuggestionIsTheOneThatIsThere() {
        val field = begin()
        typing.take("there")
        type(" ")
        assertEquals("there ", field.text)
        type(" ")
        assertEquals("there. ", field.text)
        typing.take("is")
        type(" it")
        assertEquals("there. is it", field.text)
    }

    @Test
    fun movingTheCursorReadsTheTextAgain() {
        val field = begin("one two three")
        field.moveTo(7)
        assertEquals(TextBeforeCursor("one ", "two"), typing.text())
        typing.take("twice")
        assertEquals("one twice three", field.text)
        field.moveTo(3)
        typing.backspace()
        assertEquals("on twice three", field.text)
    }

    @Test
    fun shiftIsForOneLetterAndCapsLockForAll() {
        val field = begin()
        typing.shift(false)
        type("ab")
        assertEquals("Ab", field.text)
        typing.shift(false)
        typing.shift(true)
        type("cd")
        assertEquals("AbCD", field.text)
        assertEquals(Casing.CAPITALS, typing.shift)
        typing.shift(false)
        type("e")
        assertEquals("AbCDe", field.text)
    }

    @Test
    fun sentencesBeginWithACapital() {
        val field = begin(capitals = true)
        assertEquals(Casing.CAPITAL, typing.shift)
        type("yes. no")
        assertEquals("Yes. No", field.text)
    }

    @Test
    fun aWordIsFinishedByEnterAndMarksButNotByApostrophes() {
        val field = begin()
        type("rock-'n'-roll!")
        typing.enter()
        assertEquals(listOf("rock-'n'-roll" to ""), written)
        type("hi")
        typing.enter()
        assertEquals("hi", written.last().first)
        assertEquals(2, field.entered)
    }

    @Test
    fun onlyWordsThatWereTypedHereCount() {
        val field = begin("hello pasted")
        typing.type(" ")
        assertEquals(emptyList<Any>(), written)
        field.moveTo(3)
        typing.type(" ")
        assertEquals("hel lo pasted ", field.text)
        typing.type("x")
        typing.type(" ")
        assertEquals("Inside a word nothing ends.", emptyList<Any>(), written)
        field.moveTo(field.text.length)
        type("new ")
        typing.backspace()
        type(" ")
        assertEquals(listOf("new"), written.map { it.first })
    }

    @Test
    fun aMarkEndsAWordThatWasKept() {
        val field = begin()
        type("zebra")
        typing.keepTyped()
        typing.type("!")
        assertEquals("zebra! ", field.text)
    }

    @Test
    fun aFieldThatTellsNothingIsTypedInto() {
        val field = object : TextField by FakeField() {
            val inserted = StringBuilder()
            override fun ask(before: Int, after: Int) = null
            override fun insert(text: String) {
                inserted.append(text)
            }
            override fun backspaceKey() {
                inserted.append("⌫")
            }
        }
        typing.start(field)
        type("ab ")
        typing.take("there")
        typing.backspace()
        assertEquals("ab ⌫", field.inserted.toString())
        assertEquals(null, typing.text())
    }

    @Test
    fun aLongTextIsCutBetweenWords() {
        begin("word ".repeat(1000))
        val context = typing.text()!!.context
        assertEquals(emptySet<String>(), context.split(" ").toSet() - setOf("word", ""))
    }

    @Test
    fun aCapitalThatTheFieldWantsIsTakenBackElsewhere() {
        val field = begin("Yes. ", capitals = true)
        assertEquals(Casing.CAPITAL, typing.shift)
        field.moveTo(2)
        assertEquals(Casing.AS_IT_IS, typing.shift)
    }

    @Test
    fun withoutAFieldNothingHappens() {
        typing.start(null)
        type("a ")
        typing.backspace()
        typing.enter()
        typing.take("there")
        assertEquals(null, typing.text())
        assertEquals(emptyList<Any>(), written)
    }

    @Test
    fun everyEditAsksForSuggestions() {
        begin()
        val before = changes
        type("a")
        typing.take("and")
        typing.backspace()
        assertEquals(before + 3, changes)
    }

    private fun at(before: String, after: String) =
        FakeField(before + after, before.length).also(typing::start)

    @Test
    fun aSuggestionInsideAWordTakesThePlaceOfAllOfIt() {
        val field = at("the th", "em cat")
        typing.take("they")
        assertEquals("the they cat", field.text)
        assertEquals("the they ".length, field.cursor)
        typing.backspace()
        assertEquals("the them cat", field.text)
        assertEquals("the th".length, field.cursor)
    }

    @Test
    fun aSuggestionPassesTheSpaceThatIsThere() {
        val field = at("th", " cat")
        typing.take("then")
        type("x")
        assertEquals("then xcat", field.text)
        at("cat", ".").let {
            typing.take("cats")
            assertEquals("cats.", it.text)
        }
    }

    @Test
    fun whatTheFieldCutOrWasSelectedIsNotTakenBack() {
        val field = FakeField("so the").apply { limit = 8 }
        typing.start(field)
        typing.take("there")
        assertEquals("so there", field.text)
        typing.backspace()
        assertEquals("so ther", field.text)
        val selected = FakeField("one ").apply { selected = true }
        typing.start(selected)
        typing.take("two")
        typing.backspace()
        assertEquals("one two", selected.text)
    }

    @Test
    fun anotherStartEndsWhatWasTyped() {
        val field = begin()
        type("zxsecret")
        typing.start(null)
        typing.start(field)
        type(" ")
        assertEquals(emptyList<Any>(), written)
    }

    @Test
    fun aCorrectedWordIsWritten() {
        begin()
        type("zebras")
        typing.backspace()
        type(" ")
        assertEquals(listOf("zebra" to ""), written)
    }

    @Test
    fun aDoubleTapEndsCapsLock() {
        begin()
        for (expected in listOf(Casing.CAPITALS, Casing.AS_IT_IS)) {
            typing.shift(false)
            typing.shift(true)
            assertEquals(expected, typing.shift)
        }
    }

    @Test
    fun signsHaveNoCapitals() {
        val field = begin()
        typing.shift(true)
        type("πßé")
        assertEquals("πßÉ", field.text)
    }

    @Test
    fun anEditIsAskedAboutOnceAndEachPlaceOfTheCursor() {
        val field = begin()
        type("one")
        val before = changes
        typing.cursorMoved(field.cursor, field.cursor)
        assertEquals("The edit itself was reported.", before, changes)
        for (cursor in listOf(1, 3)) {
            field.moveTo(cursor)
        }
        assertEquals(before + 2, changes)
    }

    @Test
    fun partsOfAddressesAreNotWritten() {
        begin()
        type("mail zora,zack@zebra.example or www.zebra.org/zoo and http://zebra:80 #zoo my_zoo c:/zoo ")
        assertEquals(listOf("mail", "or", "and"), written.map { it.first })
        type("zebra. Zoo: zoom... \"zip\" (zap),zest zero.")
        typing.enter()
        val words = listOf("zebra", "Zoo", "zoom", "zip", "zap", "zest", "zero")
        assertEquals(words, written.drop(3).map { it.first })
        type("zoo@")
        typing.take("zoology")
        type(" ")
        typing.take("zigzag")
        type(". ")
        assertEquals(words + "zigzag", written.drop(3).map { it.first })
        assertEquals(emptyList<String>(), kept)
    }

    @Test
    fun aWordThatWaitedIsWrittenWhereTheCursorMovesOn() {
        val field = begin()
        type("one two.")
        field.moveTo(2)
        assertEquals(listOf("one", "two"), written.map { it.first })
    }

    @Test
    fun aWordThatWaitedIsChangedBeforeItIsWritten() {
        begin()
        type("zebra.")
        typing.backspace()
        type("s, ")
        assertEquals(listOf("zebras"), written.map { it.first })
    }

    @Test
    fun whatASuggestionWasTakenBackForIsKept() {
        begin("so ")
        type("zeb")
        typing.take("zebra")
        typing.backspace()
        type(" ")
        assertEquals(listOf("zeb" to "so "), written)
        assertEquals(listOf("zeb"), kept)
        type("ze")
        typing.take("zen")
        typing.backspace()
        type("bu ")
        assertEquals("zebu", written.last().first)
        assertEquals("Another word than was taken back.", listOf("zeb"), kept)
    }

    @Test
    fun aWordThatIsHeldIsKept() {
        val field = begin("so zebra")
        typing.keepTyped(isOnPurpose = true)
        assertEquals("so zebra ", field.text)
        assertEquals(listOf("zebra" to "so "), written)
        assertEquals(listOf("zebra"), kept)
        begin("zoo@zebra")
        typing.keepTyped(isOnPurpose = true)
        assertEquals(listOf("zebra"), kept)
    }

    @Test
    fun theFieldIsAskedOnceAndNotForEachKey() {
        val field = begin()
        typing.cursorMoved(0, 0)
        val before = field.asked
        for (key in "so there we are ") {
            type(key.toString())
            typing.cursorMoved(field.cursor, field.cursor)
        }
        // Reports that come late, and several at once.
        type("ab")
        typing.cursorMoved(field.cursor - 1, field.cursor - 1)
        typing.cursorMoved(field.cursor, field.cursor)
        typing.backspace()
        typing.cursorMoved(field.cursor, field.cursor)
        assertEquals(before, field.asked)
        assertEquals(TextBeforeCursor("so there we are ", "a"), typing.text())
    }

    @Test
    fun aFieldThatChangesWhatIsTypedIsReadAgain() {
        val field = begin("so ")
        typing.cursorMoved(3, 3)
        type("the")
        typing.cursorMoved(6, 6)
        // The app puts another word there.
        field.replace(3, "those")
        typing.cursorMoved(8, 8)
        assertEquals(TextBeforeCursor("so ", "those"), typing.text())
        type(" ")
        assertEquals(emptyList<Any>(), written)
    }

    @Test
    fun aWordThatWasMeantTakesThePlaceOfASlip() {
        for (end in " .,!?;:") {
            val field = begin("so ")
            type("teh")
            typing.type(end.toString(), meant = "the")
            assertEquals("so the$end", field.text)
            typing.backspace()
            assertEquals("Backspace brings back what was typed.", "so teh", field.text)
            assertEquals(false, typing.mayCorrect("teh"))
            written.clear()
            type(" ")
            assertEquals(listOf("teh" to "so "), written)
        }
        val field = begin()
        type("te")
        typing.type("h", meant = "the")
        typing.type("@", meant = "the")
        assertEquals("Only what ends a word corrects it.", "teh@", field.text)
    }

    @Test
    fun onlyWhatWasTypedHereAndEndsHereIsCorrected() {
        val field = begin("teh")
        assertEquals(false, typing.mayCorrect("teh"))
        type("n")
        assertEquals(true, typing.mayCorrect("tehn"))
        at("te", "hs")
        type("x")
        assertEquals(false, typing.mayCorrect("tex"))
        assertEquals("tehn", field.text)
    }

    @Test
    fun theKeysSavedAreCounted() {
        begin("so ")
        type("th")
        typing.take("there")
        assertEquals("ere and the space for a tap", 3, saved)
        typing.backspace()
        assertEquals(0, saved)
        typing.keepTyped()
        type("tehr")
        typing.take("there")
        assertEquals("ehr deleted, here and the space typed", 3 + 5 - 1, saved)
    }

    @Test
    fun aWordIsDeletedWithTheSpacesBehindIt() {
        val field = begin("one two, don't  ")
        for (left in listOf("one two, ", "one two", "one ", "", "")) {
            typing.backspaceWord()
            assertEquals(left, field.text)
        }
    }

    @Test
    fun emojiEndAWord() {
        val field = begin()
        type("zebra")
        typing.insert("😀")
        assertEquals("zebra😀", field.text)
        type(" ")
        assertEquals(listOf("zebra" to ""), written)
    }
}
