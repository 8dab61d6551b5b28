package lightrnn.keyboard.board

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.Paint
import android.util.TypedValue
import android.view.Gravity
import android.view.View
import android.view.ViewGroup
import android.widget.AbsListView
import android.widget.BaseAdapter
import android.widget.GridView
import android.widget.TextView
import lightrnn.keyboard.R

/** The emoji, those that were used last first. */
@SuppressLint("ViewConstructor")
class EmojiView(context: Context, private val chosen: (String) -> Unit) : GridView(context) {
    // Older phones have no picture of newer ones.
    private val known = Paint().let { paint -> Emoji.ALL.filter(paint::hasGlyph) }
    private var shown = emptyList<String>()
    private val cells = Cells()

    init {
        val size = resources.getDimensionPixelSize(R.dimen.key_height)
        columnWidth = size
        numColumns = AUTO_FIT
        stretchMode = STRETCH_COLUMN_WIDTH
        layoutDirection = LAYOUT_DIRECTION_LTR
        adapter = cells
    }

    /** @param recent Those that were used last, the last one first. */
    fun show(recent: List<String>) {
        shown = recent + (known - recent.toSet())
        cells.notifyDataSetChanged()
        setSelection(0)
    }

    private inner class Cells : BaseAdapter() {
        override fun getCount() = shown.size

        override fun getItem(place: Int) = shown[place]

        override fun getItemId(place: Int) = place.toLong()

        override fun getView(place: Int, old: View?, parent: ViewGroup): View {
            val view = old as? TextView ?: cell()
            view.text = shown[place]
            view.setOnClickListener { chosen(shown[place]) }
            return view
        }

        private fun cell() = TextView(context).apply {
            gravity = Gravity.CENTER
            setTextColor(context.getColor(R.color.key_text))
            setTextSize(TypedValue.COMPLEX_UNIT_DIP, EMOJI_DP)
            setBackgroundResource(R.drawable.slot)
            layoutParams = AbsListView.LayoutParams(
                ViewGroup.LayoutParams.MATCH_PARENT,
                resources.getDimensionPixelSize(R.dimen.key_height),
            )
        }
    }

    private companion object {
        const val EMOJI_DP = 26f
    }
}
