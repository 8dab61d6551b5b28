"""The style of the library, counted: documented, sized, and without riddles."""

import ast
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]
LIBRARY = sorted([*ROOT.glob("lightrnn_tf/**/*.py"), *ROOT.glob("export/**/*.py")])
EVERYTHING = [
    *LIBRARY,
    *sorted([*ROOT.glob("tests/**/*.py"), *ROOT.glob("benchmarks/*.py")]),
]


def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def public(kind):
    """Yield the public classes or functions of the library, with where they are."""
    for path in LIBRARY:
        for node in parsed(path).body:
            if isinstance(node, kind) and not node.name.startswith("_"):
                where = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
                yield where, node, ast.get_docstring(node) or ""


def missing_of(found):
    """Return the share that is true, and where it is not."""
    missing = [where for where, is_there in found if not is_there]
    return 1 - len(missing) / len(found), missing


def test_public_functions_say_what_they_take():
    found = [
        (where, not node.args.args or "Args:" in docstring)
        for where, node, docstring in public(ast.FunctionDef)
    ]
    share, missing = missing_of(found)
    assert share >= 0.9, missing


def test_public_classes_have_an_example():
    share, missing = missing_of(
        [(where, ">>>" in docstring) for where, _, docstring in public(ast.ClassDef)]
    )
    assert share >= 0.6, missing


def test_errors_say_what_was_received():
    found = []
    for path in LIBRARY:
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                text = ast.get_source_segment(source, node.exc)
                name = text.partition("(")[0]
                if name.endswith("Error") and name != "NotImplementedError":
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    # Some name the file and what is wrong with it instead.
                    found.append((where, "Received" in text or "{" in text))
    share, missing = missing_of(found)
    assert share >= 0.95, missing


def unpacked(node):
    """Yield what a call or a display unpacks."""
    if isinstance(node, ast.Call):
        yield from (a.value for a in node.args if isinstance(a, ast.Starred))
        yield from (k.value for k in node.keywords if k.arg is None)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        yield from (e.value for e in node.elts if isinstance(e, ast.Starred))
    elif isinstance(node, ast.Dict):
        keys_and_values = zip(node.keys, node.values, strict=True)
        yield from (value for key, value in keys_and_values if key is None)


@pytest.mark.parametrize("path", EVERYTHING, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_is_unpacked_that_could_be_written_out(path):
    for node in ast.walk(parsed(path)):
        for part in unpacked(node):
            literal = isinstance(part, ast.Tuple | ast.List)
            if isinstance(part, ast.Dict):
                literal = all(isinstance(key, ast.Constant) for key in part.keys)
            assert not literal, f"{path.name}:{part.lineno}"


@pytest.mark.parametrize("path", LIBRARY, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_classes_and_functions_are_small(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 400, lines
    for node in ast.walk(parsed(path)):
        most = {ast.ClassDef: 250, ast.FunctionDef: 60}.get(type(node))
        if most:
            length = node.end_lineno - node.lineno + 1
            assert length <= most, (node.name, length)
