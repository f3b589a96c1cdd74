"""ray's timeline of six tasks on two workers: ray_timeline.py FILE."""
import sys
import time

import ray

ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, _temp_dir=sys.argv[2])


@ray.remote
def work(n):
    with ray._private.profiling.profile("inner", extra_data={"n": n}):
        time.sleep(0.01)
    return n

ray.get([work.remote(i) for i in range(6)])
time.sleep(3)
ray.timeline(sys.argv[1])
ray.shutdown()
