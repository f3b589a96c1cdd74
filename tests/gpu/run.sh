#!/usr/bin/env bash
# Everything that needs a GPU, in one command of at most eight minutes:   bash tests/gpu/run.sh [RESULTS.json]
#
# Needs CMake, a C++20 compiler, nvcc, Python 3 and, for the comparison, PyTorch. Builds the engine and gpu_check alone
# in a folder of its own. Golden cases are taken from $RINGSCOPE_GOLDEN, tests/golden or ../shared/golden.
# Writes one results file; exit 0 when every check held, 3 where there is no GPU.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${RINGSCOPE_GPU_BUILD:-build/gpu}
out=${1:-$build/results.json}
capability=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -n 1 | tr -d .) || true
if [ -z "${capability:-}" ]; then
    echo "no GPU: nvidia-smi finds none; nothing was measured" >&2
    exit 3
fi
mkdir -p "$build"
cmake -S . -B "$build" -DCMAKE_BUILD_TYPE=Release -DRINGSCOPE_GPU_CHECK=ON -DRINGSCOPE_WINDOW=OFF -DRINGSCOPE_TESTS=OFF \
    -DCMAKE_CUDA_ARCHITECTURES="$capability" >"$build/build.log" 2>&1 || { cat "$build/build.log" >&2; exit 1; }
cmake --build "$build" --target gpu_check -j "$(nproc)" >>"$build/build.log" 2>&1 || { tail -n 40 "$build/build.log" >&2; exit 1; }
golden=""
for folder in "${RINGSCOPE_GOLDEN:-}" tests/golden ../shared/golden; do
    if [ -n "$folder" ] && [ -d "$folder" ]; then golden=$folder; break; fi
done
exec python3 tests/gpu/measure.py --check "$build/tests/gpu/gpu_check" --golden "$golden" --out "$out" --seconds 360
