#!/usr/bin/env python3
"""Attention curves of the shipped machines: published rates, and the fit to them.

    python3 fit_curves.py     every series with its points, its fit and its errors

The form is that of engine/experiment/machine_model.h. A block of `rows` queries and `keys` keys with `pairs` allowed
pairs runs at

    rate = peak * share / (1 + half_keys * rows / pairs + half_rows * keys / pairs)

1 / rate is linear in 1 / share, half_keys / share and half_rows / share. The fit is the least squares solution of
measured / rate = 1 in these three, none below 0. Where all points have as many rows as keys, half_keys and half_rows
cannot be told apart, and half_keys takes both.
"""

from dataclasses import dataclass, field


@dataclass
class Series:
    """Rates of one kernel on one device, in units of `unit`; each point is (rows, keys, rate)."""
    source: str
    peak: float
    points: list
    causal: bool = False  # rows at the end of the keys: each query sees the keys up to its own
    unit: float = 1e12
    like: str = ""  # series whose half_keys and half_rows are taken over, where the points cannot tell them


@dataclass
class Fit:
    share: float
    half_keys: float
    half_rows: float
    errors: list = field(default_factory=list)  # fitted over measured, minus 1

    @property
    def worst(self):
        return max((abs(error) for error in self.errors), default=0.0)


def pairs_of(rows, keys, causal):
    return rows * keys - rows * (rows - 1) / 2 if causal else rows * keys


def squares(lengths, rates):
    return [(n, n, rate) for n, rate in zip(lengths, rates)]


H100_PEAK = 989e12
A100_PEAK = 312e12
PRO6000_PEAK = 500e12
CPU_PEAK = 1.0  # points are shares of the measured peak

K = 1024
FA3_LENGTHS = [512, 1 * K, 2 * K, 4 * K, 8 * K, 16 * K]
FA3 = ("FlashAttention-3 (arXiv 2407.08608), figure 5: H100 80 GB SXM5, FP16, forward, 16384 tokens in all, "
       "hidden dimension 2048, ")
CUDNN_919 = ("NVIDIA/cudnn-frontend, benchmark/sdpa_benchmark_training/results/h200_919_only_cudnn/"
             "llama3.1_20260227_034703.csv: cuDNN 9.19, BF16, forward, 64 heads, 8 KV heads, head dim 128, ")
SWEEP = ("NVIDIA/cudnn-frontend, benchmark/attention_inference/results/prefill_sweep/{}: cuDNN 9.27, BF16, forward, "
         "64 heads, 8 KV heads, head dim 128, ")
CPU = "engine/cpu/README.md, table Measured: kernel avx2 on one core of an AMD EPYC (Zen 3), {}, share of the peak"
CPU_LENGTHS = [64, 256, 512, 1 * K, 2 * K, 8 * K]

