"""ARM programs on this machine: Debian's Python for arm64 and the runtime, in qemu.

What is needed is downloaded into .venv/arm, 115 MB, once. qemu emulates instructions,
not their speed; it can count them.
"""

import os
import pathlib
import subprocess
import sys
import zipfile

ROOT = pathlib.Path(__file__).parents[2]
FOLDER = ROOT / ".venv" / "arm"
WHEELS = {"ai-edge-litert==2.3.0": "2_27", "numpy==2.2.6": "2_17"}
PACKAGES = "python3.11 libstdc++6 libatomic1 libgomp1"
# Processors without and with the dot product of eight-bit integers: their number, and
# what they say that they can do.
PROCESSORS = {
    "cortex-a72": ("0xd08", "fp asimd"),
    "cortex-a76": ("0xd0b", "fp asimd asimddp"),
}
PLUGIN = pathlib.Path(__file__).with_name("count.c")

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
apt-get download qemu-user libcapstone4 liburing2
for package in *.deb; do dpkg-deb --extract $package .; done
"""


def fetch() -> str | None:
    """Download and unpack what runs ARM programs, once.

    Returns:
        Why it cannot be had, if so.
    """
    if (FOLDER / "whole").exists():
        return None
    try:
        _fetch()
    except (OSError, subprocess.CalledProcessError) as error:
        output = getattr(error, "stderr", "") or str(error)
        reason = (output.strip().splitlines() or ["?"])[-1]
        return f"something cannot be downloaded: {reason}"
    return None


def _fetch():
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


def run(processor: str, *arguments) -> None:
    """Run a Python script on an emulated processor."""
    _run(processor, arguments)


def instructions(processor: str, *arguments) -> int:
    """Run a Python script on an emulated processor; return its instructions.

    Raises:
        OSError: If there is no C compiler.
    """
    plugin, out = FOLDER / "count.so", FOLDER / "count.txt"
    compiler = ["cc", "-shared", "-fPIC", "-O2", "-o", plugin, PLUGIN]
    subprocess.run(compiler, check=True, capture_output=True)
    _run(processor, arguments, ["-plugin", plugin], COUNT_OUT=str(out))
    return int(out.read_text())


def _run(processor, arguments, options=(), **environment):
    root, (part, features) = FOLDER / "root", PROCESSORS[processor]
    # The runtime asks which processor it is; the emulator would show this one.
    (root / "proc").mkdir(exist_ok=True)
    (root / "proc" / "cpuinfo").write_text(
        f"processor\t: 0\nFeatures\t: {features}\nCPU implementer\t: 0x41\n"
        f"CPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: {part}\n"
        "CPU revision\t: 1\n"
    )
    libraries = FOLDER / "qemu" / "usr" / "lib" / "x86_64-linux-gnu"
    qemu = [FOLDER / "qemu" / "usr" / "bin" / "qemu-aarch64", *options]
    qemu += ["-cpu", processor, "-L", root]
    qemu += ["-E", "LD_LIBRARY_PATH=/usr/lib/aarch64-linux-gnu"]
    qemu += ["-E", f"PYTHONPATH={root / 'wheels'}", "-E", "PYTHONHASHSEED=0"]
    subprocess.run(
        [*qemu, root / "usr" / "bin" / "python3.11", *arguments],
        check=True,
        capture_output=True,
        env={**os.environ, "LD_LIBRARY_PATH": str(libraries), **environment},
    )
