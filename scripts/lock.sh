#!/usr/bin/env bash
# Renews requirements/*.lock from pyproject.toml: exact versions with hashes, no addresses. Needs network.
set -euo pipefail
cd "$(dirname "$0")/.."
uv="${UV:-.venv/.uv/bin/uv}"
compile() { # compile OUTPUT [ARGUMENT ...]
  local output="$1"
  shift
  "$uv" pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
    --no-header --no-annotate --upgrade --output-file "$output" "$@"
}
echo 'uv==0.13.9' | compile requirements/uv.lock -
printf 'hatchling>=1.27\neditables>=0.5\n' > requirements/build.in
compile requirements/run.lock pyproject.toml requirements/build.in --extra reconstruct --extra allocation --extra web --extra cytometry
compile requirements/dev.lock pyproject.toml requirements/build.in --extra reconstruct --extra allocation --extra postgres --extra web --extra cytometry --extra dev --extra models --extra fast --extra gpu --constraint requirements/run.lock
for extra in web cytometry models fast gpu postgres; do
  compile "requirements/$extra.lock" pyproject.toml requirements/build.in --extra "$extra" --constraint requirements/run.lock
done
grep -lE 'https?://' requirements/*.lock && { echo "a lock names an address" >&2; exit 1; }
wc -l requirements/*.lock
