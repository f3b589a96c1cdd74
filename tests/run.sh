#!/usr/bin/env bash
# Builds everything and passes every test: warnings as errors, clang-tidy on what changed (tests/tidy.sh), then the engine
# again under ThreadSanitizer and AddressSanitizer with UndefinedBehaviorSanitizer. Installs what is missing. What is built
# already takes seconds.
#   bash tests/run.sh            all
#   bash tests/run.sh -R golden  the ctest arguments that follow, without clang-tidy and the sanitizer builds
set -euo pipefail
cd "$(dirname "$0")/.."
source app/packages.sh
install_missing $build_packages $test_packages
jobs=$(nproc)

build() {  # PRESET TARGET...
    local preset=$1 log
    shift
    log=build/$preset/build.log
    cmake --preset "$preset" >/dev/null
    echo "Building $preset: $*"
    if ! ninja -C "build/$preset" -j "$jobs" "$@" >"$log" 2>&1; then
        cat "$log"
        echo "The build of $preset failed." >&2
        exit 1
    fi
}

check() {  # PRESET CTEST-ARGUMENTS...
    local preset=$1
    shift
    ctest --test-dir "build/$preset" -j "$jobs" --output-on-failure --no-tests=error "$@"
}

build ci all
if [ $# -gt 0 ]; then
    check ci "$@"
    exit
fi
bash tests/tidy.sh build/ci
build tsan engine_tests
build asan engine_tests

TSAN_OPTIONS=halt_on_error=1 check tsan -L engine
ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 check asan -L engine
check ci
