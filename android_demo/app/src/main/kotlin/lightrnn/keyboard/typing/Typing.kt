package lightrnn.keyboard.typing

import lightrnn.decoder.Address
import lightrnn.decoder.Casing
import lightrnn.decoder.TextBeforeCursor

/** Who hears of what was typed. */
interface TypingListener {
    /** The text or the cursor is another one. */
    fun changed()

    /**
     * A word was written here; parts of addresses are not.
     *
     * @param context What stands before it.
     * @param isKept Whether it was kept on purpose.
     */
    fun written(word: String, context: String, isKept: Boolean)

    /** A suggestion or a correction saved so many keys; fewer than none if it is taken back. */
    fun saved(keys: Int)
}

/**
 * What typing does: keys and suggestions in, edits of the field out. It does not wait for
 * suggestions.
 *
 * @param clock The time in milliseconds, by which two spaces are told from a double tap.
 */
class Typing(private val listener: TypingListener, private val clock: () -> Long) {
    /** Words that stand for what was typed, which backspace brings back. */
    private class Taken(
        val word: Waiting?,
        val typed: String,
        val inserted: String,
        val removed: String,
        val saved: Int,
        val lettersWereTyped: Boolean,
    )

    /** A word that may turn out to be a part of an address, and what stands before it. */
    private class Waiting(val word: String, val context: String, val isKept: Boolean)

    /** The space before the cursor; one that was added may be typed, too. */
    private enum class Space { NONE, TYPED, ADDED, ADDED_AND_TYPED }

    private var text: KnownText? = null
    private var isProse = false
    private var taken: Taken? = null
    private val waiting = mutableListOf<Waiting>()

    // What was typed where a suggestion was taken back, and what is not corrected again.
    private var undone = ""
    private val refused = mutableSetOf<String>()

    // The text after the last edit, of which the words that wait are the end.
    private var lastText = ""

    // What the user chose by the shift key; otherwise the field says how to write.
    private var chosenShift: Casing? = null
    private var capitalsBefore = false
    private var lettersWereTyped = false
    private var space = Space.NONE
    private var spaceAt = 0L

    /** How the next letter is written. */
    var shift = Casing.AS_IT_IS
        private set

    /**
     * Begins in a field, or in none; of what was typed before, nothing is known any more.
     *
     * @param isProse Whether sentences are written there: no passwords, no addresses.
     */
    fun start(field: TextField?, isProse: Boolean = true) {
        endHere()
        this.isProse = isProse
        text = field?.let(::KnownText)
        chosenShift = null
        refused.clear()
        begin()
    }

    /** The field says that it began again where it was, as some do after each edit. */
    fun goOn(field: TextField) {
        if (text?.began(field) == true) endHere()
        begin()
    }

    /** The field reports where the cursor is. */
    fun cursorMoved(start: Int, end: Int) {
        if (text?.moved(start, end) != true) return
        endHere()
        begin()
    }

    /** What stands before the cursor, null if that cannot be known. */
    fun text(): TextBeforeCursor? {
        val before = text?.before ?: return null
        // A first word that is cut would be another one.
        val first = if (before.length < KnownText.BEFORE) 0 else before.indexOf(' ') + 1
        return TextBeforeCursor.of(before.substring(first))
    }

    /** Whether a word may be put in the place of this one when a space follows. */
    fun mayCorrect(typed: String): Boolean {
        val part = Address.lastPart(text?.before.orEmpty())
        return lettersWereTyped && typed !in refused && !isInside() && !Address.isOne(part)
    }

    /** The shift key: a capital; as a double tap, capitals until it is tapped again. */
    fun shift(isDoubleTap: Boolean) {
        // The first tap of the two has ended them.
        val wereCapitals = capitalsBefore
        capitalsBefore = shift == Casing.CAPITALS
        chosenShift = when {
            isDoubleTap -> if (wereCapitals) Casing.AS_IT_IS else Casing.CAPITALS
            shift == Casing.AS_IT_IS -> Casing.CAPITAL
            else -> Casing.AS_IT_IS
        }
        settle()
    }

