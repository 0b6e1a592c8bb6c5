#!/bin/sh
# Makes or refreshes .venv from the lock: with uv where it is installed, else with venv and pip.
# PYTHON names the interpreter; otherwise the first of the usual names that is new enough is taken.
set -eu
cd "$(dirname "$0")/.."
build=requirements/build.txt
lock=requirements/dev.txt
venv=.venv/bin/python
# kontocheck is compiled here: 4 seconds instead of 50, and still half a million accounts a second
export CFLAGS="${CFLAGS:--O1}"

fail() {
    printf 'leitstand: %s\n' "$*" >&2
    exit 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if new_enough "$name"; then
            command -v "$name"
            return
        fi
    done
    shown=${PYTHON:-python3}
    found=$("$shown" --version 2>&1) || found="no $shown"
    fail "Python 3.11 or newer is needed, found: $found." \
        "Install one and name it: make PYTHON=/path/to/python3.11"
}

with_uv() {
    new_enough "$venv" || uv venv --quiet --clear --python "$python" .venv
    set -- uv pip install --quiet --python "$venv"
    "$@" --require-hashes --requirement "$build"
    "$@" --require-hashes --no-build-isolation --requirement "$lock"
    "$@" --no-build-isolation --no-deps --editable .
}

with_pip() {
    if ! new_enough "$venv" || ! "$venv" -m pip --version >/dev/null 2>&1; then
        "$python" -c 'import venv, ensurepip' 2>/dev/null || fail "$python has no venv module." \
            "Debian, Ubuntu: apt install python3-venv; elsewhere install Python with ensurepip, or install uv."
        "$python" -m venv .venv
    fi
    set -- "$venv" -m pip install --quiet --disable-pip-version-check
    "$@" --require-hashes --requirement "$build"
    "$@" --require-hashes --no-build-isolation --requirement "$lock"
    "$@" --no-build-isolation --no-deps --editable .
}

python=$(find_python)
command -v cc >/dev/null || command -v gcc >/dev/null || fail "A C compiler is needed (kontocheck is compiled)." \
    "Debian, Ubuntu: apt install gcc libc6-dev zlib1g-dev"
if uv --version >/dev/null 2>&1; then with_uv; else with_pip; fi
