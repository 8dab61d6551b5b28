"""The build of a package without Gradle says what holds of it, what failed and why."""

import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as xml
import zipfile

import pytest

DEMO = pathlib.Path(__file__).parents[2] / "android_demo"
CATALOGUE = tomllib.loads((DEMO / "gradle/libs.versions.toml").read_text("utf-8"))
MAVEN = "{http://maven.apache.org/POM/4.0.0}"
CALL_SITE, METHOD_HANDLE = 7, 8
ARM64, ARM32 = 183, 40
NATIVES = (
    "lib/arm64-v8a/libjnijavacpp.so",
    "lib/arm64-v8a/libjnitensorflowlite.so",
)
BADGING = """\
package: name='ours' versionCode='{versionCode}' versionName='{versionName}'
sdkVersion:'{minSdk}'
targetSdkVersion:'{targetSdk}'
launchable-activity: name='Settings'
provides-component:'ime'
"""
SIGNED = "Verified using v2 scheme (APK Signature Scheme v2): true\n"
UNSIGNED = "Verified using v1 scheme (JAR signing): true\n"


NAMED = ("Lours/Keyboard;", "[[Lplatform/View;", "I", "Ljava/io/File;", "Lorg/slf4j/L;")


def dex(types=NAMED, defined=1, sections=()):
    """Code that names types, of which it defines the first, and has some sections."""
    types_at = 112 + 4 * len(types)
    classes_at = types_at + 4 * len(types)
    map_at = classes_at + 32 * defined
    at = map_at + 4 + 12 * len(sections)
    strings, data = [], b""
    for name in types:
        strings.append(at + len(data))
        data += bytes([len(name)]) + name.encode() + b"\0"
    header = bytearray(112)
    for place, number in {
        52: map_at,
        56: len(types),
        60: 112,
        64: len(types),
        68: types_at,
        96: defined,
        100: classes_at,
    }.items():
        struct.pack_into("<I", header, place, number)
    return b"".join(
        [
            header,
            *(struct.pack("<I", place) for place in strings),
            *(struct.pack("<I", number) for number in range(len(types))),
            *(struct.pack("<I28x", number) for number in range(defined)),
            struct.pack("<I", len(sections)),
            *(struct.pack("<H10x", section) for section in sections),
            data,
        ]
    )


def library(machine=ARM64, pages=(1 << 14, 1 << 16)):
    """An ELF file whose segments are aligned to pages."""
    header = bytearray(64)
    struct.pack_into("<H", header, 18, machine)
    struct.pack_into("<Q", header, 32, len(header))
    struct.pack_into("<HH", header, 54, 56, len(pages) + 1)
    segments = [struct.pack("<I44xQ", 1, page) for page in pages]
    return bytes(header) + b"".join(segments) + struct.pack("<I44xQ", 2, 8)


SOUND = {
    "classes.dex": dex(),
    **dict.fromkeys(NATIVES, library()),
    "resources.arsc": b"resources",
    "assets/en.tflite": b"model",
}


def package(path, members, compressed=(), off_by=0):
    """Write members, aligned to 4 bytes and stored unless they are to be compressed."""
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            if name in compressed:
                info.compress_type = zipfile.ZIP_DEFLATED
            start = file.fp.tell() + 30 + len(name)
            info.extra = bytes(-start % 4 + off_by)
            file.writestr(info, content)


