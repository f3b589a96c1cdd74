#!/usr/bin/env python3
"""Writes the machine files of this folder. Every fact stands here once, with its source.

    python3 make_machines.py            writes NAME.json for each machine
    python3 make_machines.py --check    says which files differ from what it would write; code 1 if one does

"[estimate]" marks a number for which there is no measurement to cite, and says what it follows from.
"""

import json
import sys
from pathlib import Path

import fit_curves

FOLDER = Path(__file__).parent
GIB, MIB = 1 << 30, 1 << 20

NCCL_LATENCY = ("NCCL 2.19, src/graph/tuning.cc, protocol Simple, algorithm Ring: {}")
NIC_RATE = ("NDR, 400 Gb/s, is 50 GB/s; 46 to 49 GB/s per NIC are what NCCL's maintainers expect and people measure "
            "(NVIDIA/nccl-tests issues 290 and 267)")
NVLINK_RATE = ("{}: {} links of {:.0f} GB/s in each direction, of which NCCL counts on {:.1f} (NCCL, "
               "src/graph/topo.h, {})")
MEMORY_SHARE = 0.9
MEMORY_SHARE_SOURCE = "[estimate] kernels that only stream reach 0.9 of it"
PYTORCH_BYTES = 38
PYTORCH_MERGE = (
    "ring-flash-attention merges by PyTorch operations that each read and write memory (ring_flash_attn/utils.py, "
    "update_out_and_lse; its pull request 87 names them as overhead): the block's O to F32 2 + 4, difference 8 + 4, "
    "product 4 + 4, difference 8 + 4 bytes are 38 for each element of O, where the model counts 10")
OWN_MERGE = "the model counts the 10 bytes for each element of O that one fused kernel moves; "


class Sourced:
    """A part of a machine file: members, and where each comes from by its path below the part."""

    def __init__(self):
        self.members, self.sources = {}, []

    def put(self, key, value, source=""):
        self.members[key] = value
        if source:
            self.sources.append((key, source))
        return self


def curve(dtype, head_dim, kind, name, scale=1.0):
    fitted = fit_curves.fit(name)
    return {"dtype": dtype, "head_dim": head_dim, "causal": kind == "causal", "share": round(fitted.share * scale, 4),
            "half_keys": fitted.half_keys, "half_rows": fitted.half_rows}


def add_curves(device, series):
    """`series` by (dtypes, head dim, kind) -> (name in fit_curves.py, scale, why). Sources name each curve."""
    curves = device.members.setdefault("curves", [])
    for (dtypes, head_dim, kind), (name, scale, why) in series.items():
        fitted = fit_curves.fit(name)
        text = f"{fit_curves.SERIES[name].source}. Fit: fit_curves.py, worst error {fitted.worst:.1%}"
        if why:
            text = f"[estimate] {why} {text}"
        for dtype in dtypes:
            device.sources.append((f"curves[{len(curves)}]", text))
            curves.append(curve(dtype, head_dim, kind, name, scale))


HALVES = ("f16", "bf16")
F32_WHY = ("RingScope's F32 kernel multiplies and adds without tensor cores and has not been measured on a GPU; half "
           "of the peak is assumed, with a bend of 64 keys")


def add_f32(device):
    curves = device.members["curves"]
    for causal in (False, True):
        for head_dim in (64, 128):
            device.sources.append((f"curves[{len(curves)}]", f"[estimate] {F32_WHY}"))
            curves.append({"dtype": "f32", "head_dim": head_dim, "causal": causal, "share": 0.5, "half_keys": 64.0,
                           "half_rows": 0.0})


