"""Settings of all tests: seeds, quiet libraries, where the corpora are."""

import gc
import importlib.util
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest

ROOT = pathlib.Path(__file__).parent
CORPORA = ROOT.parent / "shared" / "corpora"

if importlib.util.find_spec("lightrnn_tf_export") is None:
    # A checkout that was never installed: `export/` goes by its installed name.
    spec = importlib.util.spec_from_file_location(
        "lightrnn_tf_export",
        ROOT / "export" / "__init__.py",
        submodule_search_locations=[str(ROOT / "export")],
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["lightrnn_tf_export"] = module
    spec.loader.exec_module(module)


def pytest_collection_finish():
    """Keep what libraries have made: a tenth of the time went into looking at it."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _seed():
    keras.utils.set_random_seed(0)


@pytest.fixture
def eager():
    """Run what Keras compiles operation by operation, see `helpers.eager`."""
    from helpers.eager import eagerly

    with eagerly():
        yield


@pytest.fixture(autouse=True)
def _examples_are_run_eagerly(request):
    """Examples of docstrings train for a step or two."""
    if isinstance(request.node, pytest.DoctestItem):
        request.getfixturevalue("eager")


@pytest.fixture
def rng():
    """Random numbers from a fixed seed."""
    return np.random.default_rng(0)


@pytest.fixture
def corpora():
    """The folder of the corpora; the test is skipped where there is none."""
    if not CORPORA.is_dir():
        pytest.skip("the corpora are not beside this checkout")
    return CORPORA


@pytest.fixture(autouse=True)
def _doctest_namespace(doctest_namespace):
    import lightrnn_tf

    doctest_namespace["np"] = np
    doctest_namespace["lightrnn_tf"] = lightrnn_tf
    doctest_namespace["data"] = lightrnn_tf.data
    doctest_namespace["models"] = lightrnn_tf.models
    doctest_namespace["decoding"] = lightrnn_tf.decoding
