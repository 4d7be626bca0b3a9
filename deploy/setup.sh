#!/usr/bin/env bash
# Sets up everything that `make demo` needs on a machine with git, make and Python 3.11 or newer;
# with --for-tests also what the tests need. Safe to run again. Says what to install when it can't.
set -euo pipefail
cd "$(dirname "$0")/.."
for_tests=""
[ "${1:-}" = "--for-tests" ] && for_tests=yes

say() { printf '\033[1m%s\033[0m\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

# Debian's packages, when we may install them.
apt_updated=""
system_package() { # COMMAND PACKAGE WHAT-FOR
  command -v "$1" >/dev/null 2>&1 && return 0
  local sudo=""
  if [ "$(id -u)" != 0 ]; then sudo="sudo -n"; fi
  if command -v apt-get >/dev/null 2>&1 && { [ -z "$sudo" ] || $sudo true 2>/dev/null; }; then
    say "Installing $2 ($3)"
    if [ -z "$apt_updated" ]; then $sudo apt-get update -qq && apt_updated=yes; fi
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$2" >/dev/null
  else
    stop "$1 is missing ($3). Please install the package «$2», for example: sudo apt-get install $2"
  fi
}

python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
  stop "Python 3.11 or newer is needed; «$python» is $("$python" --version 2>&1 || echo missing). Set PYTHON=/path/to/python3.11."

if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  say "Making the environment in .venv"
  if ! "$python" -m ensurepip --version >/dev/null 2>&1; then
    system_package ensurepip-is-missing python3-venv "Python's venv module"
  fi
  rm -rf .venv
  "$python" -m venv .venv
fi

if ! cmp -s requirements.lock .venv/.installed.lock; then
  say "Installing the Python packages (about a minute)"
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
  cp requirements.lock .venv/.installed.lock
fi
.venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .

export PATH="$PWD/.venv/bin:$PATH"
if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
  say "Installing Node.js into .venv"
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r deploy/node.lock
fi

node_packages() { # FOLDER
  cmp -s "$1/package-lock.json" "$1/node_modules/.installed.lock" && return 0
  say "Installing the Node packages of $1"
  npm ci --loglevel=error --no-audit --no-fund --ignore-scripts --prefix "$1"
  cp "$1/package-lock.json" "$1/node_modules/.installed.lock"
}
node_packages deploy/node
node_packages front
npm run build --silent --prefix front
system_package bwrap bubblewrap "runs learners' code apart from everything else"

if [ -n "$for_tests" ]; then
  node_packages tests/front
  node_packages tests/peers
  command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    system_package chromium chromium "the browser tests"
  # Debian keeps the server's programs out of the PATH; the tests start servers of their own
  compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null ||
    system_package initdb postgresql "the tests of the gradebook on PostgreSQL"
  # the word list by which `hocvuso lint` checks spelling
  [ -f /usr/share/hunspell/vi_VN.dic ] ||
    system_package vi_VN.dic hunspell-vi "the spelling of the lessons"
fi
