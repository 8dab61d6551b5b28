"""Loss tables in, a better table out.

Reallocation gives each word the cell that costs it least, one word a cell:

    min  Σ_w  row_losses[w, r(w)] + column_losses[w, c(w)]

a minimum-weight perfect matching between words and cells (Li et al. 2016, section
3.2). The words × cells matrix of costs is built by the exact solver only, and every
answer comes with a lower bound on the cost of all tables with the same free cells.

Li et al., "LightRNN", NIPS 2016, https://arxiv.org/abs/1610.09893.
"""

from lightrnn_tf.tables.matching.assignment import (
    SOLVERS,
    Assignment,
    check_solver,
    check_time_limit,
    cost,
    solve,
)

__all__ = ["SOLVERS", "Assignment", "check_solver", "check_time_limit", "cost", "solve"]
