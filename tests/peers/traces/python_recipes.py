"""Producers from PyPI."""

from recipe import python_recipe


def named(step, name):
    step.__name__ = name
    return step


def viztracer_step(name, *options, program="plain_python.py", suffix="json"):
    def step(box):
        box.python(program)  # the program alone, so that it lies in the folder
        box.commands = []
        box.run(box.interpreter(), "-m", "viztracer", *options, "--quiet", "-o", f"{name}.{suffix}", program, timeout=120)
        box.keep(f"{name}.{suffix}", f"{name}.{suffix}", " ".join(options) or "plain")
    return named(step, name)


def viztracer_events(box):
    box.python("viztracer_events.py", "events.json")
    box.keep("events.json", "events.json", "counters, instants, durations, objects")
    box.python("viztracer_events.py", "nan.json", "nan")
    box.keep("nan.json", "nan.json", "a counter that is NaN")


VIZTRACER = [
    viztracer_step("small", "--max_stack_depth", "4", "--ignore_frozen"),
    viztracer_step("plain"),
    viztracer_step("c-functions-left-out", "--ignore_c_function"),
    viztracer_step("gc", "--log_gc"),
    viztracer_step("async", "--log_async", program="async_python.py"),
    viztracer_step("processes", "--ignore_frozen", program="forks_python.py"),
    viztracer_step("minimize-memory", "--minimize_memory"),
    viztracer_step("arguments", "--log_func_args", "--log_func_retval", "--max_stack_depth", "6"),
    viztracer_step("sparse", "--log_sparse"),
    viztracer_step("numbers", "--log_number", "total", "--log_var", "end", "--max_stack_depth", "4"),
    viztracer_step("exec", "--log_func_exec", "worker", "--log_print", "--log_exception"),
    viztracer_step("gzip", suffix="json.gz"),
    viztracer_events,
]


def py_spy_step(name, *options, program="busy_python.py"):
    def step(box):
        box.python(program, "0.01")
        box.commands = []
        spy = box.interpreter().parent / "py-spy"
        box.run(spy, "record", "--format", "chrometrace", "-o", f"{name}.json", *options, "--", box.interpreter(), program, "0.6")
        box.keep(f"{name}.json", f"{name}.json", " ".join(options) or "plain")
    return named(step, name)


def py_spy_speedscope(box):
    box.python("busy_python.py", "0.01")
    spy = box.interpreter().parent / "py-spy"
    box.run(spy, "record", "--format", "speedscope", "-o", "speedscope.json", "--", box.interpreter(), "busy_python.py", "0.3")
    box.keep("speedscope.json", "speedscope.json", "speedscope", kind="speedscope")


PY_SPY = [
    py_spy_step("plain"), py_spy_step("threads", "--threads", "--rate", "50"), py_spy_step("idle", "--idle", "--threads"),
    py_spy_step("no-lines", "--nolineno"), py_spy_step("subprocesses", "--subprocesses", program="forks_python.py"),
    py_spy_speedscope,
]


def small_tracer(module, *options, name="plain"):
    def step(box):
        box.python("small_tracers.py", module, f"{name}.json", *options)
        box.keep(f"{name}.json", f"{name}.json", " ".join(options) or "plain")
    return named(step, name)


def onnx_step(name, *options):
    def step(box):
        box.python("onnx_session.py", name, *options)
        box.keep(next(box.folder.glob(f"{name}_*.json")), f"{name}.json", " ".join(options) or "sequential")
    return named(step, name)


def torch_step(form, kind="chrome", suffix="json"):
    def step(box):
        box.python("torch_profile.py", form, f"{form}.{suffix}", timeout=400, KINETO_LOG_LEVEL="5", TORCHINDUCTOR_COMPILE_THREADS="1")
        box.keep(f"{form}.{suffix}", f"{form}.{suffix}", form, kind)
    return named(step, form)


def torch_ranks(box):
    box.python("torch_profile.py", "ranks", "rankRANK.json", timeout=400)
    for rank in range(2):
        box.keep(f"rank{rank}.json", f"rank{rank}.json", f"gloo, rank {rank} of 2")