    /**
     * A key that writes: a letter, a digit, a mark or a space.
     *
     * @param meant The word to put in the place of what was typed if this ends it.
     */
    fun type(key: String, meant: String? = null) {
        val text = text ?: return
        val written = shifted(key, shift)
        val isLetter = written.any(Char::isLetterOrDigit)
        when {
            written == " " && space != Space.NONE -> secondSpace(text)
            mayCloseUp(written) && text.isStill() -> closeUp(text, written)
            meant != null && (written == " " || written in CLOSING) && text.isStill() -> correct(text, meant, written)
            else -> {
                if (!isLetter && written !in JOINING) finishWord()
                if (written.isBlank()) confirmWaiting()
                confirmTaken()
                text.insert(written)
                lettersWereTyped = isLetter || lettersWereTyped && written in JOINING
                edited(if (written == " ") Space.TYPED else Space.NONE)
            }
        }
    }

    /** A space behind one that a suggestion wrote is that one; two in haste are a full stop. */
    private fun secondSpace(text: KnownText) {
        confirmTaken()
        val before = text.before.orEmpty().dropLast(1)
        val isSentence = before.isNotEmpty() && (before.last().isLetterOrDigit() || before.last() in ENDING)
        val isDoubleTap = clock() - spaceAt < DOUBLE_TAP_MS
        when {
            space == Space.ADDED -> edited(Space.ADDED_AND_TYPED)
            isProse && isDoubleTap && isSentence && text.isStill() -> {
                text.replace(1, ". ")
                taken = Taken(null, "  ", ". ", "", 0, lettersWereTyped = false)
                edited(Space.NONE)
            }
            else -> {
                text.insert(" ")
                edited(Space.TYPED)
            }
        }
    }

    private fun mayCloseUp(mark: String) =
        (space == Space.ADDED || space == Space.ADDED_AND_TYPED) && (mark in CLOSING || endsSmile(mark))

    /** Whether a mark makes a face of the one before, which changed places already. */
    private fun endsSmile(mark: String) = mark in MOUTHS && text?.before.orEmpty().takeLast(2) in EYES

    /** A mark behind a space that a suggestion wrote changes places with it. */
    private fun closeUp(text: KnownText, mark: String) {
        confirmTaken()
        if (endsSmile(mark)) {
            val eyes = text.before.orEmpty().dropLast(1).last()
            text.replace(2, " $eyes$mark ")
        } else {
            text.replace(1, "$mark ")
        }
        edited(Space.ADDED)
    }

    /** A word that was surely meant takes the place of what was typed, before a space or mark. */
    private fun correct(text: KnownText, meant: String, end: String) {
        val here = text() ?: return
        confirmTaken()
        put(text, here, meant, "$meant$end", "")
        edited(if (end == " ") Space.TYPED else Space.NONE)
    }

    /**
     * The word that was typed stays as it is, with a space.
     *
     * @param isOnPurpose Whether it is to be remembered, too, whatever it looks like.
     */
    fun keepTyped(isOnPurpose: Boolean = false) {
        if (isOnPurpose) {
            lettersWereTyped = true
            undone = text()?.typed.orEmpty()
        }
        // A space would cut the word that the cursor is in.
        if (isInside()) return
        type(" ")
        space = Space.ADDED
    }

    /** A tap on a suggestion: it takes the place of what was typed of it. */
    fun take(suggestion: String) {
        val text = text ?: return
        if (suggestion.isEmpty() || text.before == null) return
        // A field that is another one than was thought is read again.
        if (!text.isStill()) endHere()
        val here = text() ?: return
        confirmTaken()
        // The rest of a word that the cursor is in goes, and a space that follows is passed.
        val wasSelected = text.isSelected
        val after = if (wasSelected) "" else text.after
        val rest = after.takeWhile { it.isLetterOrDigit() || it in JOINING }
        val next = after.drop(rest.length).firstOrNull()
        val removed = if (next == ' ') "$rest " else rest
        val inserted = if (next != null && next in CLOSING) suggestion else "$suggestion "
        put(text, here, suggestion, inserted, removed)
        if (wasSelected) confirmTaken()
        edited(if (inserted.endsWith(' ')) Space.ADDED else Space.NONE)
        confirmWaiting()
    }

    private fun put(text: KnownText, here: TextBeforeCursor, word: String, inserted: String, removed: String) {
        text.replace(here.typed.length, inserted, removed.length)
        val saved = keysSaved(here.typed, word, inserted)
        val waiting = Waiting(word, here.context, isKept = false)
        taken = Taken(waiting, here.typed, inserted, removed, saved, lettersWereTyped)
        lettersWereTyped = false
        listener.saved(saved)
    }

    fun backspace() = delete(KnownText::backspace)

    /** Deletes the last word and the spaces behind it. */
    fun backspaceWord() = delete(KnownText::backspaceWord)

