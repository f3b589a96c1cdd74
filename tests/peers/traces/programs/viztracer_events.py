"""VizTracer's own events: counters, instants, durations and objects, and a counter that is not a number."""
import sys

from viztracer import VizTracer
from viztracer.vizcounter import VizCounter
from viztracer.vizobject import VizObject

tracer = VizTracer(output_file=sys.argv[1], verbose=0)
tracer.start()
counter = VizCounter(tracer, "queue")
thing = VizObject(tracer, "thing")
for i in range(5):
    counter.length = i
    thing.state = f"step {i}"
    tracer.log_instant(f"mark {i}", args={"i": i, "text": "a\tb"}, scope="tpg"[i % 3])
    with tracer.log_event(f"event {i}"):
        sorted(range(10))
counter.length = float("nan") if len(sys.argv) > 2 else 0
tracer.stop()
tracer.save()