def torch_trace_log(box):
    box.python("torch_profile.py", "compiled", "compiled.json", timeout=400, TORCH_TRACE=str(box.folder / "log"))
    log = next((box.folder / "log").glob("*.log"))
    box.keep(log, "structured-log.log", "TORCH_TRACE", kind="log")


TORCH = [
    torch_step("plain"), torch_step("stack"), torch_step("shapes"), torch_step("memory"), torch_step("modules"), torch_step("all"),
    torch_step("gzip", suffix="json.gz"), torch_step("schedule"), torch_step("legacy"), torch_step("autograd"),
    torch_step("metadata"), torch_step("attention"), torch_step("data-loader"), torch_step("compiled"), torch_ranks,
    torch_step("execution-trace", kind="chakra execution trace"), torch_step("memory-timeline", kind="memory timeline"),
]


def jax_step(name, *options):
    def step(box):
        box.python("jax_profile.py", name, *options, JAX_PLATFORMS="cpu")
        folder = next((box.folder / name).glob("plugins/profile/*"))
        box.keep(folder / "perfetto_trace.json.gz", f"{name}-perfetto.json.gz", f"create_perfetto_trace {' '.join(options)}".strip())
        box.keep(next(path for path in folder.glob("*.trace.json.gz")), f"{name}.json.gz", f"trace.json.gz {' '.join(options)}".strip())
        box.keep(next(folder.glob("*.xplane.pb")), f"{name}.xplane.pb", "XSpace", kind="xplane")
    return named(step, name)


def numba_compiler(box):
    box.python("numba_events.py", NUMBA_CHROME_TRACE="compiler.json")
    box.keep("compiler.json", "compiler.json", "NUMBA_CHROME_TRACE")


def ray_timeline(box):
    box.python("ray_timeline.py", "timeline.json", "/tmp/t/ray-session", RAY_USAGE_STATS_ENABLED="0")
    box.keep("timeline.json", "timeline.json", "ray.timeline")


def tensorflow_step(name, *options):
    def step(box):
        box.python("tensorflow_timeline.py", f"{name}.json", *options, TF_CPP_MIN_LOG_LEVEL="3")
        box.keep(f"{name}.json", f"{name}.json", f"timeline.Timeline {' '.join(options)}".strip())
    return named(step, name)


def paddle_profile(box):
    box.python("paddle_profile.py", "out")
    box.keep(next((box.folder / "out").glob("*.json")), "profile.json", "export_chrome_tracing")


def chromium_step(name, *options):
    def step(box):
        box.python("chromium_devtools.py", f"{name}.json", *options)
        box.keep(f"{name}.json", f"{name}.json", f"devtools {' '.join(options)}".strip())
    return named(step, name)


SMALL = ["keke", "pytracing", "trace-events", "trace-event-handler", "trace-event-pylog", "chrometrace"]

RECIPES = [
    python_recipe("viztracer", "small", VIZTRACER),
    python_recipe("py-spy", "small", PY_SPY),
    python_recipe("onnxruntime", "small", [onnx_step("sequential"), onnx_step("parallel", "parallel")], "onnxruntime", "onnx"),
    *[python_recipe(name, "small", [small_tracer(name.replace("-", "_"))]) for name in SMALL],
    python_recipe("devtools", "small", [chromium_step("page"), chromium_step("screenshots", "screenshots")], "playwright",
                  package="playwright"),
    python_recipe("torch", "torch", TORCH, "torch", "numpy"),
    python_recipe("jax", "jax", [jax_step("plain"), jax_step("python", "python")], "jax", "numba"),
    python_recipe("numba", "jax", [numba_compiler]),
    python_recipe("tensorflow", "tf", [tensorflow_step("step"), tensorflow_step("memory", "memory")], "tensorflow-cpu",
                  package="tensorflow-cpu"),
    python_recipe("paddle", "paddle", [paddle_profile], "paddlepaddle", "setuptools", package="paddlepaddle"),
    python_recipe("ray", "ray", [ray_timeline]),
]
