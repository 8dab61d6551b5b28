"""Progress bars on standard error, for what may take more than a second."""

import contextlib
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
