"""Finds a better table from the losses of words in rows and columns.

Reallocation gives each word a cell of its own so that the total loss is least:

    min  Σ_w  row_losses[w, r(w)] + column_losses[w, c(w)]

This is a minimum-weight perfect matching between words and cells (Li et al. 2016,
section 3.2). Only the exact solver builds the matrix of words × cells. Every answer
has a lower bound on the cost of all tables with the same free cells.

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