SERIES = {
    "h100 fa2 d64 whole": Series(FA3 + "head dim 64, no mask: FlashAttention-2", H100_PEAK,
                                 squares(FA3_LENGTHS, [282, 306, 318, 321, 322, 324])),
    "h100 fa2 d64 causal": Series(FA3 + "head dim 64, causal: FlashAttention-2", H100_PEAK,
                                  squares(FA3_LENGTHS, [180, 229, 262, 284, 295, 299]), causal=True),
    "h100 fa2 d128 whole": Series(FA3 + "head dim 128, no mask: FlashAttention-2", H100_PEAK,
                                  squares(FA3_LENGTHS, [309, 350, 362, 368, 370, 370])),
    "h100 fa2 d128 causal": Series(FA3 + "head dim 128, causal: FlashAttention-2", H100_PEAK,
                                   squares(FA3_LENGTHS, [191, 260, 298, 319, 333, 335]), causal=True),
    "h100 fa3 d64 whole": Series(FA3 + "head dim 64, no mask: FlashAttention-3", H100_PEAK,
                                 squares(FA3_LENGTHS, [333, 392, 460, 476, 496, 497])),
    "h100 fa3 d64 causal": Series(FA3 + "head dim 64, causal: FlashAttention-3", H100_PEAK,
                                  squares(FA3_LENGTHS, [197, 265, 371, 420, 460, 473]), causal=True),
    "h100 fa3 d128 whole": Series(FA3 + "head dim 128, no mask: FlashAttention-3", H100_PEAK,
                                  squares(FA3_LENGTHS, [467, 565, 625, 638, 646, 648])),
    "h100 fa3 d128 causal": Series(FA3 + "head dim 128, causal: FlashAttention-3", H100_PEAK,
                                   squares(FA3_LENGTHS, [292, 423, 521, 579, 602, 616]), causal=True),
    "h200 cudnn d128 whole": Series(CUDNN_919 + "no mask", H100_PEAK,
                                    squares([2 * K, 4 * K, 8 * K, 16 * K, 32 * K], [633, 671, 691, 702, 693])),
    "h200 cudnn d128 causal": Series(CUDNN_919 + "causal", H100_PEAK,
                                     squares([2 * K, 4 * K, 8 * K, 16 * K, 32 * K], [484, 591, 644, 673, 688]),
                                     causal=True),
    "a100 pcie cudnn d128 causal": Series(
        SWEEP.format("a100/prefill_sweep_20260928_140355.csv") + "causal: A100 80 GB PCIe", A100_PEAK,
        squares([2 * K, 4 * K, 8 * K, 16 * K], [147.2, 169.7, 183.2, 184.3]), causal=True),
    "a100 pcie cudnn d128 whole": Series(
        SWEEP.format("a100/prefill_sweep_20260928_140355.csv") +
        "causal with 1024 and 2048 queries at the end of 8192 to 131072 keys, nearly whole: A100 80 GB PCIe", A100_PEAK,
        [(1 * K, 8 * K, 187.6), (1 * K, 32 * K, 186.6), (1 * K, 64 * K, 184.4), (1 * K, 128 * K, 176.6),
         (2 * K, 8 * K, 204.1), (2 * K, 32 * K, 188.2), (2 * K, 64 * K, 181.7), (2 * K, 128 * K, 175.3)], causal=True),
    "pro6000 cudnn d128 causal": Series(
        SWEEP.format("rtxpro6000/prefill_sweep_20260928_171559.csv") + "causal: RTX PRO 6000 Blackwell Server Edition",
        PRO6000_PEAK, squares([2 * K, 4 * K, 8 * K, 16 * K], [241.4, 314.4, 353.1, 373.6]), causal=True),
    "pro6000 cudnn d128 whole": Series(
        SWEEP.format("rtxpro6000/prefill_sweep_20260928_171559.csv") +
        "causal with 1024 and 2048 queries at the end of 8192 to 131072 keys, nearly whole: RTX PRO 6000 Blackwell "
        "Server Edition", PRO6000_PEAK,
        [(1 * K, 8 * K, 339.5), (1 * K, 32 * K, 342.5), (1 * K, 64 * K, 343.0), (1 * K, 128 * K, 343.3),
         (2 * K, 8 * K, 369.3), (2 * K, 32 * K, 348.7), (2 * K, 64 * K, 345.4), (2 * K, 128 * K, 343.8)], causal=True),
    "a100 sxm fa2 d128 whole": Series(
        "FlashAttention-2 (arXiv 2307.08691), abstract and section 4.1: the forward pass reaches 73% of the peak of an "
        "A100 SXM4; the bend is that of the same kernel on the H100", A100_PEAK, [(16 * K, 16 * K, 0.73 * 312)],
        like="h100 fa2 d128 whole"),
    "a100 sxm fa2 d128 causal": Series(
        "zhuzilin/ring-flash-attention, README: FlashAttention-2 alone runs 373.4 times per second over 8192 causal "
        "tokens, 32 heads, 8 KV heads, head dim 128, BF16, on an A100, which is 205.3 TFLOP/s; the bend is that of the "
        "same kernel on the H100", A100_PEAK, [(8 * K, 8 * K, 205.3)], causal=True, like="h100 fa2 d128 causal"),
    "cpu f32 d64 whole": Series(CPU.format("F32, head dim 64, not causal"), CPU_PEAK,
                                squares(CPU_LENGTHS, [0.50, 0.73, 0.80, 0.83, 0.83, 0.85]), unit=1),
    "cpu f32 d64 causal": Series(CPU.format("F32, head dim 64, causal"), CPU_PEAK,
                                 squares(CPU_LENGTHS, [0.33, 0.61, 0.71, 0.79, 0.79, 0.84]), causal=True, unit=1),
    "cpu f32 d128 whole": Series(CPU.format("F32, head dim 128, not causal"), CPU_PEAK,
                                 squares(CPU_LENGTHS, [0.53, 0.77, 0.82, 0.86, 0.84, 0.89]), unit=1),
    "cpu f32 d128 causal": Series(CPU.format("F32, head dim 128, causal"), CPU_PEAK,
                                  squares(CPU_LENGTHS, [0.34, 0.56, 0.75, 0.81, 0.84, 0.87]), causal=True, unit=1),
}
for dtype, shares in {"f16": [0.82, 0.80, 0.87, 0.83], "bf16": [0.84, 0.82, 0.87, 0.84]}.items():
    for (dim, kind), share in zip([(64, "whole"), (64, "causal"), (128, "whole"), (128, "causal")], shares):
        SERIES[f"cpu {dtype} d{dim} {kind}"] = Series(
            CPU.format(f"{dtype.upper()}, head dim {dim}, {'causal' if kind == 'causal' else 'not causal'}, "
                       "2048 tokens; the bend is that of F32"), CPU_PEAK, [(2 * K, 2 * K, share)],
            causal=kind == "causal", unit=1, like=f"cpu f32 d{dim} {kind}")


