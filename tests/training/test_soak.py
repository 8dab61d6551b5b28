"""Ten thousand operations in one process, without growth of memory or open files."""

import gc
import os
import sys

import numpy as np
import pytest

from lightrnn_tf import data, decoding, models
from lightrnn_tf.predictors import exported
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

OPERATIONS = 10_000
# Of so many operations one is an export; the others train and suggest by turns.
EXPORT_EVERY = 100
# Exports after which libraries have loaded what they load once.
WARM_UP = 20
# The allocator under TensorFlow's converter was seen to keep 10 MB over 6,000
# operations, between exports of which each takes and returns 20 MB. Of Python's
# objects none may stay.
MOST_GROWTH_BYTES = 20 << 20
MOST_OBJECTS = 200


def memory():
    with open("/proc/self/statm") as sizes:
        return int(sizes.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read as on Linux")
def test_memory_and_open_files_do_not_grow(tmp_path, rng):
    words = ["<unk>", "<eos>", *(f"w{n}" for n in range(28))]
    vocabulary = Vocabulary(words, range(30, 0, -1), Tokenizer("words"))
    model = models.LightRNN(30, units=8, eos_id=vocabulary.eos_id)
    (batch,) = data.windows(np.arange(60) % 30, 2, 5)[0]
    model.build()
    model.compile("adam")
    path = tmp_path / "model.tflite"
    taken, files, objects = [], [], []
    for number in range(OPERATIONS):
        if number % EXPORT_EVERY == 0:
            model.export(
                path, format="litert", vocabulary=vocabulary, overwrite=number > 0
            )
            phone = exported.LiteRTPredictor(path)
            gc.collect()
            objects.append(len(gc.get_objects()))
            taken.append(memory())
            files.append(len(os.listdir("/proc/self/fd")))
        elif number % 2:
            model.train_on_batch(batch)
        else:
            state = decoding.read(phone, [words[rng.integers(2, 30)]])
            assert len(decoding.top_k(phone, state, k=3).words) == 3
    taken, files, objects = (each[WARM_UP:] for each in (taken, files, objects))
    quarter = len(taken) // 4
    # An export leaves more or less to the allocator; the least of many shows a trend.
    growth = min(taken[-quarter:]) - min(taken[:quarter])
    assert growth < MOST_GROWTH_BYTES, taken
    assert files[-1] == files[0]
    assert objects[-1] - objects[0] < MOST_OBJECTS
