"""Results as JSON lines, each with what it was measured with."""

import contextlib
import datetime
import json
import os
import pathlib
import platform
import shlex
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version

ROOT = pathlib.Path(__file__).parents[1]
PACKAGES = ("keras", "tensorflow", "jax", "numpy", "scipy", "ai-edge-litert")


def file_of(name: str) -> pathlib.Path:
    """Return where results of a name are published."""
    return ROOT / "results" / f"{name}.jsonl"


def read(name: str, path: pathlib.Path | None = None) -> list[dict]:
    """Return the results in results/NAME.jsonl or another file, oldest first."""
    path = path or file_of(name)
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def append(
    name: str, result: dict, seed: int, path: pathlib.Path | None = None
) -> None:
    """Append a result to results/NAME.jsonl, or to another file."""
    line = {**result, "seed": seed, "command": command(), **circumstances()}
    with open(path or file_of(name), "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def command() -> str:
    """Return the command that runs, without the folders of this machine."""
    script, *words = sys.argv
    words = [
        pathlib.Path(word).name if word.startswith(("/", ".")) else word
        for word in words
    ]
    script = f"benchmarks/{pathlib.Path(script).name}"
    return shlex.join(["python", script, *words])


def circumstances() -> dict:
    """Return versions, hardware and commit."""
    made_with = {
        "date": datetime.date.today().isoformat(),
        "commit": _commit(),
        "python": platform.python_version(),
        "backend": os.environ.get("KERAS_BACKEND", "tensorflow"),
        "versions": dict(_versions()),
        "cpu": f"{_cpu()}, {os.cpu_count()} cores",
        "gpu": _said_by("nvidia-smi", "--query-gpu=name", "--format=csv,noheader"),
    }
    return {name: value for name, value in made_with.items() if value}


def _commit() -> str:
    """Return what is measured; results that are not committed change nothing of it."""
    git = ("git", "-C", str(ROOT))
    commit = _said_by(*git, "rev-parse", "--short", "HEAD")
    code = ("lightrnn_tf", "export", "benchmarks")
    return f"{commit}-dirty" if _said_by(*git, "status", "-s", "--", *code) else commit


def _said_by(*command) -> str:
    """Return what a program printed, nothing if it is missing or failed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _versions():
    """Yield the packages that are installed, and their versions."""
    for package in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            yield package, version(package)


def _cpu() -> str:
    told = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    for line in told.splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return "unknown"
