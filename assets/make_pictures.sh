#!/usr/bin/env bash
# Makes the pictures of the documents again, from a run made now; needs no display.
#   bash assets/make_pictures.sh [BINARY [FOLDER]]
# BINARY: a built ringscope (build/release/ringscope when not given). FOLDER: where they go (assets when not given).
set -euo pipefail
assets=$(cd "$(dirname "$0")" && pwd)
binary=${1:-$assets/../build/release/ringscope}
folder=${2:-$assets}
if [ ! -x "$binary" ]; then
    echo "$0: error: $binary is not there: build it first, or name another" >&2
    exit 2
fi
"$binary" screenshot --view all --size 1600x900 --out "$folder/workbench.png"
