"""Prints messages and progress bars to standard error."""

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


def say(text: str) -> None:
    """Print a line to standard error, because standard output is for results.

    Args:
        text: String, the line.
    """
    print(text, file=sys.stderr, flush=True)


def _progress(*columns) -> Progress:
    console = Console(stderr=True)
    return Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    )


@contextlib.contextmanager
def bar(description: str) -> Iterator[Callable[[float], None]]:
    """Show a progress bar.

    Args:
        description: String to show beside the bar.

    Returns:
        Context manager; its value is a function to call with the share done, in [0, 1].
    """
    with _progress(
        TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    ) as progress:
        task = progress.add_task(description, total=1.0)
        yield lambda share: progress.update(task, completed=share)


def waiting(description: str):
    """Show that work goes on whose end is not known.

    Args:
        description: String to show.

    Returns:
        Context manager that shows it.
    """
    return Console(stderr=True).status(description)


class LazyBar:
    """A progress bar for callbacks: the first call shows it, and share 1 hides it.

    Args:
        description: String to show beside the bar.

    Example:

    >>> progress = LazyBar("Matching")
    >>> progress(0.5)
    >>> progress(1.0)
    """

    def __init__(self, description: str):
        self.description = description
        self._context: contextlib.ExitStack | None = None

    def __call__(self, share: float) -> None:
        if self._context is None:
            self._context = contextlib.ExitStack()
            self._update = self._context.enter_context(bar(self.description))
        self._update(share)
        if share >= 1:
            self._context.close()
            self._context = None


def count(items: Iterable, description: str) -> Iterator:
    """Yield items, and show how many were yielded.

    Args:
        items: Iterable whose length is not known.
        description: String to show beside the number.

    Returns:
        Iterator of the items.
    """
    with _progress(
        SpinnerColumn(),
        TextColumn("{task.description} {task.completed:,.0f}"),
        TimeElapsedColumn(),
    ) as progress:
        task = progress.add_task(description, total=None)
        for number, item in enumerate(items, start=1):
            yield item
            if number % 1000 == 0:
                progress.update(task, completed=number)
