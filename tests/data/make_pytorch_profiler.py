#!/usr/bin/env python3
"""Makes pytorch_profiler.json beside itself: one forward and backward pass of scaled_dot_product_attention on the CPU,
as torch.profiler.export_chrome_trace writes it. Needs PyTorch; the tests need only the file.
"""
import pathlib
import re
import socket

import torch
from torch.nn.functional import scaled_dot_product_attention
from torch.profiler import ProfilerActivity, profile, record_function

torch.manual_seed(1)
torch.set_num_threads(2)
q, k, v = (torch.randn(1, 2, 64, 16, requires_grad=True) for _ in range(3))


def step():
    with record_function("forward"):
        out = scaled_dot_product_attention(q, k, v, is_causal=True)
    with record_function("backward"):
        out.square().sum().backward()


step()
with profile(activities=[ProfilerActivity.CPU], profile_memory=True, acc_events=True) as profiler:
    for _ in range(2):
        step()
        profiler.step()

target = pathlib.Path(__file__).with_name("pytorch_profiler.json")
profiler.export_chrome_trace(str(target))
# The file names the machine and its folders nowhere but here.
text = target.read_text().replace(socket.gethostname(), "host")
text = re.sub(r'"traceName": "[^"]*"', f'"traceName": "{target.name}"', text)
target.write_text(text)
