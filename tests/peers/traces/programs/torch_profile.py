"""PyTorch's traces of a small model on the CPU: torch_profile.py FORM FILE."""
import sys

import torch
from torch.profiler import ExecutionTraceObserver, ProfilerActivity, profile, record_function, schedule

FORM, FILE = sys.argv[1:3]
torch.manual_seed(1)
torch.set_num_threads(2)
model = torch.nn.Sequential(torch.nn.Linear(16, 16), torch.nn.ReLU(), torch.nn.Linear(16, 4))
x = torch.randn(8, 16)


def step(network=model):
    with record_function("forward é"):
        out = network(x)
    with record_function("backward"):
        out.square().sum().backward()


def kept(**options):
    with profile(activities=[ProfilerActivity.CPU], **options) as profiler:
        step()
    profiler.export_chrome_trace(FILE)


def scheduled():
    with profile(activities=[ProfilerActivity.CPU], schedule=schedule(wait=1, warmup=1, active=2, repeat=1),
                 on_trace_ready=lambda profiler: profiler.export_chrome_trace(FILE)) as profiler:
        for _ in range(5):
            step()
            profiler.step()


def legacy():
    with torch.autograd.profiler.profile(use_kineto=False) as profiler:
        step()
    profiler.export_chrome_trace(FILE)


def autograd():
    with torch.autograd.profiler.profile(use_kineto=True, record_shapes=True) as profiler:
        step()
    profiler.export_chrome_trace(FILE)


def execution_trace():
    observer = ExecutionTraceObserver()
    observer.register_callback(FILE)
    observer.start()
    step()
    observer.stop()
    observer.unregister_callback()


def memory_timeline():
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True, record_shapes=True, with_stack=True) as profiler:
        step()
    profiler.export_memory_timeline(FILE, device="cpu")


def metadata():
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        step()
        profiler.add_metadata("note", "a \"quoted\" note\twith a tab")
        profiler.add_metadata_json("list", "[1, 2, {\"a\": null}]")
    profiler.export_chrome_trace(FILE)


def attention():
    q, k, v = (torch.randn(1, 2, 64, 16, requires_grad=True) for _ in range(3))
    with profile(activities=[ProfilerActivity.CPU], with_flops=True, record_shapes=True) as profiler:
        torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True).sum().backward()
    profiler.export_chrome_trace(FILE)


def data_loader():
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x), batch_size=2, num_workers=2)
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        for (batch,) in loader:
            model(batch)
    profiler.export_chrome_trace(FILE)


def compiled():
    network = torch.compile(model)
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        step(network)
        step(network)
    profiler.export_chrome_trace(FILE)


def ranks():
    import os
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29533", GLOO_SOCKET_IFNAME="lo")
    children = [torch.multiprocessing.get_context("spawn").Process(target=rank_of, args=(rank,)) for rank in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()


def rank_of(rank):
    import torch.distributed as dist
    dist.init_process_group("gloo", rank=rank, world_size=2)
    with profile(activities=[ProfilerActivity.CPU], record_shapes=True) as profiler:
        step()
        for parameter in model.parameters():
            dist.all_reduce(parameter.grad)
    profiler.export_chrome_trace(FILE.replace("RANK", str(rank)))
    dist.destroy_process_group()


FORMS = {
    "plain": kept, "stack": lambda: kept(with_stack=True), "shapes": lambda: kept(record_shapes=True),
    "memory": lambda: kept(profile_memory=True), "modules": lambda: kept(with_stack=True, with_modules=True),
    "all": lambda: kept(with_stack=True, record_shapes=True, profile_memory=True, with_flops=True, with_modules=True),
    "gzip": kept, "schedule": scheduled, "legacy": legacy, "autograd": autograd, "execution-trace": execution_trace,
    "memory-timeline": memory_timeline, "metadata": metadata, "attention": attention, "data-loader": data_loader,
    "compiled": compiled, "ranks": ranks,
}

if __name__ == "__main__":
    step()
    FORMS[FORM]()
