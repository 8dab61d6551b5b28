package lightrnn.keyboard

import lightrnn.decoder.Address
import lightrnn.decoder.Casing
import lightrnn.decoder.TextBeforeCursor

/**
 * What typing does: keys and suggestions in, edits of the field out. It does not wait for
 * suggestions, and what it knows of the text it reads from the field.
 *
 * @param changed Called after each edit and each move of the cursor.
 * @param written Called with a word that was written here, what stands before it, and
 *   whether it was kept on purpose. Parts of addresses are not.
 */
class Typing(
    private val changed: () -> Unit,
    private val written: (word: String, context: String, kept: Boolean) -> Unit,
) {
    /** A suggestion that was taken, what it took the place of, and what stands before it. */
    private class Taken(
        val word: String,
        val typed: String,
        val context: String,
        val inserted: String,
        val removed: String,
        val mayBeUndone: Boolean,
        val lettersWereTyped: Boolean,
    )

    /** A word that may turn out to be a part of an address, and what stands before it. */
    private class Waiting(val word: String, val context: String, val isKept: Boolean)

    private var field: TextField? = null
    private var taken: Taken? = null
    private val waiting = mutableListOf<Waiting>()

    // What was typed where a suggestion was taken back.
    private var undone = ""

    // What the user chose by the shift key; otherwise the field says how to write.
    private var chosenShift: Casing? = null

    // The end of the text after the last edit, by which moves of the cursor are told apart.
    private var lastText = ""
    private var shownFor = ""
    private var capitalsBefore = false
    private var lettersWereTyped = false
    private var spaceWasAdded = false

    /** How the next letter is written. */
    var shift = Casing.AS_IT_IS
        private set

    /** Begins in a field, or in none; of what was typed before, nothing is known any more. */
    fun start(field: TextField?) {
        confirmTaken()
        confirmWaiting()
        this.field = field
        chosenShift = null
        lastText = ""
        shownFor = ""
        cursorMoved()
    }

    /** The field says that it began again where it was, as some do after each edit. */
    fun goOn(field: TextField) {
        this.field = field
        cursorMoved()
    }

    /** What stands before the cursor, null if that cannot be known. */
    fun text(): TextBeforeCursor? {
        val before = field?.textBeforeCursor(CHARACTERS) ?: return null
        // A first word that is cut would be another one.
        val first = if (before.length < CHARACTERS) 0 else before.indexOf(' ') + 1
        return TextBeforeCursor.of(before.substring(first))
    }

    /** The user, the app or an edit moved the cursor. */
    fun cursorMoved() {
        val now = tail()
        if (lastText.isEmpty() || now != lastText) {
            confirmTaken()
            confirmWaiting()
            undone = ""
            lettersWereTyped = false
            spaceWasAdded = false
        }
        // Each edit is reported, too; the field need not be asked all again.
        if (now.isEmpty() || now != shownFor) settle(now)
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
        settle(shownFor)
    }

    /** A key that writes: a letter, a digit, a mark or a space. */
    fun type(key: String) {
        val field = field ?: return
        val text = shifted(key, shift)
        val isLetter = text.any(Char::isLetterOrDigit)
        val closesUp = spaceWasAdded && text in CLOSING
        if (!isLetter && text !in JOINING) finishWord()
        if (text.isBlank()) confirmWaiting()
        confirmTaken(mayGoOn = closesUp)
        if (closesUp) field.replace(1, text) else field.insert(text)
        lettersWereTyped = isLetter || lettersWereTyped && text in JOINING
        edited(spaceWasAdded = false)
    }

    /**
     * The word that was typed stays as it is, with a space.
     *
     * @param isOnPurpose Whether it is to be remembered, too, whatever it looks like.
     */
    fun keepTyped(isOnPurpose: Boolean = false) {
        if (isOnPurpose) {
            lettersWereTyped = true
            lastText = tail()
            undone = text()?.typed.orEmpty()
        }
        type(" ")
        spaceWasAdded = true
    }

    /** A tap on a suggestion: it takes the place of what was typed of it. */
    fun take(suggestion: String) {
        val field = field ?: return
        val text = text() ?: return
        if (suggestion.isEmpty()) return
        confirmTaken()
        val wasSelected = field.hasSelection()
        val after = if (wasSelected) "" else field.textAfterCursor(TAIL)?.toString().orEmpty()
        // The rest of a word that the cursor is in goes, and a space that follows is passed.
        val rest = after.takeWhile { it.isLetterOrDigit() || it in JOINING }
        val next = after.drop(rest.length).firstOrNull()
        val removed = if (next == ' ') "$rest " else rest
        val inserted = if (next != null && next in CLOSING) suggestion else "$suggestion "
        field.replace(text.typed.length, inserted, removed.length)
        val wereTyped = lettersWereTyped
        lettersWereTyped = false
        edited(spaceWasAdded = inserted.endsWith(' ') && next != ' ')
        confirmWaiting()
        // Some fields cut or change what is inserted.
        val mayBeUndone = !wasSelected && lastText.endsWith(inserted.takeLast(TAIL))
        taken = Taken(suggestion, text.typed, text.context, inserted, removed, mayBeUndone, wereTyped)
    }

    fun backspace() {
        val field = field ?: return
        val taken = taken
        if (taken != null && taken.mayBeUndone && tail() == lastText) {
            this.taken = null
            field.replace(taken.inserted.length, taken.typed)
            if (taken.removed.isNotEmpty()) field.insertAfter(taken.removed)
            undone = taken.typed
            lettersWereTyped = taken.lettersWereTyped
        } else {
            confirmTaken()
            field.backspace()
            val isInWord = text()?.typed.orEmpty().isNotEmpty()
            // The mark behind a word is gone: its letters count again.
            val isBack = isInWord && !lettersWereTyped && waiting.isNotEmpty()
            if (isBack) waiting.removeAt(waiting.lastIndex)
            lettersWereTyped = isBack || lettersWereTyped && taken == null && isInWord
        }
        edited(spaceWasAdded = false)
    }

    fun enter() {
        val field = field ?: return
        finishWord()
        confirmWaiting()
        confirmTaken()
        field.enter()
        lettersWereTyped = false
        edited(spaceWasAdded = false)
    }

    /** A word is finished if it was typed here and the cursor is at its end. */
    private fun finishWord() {
        if (!lettersWereTyped || tail() != lastText) return
        val text = text() ?: return
        val isInside = field?.textAfterCursor(1)?.firstOrNull()?.isLetterOrDigit() == true
        if (text.typed.isEmpty() || isInside) return
        waiting += Waiting(text.typed, text.context, isKept = text.typed == undone)
        undone = ""
    }

    /** A suggestion counts as written as soon as it is not taken back. */
    private fun confirmTaken(mayGoOn: Boolean = false) {
        val word = taken?.let { Waiting(it.word, it.context, isKept = false) } ?: return
        taken = null
        if (mayGoOn) waiting += word else write(word, Address.lastPart(word.context) + word.word)
    }

    /** Finished words count as written when a space shows that they are no parts of an address. */
    private fun confirmWaiting() {
        val part = Address.lastPart(lastText.trimEnd())
        for (word in waiting) write(word, part)
        waiting.clear()
    }

    private fun write(word: Waiting, part: String) {
        if (!Address.isOne(part)) written(word.word, word.context, word.isKept)
    }

    private fun edited(spaceWasAdded: Boolean) {
        this.spaceWasAdded = spaceWasAdded
        lastText = tail()
        if (chosenShift != Casing.CAPITALS) chosenShift = null
        settle(lastText)
    }

    private fun settle(text: String) {
        shownFor = text
        shift = chosenShift ?: field?.casing() ?: Casing.AS_IT_IS
        changed()
    }

    private fun tail() = field?.textBeforeCursor(TAIL)?.toString().orEmpty()

    companion object {
        private const val CHARACTERS = 1024
        private const val TAIL = 64
        private const val JOINING = TextBeforeCursor.JOINING
        private const val CLOSING = ".,!?;:)…"
        private const val LAST_LATIN = '\u024f'

        /** What a key writes; of ß and of signs such as π nobody means a capital. */
        fun shifted(key: String, shift: Casing): String {
            val capital = key.uppercase()
            val hasCapital = capital.length == key.length && key.all { it <= LAST_LATIN }
            return if (shift != Casing.AS_IT_IS && hasCapital) capital else key
        }
    }
}
