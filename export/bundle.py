"""One file: the model and, appended to it, a zip with manifest and vocabulary."""

import hashlib
import io
import json
import zipfile

import numpy as np

from lightrnn_tf.predictors import container
from lightrnn_tf.words.lexicon import Lexicon

# A fixed date, so that the same model gives the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


def bundle(
    model_bytes: bytes, manifest: dict, lexicon: Lexicon, counts: np.ndarray
) -> bytes:
    """Join the parts of an exported file; `FORMAT.md` describes it.

    Args:
        model_bytes: The LiteRT model.
        manifest: What the file says about itself; the checksums are added to it.
        lexicon: The words and their cells.
        counts: Integers `(R · C,)`, how often the word of each cell occurred in the
            training text.

    Returns:
        The content of the file.
    """
    parts = {
        container.WORDS: lexicon.to_bytes(),
        container.COUNTS: container.levels_of(counts[lexicon.cells]).tobytes(),
    }
    sums = {"model": model_bytes, **parts}
    manifest["sha256"] = {
        name: hashlib.sha256(content).hexdigest() for name, content in sums.items()
    }
    return _joined(model_bytes, manifest, parts)


def with_entries(content: bytes, entries: dict) -> bytes:
    """Return an exported file whose manifest says more.

    Args:
        content: The content of the file.
        entries: What its manifest is to say besides, or instead.

    Returns:
        The content of the new file.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts.pop(container.MANIFEST))
    model_bytes = content[: manifest["model_bytes"]]
    return _joined(model_bytes, manifest | entries, parts)


def _joined(model_bytes, manifest, parts):
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    parts = parts | {container.MANIFEST: text.encode("utf-8")}
    buffer = io.BytesIO(model_bytes)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=9)
    return buffer.getvalue()
