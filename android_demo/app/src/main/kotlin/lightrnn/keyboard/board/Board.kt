package lightrnn.keyboard.board

import android.content.Context
import android.media.AudioManager
import android.os.SystemClock
import android.view.HapticFeedbackConstants
import android.view.View
import android.view.ViewConfiguration
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.ViewGroup.LayoutParams.WRAP_CONTENT
import android.widget.FrameLayout
import android.widget.LinearLayout
import java.util.Locale
import lightrnn.decoder.Strip
import lightrnn.keyboard.Answer
import lightrnn.keyboard.Correcting
import lightrnn.keyboard.Keyboard
import lightrnn.keyboard.R
import lightrnn.keyboard.typing.FieldRules
import lightrnn.keyboard.typing.Kind
import lightrnn.keyboard.typing.TextField
import lightrnn.keyboard.typing.Typing
import lightrnn.keyboard.typing.TypingListener

/**
 * The strip and the keys, and the field that they type into. The views may be made anew
 * while one types.
 *
 * @param keyboard The model and what is remembered.
 * @param findNextLanguage Gives what changes the language, null if there is no other. It
 *   asks the system, so it is asked once a field.
 */
class Board(private val keyboard: Keyboard, private val findNextLanguage: () -> (() -> Unit)?) :
    TypingListener, Touched, Chosen {
    private val typing = Typing(this, SystemClock::uptimeMillis)
    private var views: Views? = null
    private var rules = FieldRules.NONE
    private var page = Page.LETTERS
    private var lastShift: Long? = null
    private var symbolWasTyped = false
    private var newest = Strip.EMPTY
    private var nextLanguage: (() -> Unit)? = null

    /** What is shown of the board. */
    private inner class Views(val context: Context) {
        val meter = MeterView(context)
        val strip = StripView(context, this@Board)
        val popups = Popups(context)
        val keys = KeysView(context, this@Board, popups)
        val emoji = EmojiView(context) {
            typing.insert(it)
            if (rules.learns) keyboard.choices.usedEmoji(it)
        }
        private val sounds = context.getSystemService(AudioManager::class.java)
        val root = FrameLayout(context).apply {
            setBackgroundColor(context.getColor(R.color.keyboard))
            val column = LinearLayout(context).apply { orientation = LinearLayout.VERTICAL }
            val rowsOfEmoji = 3 * resources.getDimensionPixelSize(R.dimen.key_height)
            for (view in listOf(meter, strip)) column.addView(view, MATCH_PARENT, WRAP_CONTENT)
            column.addView(emoji, MATCH_PARENT, rowsOfEmoji)
            column.addView(keys, MATCH_PARENT, WRAP_CONTENT)
            addView(column)
            addView(popups, FrameLayout.LayoutParams(MATCH_PARENT, MATCH_PARENT))
        }

        /** A press is felt and heard if the phone is set so. */
        fun confirm(key: KeyView) {
            key.performHapticFeedback(HapticFeedbackConstants.KEYBOARD_TAP)
            sounds?.playSoundEffect(
                when (key.key.action) {
                    Action.BACKSPACE -> AudioManager.FX_KEYPRESS_DELETE
                    Action.ENTER -> AudioManager.FX_KEYPRESS_RETURN
                    else -> if (key.key.label == " ") SPACE_SOUND else AudioManager.FX_KEYPRESS_STANDARD
                },
            )
        }
    }

    /** Makes the views, in the language, light and size of the screen of now. */
    fun newView(context: Context): View {
        val made = Views(context)
        views = made
        nextLanguage = findNextLanguage()
        show(page)
        // A view that is made anew, for a screen that was turned or made dark, shows nothing
        // yet, and a field that goes on where it was does not ask for the strip again.
        changed()
        return made.root
    }

    /** Begins in a field, or in none. */
    fun start(field: TextField?, rules: FieldRules) {
        // What was typed under the rules of before ends under them.
        typing.start(null)
        this.rules = rules
        if (field != null) nextLanguage = findNextLanguage()
        show(
            when (rules.kind) {
                Kind.TEXT -> Page.LETTERS
                Kind.NUMBER -> Page.NUMBERS
                Kind.PHONE -> Page.PHONE
            },
        )
        if (field != null) typing.start(field, isProse = rules.suggests)
    }

    /** The same field began again, as some do after each edit. */
    fun goOn(field: TextField) = typing.goOn(field)

    /** The field is left. */
    fun leave() {
        start(null, FieldRules.NONE)
        keyboard.suggestions.cancel()
        keyboard.suggestions.keep()
    }

    fun cursorMoved(start: Int, end: Int) = typing.cursorMoved(start, end)

    /** The language is another one. */
    fun languageChanged() {
        show(page)
        changed()
    }

    private fun show(page: Page) {
        this.page = page
        symbolWasTyped = false
        val views = views ?: return
        views.keys.show(Layout(keyboard.language, nextLanguage != null).rows(page))
        val isEmoji = page == Page.EMOJI
        views.emoji.visibility = if (isEmoji) View.VISIBLE else View.GONE
        if (isEmoji) views.emoji.show(keyboard.choices.recentEmoji)
        views.strip.visibility = if (rules.suggests || rules === FieldRules.NONE) View.VISIBLE else View.INVISIBLE
        label()
    }

    private fun label() {
        val language = if (nextLanguage == null) "" else Locale.forLanguageTag(keyboard.language).displayLanguage
        views?.keys?.label(typing.shift, rules, language)
    }

    override fun down(view: KeyView) {
        views?.confirm(view)
    }

    override val showsTyped get() = !rules.isSecret

    override fun pressed(key: Key, text: String) {
        when (key.action) {
            Action.TYPE -> type(text)
            Action.BACKSPACE -> typing.backspace()
            Action.ENTER -> typing.enter()
            Action.SYMBOLS -> show(Page.SYMBOLS)
            Action.MORE_SYMBOLS -> show(Page.MORE_SYMBOLS)
            Action.LETTERS -> show(Page.LETTERS)
            Action.EMOJI -> show(if (page == Page.EMOJI) Page.LETTERS else Page.EMOJI)
            Action.LANGUAGE -> nextLanguage?.invoke()
            Action.SHIFT -> shift()
        }
        if (key.action != Action.SHIFT) lastShift = null
    }

    private fun type(text: String) {
        typing.type(text, meant())
        // Behind a sign and a space one goes on with letters.
        val isOver = text == " " && symbolWasTyped
        symbolWasTyped = page in SIGNS && text != " "
        if (isOver) show(Page.LETTERS)
    }

    /** What a space puts in the place of what was typed, null to leave it. */
    private fun meant(): String? {
        if (keyboard.choices.correcting != Correcting.AUTOMATIC) return null
        val typed = typing.text()?.typed.orEmpty()
        // The answer to an earlier question is about another word.
        return newest.replacement.takeIf { newest.typed == typed && typing.mayCorrect(typed) }
    }

    private fun shift() {
        val now = SystemClock.uptimeMillis()
        val since = lastShift?.let { now - it } ?: Long.MAX_VALUE
        val isDoubleTap = since < ViewConfiguration.getDoubleTapTimeout()
        typing.shift(isDoubleTap)
        lastShift = if (isDoubleTap) null else now
    }

    override fun deleteWord() = typing.backspaceWord()

    override fun moveCursor(forward: Boolean) = typing.moveCursor(forward)

    override fun take(word: String) = typing.take(word)

    override fun keepTyped(isOnPurpose: Boolean) = typing.keepTyped(isOnPurpose)

    /** A long press on a suggestion: forgotten if it was learned, else never shown again. */
    override fun held(word: String) {
        keyboard.suggestions.learned { learned ->
            val own = learned.keys.firstOrNull { it.equals(word, ignoreCase = true) }
            if (own != null) keyboard.suggestions.forget(own) else keyboard.store.block(word)
            changed()
        }
    }

    /** Asks for what the strip is to show; typing goes on meanwhile. */
    override fun changed() {
        label()
        newest = Strip.EMPTY
        val text = if (rules.suggests && keyboard.choices.suggests) typing.text() else null
        if (text != null) {
            val corrects = keyboard.choices.correcting != Correcting.OFF
            keyboard.suggestions.ask(text, typing.shift, !rules.learns, corrects, ::answered)
        } else {
            keyboard.suggestions.cancel()
            views?.strip?.show(Strip.EMPTY)
        }
        views?.meter?.visibility = if (keyboard.choices.showsMeter) View.VISIBLE else View.GONE
    }

    private fun answered(answer: Answer) {
        newest = answer.strip
        val views = views ?: return
        views.strip.isAutomatic = keyboard.choices.correcting == Correcting.AUTOMATIC &&
            typing.mayCorrect(answer.strip.typed)
        views.strip.show(answer.strip)
        if (keyboard.choices.showsMeter) views.meter.show(answer, keyboard.choices.savedToday)
    }

    override fun written(word: String, context: String, isKept: Boolean) {
        if (rules.learns && keyboard.choices.suggests) keyboard.suggestions.written(word, context, isKept)
    }

    override fun saved(keys: Int) = keyboard.choices.saved(keys)

    private companion object {
        val SIGNS = setOf(Page.SYMBOLS, Page.MORE_SYMBOLS)
        const val SPACE_SOUND = AudioManager.FX_KEYPRESS_SPACEBAR
    }
}
