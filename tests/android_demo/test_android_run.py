"""The run of the keyboard's tests says what passed, failed and was skipped, and why."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

DEMO = pathlib.Path(__file__).parents[2] / "android_demo"
GOOD = '<testcase name="good" classname="lightrnn.ATest"/>'
BAD = """
<testcase name="bad" classname="lightrnn.ATest">
    <failure message="one&#10;two"/>
</testcase>
<testcase name="worse" classname="lightrnn.ATest"><error>Oh!
at somewhere</error></testcase>
<testcase name="" classname="lightrnn.BTest"><error type="Oops"/></testcase>
"""
LEFT_OUT = """
<testcase name="later" classname="lightrnn.ATest">
    <skipped message="no text"/>
</testcase>
"""
COMPILE_ERROR = """
[INFO] Hello
[ERROR] A.kt:1 Unresolved reference 'x'
[ERROR] Failed to execute goal: Compilation failure
[ERROR] A.kt:1 Unresolved reference 'x'
[ERROR] -> [Help 1]
[ERROR] To see the full stack trace
"""
CRASH = "[ERROR] The forked VM terminated without properly saying goodbye."


def report(path, cases):
    path.mkdir(exist_ok=True)
    (path / "TEST-lightrnn.ATest.xml").write_text(f"<testsuite>{cases}</testsuite>")


def summary(folder, status=0, log=""):
    (folder / "log").write_text(log)
    command = [sys.executable, DEMO / "jvm/summary.py", str(status), "log", "reports"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout.splitlines(), done.returncode


def test_what_failed_and_was_skipped_is_named_with_the_reason(tmp_path):
    report(tmp_path / "reports", GOOD + BAD + LEFT_OUT)
    (tmp_path / "reports/ATest-output.txt").write_text("MEASURED: 5 ms\nnoise\n")
    lines, code = summary(tmp_path, 1)
    assert code == 1
    assert lines == [
        "FAILED: ATest.bad: one",
        "FAILED: ATest.worse: Oh!",
        "FAILED: BTest: Oops",
        "SKIPPED: ATest.later: no text",
        "MEASURED: 5 ms",
        "keyboard: 1 passed, 3 failed, 1 skipped",
    ]


def test_what_is_in_order_is_a_line(tmp_path):
    report(tmp_path / "reports", GOOD)
    assert summary(tmp_path) == (["keyboard: 1 passed, 0 failed, 0 skipped"], 0)


@pytest.mark.parametrize(
    ("cases", "log", "said"),
    [
        (None, COMPILE_ERROR, ["no test ran", "Unresolved reference 'x'"]),
        (None, "Out of memory", ["no test ran", "Out of memory"]),
        (GOOD, CRASH, ["some tests did not run", "saying goodbye"]),
        (GOOD + BAD, CRASH, ["some tests did not run", "saying goodbye", "ATest.bad"]),
    ],
)
def test_a_run_that_ended_early_is_not_passed(tmp_path, cases, log, said):
    if cases:
        report(tmp_path / "reports", cases)
    lines, code = summary(tmp_path, 1, log)
    assert code == 1
    assert lines[0].startswith("FAILED: Maven ended with status 1")
    for part in said:
        assert part in "\n".join(lines)
    assert lines[-1].startswith("keyboard: ")


def test_what_maven_says_is_said_once_and_without_its_help(tmp_path):
    lines, _ = summary(tmp_path, 1, COMPILE_ERROR)
    assert lines[1:-1] == [
        "  A.kt:1 Unresolved reference 'x'",
        "  Failed to execute goal: Compilation failure",
    ]


def test_no_reports_are_not_passed(tmp_path):
    lines, code = summary(tmp_path)
    assert code == 1
    assert lines[-1] == "keyboard: 0 passed, 0 failed, 0 skipped"


def run(folder, **programs):
    """Run the script in a copy of the keyboard where each program only does as told."""
    bin_folder = folder / "bin"
    bin_folder.mkdir(exist_ok=True)
    demo = folder / "android_demo"
    if not demo.exists():
        skip = shutil.ignore_patterns("target")
        shutil.copytree(DEMO, demo, ignore=skip)
        model = folder / "lightrnn_tf/pretrained/en.tflite"
        model.parent.mkdir(parents=True)
        model.write_bytes(b"")
    names = ("javac", "mvn", "aapt2", "apksigner", "zipalign", "keytool", "apt-get")
    python = f'case $1 in summary.py) exec {sys.executable} "$@";; esac\necho "ran $1"'
    programs = dict.fromkeys(names, "") | {"python": python} | programs
    for name, script in programs.items():
        path = bin_folder / name
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)
    done = subprocess.run(
        [demo / "jvm/run", bin_folder / "python"],
        env=os.environ | {"PATH": f"{bin_folder}:/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.splitlines(), done.returncode


def maven(cases, status):
    """Tests that leave a report and end so."""
    text = f"<testsuite>{cases}</testsuite>".replace("\n", " ")
    reports = "target/surefire-reports"
    return (
        f"case $* in *litert.runtime*) mkdir -p {reports}\n"
        f"echo '{text}' > {reports}/TEST-lightrnn.ATest.xml; exit {status};; esac"
    )


def test_after_a_failed_test_the_run_goes_on_and_fails(tmp_path):
    lines, code = run(tmp_path, mvn=maven(GOOD + BAD + LEFT_OUT, 1))
    assert code == 1
    assert "SKIPPED: ATest.later: no text" in lines
    assert "keyboard: 1 passed, 3 failed, 1 skipped" in lines
    steps = [line for line in lines if line.startswith("ok: ")]
    names = [
        "resources",
        "exported files",
        "random texts",
        "what Python finds",
        "package",
    ]
    assert steps == [f"ok: {name}" for name in names]
    assert lines.index("ran check_apk.py") < lines.index(
        "SKIPPED: ATest.later: no text"
    )
    assert lines[-1] == 'FAILED: the step "tests"'


def test_results_of_an_earlier_run_are_not_counted(tmp_path):
    lines, code = run(tmp_path, mvn=maven(GOOD, 0))
    assert "keyboard: 1 passed, 0 failed, 0 skipped" in lines
    assert code == 0
    lines, code = run(tmp_path, mvn="case $* in *litert.runtime*) exit 1;; esac")
    assert "keyboard: 0 passed, 0 failed, 0 skipped" in lines
    assert code == 1


def test_noise_is_left_out_and_problems_are_not(tmp_path):
    aapt2 = (
        "echo \"aapt2 W 01-01 LoadedArsc.cpp:663] Unknown chunk type '200'.\" >&2\n"
        "echo 'error: resource not found.' >&2; exit 1"
    )
    lines, code = run(tmp_path, mvn=maven(GOOD, 0), aapt2=aapt2)
    assert "error: resource not found." in lines
    assert not any("chunk" in line for line in lines)
    assert "keyboard: 1 passed, 0 failed, 0 skipped" in lines
    assert lines[-2:] == ['FAILED: the step "resources"', 'FAILED: the step "package"']
    assert code == 1


def test_what_cannot_be_fetched_is_skipped_with_a_summary(tmp_path):
    lines, code = run(tmp_path, mvn="exit 1")
    assert lines == [
        "SKIPPED: the keyboard: Maven Central cannot be reached for its libraries.",
        "keyboard: 0 passed, 0 failed, 1 skipped",
    ]
    assert code == 0
