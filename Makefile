# Needs Python 3.11 to 3.13, make and a package index; everything else is installed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: quickstart test slow-test android-test android-model browser-test oldest-runtime-test arm-test clean

quickstart: $(VENV)/installed
	$(BIN)/lightrnn quickstart --out quickstart

# Some tests wait for processes, so there is a third at work on two cores. Threads of
# each would only wait for each other.
# A test runs compiled code once or twice, so XLA optimises less, and JAX caches what it
# compiles for other tests and the next run. `slow-test` compiles as users do.
test: export TF_NUM_INTRAOP_THREADS = 1
test: export TF_NUM_INTEROP_THREADS = 1
test: export OMP_NUM_THREADS = 1
test: export XLA_FLAGS = --xla_backend_optimization_level=0
test: export JAX_DISABLE_MOST_OPTIMIZATIONS = 1
test: export JAX_COMPILATION_CACHE_DIR = $(CURDIR)/$(VENV)/jax-cache
test: export JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS = 0
test: export JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES = 0
test: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 3 --dist loadfile -q -m "not slow"
	KERAS_BACKEND=jax $(BIN)/python -m pytest -n 3 -q -m "not slow" \
	    tests/layers tests/models

# Proofs of minutes: trainings killed at more moments, two and four workers, lost ones.
slow-test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -q -m slow
	KERAS_BACKEND=jax $(BIN)/python -m pytest -n 2 -q -m slow tests/layers tests/models

# The keyboard on a plain JVM; what cannot be run is named with the reason.
android-test: $(VENV)/installed
	android_demo/jvm/run $(BIN)/python

# The model that comes with the keyboard, from CORPORA/chat-en; an hour or two.
CORPORA ?= ../shared/corpora
CHAT := $(CORPORA)/chat-en
android-model: $(VENV)/installed
	$(BIN)/lightrnn train --train $(CHAT)/train.txt.xz --valid $(CHAT)/valid.txt.xz \
	    --test $(CHAT)/test.txt.xz --lowercase --vocab-size 20000 --line-independent \
	    --units 256 --embedding-dim 128 --frequent-words 4000 --frequent-dim 48 \
	    --dropout 0.1 --learning-rate 0.005 --rounds 2 --threads 1 --out runs/chat-en
	$(BIN)/lightrnn export runs/chat-en --overwrite \
	    --out android_demo/app/src/main/assets/model.tflite

# The page of a table in headless Chromium, which `make test` skips where it is missing.
browser-test: $(VENV)/installed-dev
	$(BIN)/pip install --quiet --editable ".[browser]"
	command -v chromium > /dev/null || apt-get install --yes chromium
	$(BIN)/python -m pytest -q tests/tables/test_page.py

# Exported files on ARM kernels in an emulator, which needs Debian's packages; else it is
# skipped with the reason.
arm-test: $(VENV)/installed-dev
	$(BIN)/python tests/arm/run.py

# Exported files in the oldest runtime that setup.py allows. Compiled models are tested in
# the newest alone: this one answers 0 for the constant bound of a dense model.
oldest-runtime-test: $(VENV)/installed-dev
	$(BIN)/pip install --quiet --no-deps --upgrade --target $(VENV)/oldest-runtime \
	    ai-edge-litert==1.4.0
	PYTHONPATH=$(VENV)/oldest-runtime $(BIN)/python -m pytest -n 2 -q \
	    -k "not compiled_model" tests/export/test_export.py \
	    tests/export/test_int4.py tests/export/test_bundled_model.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python setup.py pyproject.toml
	$(BIN)/pip install --quiet --editable ".[plots]"
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/pip install --quiet --editable ".[dev]"
	touch $@

clean:
	rm -rf $(VENV) quickstart build dist *.egg-info
