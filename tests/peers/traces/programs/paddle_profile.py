"""Paddle's profile of a small model on the CPU: paddle_profile.py FOLDER."""
import sys

import paddle
from paddle import profiler

model = paddle.nn.Linear(16, 4)
x = paddle.ones([8, 16])
watch = profiler.Profiler(targets=[profiler.ProfilerTarget.CPU], on_trace_ready=profiler.export_chrome_tracing(sys.argv[1]))
watch.start()
for _ in range(3):
    model(x).sum().backward()
    watch.step()
watch.stop()
