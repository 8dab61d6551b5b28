"""The Gradle files, the manifest and the build without Gradle state the same facts."""

import pathlib
import re
import tomllib
import xml.etree.ElementTree as xml

import pytest

from lightrnn_tf.decoding import channel, correction
from lightrnn_tf.predictors import cached, habits, user_words

DEMO = pathlib.Path(__file__).parents[2] / "android_demo"
CATALOGUE = tomllib.loads((DEMO / "gradle/libs.versions.toml").read_text("utf-8"))
APP = (DEMO / "app/build.gradle.kts").read_text("utf-8")
STEPS = (DEMO / "steps.sh").read_text("utf-8")
MANIFEST = xml.parse(DEMO / "app/src/main/AndroidManifest.xml").getroot()
POM = xml.parse(DEMO / "jvm/pom.xml").getroot()
ANDROID = "{http://schemas.android.com/apk/res/android}"
MAVEN = "{http://maven.apache.org/POM/4.0.0}"

# All of the runtime that the keyboard may use; the stand-in has nothing else.
INTERPRETER = {
    "Interpreter",
    "Options",
    "close",
    "getSignatureOutputs",
    "runSignature",
    "setNumThreads",
}


def test_versions_agree():
    versions = CATALOGUE["versions"]
    properties = POM.find(f"{MAVEN}properties")
    assert properties.findtext(f"{MAVEN}kotlin.version") == versions["kotlin"]
    targets = set(re.findall(r"(?:JVM_|VERSION_)(\d+)", APP))
    assert targets == {properties.findtext(f"{MAVEN}kotlin.compiler.jvmTarget")}
    found = {
        dependency.findtext(f"{MAVEN}artifactId"): dependency.findtext(
            f"{MAVEN}version"
        )
        for dependency in POM.iter(f"{MAVEN}dependency")
    }
    for name in ("json", "junit"):
        assert found[name] == versions[name]
    for option, name in (("min", "minSdk"), ("target", "targetSdk")):
        assert f'--{option}-sdk-version "$(gradle {name})"' in STEPS


def test_the_framework_is_the_one_that_tests_run_on():
    properties = POM.find(f"{MAVEN}properties")
    framework = properties.findtext(f"{MAVEN}android.version")
    instrumented = properties.findtext(f"{MAVEN}android.instrumented")
    assert re.fullmatch(rf"{framework}-i\d+", instrumented)
    assert int(framework.split("-")[0]) >= 14  # Android 14 is API 34.


def test_the_namespace_is_the_package_of_the_classes():
    (namespace,) = re.findall(r'namespace = "([\w.]+)"', APP)
    assert f'package="{namespace}"' in STEPS
    classes = {
        element.get(f"{ANDROID}name")
        for element in (*MANIFEST.iter("service"), *MANIFEST.iter("activity"))
    }
    for name in classes:
        package, simple = name.rsplit(".", 1)
        path = DEMO / "app/src/main/kotlin" / package.replace(".", "/")
        assert package == namespace or package.startswith(f"{namespace}.")
        assert f"class {simple}" in (path / f"{simple}.kt").read_text("utf-8")


def test_there_are_no_permissions_and_an_input_method():
    (removal,) = MANIFEST.iter("uses-permission")
    assert removal.attrib == {"{http://schemas.android.com/tools}node": "removeAll"}
    (service,) = MANIFEST.iter("service")
    permission = service.get(f"{ANDROID}permission")
    assert permission == "android.permission.BIND_INPUT_METHOD"
    (action,) = service.iter("action")
    assert action.get(f"{ANDROID}name") == "android.view.InputMethod"
    (data,) = service.iter("meta-data")
    assert data.get(f"{ANDROID}resource") == "@xml/input_method"


def luminance(colour):
    """Return the relative luminance of WCAG of #RRGGBB."""
    parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("folder", ["values", "values-night"])