def gpu(name, memory_bytes, memory_source, half_peak, f32_peak, peak_source, memory_rate, rate_source, series,
        pytorch=False):
    device = Sourced()
    device.put("name", name).put("kind", "gpu")
    device.put("workers", 1, "a GPU works on one piece at a time, with all of its processors")
    device.put("most_ranks", 1, "one rank per GPU, as NCCL wants it")
    device.put("memory_bytes", memory_bytes, memory_source)
    device.put("peaks", [{"dtype": "f16", "flops_per_second": half_peak},
                         {"dtype": "bf16", "flops_per_second": half_peak},
                         {"dtype": "f32", "flops_per_second": f32_peak}], peak_source)
    add_curves(device, series)
    add_f32(device)
    device.put("launch_seconds", 5e-6,
               "[estimate] a kernel of a few microseconds is bound by its launch; 5 us is usual for one launch")
    device.put("step_seconds", 0.0, "launches of a step are queued while the step before it runs")
    reached = MEMORY_SHARE * memory_rate
    device.put("pack_bytes_per_second", round(reached), f"{rate_source}; {MEMORY_SHARE_SOURCE}")
    merge = reached * 10 / PYTORCH_BYTES if pytorch else reached
    device.put("merge_bytes_per_second", round(merge),
               f"{PYTORCH_MERGE if pytorch else OWN_MERGE}{'; ' if pytorch else ''}{rate_source}; {MEMORY_SHARE_SOURCE}")
    device.put("merges_in_kernel", False)
    device.put("jitter", 0.01, "[estimate] clocks and memory refresh move kernel times by about a hundredth")
    return device


def by_kind(d64_whole, d64_causal, d128_whole, d128_causal):
    return {(HALVES, 64, "whole"): d64_whole, (HALVES, 64, "causal"): d64_causal,
            (HALVES, 128, "whole"): d128_whole, (HALVES, 128, "causal"): d128_causal}


def of_kernel(kernel):
    return by_kind(*((f"{kernel} d{dim} {kind}", 1.0, "") for dim in (64, 128) for kind in ("whole", "causal")))


def with_scaled_d64(whole, causal, kernel):
    """Head dim 64 where only 128 is published: by the ratio of the two in `kernel` on the H100."""
    def scaled(name, kind):
        ratio = fit_curves.fit(f"{kernel} d64 {kind}").share / fit_curves.fit(f"{kernel} d128 {kind}").share
        return name, ratio, (f"from head dim 128 by the ratio {ratio:.3f} of head dim 64 to 128 that the same "
                             "family of kernels has on the H100:")
    return by_kind(scaled(whole, "whole"), scaled(causal, "causal"), (whole, 1.0, ""), (causal, 1.0, ""))


H_PEAKS = "{} data sheet: 989.4 TFLOP/s in FP16 and BF16 on tensor cores, dense; 67 TFLOP/s in FP32 outside them"
A_PEAKS = "{} data sheet: 312 TFLOP/s in FP16 and BF16 on tensor cores, dense; 19.5 TFLOP/s in FP32 outside them"


def h100():
    return gpu("NVIDIA H100 SXM5 80 GB", 81559 * MIB, "what nvidia-smi shows of the 80 GB", 989e12, 67e12,
               H_PEAKS.format("NVIDIA H100"), 3.35e12, "NVIDIA H100 data sheet: HBM3 at 3.35 TB/s",
               of_kernel("h100 fa3"))


def h800():
    return gpu("NVIDIA H800 SXM5 80 GB", 81559 * MIB, "what nvidia-smi shows of the 80 GB", 989e12, 67e12,
               H_PEAKS.format("NVIDIA H100 (the H800 has its processors)"), 3.35e12,
               "NVIDIA H800 data sheet: HBM3 at 3.35 TB/s", of_kernel("h100 fa2"), pytorch=True)


def h200():
    curves = of_kernel("h100 fa3")
    curves[(HALVES, 128, "whole")] = ("h200 cudnn d128 whole", 1.0, "")
    curves[(HALVES, 128, "causal")] = ("h200 cudnn d128 causal", 1.0, "")
    for kind in ("whole", "causal"):
        curves[(HALVES, 64, kind)] = (f"h100 fa3 d64 {kind}", 1.0, "the H200 has the H100's processors:")
    return gpu("NVIDIA H200 SXM 141 GB", 143771 * MIB, "what nvidia-smi shows of the 141 GB", 989e12, 67e12,
               H_PEAKS.format("NVIDIA H200"), 4.8e12, "NVIDIA H200 data sheet: HBM3e at 4.8 TB/s", curves)


def a100_sxm():
    return gpu("NVIDIA A100 SXM4 80 GB", 80 * GIB, "NVIDIA A100 data sheet: 80 GB; nvidia-smi shows 81920 MiB", 312e12,
               19.5e12, A_PEAKS.format("NVIDIA A100"), 2.039e12, "NVIDIA A100 data sheet: HBM2e at 2039 GB/s",
               with_scaled_d64("a100 sxm fa2 d128 whole", "a100 sxm fa2 d128 causal", "h100 fa2"), pytorch=True)


