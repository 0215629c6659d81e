#!/bin/sh
# Finds a Python that can do the set-up, and does it: sh tools/setup.sh [python|dev|go|cdk8s-cli]...
# PYTHON names another interpreter. POSIX sh, because nothing else can be counted on.
set -eu
cd "$(dirname "$0")/.."
unset PYTHONHOME PYTHONPATH PYTHONSAFEPATH

oldest='3.11'
question='import sys; print("%d.%d.%d" % sys.version_info[:3]); sys.exit(sys.version_info < (3, 11))'
refused=''
found=''

try() {
    [ -z "$found" ] || return 0
    command -v "$1" >/dev/null 2>&1 || return 0
    if version=$("$1" -S -c "$question" 2>/dev/null); then
        found=$1
    elif [ -n "$version" ]; then
        refused="$refused $1 is $version;"
    fi
}

if [ -n "${PYTHON:-}" ]; then
    try "$PYTHON"
else
    # The newest first: an old python3 is common beside a new one, on macOS above all.
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        try "$candidate"
    done
fi

if [ -z "$found" ]; then
    if [ -n "${PYTHON:-}" ]; then
        tried="PYTHON=$PYTHON"
    else
        tried='python3 and python3.11 to python3.14'
    fi
    echo "set-up: no Python $oldest or newer was found (looked for $tried;${refused:- none is on PATH})" >&2
    echo "  fix: install Python $oldest or newer, or name one: make PYTHON=/path/to/python3.12" >&2
    exit 2
fi

exec "$found" -B -m tools.setup "$@"
