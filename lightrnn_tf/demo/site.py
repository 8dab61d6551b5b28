"""The files of the page with a model, for any server of files."""

import lzma
import pathlib
import secrets
import shutil

from lightrnn_tf.predictors.container import read_container

_PAGE = pathlib.Path(__file__).parent / "page"
_PACKED = ".xz"
MODEL = "model.tflite"


def site(model: pathlib.Path) -> dict[str, bytes]:
    """Return the files of the page that suggests words with a model.

    The page is built from `web_demo/`. It asks for these files alone, and runs from any
    folder of a server.

    Args:
        model: Path of an exported LightRNN.

    Returns:
        Dictionary of contents by their paths, with `/` between folders.

    Raises:
        OSError: If the model cannot be read.
        ValueError: If it is no exported LightRNN.

    Example:

    >>> from lightrnn_tf.predictors import pretrained
    >>> sorted(site(pretrained.path_of("en")))[:2]
    ['icon.svg', 'index.html']
    """
    manifest, _ = read_container(model)
    if manifest["model"] != "lightrnn":
        raise ValueError(
            f"{model}: the page needs a LightRNN. Received: {manifest['model']!r}. "
            "Export a run of `lightrnn train` with its default model."
        )
    files = {}
    for path in sorted(_PAGE.rglob("*")):
        if path.is_dir():
            continue
        name, content = path.relative_to(_PAGE).as_posix(), path.read_bytes()
        if name.endswith(_PACKED):
            # The WebAssembly, which browsers cannot unpack.
            name, content = name.removesuffix(_PACKED), lzma.decompress(content)
        files[name] = content
    files[MODEL] = model.read_bytes()
    return files


def write_site(model: pathlib.Path, folder: pathlib.Path) -> None:
    """Write the files of the page into a new folder, whole or not at all.

    Args:
        model: Path of an exported LightRNN.
        folder: Path of the folder, which must not exist.

    Raises:
        FileExistsError: If the folder exists.
        OSError: If a file cannot be read or written.
        ValueError: If the model is no exported LightRNN.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists. Name another folder.")
    files = site(model)
    part = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}.part")
    try:
        for name, content in files.items():
            path = part / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
