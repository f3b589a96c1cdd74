"""What the profilers of Python watch: calls in depth, threads, garbage, and a few objects."""
import gc
import sys
import threading
import time


def leaf(n):
    return sum(i * i for i in range(n))


def branch(depth):
    if depth == 0:
        return leaf(50)
    return branch(depth - 1) + leaf(20)


def worker(seconds):
    end = time.perf_counter() + seconds
    total = 0
    while time.perf_counter() < end:
        total += branch(3)
        time.sleep(seconds / 4)
    return total


def main(seconds):
    threads = [threading.Thread(target=worker, args=(seconds,), name=f"worker \"{i}\"\n") for i in range(2)]
    for thread in threads:
        thread.start()
    worker(seconds)
    for thread in threads:
        thread.join()
    ring = []
    ring.append(ring)
    del ring
    gc.collect()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 0.02)
