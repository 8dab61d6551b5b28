"""What lives where, read from the source: arrows point one way."""

import ast
import graphlib
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
LIBRARY = ROOT / "lightrnn_tf"

# A module may import those of its own line and of the lines above it.
ORDER = """
_internal _version
words
tables
data
layers
models
reallocation
predictors
decoding
scoring plots
training
callbacks demo keyboard metrics quickstart
cli
__init__ __main__
"""
LEVEL = {
    wing: level for level, line in enumerate(ORDER.split("\n")) for wing in line.split()
}
WITHOUT_KERAS = ("data", "decoding", "evaluation", "litert", "matching", "warm_start")


def wing_of(path):
    return path.relative_to(LIBRARY).with_suffix("").parts[0]


def is_module(name):
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").exists()


def imports(path, lazy=True):
    """Yield the modules that a file imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = ast.walk(tree) if lazy else tree.body
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if is_module(whole) else node.module


FILES = sorted(LIBRARY.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_point_one_way(path):
    wing = wing_of(path)
    for module in imports(path):
        if module.startswith("lightrnn_tf.") and module != "lightrnn_tf.__version__":
            other = module.split(".")[1]
            assert LEVEL[other] <= LEVEL[wing], (
                f"{path.name} imports {module}, above it"
            )


def test_no_modules_import_each_other_in_a_circle():
    graph = {}
    for path in FILES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        graph[name] = {module for module in imports(path) if module != name}
    list(graphlib.TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_tensorflow_and_the_exporter_stay_out_of_the_library(path):
    allowed = {"models", "cli", "keyboard", "quickstart"}
    # A kernel of TensorFlow for TensorFlow, with Keras for the other backends; and what
    # looks into the datasets of TensorFlow that a user has.
    kernel = path.name in ("optimizer.py", "word_ids.py")
    for module in imports(path):
        tensorflow = module.split(".")[0] == "tensorflow"
        assert kernel or not tensorflow, f"{path.name} imports {module}"
        if module.startswith("lightrnn_tf_export"):
            assert wing_of(path) in allowed, f"{path.name} imports {module}"


@pytest.mark.parametrize("name", WITHOUT_KERAS)
def test_modules_that_need_no_keras_do_not_import_it(name):
    program = (
        f"import sys, lightrnn_tf as lr; lr.{name}; sys.exit('keras' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("name", ["data", "matching", "vocabulary", "warm_start"])
def test_reading_counting_and_tables_load_no_keras_models_or_decoding(name):
    program = (
        f"import sys, lightrnn_tf as lr; lr.{name}; "
        "print(*(m for m in sys.modules if m.startswith('lightrnn_tf.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    wings = {module.split(".")[1] for module in loaded}
    assert not wings & {"decoding", "layers", "models", "scoring", "training"}
    assert len(loaded) <= 18, loaded


def test_nobody_imports_a_package_called_export():
    for path in [*FILES, *ROOT.glob("tests/**/*.py"), *ROOT.glob("export/*.py")]:
        assert "export" not in set(imports(path)), path


def test_every_test_is_collected():
    for path in ROOT.glob("tests/**/*.py"):
        if "\ndef test_" in path.read_text(encoding="utf-8"):
            assert path.name.startswith("test_"), path


def test_tests_share_helpers_alone():
    for path in ROOT.glob("tests/**/*.py"):
        for module in imports(path):
            assert not module.split(".")[-1].startswith("test_"), path


def public(tree):
    kinds = ast.FunctionDef | ast.ClassDef
    return [
        node
        for node in tree.body
        if isinstance(node, kinds) and not node.name.startswith("_")
    ]


@pytest.mark.parametrize(
    "path",
    [*FILES, *sorted((ROOT / "export").glob("*.py"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_public_name_has_a_docstring(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), path
    for node in public(tree):
        assert ast.get_docstring(node), f"{path.name}: {node.name}"


def test_no_assert_for_user_input():
    for path in [*FILES, *ROOT.glob("export/*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not [n for n in ast.walk(tree) if isinstance(n, ast.Assert)], path


def test_nothing_is_pickled():
    for path in [*FILES, *ROOT.glob("export/*.py")]:
        source = path.read_text(encoding="utf-8")
        for word in ("pickle", "marshal", "eval(", "exec(", "shelve"):
            assert word not in source.replace("retrieval(", ""), (path, word)


@pytest.mark.slow
def test_saved_models_are_found_where_keras_is_imported_first():
    code = (
        "import keras, lightrnn_tf; "
        "print(keras.saving.get_registered_object('lightrnn_tf>SlimRNN').__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "SlimRNN\n"
