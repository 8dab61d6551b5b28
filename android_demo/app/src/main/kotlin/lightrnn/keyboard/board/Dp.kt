package lightrnn.keyboard.board

import android.util.TypedValue
import android.view.View

/** So many density-independent pixels on the screen of a view. */
internal fun View.dp(value: Float): Float =
    TypedValue.applyDimension(TypedValue.COMPLEX_UNIT_DIP, value, resources.displayMetrics)