def check(folder, members=SOUND, said=BADGING, signature=SIGNED, permissions="", **how):
    """Check a package as `run` does."""
    package(folder / "apk", members, **how)
    package(folder / "framework.jar", {"platform/View.class": b""})
    (folder / "model").write_bytes(b"model")
    numbers = {"versionCode": "1", "versionName": "1.0"} | CATALOGUE["versions"]
    (folder / "badging").write_text(said.format(**numbers))
    (folder / "signature").write_text(signature)
    (folder / "permissions").write_text(f"package: lightrnn.keyboard\n{permissions}")
    lines = []
    for script, *arguments in (
        ("jvm/check_apk.py", "apk", "model", "badging", "permissions"),
        ("apk/check.py", "apk", "badging", "signature", "framework.jar"),
    ):
        done = subprocess.run(
            [sys.executable, DEMO / script, *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == ""
        here = done.stdout.splitlines()
        assert done.returncode == any(line.startswith("FAILED") for line in here)
        lines += here
    return lines


def test_a_sound_package_passes(tmp_path):
    lines = check(tmp_path)
    assert len(lines) == 13
    assert all(line.startswith("ok: ") for line in lines)


def without(name):
    return {other: content for other, content in SOUND.items() if other != name}


LATE = [dex(sections=[0, section]) for section in (CALL_SITE, METHOD_HANDLE)]


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (
            {"permissions": "uses-permission: name='android.permission.INTERNET'"},
            "there are no permissions",
        ),
        ({"compressed": ["assets/en.tflite"]}, "the model is stored uncompressed"),
        (
            {"members": SOUND | {"assets/en.tflite": b"other"}},
            "the model is the exported one",
        ),
        (
            {"said": BADGING.replace("provides-component:'ime'", "")},
            "an input method is declared",
        ),
        *(({"members": without(name)}, "the natives are there") for name in NATIVES),
        (
            {"members": SOUND | {"lib/x86/libother.so": library()}},
            "the natives are there",
        ),
        *(
            ({"members": SOUND | {NATIVES[1]: bad}}, "they are for ARM")
            for bad in (
                library(machine=ARM32),
                library(pages=[1 << 14, 1 << 12]),
                library(pages=[]),
            )
        ),
        *(
            ({"members": SOUND | {"classes.dex": late}}, "is left to be")
            for late in LATE
        ),
        ({"members": SOUND | {"classes2.dex": LATE[0]}}, "is left to be"),
        ({"members": without("classes.dex")}, "nothing is left to be translated"),
        (
            {
                "members": SOUND
                | {"classes.dex": dex(("Lours/A;", "Ljava/lang/invoke/B;"))}
            },
            "are there (not java/lang/invoke/B)",
        ),
        ({"compressed": ["resources.arsc"]}, "the resources can be mapped"),
        ({"off_by": 1}, "the resources can be mapped"),
        ({"off_by": 1}, "the model is aligned"),
        ({"signature": UNSIGNED}, "it is signed"),
        *(
            ({"said": BADGING.replace(f"{{{name}}}", "0")}, "are those of Gradle")
            for name in ("versionCode", "versionName", "minSdk", "targetSdk")
        ),
    ],
)
def test_a_package_that_is_not_sound_is_red(tmp_path, change, fact):
    failed = [line for line in check(tmp_path, **change) if line.startswith("FAILED")]
    assert any(fact in line for line in failed)
    assert len(failed) == 1 + ("off_by" in change)


def test_classes_may_be_in_any_file_of_code(tmp_path):
    code = {
        "classes.dex": dex(("Lours/A;", "Lours/B;")),
        "classes2.dex": dex(("Lours/B;", "Lours/A;")),
    }
    assert not any("FAILED" in line for line in check(tmp_path, SOUND | code))


def properties(folder):
    """The versions of a Maven project, by name."""
    root = xml.parse(DEMO / folder / "pom.xml").getroot()
    found = {e.tag.removeprefix(MAVEN): e.text for e in root.find(f"{MAVEN}properties")}
    for dependency in root.iter(f"{MAVEN}dependency"):
        name, version = (
            dependency.findtext(f"{MAVEN}{part}") for part in ("artifactId", "version")
        )
        found[f"dependency {name}"] = version
    return found


def test_versions_are_those_of_gradle_and_of_the_tests():
    ours, tests = properties("apk"), properties("jvm")
    for name in ("kotlin.version", "kotlin.compiler.jvmTarget", "android.version"):
        assert ours[name] == tests[name]
    assert ours["json.version"] == tests["dependency json"]
    # R8 comes with the plugin and has its number, but for the last part.
    plugin = CATALOGUE["versions"]["agp"].rpartition(".")[0]
    assert ours["r8.version"].rpartition(".")[0] == plugin


def test_both_stand_ins_have_what_the_keyboard_uses():
    path = "src/main/kotlin/org/tensorflow/lite/Interpreter.kt"
    members = [
        set(re.findall(r"^ {4}(?: {4})?(?:override )?fun (\w+)\(", text, re.M))
        for text in (
            (DEMO / folder / path).read_text("utf-8") for folder in ("jvm", "apk")
        )
    ]
    used = {"setNumThreads", "getSignatureOutputs", "runSignature", "close"}
    assert used <= members[0] & members[1]


