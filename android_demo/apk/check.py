"""Checks the code, the natives and the signature of a package made without Gradle.

    python check.py APK BADGING SIGNATURE FRAMEWORK

BADGING is what `aapt2 dump badging` says of it, SIGNATURE what `apksigner verify
--verbose` says, FRAMEWORK a jar of Android's own classes. What does not depend on how a
package was made is checked by ../jvm/check_apk.py.
"""

import pathlib
import re
import struct
import sys
import zipfile

DEMO = pathlib.Path(__file__).parents[1]
NATIVES = {
    f"lib/arm64-v8a/lib{name}.so" for name in ("jnijavacpp", "jnitensorflowlite")
}
ARM64, LOAD, PAGE = 183, 1, 1 << 14
CALL_SITE, METHOD_HANDLE = 7, 8
# Packages of Java that Android has; what links lambdas late is in none of them. What is
# absent is named by code of JavaCPP that only a system property switches on.
JAVA = """io lang lang/annotation lang/ref lang/reflect math net nio nio/channels
    nio/channels/spi nio/charset nio/file nio/file/attribute security text time util
    util/concurrent util/concurrent/atomic util/concurrent/locks util/function util/jar
    util/regex util/stream util/zip"""
ANDROID = {f"java/{package}" for package in JAVA.split()}
ABSENT = {"java/lang/management", "javax/management", "org/slf4j"}


def main(apk, badging, signature, framework):
    """Say what holds; return whether something does not."""
    badging, signature = (
        pathlib.Path(path).read_text("utf-8") for path in (badging, signature)
    )
    with zipfile.ZipFile(apk) as package:
        names = package.namelist()
        natives = [package.read(name) for name in names if name.endswith(".so")]
        code = [package.read(name) for name in names if name.endswith(".dex")]
        resources = package.getinfo("resources.arsc")
    missing = {
        name
        for name in named(code) - defined(code) - classes(framework)
        if name.rpartition("/")[0] not in ANDROID | ABSENT
    }
    facts = {
        "version and Androids are those of Gradle": set(gradle()) <= words(badging),
        "it is signed": "(APK Signature Scheme v2): true" in signature,
        "the resources can be mapped": is_mapped(apk, resources),
        "the natives are there": {n for n in names if n.endswith(".so")} == NATIVES,
        "they are for ARM, and pages of 16 KB": all(map(is_for_phones, natives)),
        "nothing is left to be translated": bool(code)
        and not any(map(linked_late, code)),
        f"all classes that are named are there{listed(missing)}": not missing,
    }
    for fact, holds in facts.items():
        print(f"{'ok' if holds else 'FAILED'}: {fact}")
    return not all(facts.values())


def gradle():
    """Yield what aapt2 must say of the package, read from the Gradle files."""
    build = (DEMO / "app/build.gradle.kts").read_text("utf-8")
    catalogue = (DEMO / "gradle/libs.versions.toml").read_text("utf-8")
    for name, text, said in (
        ("versionCode", build, "versionCode='{}'"),
        ("versionName", build, "versionName='{}'"),
        ("minSdk", catalogue, "sdkVersion:'{}'"),
        ("targetSdk", catalogue, "targetSdkVersion:'{}'"),
    ):
        (value,) = re.findall(rf'^ *{name} = "?([\d.]+)"?$', text, re.M)
        yield said.format(value)


def words(text):
    """Return what stands between spaces."""
    return set(text.split())


def listed(names):
    """Return some names in brackets, nothing if there are none."""
    return f" (not {', '.join(sorted(names)[:9])})" if names else ""


def is_mapped(apk, member):
    """Return whether Android can read a member without unpacking it."""
    with open(apk, "rb") as file:
        file.seek(member.header_offset + 26)
        lengths = sum(struct.unpack("<HH", file.read(4)))
    start = member.header_offset + 30 + lengths
    return member.compress_type == zipfile.ZIP_STORED and start % 4 == 0


def is_for_phones(library):
    """Return whether an ELF file is for arm64 and loads on pages of 16 KB."""
    (machine,) = struct.unpack_from("<H", library, 18)
    (start,) = struct.unpack_from("<Q", library, 32)
    size, count = struct.unpack_from("<HH", library, 54)
    loaded = [
        struct.unpack_from("<Q", library, at + 48)[0]
        for at in range(start, start + size * count, size)
        if struct.unpack_from("<I", library, at)[0] == LOAD
    ]
    return machine == ARM64 and bool(loaded) and min(loaded) >= PAGE


def linked_late(dex):
    """Return whether code is linked when it is run, as lambdas are on a plain JVM."""
    (start,) = struct.unpack_from("<I", dex, 52)
    (count,) = struct.unpack_from("<I", dex, start)
    sections = {
        struct.unpack_from("<H", dex, start + 4 + 12 * n)[0] for n in range(count)
    }
    return bool(sections & {CALL_SITE, METHOD_HANDLE})


def named(code):
    """Return the classes that code names, as paths."""
    found = {name.lstrip("[") for dex in code for name in types(dex)}
    return {name[1:-1] for name in found if name.startswith("L")}


def defined(code):
    """Return the classes that are in the code, as paths."""
    found = set()
    for dex in code:
        names = types(dex)
        count, start = struct.unpack_from("<II", dex, 96)
        for n in range(count):
            found.add(names[struct.unpack_from("<I", dex, start + 32 * n)[0]][1:-1])
    return found


def types(dex):
    """Return the descriptors of all types of a dex file, in its order."""
    strings = struct.unpack_from("<I", dex, 60)[0]
    count, start = struct.unpack_from("<II", dex, 64)
    found = []
    for (string,) in struct.iter_unpack("<I", dex[start : start + 4 * count]):
        (at,) = struct.unpack_from("<I", dex, strings + 4 * string)
        while dex[at] & 0x80:  # How long it is, 7 bits a byte.
            at += 1
        found.append(dex[at + 1 : dex.index(0, at + 1)].decode("utf-8"))
    return found


def classes(jar):
    """Return the classes of a jar, as paths."""
    with zipfile.ZipFile(jar) as file:
        return {
            n.removesuffix(".class") for n in file.namelist() if n.endswith(".class")
        }


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
