"""JAX's profile of a jitted function: jax_profile.py FOLDER [python]. XLA writes trace.json.gz beside perfetto_trace.json.gz."""
import sys

import jax
import jax.numpy as jnp

attend = jax.jit(lambda q, k: jax.nn.softmax(q @ k.T) @ k)
x = jnp.ones((32, 16))
attend(x, x).block_until_ready()
options = jax.profiler.ProfileOptions()
options.python_tracer_level = 1 if "python" in sys.argv else 0
with jax.profiler.trace(sys.argv[1], create_perfetto_trace=True, profiler_options=options):
    for i in range(3):
        with jax.profiler.StepTraceAnnotation("train", step_num=i), jax.profiler.TraceAnnotation("attend \"é\"", size=i):
            attend(x, x).block_until_ready()