def run(folder, model=True, **programs):
    """Run the script in a copy of the keyboard where each program only does as told."""
    demo = folder / "android_demo"
    skip = shutil.ignore_patterns("target")
    shutil.copytree(DEMO, demo, ignore=skip, dirs_exist_ok=True)
    if model:
        path = folder / "lightrnn_tf/pretrained/en.tflite"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    names = ("javac", "java", "jar", "mvn", "aapt2", "apksigner", "zipalign", "zip")
    programs = {
        **dict.fromkeys((*names, "keytool", "apt-get"), ""),
        "mvn": "mkdir -p target/res target/android; touch target/res/resources.apk",
        "java": "case $* in *Strips*) echo 9 of 9; esac",
        "apksigner": 'case $1 in sign) touch "${@: -1}"; esac',
        "python": 'echo "ran $1"',
    } | programs
    (folder / "bin").mkdir(exist_ok=True)
    for name, script in programs.items():
        path = folder / "bin" / name
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)
    done = subprocess.run(
        [demo / "apk/run", folder / "bin/python"],
        env=os.environ | {"PATH": f"{folder / 'bin'}:/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.splitlines(), done.returncode


def test_a_build_says_what_it_found_and_where_the_package_is(tmp_path):
    lines, code = run(tmp_path)
    assert lines == [
        "ok: resources",
        "ok: classes",
        "ran ../jvm/expected.py",
        "9 of 9",
        "ok: strips",
        "ok: code",
        "ok: package",
        "ran ../jvm/check_apk.py",
        "ran check.py",
        "ok: checks",
        "package: android_demo/apk/target/lightrnn-keyboard.apk, 0 kB",
    ]
    assert code == 0


@pytest.mark.parametrize(
    ("programs", "failed", "checks"),
    [
        ({"aapt2": "exit 1"}, ["resources"], False),
        ({"jar": "echo 'no jar'; exit 1"}, ["classes"], False),
        (
            {"java": "case $* in *R8*) echo 'Missing class X'; exit 1; esac"},
            ["strips", "code"],
            False,
        ),
        ({"java": "case $* in *Strips*) echo 1 of 9; exit 1; esac"}, ["strips"], True),
        ({"apksigner": "case $1 in sign) exit 1; esac"}, ["package"], False),
        ({"python": "case $1 in check.py) exit 1; esac"}, ["checks"], True),
    ],
)
def test_a_step_that_fails_is_named_and_only_what_needs_it_is_left_out(
    tmp_path, programs, failed, checks
):
    lines, code = run(tmp_path, **programs)
    assert code == 1
    assert lines[-len(failed) :] == [f'FAILED: the step "{name}"' for name in failed]
    assert ("ran ../jvm/check_apk.py" in lines) == (checks and "python" not in programs)
    assert not any(line.startswith("package: ") for line in lines)


@pytest.mark.parametrize("status", [0, 1])
def test_what_r8_says_is_shown_if_it_fails_alone(tmp_path, status):
    r8 = f"case $* in *R8*) echo Missing class; exit {status}; esac"
    lines, _ = run(tmp_path, java=r8)
    assert ("Missing class" in lines) == bool(status)


@pytest.mark.parametrize(
    ("model", "programs", "reason"),
    [
        (True, {"mvn": "exit 1"}, "Maven Central cannot be reached for its libraries."),
        (False, {}, "there is no model: run make english-model first."),
    ],
)
def test_what_cannot_be_built_is_skipped_with_the_reason(
    tmp_path, model, programs, reason
):
    lines, code = run(tmp_path, model, **programs)
    assert lines == [f"SKIPPED: the package: {reason}"]
    assert code == 0


def test_the_key_and_nothing_else_is_kept_of_an_earlier_run(tmp_path):
    target = tmp_path / "android_demo/apk/target"
    run(tmp_path)
    (target / "debug.keystore").write_text("key")
    (target / "lightrnn-keyboard.apk").write_text("old")
    lines, _ = run(tmp_path, aapt2="exit 1")
    assert lines == ['FAILED: the step "resources"']
    assert [path.name for path in target.iterdir() if path.is_file()] == [
        "debug.keystore"
    ]