def a100_pcie():
    return gpu("NVIDIA A100 PCIe 80 GB", 80 * GIB, "NVIDIA A100 data sheet: 80 GB; nvidia-smi shows 81920 MiB", 312e12,
               19.5e12, A_PEAKS.format("NVIDIA A100"), 1.935e12, "NVIDIA A100 PCIe data sheet: HBM2e at 1935 GB/s",
               with_scaled_d64("a100 pcie cudnn d128 whole", "a100 pcie cudnn d128 causal", "h100 fa2"))


def pro6000():
    return gpu("NVIDIA RTX PRO 6000 Blackwell 96 GB", 96 * 10**9, "NVIDIA RTX PRO 6000 Blackwell data sheet: 96 GB",
               500e12, 125e12,
               "NVIDIA RTX PRO 6000 Blackwell data sheet: 4000 TOPS in sparse FP4, an eighth of it is dense FP16 and "
               "BF16; 125 TFLOP/s in FP32", 1.792e12,
               "NVIDIA RTX PRO 6000 Blackwell data sheet: GDDR7 at 1792 GB/s",
               with_scaled_d64("pro6000 cudnn d128 whole", "pro6000 cudnn d128 causal", "h100 fa2"))


def cpu(name, cores, hertz, clock_source, memory_bytes, memory_source):
    device = Sourced()
    device.put("name", name).put("kind", "cpu")
    device.put("workers", cores, "cores of the processor; hardware threads that share a core add little to attention")
    device.put("most_ranks", 64, "as many as RingScope runs")
    device.put("memory_bytes", memory_bytes, memory_source)
    peak = 32 * hertz
    peak_source = f"two 8-lane multiply-adds per cycle are 32 FLOPs, F32 or converted to it (kernel avx2); {clock_source}"
    device.put("peaks", [{"dtype": dtype, "flops_per_second": peak} for dtype in ("f32", "f16", "bf16")], peak_source)
    add_curves(device, {((dtype,), dim, kind): (f"cpu {dtype} d{dim} {kind}", 1.0, "")
                        for dtype in ("f32", "f16", "bf16") for dim in (64, 128) for kind in ("whole", "causal")})
    device.put("launch_seconds", 1e-6, "[estimate] a task is taken from a list under a lock")
    device.put("step_seconds", 1e-4, "[estimate] two threads are woken one after the other, as measured on a machine "
                                     "of two cores")
    copying = ("engine/cpu/README.md, Rings: one core copies 10 GB/s, which reads 10 and writes 10")
    device.put("pack_bytes_per_second", 20e9, copying)
    device.put("merge_bytes_per_second", 20e9, f"not used while the kernel merges; {copying}")
    device.put("merges_in_kernel", True)
    device.put("jitter", 0.03, "[estimate] other programs and clocks move the times of a core by a few hundredths")
    return device


def zen3_laptop():
    return cpu("AMD Ryzen 7 5800H, 8 cores", 8, 3.2e9, "AMD Ryzen 7 5800H data sheet: base clock 3.2 GHz", 16 * GIB,
               "[estimate] a usual size for such a laptop")


def link(name, scope, rate, rate_source, latency, latency_source, count=1, shares="", full_duplex=True):
    part = Sourced()
    part.put("name", name).put("scope", scope)
    part.put("count", count, "how the machine is built, as its title says")
    part.put("latency_seconds", latency, latency_source)
    part.put("bytes_per_second", rate, rate_source)
    part.put("full_duplex", full_duplex).put("shares", shares)
    return part


def nvlink(generation, links, constant, reached):
    return link("nvlink", "device", round(links * reached),
                NVLINK_RATE.format(generation, links, 25, reached / 1e9, constant), 3.4e-6,
                NCCL_LATENCY.format("3.4 us for each hop on NVLink"))


def nvlink3():
    return nvlink("NVLink 3", 12, "SM80_NVLINK_BW", 20.0e9)


def nvlink4():
    return nvlink("NVLink 4", 18, "SM90_NVLINK_BW", 20.6e9)


def nvlink_h800():
    return nvlink("NVLink 4 of the H800, 400 GB/s in both directions together", 8, "SM90_NVLINK_BW", 20.6e9)


def nic(count):
    return link("nic", "host", 48e9, NIC_RATE, 14e-6, NCCL_LATENCY.format("14 us for each hop on the network"), count)


