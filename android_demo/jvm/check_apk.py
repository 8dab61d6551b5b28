"""Checks what an app package must have and must not have.

    python check_apk.py APK MODEL BADGING PERMISSIONS

BADGING and PERMISSIONS are what `aapt2 dump` says of it.
"""

import hashlib
import pathlib
import struct
import sys
import zipfile


def main(apk, model, badging, permissions):
    """Say what holds; return whether something does not."""
    badging, permissions = (
        pathlib.Path(path).read_text("utf-8") for path in (badging, permissions)
    )
    with zipfile.ZipFile(apk) as package:
        member = package.getinfo("assets/en.tflite")
        content = package.read(member)
    with open(apk, "rb") as file:
        file.seek(member.header_offset + 26)
        start = member.header_offset + 30 + sum(struct.unpack("<HH", file.read(4)))
    found = {
        "the model is stored uncompressed": member.compress_type == zipfile.ZIP_STORED,
        "the model is aligned": start % 4 == 0,
        "the model is the exported one": digest(content)
        == digest(pathlib.Path(model).read_bytes()),
        "an input method is declared": "provides-component:'ime'" in badging,
        "it can be opened": "launchable-activity:" in badging,
        "there are no permissions": "permission: name=" not in permissions,
    }
    for fact, holds in found.items():
        print(f"{'ok' if holds else 'FAILED'}: {fact}")
    return not all(found.values())


def digest(content):
    """Return the SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
