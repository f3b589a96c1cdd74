"""TensorFlow's step timeline: tensorflow_timeline.py FILE [memory]."""
import sys

import tensorflow as tf
from tensorflow.python.client import timeline

v1 = tf.compat.v1
v1.disable_eager_execution()
a = v1.random_normal([32, 32], name="a")
b = tf.nn.softmax(tf.matmul(a, a, name="square"), name="softmax")
metadata = v1.RunMetadata()
with v1.Session() as session:
    session.run(b, options=v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE), run_metadata=metadata)
steps = timeline.Timeline(metadata.step_stats)
with open(sys.argv[1], "w", encoding="utf-8") as out:
    out.write(steps.generate_chrome_trace_format(show_memory="memory" in sys.argv))
