# What the scripts in jvm/ and apk/ have in common; they say what skip_all does.
# A step that fails does not keep those that do not need it from being tried.
failed=()
step() { # NAME COMMAND …
    if "${@:2}"; then echo "ok: $1"; else failed+=("$1"); false; fi
}
finish() {
    [ ${#failed[@]} -eq 0 ] && return
    printf 'FAILED: the step "%s"\n' "${failed[@]}"
    exit 1
}

# What programs say that nobody can do anything about: that a package is set up later, that
# the framework is newer than aapt2, which accelerators there are not, that shrunk code does
# not know its version; and colours.
noise="^debconf: delaying|Unknown chunk type|^[IW]0000 |^(INFO|WARNING): |^Warning: Version of "
noise+="|^WARNING: All log messages|^To enable the following instructions|failed call to cuInit"
quietly() { # COMMAND …
    "$@" 2>&1 | sed -E -e $'s/\e\\[[0-9;]*m//g' -e "/$noise/d"
}

get() { # PACKAGE …
    { apt-get update && apt-get install --yes --no-install-recommends "$@"; } > /dev/null
}
need() { # PROGRAM PACKAGE …
    command -v "$1" > /dev/null || quietly get "${@:2}" ||
        skip_all "no $1, and ${*:2} cannot be installed."
}

gradle() { # NAME
    sed -nE "s/^ *$1 = (\"?)([0-9.]+)\1$/\2/p" ../app/build.gradle.kts ../gradle/libs.versions.toml
}
resources() { # FRAMEWORK
    mkdir -p target/res &&
        # What Gradle does with a manifest: the package put in, the orders to itself done.
        sed -e 's/<manifest /<manifest package="lightrnn.keyboard" /' \
            -e '/tools:node="removeAll"/d' \
            ../app/src/main/AndroidManifest.xml > target/res/AndroidManifest.xml &&
        aapt2 compile --dir ../app/src/main/res -o target/res/compiled.zip &&
        aapt2 link -o target/res/resources.apk -I "$1" \
            --manifest target/res/AndroidManifest.xml --java target/res/gen \
            --proguard target/res/rules.pro \
            --version-code "$(gradle versionCode)" --version-name "$(gradle versionName)" \
            --min-sdk-version "$(gradle minSdk)" --target-sdk-version "$(gradle targetSdk)" \
            -A ../../lightrnn_tf/pretrained -0 .tflite target/res/compiled.zip
}

sign() { # UNSIGNED PACKAGE, with one key, so that a package can take the place of an older one
    [ -e target/debug.keystore ] ||
        keytool -genkeypair -keystore target/debug.keystore -storepass android -keyalg RSA \
            -dname CN=debug -alias debug -validity 10000 > /dev/null 2>&1 &&
        zipalign -f -p 4 "$1" "$2" &&
        apksigner sign --ks target/debug.keystore --ks-pass pass:android "$2"
}
