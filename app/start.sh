#!/usr/bin/env bash
# Installs what is missing, builds RingScope and opens its window with the default preset run. Without a display: runs the
# same preset, prints the summary and says where the run was saved. Arguments go to ringscope: bash app/start.sh plan
#   bash app/start.sh --no-install [ARGUMENTS]   installs nothing: names what is missing and stops with code 1
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."
source app/packages.sh
if [ "${1:-}" = --no-install ]; then
    shift
    missing=$(missing_packages $build_packages)
    if [ -n "$missing" ]; then
        echo "ringscope: error: missing packages: $missing" >&2
        echo "Without --no-install this would run: apt-get install --no-install-recommends $missing" >&2
        exit 1
    fi
fi
install_missing $build_packages

build=build/release
[ -f $build/build.ninja ] || cmake --preset release >&2
log=$build/build.log
[ -x $build/ringscope ] || echo "Building RingScope: a few minutes, the first time only." >&2
if ! ninja -C $build ringscope >"$log" 2>&1; then
    cat "$log" >&2
    echo "ringscope: error: the build failed: see above" >&2
    exit 1
fi

if [ $# -gt 0 ]; then
    program=$PWD/$build/ringscope
    cd "$here"  # file names in the arguments count from where the person is
    exec "$program" "$@"
fi
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec $build/ringscope gui
fi
echo "No display: running the default preset here instead of opening the window." >&2
exec $build/ringscope run --verify --db default
