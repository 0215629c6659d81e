#!/usr/bin/env bash
# What the action runs: crema from the very commit of the action, in an environment of its own, on the checkout of the job.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
crema="$RUNNER_TEMP/crema"
reports="$RUNNER_TEMP/crema-reports"
mkdir -p "$reports"

# CREMA_INSTALL replaces what is installed and how, for tests without a network: the rest of a command line of pip.
python3 -m venv "$crema"
if [[ -n ${CREMA_INSTALL:-} ]]; then
    read -r -a install <<<"$CREMA_INSTALL"
else
    install=("$here/../../..")
fi
"$crema/bin/python" -m pip --quiet --disable-pip-version-check install "${install[@]}"

arguments=(--format github --format "sarif=$reports/crema.sarif" --format "json=$reports/crema.json")
[[ -z ${CREMA_SINCE:-} ]] || arguments+=(--since "$CREMA_SINCE")
[[ -z ${CREMA_FAIL_ON:-} ]] || arguments+=(--fail-on "$CREMA_FAIL_ON")
[[ ${CREMA_STRICT:-false} != true ]] || arguments+=(--strict)
day=${CREMA_AS_OF:-$(git log -1 --format=%cs 2>/dev/null || true)}
[[ -z $day ]] || arguments+=(--as-of "$day")
arguments+=(--)
while IFS= read -r path; do
    [[ -z $path ]] || arguments+=("$path")
done <<<"${CREMA_PATHS:-}"

code=0
"$crema/bin/crema" check "${arguments[@]}" || code=$?
{
    echo "exit-code=$code"
    if [[ -f $reports/crema.sarif ]]; then echo "sarif=$reports/crema.sarif"; fi
    if [[ -f $reports/crema.json ]]; then echo "json=$reports/crema.json"; fi
} >>"$GITHUB_OUTPUT"
exit "$code"
