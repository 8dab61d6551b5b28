"""Runs exported files on ARM kernels, in an emulator, and compares with this processor.

    python tests/arm/run.py

`make arm-test` runs it. It downloads Debian's Python for arm64, qemu and the aarch64
wheels of the runtime and NumPy, 115 MB, into .venv/arm, once; where they cannot be had,
it says so and ends with status 0. qemu emulates the instructions, not their speed.
"""

import json
import pathlib
import subprocess
import sys
import zipfile

import lightrnn_tf_export
import numpy as np

from lightrnn_tf import models
from lightrnn_tf.predictors.container import read_container
from lightrnn_tf.words.tokenizer import Tokenizer
from lightrnn_tf.words.vocabulary import Vocabulary

ROOT = pathlib.Path(__file__).parents[2]
FOLDER = ROOT / ".venv" / "arm"
BUNDLED = ROOT / "android_demo" / "app" / "src" / "main" / "assets" / "model.tflite"
WHEELS = {"ai-edge-litert==2.3.0": "2_27", "numpy==2.2.6": "2_17"}
PACKAGES = "python3.11 libstdc++6 libatomic1 libgomp1"
# Processors without and with the dot product of eight-bit integers.
PROCESSORS = {"cortex-a72": "0xd08", "cortex-a76": "0xd0b"}
# Nats. Kernels round activations to eight bits, each in its own way.
TOLERANCE = 0.1
# Words of a text that is read.
COUNT = 24

APT = r"""
set -e
mkdir -p root qemu apt/etc apt/state/lists/partial apt/cache/archives/partial
cp -r /etc/apt/sources.list* apt/etc/
touch apt/state/status
options="-o Dir::Etc=$PWD/apt/etc -o Dir::Etc::trustedparts=/etc/apt/trusted.gpg.d
 -o Dir::State=$PWD/apt/state -o Dir::State::status=$PWD/apt/state/status
 -o Dir::Cache=$PWD/apt/cache -o APT::Architecture=arm64
 -o APT::Architectures=arm64 -o APT::Sandbox::User=root"
apt-get $options update --quiet
apt-get $options install --yes --quiet --no-install-recommends --download-only \
    {packages}
for package in apt/cache/archives/*.deb; do dpkg-deb --extract $package root; done
cd qemu
apt-get download qemu-user-static
dpkg-deb --extract qemu-user-static_*.deb .
"""


def main():
    """Compare each file on each processor; exit with 1 if one is too far off."""
    try:
        fetch()
    except (OSError, subprocess.CalledProcessError) as error:
        output = getattr(error, "stderr", "") or str(error)
        reason = (output.strip().splitlines() or ["?"])[-1]
        print(f"arm-test: skipped, because something cannot be downloaded: {reason}")
        return 0
    worst = 0.0
    for name, path in files().items():
        cells = some_cells(path)
        here = answers([sys.executable], path, cells)
        for processor, part in PROCESSORS.items():
            off = compared(name, processor, here, on_arm(processor, part, path, cells))
            worst = max(worst, off)
    print(f"arm-test: at most {worst:.2g} nats apart, {TOLERANCE} allowed.")
    return int(worst > TOLERANCE)


def fetch():
    """Download and unpack what runs ARM programs, once."""
    if (FOLDER / "whole").exists():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    script = APT.format(packages=PACKAGES)
    said = {"check": True, "capture_output": True, "text": True, "cwd": FOLDER}
    subprocess.run(["bash", "-c", script], **said)
    for wheel, glibc in WHEELS.items():
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", wheel]
        platform = ["--platform", f"manylinux_{glibc}_aarch64"]
        subprocess.run([*pip, *platform, "--python-version", "3.11"], **said)
    for wheel in FOLDER.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(FOLDER / "root" / "wheels")
    (FOLDER / "whole").touch()


def files():
    """Return the files to compare: the bundled one, and one of each kind of weights."""
    words = 2000
    known = ["<eos>", "<unk>", *(f"w{n}" for n in range(words - 2))]
    vocabulary = Vocabulary(known, [1] * words, Tokenizer("whitespace"))
    model = models.LightRNN(
        words, units=128, frequent_words=300, frequent_dim=32, quantize_aware=True
    )
    model.build()
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(0, 0.3, weight.shape))
    found = {"bundled": BUNDLED}
    for quantize in ("none", "int8", "int4"):
        found[quantize] = FOLDER / f"{quantize}.tflite"
        content, _ = lightrnn_tf_export.pack(model, vocabulary, quantize)
        found[quantize].write_bytes(content)
    return found


def some_cells(path):
    """Return cells of words to read, `<eos>` first."""
    _, lexicon = read_container(path)
    cells = np.flatnonzero(lexicon.suggestable)
    drawn = np.random.default_rng(0).choice(cells, COUNT - 1).tolist()
    return [lexicon["<eos>"], *drawn]


def on_arm(processor, part, path, cells):
    """Return the answers of a file on an emulated processor."""
    root = FOLDER / "root"
    # The runtime asks which processor it is; the emulator would show this one.
    (root / "proc").mkdir(exist_ok=True)
    features = "fp asimd" + (" asimddp" if processor == "cortex-a76" else "")
    (root / "proc" / "cpuinfo").write_text(
        f"processor\t: 0\nFeatures\t: {features}\nCPU implementer\t: 0x41\n"
        f"CPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: {part}\n"
        "CPU revision\t: 1\n"
    )
    qemu = FOLDER / "qemu" / "usr" / "bin" / "qemu-aarch64-static"
    libraries = "LD_LIBRARY_PATH=/usr/lib/aarch64-linux-gnu"
    modules = f"PYTHONPATH={root / 'wheels'}"
    command = [qemu, "-cpu", processor, "-E", libraries, "-E", modules, "-L", root]
    return answers([*command, root / "usr" / "bin" / "python3.11"], path, cells)


def answers(python, path, cells):
    """Return what `probe.py` saves, by name."""
    out = FOLDER / "answers.npz"
    probe = [pathlib.Path(__file__).with_name("probe.py"), path]
    text = ",".join(map(str, cells))
    subprocess.run([*python, *probe, text, out], check=True, capture_output=True)
    with np.load(out) as saved:
        return dict(saved)


def compared(name, processor, here, there):
    """Print how far two answers are apart; return it in nats."""
    apart = {
        what: float(np.abs(here[what] - there[what]).max())
        for what in ("row_log_probs", "log_probs")
    }
    # Of rows that are not likely, log-probabilities far below the best say little.
    likely = here["column_log_probs"] > -10
    off = np.abs(here["column_log_probs"] - there["column_log_probs"])[likely]
    apart["column_log_probs"] = float(off.max())
    same = (here["words"][..., :3] == there["words"][..., :3]).mean()
    line = {"file": name, "processor": processor, "same_three_words": round(same, 3)}
    print(json.dumps(line | {k: float(f"{v:.2g}") for k, v in apart.items()}))
    return max(apart.values())


if __name__ == "__main__":
    sys.exit(main())
