"""On standard error: what is said, and bars for what may take more than a second."""

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
    """Print a line to standard error; standard output is for results."""
    print(text, file=sys.stderr, flush=True)


def _progress(*columns) -> Progress:
    console = Console(stderr=True)
    return Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    )


@contextlib.contextmanager
def bar(description: str) -> Iterator[Callable[[float], None]]:
    """Show a bar; yield the function to call with the share done, in [0, 1]."""
    with _progress(
        TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    ) as progress:
        task = progress.add_task(description, total=1.0)
        yield lambda share: progress.update(task, completed=share)


def waiting(description: str):
    """Return a context that shows that something goes on whose end is not known."""
    return Console(stderr=True).status(description)


class LazyBar:
    """A bar that shows with its first share and goes with its last, for callbacks.

    Args:
        description: What is going on.
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
    """Yield `items` and show how many there were; their number is not known before."""
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
