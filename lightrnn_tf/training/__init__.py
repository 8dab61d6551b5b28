"""Training: from text files to a run, with rounds, checkpoints and workers."""

from lightrnn_tf._internal import lazy

_NAMES = {
    "CLIP_NORM": "optimizer",
    "FallingRate": "optimizer",
    "Options": "options",
    "adam": "optimizer",
    "assist": "trainer",
    "is_finished": "trainer",
    "keep_freed_memory": "allocator",
    "new_model": "first_model",
    "resume": "trainer",
    "train": "trainer",
}

__all__ = [*_NAMES]  # noqa: PLE0604

__getattr__ = lazy.attributes(
    __name__, {name: f"{__name__}.{module}:{name}" for name, module in _NAMES.items()}
)