PCIE_LATENCY = NCCL_LATENCY.format("5.7 us for each hop on PCIe")
ROOT_5 = ("p2pmark (lukealonso/p2pmark, README) on 8 GPUs on PCIe 5: 189 GB/s together when all read from all others, "
          "where the ports alone would allow 435")


def pcie4():
    port = link("pcie", "device", 24e9, "NCCL's src/graph/topo.h: PCI_BW 12 GB/s for PCIe 3 x16, PCIe 4 doubles it",
                5.7e-6, PCIE_LATENCY, shares="root-complex")
    root = link("root-complex", "host", 94.5e9, f"[estimate] half of what was measured on PCIe 5: {ROOT_5}", 0.0,
                "counted at the port")
    return [port, root]


def pcie5():
    port = link("pcie", "device", 54.3e9, "p2pmark (lukealonso/p2pmark, README): 54.3 GB/s on average from GPU to GPU, "
                "of 63 GB/s that PCIe 5 x16 has", 5.7e-6, PCIE_LATENCY, shares="root-complex")
    root = link("root-complex", "host", 189e9, ROOT_5, 0.0, "counted at the port")
    return [port, root]


def memory(peak_rate, source):
    return link("memory", "device", round(peak_rate * 0.8 / 3),
                f"[estimate] {source}; 0.8 of it are reached, and a copied byte is read, its target fetched and written",
                0.0, "none beyond message_seconds")


CPU_MESSAGE = ("engine/cpu/README.md, Rings: 4032 hops took 0.05 s of a core for waking, locks and the last rank's end")
GPU_MESSAGE = NCCL_LATENCY.format("8.4 us before the first hop")


def machine(name, title, summary, hosts, devices_per_host, device, links, joins, gather, message, at_once):
    members = {"ringscope_machine": 1, "name": name, "title": title, "hosts": hosts,
               "devices_per_host": devices_per_host, "device": device.members,
               "links": [part.members for part in links]}
    members.update(zip(("same_device", "same_host", "between_hosts"), joins))
    members["message_seconds"], message_source = message
    members.update(receives_at_once=at_once, gather=gather, rank_placement="block")
    sources = [("machine", summary), ("hosts", "what the model is of"), ("devices_per_host", "what the model is of")]
    sources += [(f"device.{path}", source) for path, source in device.sources]
    for i, part in enumerate(links):
        sources += [(f"links[{i}].{path}", source) for path, source in part.sources]
    sources.append(("message_seconds", message_source))
    members["sources"] = [{"field": path, "source": source} for path, source in sources]
    return members


def gpus(name, title, summary, hosts, per_host, device, links, joins):
    return machine(name, title, summary, hosts, per_host, device, links, joins, "ring", (8.4e-6, GPU_MESSAGE), True)


def cpus(name, title, summary, hosts, per_host, device, links, joins):
    return machine(name, title, summary, hosts, per_host, device, links, joins, "direct", (12e-6, CPU_MESSAGE), False)


FA3_SUMMARY = "NVIDIA data sheets; FlashAttention-3's published rates on the H100; NCCL's own latencies"
CUDNN_SUMMARY = "NVIDIA data sheets; cuDNN's published rates on this GPU; NCCL's own latencies"
RFA_SUMMARY = ("NVIDIA data sheets; FlashAttention-2's published rates; merges as ring-flash-attention does them; NCCL's "
               "own latencies")
CPU_SUMMARY = "AMD data sheets; RingScope's own measurements on one core of the same kind (engine/cpu/README.md)"

ETHERNET_1 = ("1 Gb/s; TCP carries 1460 of 1538 bytes of a frame, 0.949")
ETHERNET_10 = ("10 Gb/s; TCP carries 1460 of 1538 bytes of a frame, 0.949")
TCP_LATENCY = "[estimate] half of a TCP round trip over one switch, with the sockets' calls at both ends"


def nodes(hosts, nics):
    return gpus(f"{hosts}x8xh100-{nics}nic",
                f"{hosts} nodes of 8 NVIDIA H100 SXM5, NVLink 4, {nics} NDR 400 Gb/s "
                f"{'NIC' if nics == 1 else 'NICs'} each",
                FA3_SUMMARY, hosts, 8, h100(), [nvlink4(), nic(nics)], ("", "nvlink", "nic"))


