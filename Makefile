# Needs Python 3.11 to 3.13, make and a package index; everything else is installed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: quickstart test slow-test android-test android-apk english-model browser-test web-demo web-test oldest-runtime-test arm-test clean

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

# A package of the keyboard to install, from Maven Central and Debian; where they cannot be
# reached, it is skipped with the reason.
android-apk: $(VENV)/installed
	android_demo/apk/run $(BIN)/python

# The English model of the package and the keyboard, from texts in CORPORA; an hour of a
# core. Stopped, it goes on where it was.
CORPORA ?= ../shared/corpora
ENGLISH := runs/english
english-model: $(VENV)/installed
	$(BIN)/pip install --quiet --editable ".[english]"
	$(BIN)/python examples/english_model/texts.py $(CORPORA) $(ENGLISH)
	$(BIN)/python examples/english_model/words.py $(ENGLISH)
	$(BIN)/lightrnn keyboard --lang en --threads 1 --overwrite \
	    --text $(ENGLISH)/train.txt --valid $(ENGLISH)/valid.txt \
	    --word-list $(ENGLISH)/words.txt --misspellings $(ENGLISH)/misspellings.txt \
	    --written-forms $(ENGLISH)/forms.txt \
	    --never-suggest examples/english_model/never_suggest.txt \
	    --about examples/english_model/about.json \
	    --score talk-en=$(CORPORA)/talk-en/valid.txt.xz \
	    --score commonvoice-en=$(ENGLISH)/commonvoice-en.txt \
	    --score sms-en=$(CORPORA)/sms-en/valid.txt.xz \
	    --run $(ENGLISH)/model --out lightrnn_tf/pretrained/en.tflite

# The page of a table in headless Chromium, which `make test` skips where it is missing.
browser-test: $(VENV)/installed-dev
	$(BIN)/pip install --quiet --editable ".[browser]"
	command -v chromium > /dev/null || apt-get install --yes chromium
	$(BIN)/python -m pytest -q tests/tables/test_page.py

# The page that suggests words, built anew and served; needs Node.js 20.
web-demo: $(VENV)/installed web_demo/node_modules/installed
	cd web_demo && npm run --silent build
	$(BIN)/lightrnn demo

# The decoder in TypeScript by the golden vectors, in Python's runtime and on LiteRT.js, and
# the page in headless Chromium.
web-test: $(VENV)/installed-dev web_demo/node_modules/installed
	command -v chromium > /dev/null || apt-get install --yes chromium
	$(BIN)/python tests/golden/exported.py web_demo/target/exported
	cd web_demo && EXPORTED=$(CURDIR)/web_demo/target/exported npm run --silent all-tests

web_demo/node_modules/installed: web_demo/package.json web_demo/package-lock.json
	cd web_demo && npm ci --no-fund --no-audit
	touch $@

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