def test_colours_can_be_told_apart(folder):
    colours = {
        element.get("name"): element.text
        for element in xml.parse(DEMO / f"app/src/main/res/{folder}/colors.xml").iter(
            "color"
        )
    }
    # What is written needs 4.5 : 1; shift that is on, 3 : 1 beside shift that is off.
    for one, other, least in (
        ("key_text", "key", 4.5),
        ("key_text", "key_special", 4.5),
        ("key_text", "keyboard", 4.5),
        ("hint", "key", 4.5),
        ("hint", "keyboard", 4.5),
        ("on_accent", "accent", 4.5),
        ("accent", "key_special", 3),
    ):
        low, high = sorted(luminance(colours[name]) for name in (one, other))
        assert (high + 0.05) / (low + 0.05) >= least, (one, other)


def test_the_pictures_that_are_drawn_are_those_that_are_shown():
    drawn = (DEMO / "jvm/src/test/kotlin/lightrnn/PicturesTest.kt").read_text("utf-8")
    names = set(re.findall(r'picture\(.*, "([\w-]+)"\)', drawn))
    assert names == {path.stem for path in (DEMO / "pictures").glob("*.png")}
    readme = (DEMO / "README.md").read_text("utf-8")
    assert set(re.findall(r"pictures/([\w-]+)\.png", readme)) - {"*"} <= names


def test_the_model_is_stored_uncompressed():
    assert 'noCompress += "tflite"' in APP
    assert "-0 .tflite" in STEPS


def test_the_runtime_is_used_by_few_members():
    users = [
        path
        for path in DEMO.glob("*/src/main/kotlin/lightrnn/**/*.kt")
        if "org.tensorflow" in path.read_text("utf-8")
    ]
    assert [path.name for path in users] == ["LiteRtModel.kt"]
    text = users[0].read_text("utf-8")
    used = set(re.findall(r"\binterpreter\.(\w+)|\bInterpreter\.?(\w*)", text))
    used = {name for pair in used for name in pair if name}
    assert used | set(re.findall(r"Options\(\)\.(\w+)", text)) <= INTERPRETER
    stand_in = DEMO / "jvm/src/main/kotlin/org/tensorflow/lite/Interpreter.kt"
    public = re.findall(
        r"^    (?:    )?(?:override )?(?:fun|class) (\w+)",
        stand_in.read_text("utf-8"),
        re.M,
    )
    private = {"buffer", "locked", "signature", "buffers", "tensors"}
    companion = {"function", "call", "answer", "destroy"}
    assert set(public) - private - companion <= INTERPRETER


def test_the_decoder_is_plain_kotlin():
    for path in (DEMO / "decoder/src").rglob("*.kt"):
        assert "import android" not in path.read_text("utf-8"), path


def test_no_androidx():
    for path in (DEMO / "app/src").rglob("*.kt"):
        assert "androidx" not in path.read_text("utf-8"), path
    assert not any("androidx" in str(one) for one in CATALOGUE["libraries"].values())


@pytest.mark.parametrize(
    ("file", "module", "names"),
    [
        ("Channel", channel, "SLIP VOWEL NEIGHBOUR OTHER TRANSPOSED DOUBLED UNDOUBLED"),
        ("Channel", channel, "LEFT_OUT ADDED FIRST COMPLETED ONE_IN_WORD ONE TWO HEAD"),
        ("Correction", correction, "NEW_WORD LETTER MARGIN ENDING"),
        ("Cached", cached, "KEY_UNITS MAX_SIZE"),
        ("Habits", habits, "WORD_WEIGHT PAIR_WEIGHT MAX_PAIRS _HALF_OF_WORDS"),
        ("UserWords", user_words, "_FIRST_BIAS _OFFERED_FROM"),
    ],
)
def test_numbers_are_those_of_python(file, module, names):
    path = DEMO / f"decoder/src/main/kotlin/lightrnn/decoder/{file}.kt"
    text = path.read_text("utf-8")
    for name in names.split():
        (value,) = re.findall(rf"const val {name.lstrip('_')} = ([\d.]+)", text)
        assert float(value) == getattr(module, name), name


def test_sums_of_numbers_are_those_of_python():
    path = DEMO / "decoder/src/main/kotlin/lightrnn/decoder/Channel.kt"
    text = path.read_text("utf-8")
    for name in ("MARK", "SPACE"):
        (more,) = re.findall(rf"const val {name} = SLIP \+ ([\d.]+)", text)
        assert channel.SLIP + float(more) == getattr(channel, name)
