"""One trace by each of the small tracers from PyPI: small_tracers.py NAME FILE."""
import logging
import sys
import threading
import time

NAME, FILE = sys.argv[1:3]


def work(n):
    time.sleep(0.001)
    return helper(n) + helper(n + 1)


def helper(n):
    return n * n


def keke():
    import keke
    with keke.TraceOutput(open(FILE, "w", encoding="utf-8")):
        with keke.kev("outer", __name__, note="a \"quoted\" note"):
            threads = [threading.Thread(target=keke.ktrace("n")(work), args=(i,)) for i in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        keke.kcount("queue", 3)


def pytracing():
    from pytracing import TraceProfiler
    profiler = TraceProfiler(output=open(FILE, "w", encoding="utf-8"))
    with profiler.traced():
        for i in range(5):
            work(i)
    time.sleep(0.2)
    profiler.output.close()


def trace_events():
    from trace_events import init_trace, profile, timeit
    from trace_events.profiler import global_profiler
    init_trace(save_at_exit=False)
    traced = profile(work)
    for i in range(4):
        with timeit("loop", value=i):
            traced(i)
    global_profiler().save_trace(FILE)


def trace_event_handler():
    from trace_event_handler import TraceEventHandler
    handler = TraceEventHandler(use_duration_events=len(sys.argv) < 4)
    log = logging.getLogger("traced")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    for i in range(4):
        log.info("step %d", i)
        work(i)
    handler.dump(FILE)


def trace_event_pylog():
    from trace_event_pylog import logger
    log = logging.getLogger("traced")
    log.setLevel(logging.DEBUG)
    handler = logger.AsyncTraceEventHandler(FILE)
    log.addHandler(handler)
    for i in range(4):
        log.debug("work", extra={"phase": "B"})
        work(i)
        log.debug("work", extra={"phase": "E"})
    handler.stop()


def chrometrace():
    import chrometrace
    with chrometrace.TraceSink(FILE) as sink:
        process = sink.process_tracer("app", process_id=1337)
        for track in range(2):
            thread = process.thread_tracer(f"thread {track}", track + 1)
            for i in range(5):
                thread.complete("frame", timestamp_us=10 + 1000 * i, duration_us=900)


globals()[NAME]()