def solve(matrix, right):
    """The solution of a small regular system, by elimination."""
    n = len(right)
    rows = [list(row) + [value] for row, value in zip(matrix, right)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(n):
            if r != i:
                factor = rows[r][i] / rows[i][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i])]
    return [rows[i][n] / rows[i][i] for i in range(n)]


def least_squares(equations):
    """Coefficients, none below 0, for which each row times them is nearest to 1."""
    free = list(range(len(equations[0])))
    while True:
        matrix = [[sum(row[i] * row[j] for row in equations) for j in free] for i in free]
        found = solve(matrix, [sum(row[i] for row in equations) for i in free])
        negative = [i for i, value in zip(free, found) if value < 0]
        if not negative:
            return [found[free.index(i)] if i in free else 0.0 for i in range(len(equations[0]))]
        free.remove(negative[-1])


def fit(name):
    series = SERIES[name]
    relative = [(rows, keys, rate * series.unit / series.peak) for rows, keys, rate in series.points]
    per_pair = [(rows / pairs_of(rows, keys, series.causal), keys / pairs_of(rows, keys, series.causal))
                for rows, keys, _ in relative]
    if series.like:
        bend = fit(series.like)
        scale = [rate * (1 + bend.half_keys * a + bend.half_rows * b)
                 for (_, _, rate), (a, b) in zip(relative, per_pair)]
        result = Fit(sum(scale) / len(scale), bend.half_keys, bend.half_rows)
    else:
        square = all(rows == keys for rows, keys, _ in relative)
        equations = [[rate, rate * a] + ([] if square else [rate * b])
                     for (_, _, rate), (a, b) in zip(relative, per_pair)]
        found = least_squares(equations) + [0.0]
        result = Fit(1 / found[0], found[1] / found[0], found[2] / found[0])
    result.share = round(result.share, 4)
    result.half_keys = round(result.half_keys, 1)
    result.half_rows = round(result.half_rows, 1)
    result.errors = [result.share / (1 + result.half_keys * a + result.half_rows * b) / rate - 1
                     for (_, _, rate), (a, b) in zip(relative, per_pair)]
    return result


def main():
    for name, series in SERIES.items():
        result = fit(name)
        print(f"{name}\n    {series.source}")
        for (rows, keys, rate), error in zip(series.points, result.errors):
            print(f"    {rows:6} rows {keys:6} keys {rate:8.6g}   fit {error:+.1%}")
        print(f"    share {result.share} half_keys {result.half_keys} half_rows {result.half_rows}   "
              f"worst error {result.worst:.1%}\n")


if __name__ == "__main__":
    main()