    private fun delete(how: KnownText.() -> Unit) {
        val text = text ?: return
        val taken = taken
        if (taken != null && text.isStill() && text.before.orEmpty().endsWith(taken.inserted)) {
            takeBack(text, taken)
        } else {
            confirmTaken()
            text.how()
            val isInWord = text()?.typed.orEmpty().isNotEmpty()
            // The mark behind a word is gone: its letters count again.
            val isBack = isInWord && !lettersWereTyped && waiting.isNotEmpty()
            if (isBack) waiting.removeAt(waiting.lastIndex)
            lettersWereTyped = isBack || lettersWereTyped && taken == null && isInWord
        }
        edited(Space.NONE)
    }

    private fun takeBack(text: KnownText, taken: Taken) {
        this.taken = null
        text.replace(taken.inserted.length, taken.typed)
        if (taken.removed.isNotEmpty()) text.insertAfter(taken.removed)
        lettersWereTyped = taken.lettersWereTyped
        if (taken.word == null) return
        undone = taken.typed
        refused += taken.typed
        listener.saved(-taken.saved)
    }

    fun enter() {
        val text = text ?: return
        finishWord()
        confirmWaiting()
        confirmTaken()
        text.enter()
        lettersWereTyped = false
        edited(Space.NONE)
    }

    /** Moves the cursor by a character. */
    fun moveCursor(forward: Boolean) {
        text?.moveCursor(forward)
    }

    /** Emoji, or what else comes as a whole. */
    fun insert(characters: String) {
        val text = text ?: return
        finishWord()
        confirmWaiting()
        confirmTaken()
        text.insert(characters)
        lettersWereTyped = false
        edited(Space.NONE)
    }

    /** A word is finished if it was typed here and the cursor is at its end. */
    private fun finishWord() {
        if (!lettersWereTyped || isInside()) return
        val here = text() ?: return
        if (here.typed.isEmpty()) return
        waiting += Waiting(here.typed, here.context, isKept = here.typed == undone)
        undone = ""
    }

    private fun isInside() = text?.after?.firstOrNull()?.isLetterOrDigit() == true

    /** A suggestion counts as written as soon as it is not taken back. */
    private fun confirmTaken() {
        val word = taken?.word
        taken = null
        if (word != null) write(word, Address.lastPart(word.context) + word.word)
    }

    /** Finished words count as written when a space shows that they are no parts of an address. */
    private fun confirmWaiting() {
        if (waiting.isEmpty()) return
        val part = Address.lastPart(lastText.trimEnd())
        for (word in waiting) write(word, part)
        waiting.clear()
    }

    private fun write(word: Waiting, part: String) {
        if (!Address.isOne(part)) listener.written(word.word, word.context, word.isKept)
    }

    /** What was typed here ends here: the cursor is elsewhere. */
    private fun endHere() {
        confirmTaken()
        confirmWaiting()
        undone = ""
        lettersWereTyped = false
        space = Space.NONE
    }

    private fun begin() {
        lastText = text?.before.orEmpty()
        settle()
    }

    private fun edited(space: Space) {
        this.space = space
        lastText = text?.before.orEmpty()
        if (space != Space.NONE) spaceAt = clock()
        if (chosenShift != Casing.CAPITALS) chosenShift = null
        settle()
    }

    private fun settle() {
        shift = chosenShift ?: text?.casing() ?: Casing.AS_IT_IS
        listener.changed()
    }

    companion object {
        private const val JOINING = TextBeforeCursor.JOINING
        private const val CLOSING = ".,!?;:)…"
        private const val MOUTHS = "()"
        private val EYES = setOf(": ", "; ")
        private const val ENDING = "'\"’”)]}%"
        private const val LAST_LATIN = '\u024f'
        private const val DOUBLE_TAP_MS = 1000L

        /** What a key writes; of ß and of signs such as π nobody means a capital. */
        fun shifted(key: String, shift: Casing): String {
            val capital = key.uppercase()
            val hasCapital = capital.length == key.length && key.all { it <= LAST_LATIN }
            return if (shift != Casing.AS_IT_IS && hasCapital) capital else key
        }

        /** The keys that it would have taken without the tap: deleted, typed and a space. */
        internal fun keysSaved(typed: String, word: String, inserted: String): Int {
            val same = typed.commonPrefixWith(word, ignoreCase = true).length
            return typed.length - same + inserted.length - same - 1
        }
    }
}
