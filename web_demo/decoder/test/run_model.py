"""Runs a model for tests in another language: a request a line, an answer a line.

    python web_demo/decoder/test/run_model.py MODEL.tflite

A request has the name of a signature and its inputs by name, as flat lists. The answer
has its outputs in the same form.
"""

import json
import sys

import numpy as np

from lightrnn_tf.predictors import exported


def main(path):
    """Answer requests until there are no more."""
    interpreter = exported.runtime()[0](model_path=path, num_threads=1)
    runners = {}
    for line in sys.stdin:
        request = json.loads(line)
        name = request["signature"]
        if name not in runners:
            runners[name] = interpreter.get_signature_runner(name)
        inputs = {
            key: np.array(request["inputs"][key], details["dtype"]).reshape(
                details["shape"]
            )
            for key, details in runners[name].get_input_details().items()
        }
        outputs = runners[name](**inputs)
        answer = {key: value.ravel().tolist() for key, value in outputs.items()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
