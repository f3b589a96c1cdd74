"""Keeps one thread busy for a sampler, and a second one asleep half of the time."""
import sys
import threading
import time


def count(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        sum(range(1000))


def nap(seconds):
    for _ in range(int(seconds * 20)):
        time.sleep(0.025)
        count(0.025)


if __name__ == "__main__":
    SECONDS = float(sys.argv[1])
    sleeper = threading.Thread(target=nap, args=(SECONDS,), name="naps")
    sleeper.start()
    count(SECONDS)
    sleeper.join()
