"""A corpus that every machine has: the English documentation of installed packages.

The corpus consists of the docstrings of the standard library and of the packages that
this one needs, and of the help topics of Python. They are read from source with `ast`,
without imports, and reduced to prose. Every source file is a document, and the order is
fixed.
"""

import ast
import importlib.util
import pathlib
import re
import sysconfig
import textwrap
import warnings
from collections.abc import Iterator

_PACKAGES = ("numpy", "scipy", "keras", "tensorflow")
# Folders without prose about code.
_SKIPPED = {"_api", "test", "tests", "testing", "idlelib", "lib2to3", "site-packages"}

_INLINE = (
    (re.compile(r"``?([^`\n]+?)``?_?_?"), r"\1"),
    (re.compile(r":[\w:+-]+:"), ""),
    (re.compile(r"\*\*?(\S(?:[^*\n]*\S)?)\*\*?"), r"\1"),
    (re.compile(r"\[([^][]+)\]\([^()\s]+\)"), r"\1"),
    (re.compile(r"\s+"), " "),
)
_SENTENCE = re.compile(r"[A-Z][^|<>{}\\@^~]*[.!?]")
# `name: text` and `name (type): text` in lists of arguments; `name : type` in NumPy's.
_ITEM = re.compile(r"\s*(?:[-*•] |\*{0,2}[A-Za-z_][\w., ]{0,40}(?: \([^)]*\))?:\s)(.*)")
_TYPE = re.compile(r"\s*[\w*., ]+ : ")
_UNDERLINE = re.compile(r"\s*([-=~*^#])\1{2,}\s*")
_WORD = re.compile(r"[A-Za-z]+")
_LEAST_WORDS = 5


def documents() -> Iterator[list[str]]:
    """Yield the paragraphs of each document; no paragraph is yielded twice.

    Returns:
        Iterator of lists of strings, one string per paragraph.
    """
    seen: set[str] = set()
    for path in _source_files():
        paragraphs = []
        for text in _texts(path):
            for paragraph in prose(text):
                if paragraph not in seen:
                    seen.add(paragraph)
                    paragraphs.append(paragraph)
        if paragraphs:
            yield paragraphs


def _source_files() -> Iterator[pathlib.Path]:
    roots = [pathlib.Path(sysconfig.get_paths()["stdlib"])]
    for name in _PACKAGES:
        found = importlib.util.find_spec(name)
        if found and found.submodule_search_locations:
            roots.append(pathlib.Path(found.submodule_search_locations[0]))
    for root in roots:
        paths = [path.relative_to(root) for path in root.rglob("*.py")]
        for path in sorted(paths, key=lambda path: path.as_posix()):
            if not _SKIPPED.intersection(path.parts) and path.name[:4] != "gen_":
                yield root / path


def _texts(path: pathlib.Path) -> Iterator[str]:
    """Yield the docstrings of a source file, or the texts of the help topics."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        ):
            docstring = ast.get_docstring(node)
            if docstring:
                yield docstring
        elif path.parent.name == "pydoc_data" and isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                yield textwrap.dedent(node.value)


def prose(text: str) -> list[str]:
    """Return the paragraphs of a docstring that consist of sentences, without markup.

    Code blocks, doctests, tables, headings and names of arguments are left out.

    Args:
        text: String, the docstring.

    Returns:
        List of strings, one per paragraph.

    Example:

    >>> prose("Heading\\n-------\\n\\n>>> best(x)\\n'a'\\n\\nIt may also be ``None``.")
    ['It may also be None.']
    """
    kept = []
    in_fence = False
    for block in re.split(r"\n[ \t]*\n", text):
        lines = block.expandtabs().split("\n")
        fences = sum(line.lstrip().startswith("```") for line in lines)
        if in_fence or fences:
            in_fence ^= bool(fences % 2)
            continue
        if any(line.lstrip().startswith((">>>", "...")) for line in lines):
            continue
        kept += [p for p in map(_plain, _paragraphs(lines)) if _is_prose(p)]
    return kept


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """Yield the running text of a block without headings, each list item alone."""
    text: list[str] = []
    for line in lines:
        item = _ITEM.fullmatch(line)
        if _UNDERLINE.fullmatch(line):
            text = []
        elif _TYPE.match(line) or item:
            yield " ".join(text)
            text = [item[1]] if item and not _TYPE.match(line) else []
        else:
            text.append(line.strip())
    yield " ".join(text)


def _plain(paragraph: str) -> str:
    for pattern, replacement in _INLINE:
        paragraph = pattern.sub(replacement, paragraph)
    return paragraph.strip()


def _is_prose(paragraph: str) -> bool:
    words = _WORD.findall(paragraph)
    return len(words) >= _LEAST_WORDS and bool(_SENTENCE.fullmatch(paragraph))
