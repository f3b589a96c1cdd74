#!/usr/bin/env bash
# Everything that needs a GPU, in one command of at most eight minutes:   bash tests/gpu/run.sh [RESULTS.json]
#
# Needs CMake, a C++20 compiler, nvcc and Python 3; uses NCCL, cuDNN, compute-sanitizer and PyTorch where they are.
# Builds the engine and gpu_check alone, in a folder of its own. Golden cases: tests/golden, or those in
# $RINGSCOPE_GOLDEN. Writes one results file, again after every part; exit 0 when every check held, 1 when one did not,
# 3 where there is no GPU. build-only as the only word builds and stops: that needs neither a GPU (CUDAARCHS chooses the
# code then) nor Python.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${RINGSCOPE_GPU_BUILD:-build/gpu}
# All GPUs': "90" or, where they differ, "80;90".
capability=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | tr -d . | sort -u | paste -sd ';') || true
if [ "${1:-}" != build-only ] && [ -z "${capability:-}" ]; then
    echo "no GPU: nvidia-smi finds none; nothing was measured" >&2
    exit 3
fi
architectures=${capability:-${CUDAARCHS:-80}}
# cuDNN beside CUDA, in $CUDNN_HOME, or where PyTorch's wheel has it; the build log says which, or that there is none.
wheel='import nvidia.cudnn; print(list(nvidia.cudnn.__path__)[0])'
export CUDNN_HOME=${CUDNN_HOME:-$(python3 -c "$wheel" 2>/dev/null || true)}
mkdir -p "$build"
cmake -S . -B "$build" -DCMAKE_BUILD_TYPE=Release -DRINGSCOPE_GPU_CHECK=ON \
    -DCMAKE_CUDA_ARCHITECTURES="$architectures" >"$build/build.log" 2>&1 || { cat "$build/build.log" >&2; exit 1; }
grep -E "^-- (CUDA back end|cuDNN kernel|NCCL transport):" "$build/build.log" || true
limit=420  # seconds; nothing waits for a build alone
[ "${1:-}" != build-only ] || limit=0
timeout "$limit" cmake --build "$build" --target gpu_check -j "$(nproc)" >>"$build/build.log" 2>&1 || {
    code=$?
    tail -n 40 "$build/build.log" >&2
    [ "$code" -ne 124 ] || echo "gpu_check was not built in $limit s: run it again, and the build goes on" >&2
    exit 1
}
[ "${1:-}" != build-only ] || exit 0
command -v python3 >/dev/null || { echo "python3 runs the parts and was not found; gpu_check is built" >&2; exit 1; }
# Parts end by --seconds; a hang in PyTorch, which runs in the same process, ends by timeout.
exec timeout $((475 - SECONDS)) python3 tests/gpu/measure.py --check "$build/tests/gpu/gpu_check" \
    --golden "${RINGSCOPE_GOLDEN:-tests/golden}" --out "${1:-$build/results.json}" --seconds $((450 - SECONDS))
