"""One file: the model, and appended to it a zip with manifest and vocabulary."""

import io
import json
import zipfile

from lightrnn_tf import litert

# A fixed date, so that the same model gives the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


def bundle(model_bytes: bytes, manifest: dict, words: list[str]) -> bytes:
    """Return the content of an exported file; `FORMAT.md` describes it."""
    buffer = io.BytesIO(model_bytes)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in (
            (litert.WORDS, "".join(f"{word}\n" for word in words)),
            (litert.MANIFEST, json.dumps(manifest, ensure_ascii=False)),
        ):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode("utf-8"))
    return buffer.getvalue()
