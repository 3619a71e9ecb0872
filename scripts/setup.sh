#!/usr/bin/env bash
# Makes the private environment .venv from a lock: scripts/setup.sh run|dev. Does nothing when it is up to date.
#
# Needs Python >= 3.11. On Debian, as root, it installs what is missing from the distribution and says so.
set -euo pipefail
cd "$(dirname "$0")/.."
want="${1:-run}"
env=.venv

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
    if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
}

debian_install() { # debian_install WHY PACKAGE ...
  local why="$1"
  shift
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 ||
    fail "$why is missing; install it (Debian: $*) and call again"
  say "$why is missing: installing $* from Debian"
  apt-get update -qq >/dev/null || say "the package list could not be renewed, going on with the old one"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

stamp() { # what the environment was made from
  { "$python" -c 'import sys; print(sys.version)'; cat "requirements/$1.lock" requirements/uv.lock pyproject.toml \
    scripts/setup.sh; } | sha256sum | cut -d' ' -f1
}

python="$(find_python)"
if [ -z "$python" ]; then
  debian_install "Python 3.11 or newer" python3 python3-venv
  python="$(find_python)"
  [ -n "$python" ] || fail "no Python >= 3.11 found; install one, or name it with PYTHON=/path/to/python"
fi

for lock in dev "$want"; do # the environment of dev holds all of run
  if [ -f "$env/.made-from-$lock" ] && [ "$(cat "$env/.made-from-$lock")" = "$(stamp "$lock")" ] &&
    [ -x "$env/bin/lupustrial" ]; then
    [ "$lock" = "$want" ] || [ "$want" = run ] || continue
    ready=yes
  fi
done

if [ "${ready:-no}" = no ]; then
  say "making the private environment $env with $("$python" --version) from requirements/$want.lock"
  "$python" -c 'import ensurepip, venv' 2>/dev/null || debian_install "Python's venv module" python3-venv
  rm -rf "$env"
  "$python" -m venv "$env"
  "$env/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
    --target "$env/.uv" -r requirements/uv.lock
  export VIRTUAL_ENV="$PWD/$env" UV_LINK_MODE=copy
  say "installing $(grep -c '==' "requirements/$want.lock") pinned packages, each checked against its hash"
  "$env/.uv/bin/uv" pip sync --quiet --require-hashes "requirements/$want.lock"
  "$env/.uv/bin/uv" pip install --quiet --no-deps --no-build-isolation --editable .
  stamp "$want" > "$env/.made-from-$want"
  say "done; everything lies in $env, nothing else on this machine was changed"
fi

if [ "$want" = dev ]; then
  missing=() # Playwright's driver needs libatomic, which a bare Debian lacks
  command -v chromium >/dev/null 2>&1 || missing+=(chromium)
  "$env/bin/python" -c 'import ctypes; ctypes.CDLL("libatomic.so.1")' 2>/dev/null || missing+=(libatomic1)
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql) # a server of the tests' own
  command -v age >/dev/null 2>&1 || missing+=(age) # opens what we seal, independently
  # R checks the statistics independently
  command -v Rscript >/dev/null 2>&1 || missing+=(r-base-core)
  for package in coin emmeans geepack jsonlite lmertest mice multcomp nlme pbkrtest sandwich survival; do
    dpkg -s "r-cran-$package" >/dev/null 2>&1 || missing+=("r-cran-$package")
  done
  if [ "${#missing[@]}" = 0 ]; then
    :
  elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    debian_install "What some tests need" "${missing[@]}"
  else
    say "${missing[*]} missing: tests that need them will be skipped, and will say so"
  fi
fi