def a100s(count):
    return gpus(f"{count}xa100-sxm", f"{count} NVIDIA A100 SXM4 80 GB, NVLink 3; FlashAttention-2, merged by PyTorch",
                RFA_SUMMARY, 1, count, a100_sxm(), [nvlink3()], ("", "nvlink", ""))


def laptops(name, rate, per_second, rate_source):
    return cpus(name, f"8 laptops of 8 cores on one {rate} Ethernet switch", CPU_SUMMARY, 8, 1, zen3_laptop(),
                [memory(51.2e9, "DDR4-3200 on two channels: 51.2 GB/s"),
                 link("ethernet", "host", round(per_second * 1460 / 1538), rate_source, 50e-6, TCP_LATENCY)],
                ("memory", "", "ethernet"))


def machines():
    yield cpus("laptop", "A laptop of 8 cores (AMD Zen 3, AVX2)", CPU_SUMMARY, 1, 1, zen3_laptop(),
               [memory(51.2e9, "DDR4-3200 on two channels: 51.2 GB/s")], ("memory", "", ""))
    yield cpus("server-2s", "A server of 2 sockets with 64 cores each (AMD EPYC 7763, AVX2)", CPU_SUMMARY, 1, 2,
               cpu("AMD EPYC 7763, 64 cores", 64, 2.45e9, "AMD EPYC 7763 data sheet: base clock 2.45 GHz", 256 * GIB,
                   "[estimate] 8 modules of 32 GiB per socket"),
               [memory(204.8e9, "AMD EPYC 7763 data sheet: DDR4-3200 on 8 channels, 204.8 GB/s per socket"),
                link("socket-link", "device", 72e9,
                     "[estimate] three xGMI-2 links of 16 lanes at 16 GT/s are 96 GB/s in each direction; three "
                     "quarters of it are reached", 0.0, "none beyond message_seconds")],
               ("memory", "socket-link", ""))
    yield a100s(4)
    yield a100s(8)
    yield gpus("8xh100-sxm", "8 NVIDIA H100 SXM5 80 GB, NVLink 4", FA3_SUMMARY, 1, 8, h100(),
               [nvlink4()], ("", "nvlink", ""))
    yield gpus("8xh200-sxm", "8 NVIDIA H200 SXM 141 GB, NVLink 4", CUDNN_SUMMARY, 1, 8, h200(),
               [nvlink4()], ("", "nvlink", ""))
    yield gpus("8xh800-sxm", "8 NVIDIA H800 SXM5 80 GB, NVLink cut to 400 GB/s; FlashAttention-2, merged by PyTorch",
               RFA_SUMMARY, 1, 8, h800(), [nvlink_h800()],
               ("", "nvlink", ""))
    yield gpus("8xpcie4", "8 NVIDIA A100 PCIe 80 GB on PCIe 4 x16, without NVLink", CUDNN_SUMMARY, 1, 8, a100_pcie(),
               pcie4(), ("", "pcie", ""))
    yield gpus("4xpcie5", "4 NVIDIA RTX PRO 6000 Blackwell 96 GB on PCIe 5 x16, without NVLink", CUDNN_SUMMARY, 1, 4,
               pro6000(), pcie5(), ("", "pcie", ""))
    for hosts, nics in ((16, 1), (16, 8), (64, 1), (64, 8), (512, 8)):
        yield nodes(hosts, nics)
    yield laptops("ethernet-laptops", "1 Gb/s", 125e6, ETHERNET_1)
    yield laptops("ethernet-laptops-10g", "10 Gb/s", 1250e6, ETHERNET_10)


def main():
    check = sys.argv[1:] == ["--check"]
    stale = []
    names = set()
    for made in machines():
        path = FOLDER / (made["name"] + ".json")
        names.add(path.name)
        text = json.dumps(made, indent=2) + "\n"
        if not path.exists() or path.read_text() != text:
            stale.append(path.name)
            if not check:
                path.write_text(text)
    unknown = sorted({path.name for path in FOLDER.glob("*.json")} - names)
    for name in stale:
        print(f"{name}: {'differs from make_machines.py' if check else 'written'}")
    for name in unknown:
        print(f"{name}: no machine of make_machines.py")
    return 1 if unknown or (check and stale) else 0


if __name__ == "__main__":
    sys.exit(main())
