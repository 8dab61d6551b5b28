"""How many ARM instructions does a suggestion take?

    python benchmarks/arm_instructions.py [--words 10000] [--units 200]

LightRNN and dense models with random weights, which cost what trained ones do, read
words by `suggest` on an emulated processor, 20 and 220 of them: the difference, divided
by 200, leaves out what starting takes. It holds what Python does for a call, the same
for all. Instructions are not time: they say nothing of memory, of instructions done
side by side, or of how often a second call is needed. Results are appended to
results/arm_instructions.jsonl.
"""

import argparse
import pathlib
import sys
import tempfile

import lightrnn_tf_export
import numpy as np

from lightrnn_tf import models
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary
from results import ROOT, append

sys.path.insert(0, str(ROOT / "tests" / "arm"))
import emulator

FEW, MANY = 20, 220
SUGGEST = """
import sys
import numpy as np
from ai_edge_litert.interpreter import Interpreter

interpreter = Interpreter(model_path=sys.argv[1], num_threads=1)
suggest = interpreter.get_signature_runner("suggest")
states = {
    name: np.zeros(details["shape"], np.float32)
    for name, details in suggest.get_input_details().items()
    if name.startswith("state_")
}
for number in range(int(sys.argv[2])):
    answer = suggest(word=np.array([37 * number % 1000], np.int32), **states)
    states = {name: answer[name] for name in states}
"""


def main():
    """Count for each model, append and print the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--words", type=int, default=10_000)
    parser.add_argument("--units", type=int, default=200)
    args = parser.parse_args()
    reason = emulator.fetch()
    if reason:
        sys.exit(f"skipped, because {reason}")
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder) / "suggest.py"
        script.write_text(SUGGEST)
        for line, path in files(args, pathlib.Path(folder)):
            for processor in emulator.PROCESSORS:
                few, many = (
                    emulator.instructions(processor, script, path, str(count))
                    for count in (FEW, MANY)
                )
                counted = round((many - few) / (MANY - FEW))
                result = {**line, "processor": processor, "instructions": counted}
                append("arm_instructions", result, 0)
                print(result)


def files(args, folder):
    """Yield what each file is, and its path."""
    known = ["<eos>", "<unk>", *(f"w{n}" for n in range(args.words - 2))]
    vocabulary = Vocabulary(known, [1] * args.words, Tokenizer("whitespace"))
    share = {"units": args.units, "quantize_aware": True}
    made = {
        "lightrnn": models.LightRNN(
            args.words,
            embedding_dim=args.units // 2,
            frequent_words=args.words // 5,
            frequent_dim=64,
            **share,
        ),
        "dense": models.DenseRNN(args.words, **share),
        "dense tied": models.DenseRNN(args.words, tied=True, **share),
    }
    for name, model in made.items():
        model.build()
        rng = np.random.default_rng(0)
        for weight in model.trainable_weights:
            weight.assign(rng.normal(0, 0.2, weight.shape))
        for quantize in ("int8", "int4"):
            content, size = lightrnn_tf_export.pack(model, vocabulary, quantize)
            path = folder / f"{name}-{quantize}.tflite"
            path.write_bytes(content)
            line = {"words": args.words, "units": args.units, "model": name}
            yield {**line, "quantize": quantize, "model_bytes": size}, path


if __name__ == "__main__":
    main()
