"""Producers from Debian."""


from recipe import debian_recipe

SMALL_CPP = """template <int N> struct Sum { static constexpr int value = N + Sum<N - 1>::value; };
template <> struct Sum<0> { static constexpr int value = 0; };
int half(int n) { int s = 0; for (int i = 0; i < n; ++i) s += i / 2; return s; }
int main() { return half(Sum<40>::value) & 1; }
"""
LARGE_CPP = """#include <algorithm>
#include <map>
#include <regex>
#include <string>
#include <vector>
int main(int argc, char** argv) {
    std::map<std::string, std::vector<int>> map;
    std::regex word("[a-z]+");
    for (int i = 0; i < argc; ++i) if (std::regex_match(argv[i], word)) map[argv[i]].push_back(i);
    return static_cast<int>(map.size());
}
"""


def clang_step(compiler, name, source, *options):
    def step(box):
        box.write(f"{name}.cpp", source)
        box.run(compiler, "-ftime-trace", *options, "-c", f"{name}.cpp", "-o", f"{name}.o")
        box.keep(f"{name}.json", f"{name}.json", f"-ftime-trace {' '.join(options)}".strip())
    step.__name__ = name
    return step


def clang_steps(compiler):
    return [clang_step(compiler, "small", SMALL_CPP), clang_step(compiler, "fine", SMALL_CPP, "-ftime-trace-granularity=0"),
            clang_step(compiler, "optimized", SMALL_CPP, "-O2", "-ftime-trace-granularity=50"),
            clang_step(compiler, "templates", LARGE_CPP, "-O2")]


def lld_link(linker):
    def step(box):
        box.write("main.cpp", SMALL_CPP)
        box.run("clang++", "-c", "-O1", "main.cpp")
        box.run("clang++", f"-fuse-ld={linker}", "-Wl,--time-trace", "-Wl,--time-trace-granularity=0", "main.o", "-o", "main")
        box.keep("main.time-trace", "link.json", "--time-trace")
        box.run("clang++", "-c", "-O1", "-flto", "main.cpp")
        box.run("clang++", f"-fuse-ld={linker}", "-flto", "-Wl,--time-trace", "-Wl,--time-trace-file=lto.json", "main.o", "-o", "main")
        box.keep("lto.json", "lto.json", "--time-trace of link-time optimization")
    return step


def opt_passes(box):
    box.write("main.cpp", SMALL_CPP)
    box.run("clang++", "-S", "-emit-llvm", "-O1", "-Xclang", "-disable-llvm-passes", "main.cpp", "-o", "main.ll")
    box.run("opt", "-time-trace", "-time-trace-file=passes.json", "-O2", "main.ll", "-o", "out.bc")
    box.keep("passes.json", "passes.json", "opt -time-trace")


def ldc_time_trace(box):
    box.write("main.d", 'import std.stdio, std.algorithm, std.range;\nvoid main() { iota(10).map!(n => n * n).writeln; }\n')
    box.run("ldc2", "-c", "--ftime-trace", "--ftime-trace-file=module.json", "main.d")
    box.keep("module.json", "module.json", "--ftime-trace")
    box.write("tiny.d", "int half(int n) { return n / 2; }\n")
    box.run("ldc2", "-c", "--ftime-trace", "--ftime-trace-file=tiny.json", "tiny.d")
    box.keep("tiny.json", "tiny.json", "--ftime-trace of a function")


def cmake_profile(box):
    box.write("script.cmake", "set(text \"a;b\\\"c\")\nforeach(i RANGE 5)\n  math(EXPR n \"${i} * 2\")\n  list(APPEND all ${n})\nendforeach()\n")
    box.run("cmake", "--profiling-format=google-trace", "--profiling-output=script.json", "-P", "script.cmake")
    box.keep("script.json", "script.json", "--profiling-format=google-trace of a script")
    box.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.20)\nproject(small NONE)\nset(text \"a;b\\\"c\")\n"
              "foreach(i RANGE 5)\n  math(EXPR n \"${i} * 2\")\n  list(APPEND all ${n})\nendforeach()\n")
    box.run("cmake", "-S", ".", "-B", "out", "--profiling-format=google-trace", "--profiling-output=configure.json")
    box.keep("configure.json", "configure.json", "--profiling-format=google-trace")
    box.write("c/CMakeLists.txt", "cmake_minimum_required(VERSION 3.20)\nproject(languages C)\nfind_package(Threads)\n")
    box.run("cmake", "-S", "c", "-B", "c-out", "--profiling-format=google-trace", "--profiling-output=languages.json")
    box.keep("languages.json", "languages.json", "--profiling-format=google-trace of a project with a compiler")


def ninja_log(box):
    box.write("build.ninja", "rule copy\n  command = cp $in $out\nbuild b: copy a\nbuild c: copy b\n")
    box.write("a", "a")
    box.run("ninja")
    box.keep(".ninja_log", "log", ".ninja_log", kind="ninja log")


def gn_tracelog(box):
    box.write(".gn", 'buildconfig = "//BUILDCONFIG.gn"\n')
    box.write("BUILDCONFIG.gn", 'set_default_toolchain("//toolchain:none")\n')
    box.write("toolchain/BUILD.gn", 'toolchain("none") {\n  tool("stamp") {\n    command = "touch {{output}}"\n  }\n'
              '  tool("copy") {\n    command = "cp {{source}} {{output}}"\n  }\n}\n')
    box.write("BUILD.gn", 'group("default") {\n  deps = [ ":copied" ]\n}\ncopy("copied") {\n  sources = [ "a.txt" ]\n'
              '  outputs = [ "$target_gen_dir/b.txt" ]\n}\n')
    box.write("a.txt", "a")
    box.run("gn", "gen", "out", "--tracelog=gen.json")
    box.keep("gen.json", "gen.json", "gn gen --tracelog")


NODE_PROGRAM = """const fs = require('fs');
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
performance.mark('a'); fib(18); performance.mark('b \\u{1F600}'); performance.measure('a to b', 'a', 'b \\u{1F600}');
const { performance: p } = require('perf_hooks');
setTimeout(() => { fs.readFileSync(__filename); console.log(fib(5)); }, 2);
fs.promises.readFile(__filename).then(() => new Promise(done => setImmediate(done)));
"""


def node_step(name, categories):
    def step(box):
        box.write("program.js", NODE_PROGRAM)
        box.run("node", "--trace-event-categories", categories, "--trace-event-file-pattern", f"{name}.json", "program.js")
        box.keep(f"{name}.json", f"{name}.json", f"--trace-event-categories {categories}")
    step.__name__ = name
    return step


def node_cpu_profile(box):
    box.write("program.js", NODE_PROGRAM)
    box.run("node", "--cpu-prof", "--cpu-prof-name=program.cpuprofile", "program.js")
    box.keep("program.cpuprofile", "program.cpuprofile", "--cpu-prof", kind="cpuprofile")


NODE = [node_step("default", "node"), node_step("async-hooks", "node.async_hooks"), node_step("performance", "node.perf"),
        node_step("v8", "v8"), node_step("files", "node.fs.sync,node.fs.async,node.bootstrap"),
        node_step("all", "node,node.async_hooks,node.bootstrap,node.console,node.fs.sync,node.perf,node.promises.rejections,node.vm.script,v8"),
        node_step("samples", "v8,disabled-by-default-v8.cpu_profiler"), node_cpu_profile]


def typescript_trace(box):
    box.write("main.ts", "type A<T> = T extends string ? { a: T } : { b: T };\nconst f = <T>(x: T): A<T> => x as any;\n"
              "export const text: string = f('x').a;\nnamespace Inner { export const n = 1; }\n")
    box.run("tsc", "--generateTrace", "out", "--noEmit", "--lib", "es5", "main.ts")
    box.keep("out/trace.json", "small.json", "--generateTrace")
    box.keep("out/types.json", "types.json", "--generateTrace, its types", kind="list of types")
    box.run("tsc", "--generateTrace", "strict", "--strict", "--lib", "es2020,dom", "--outDir", "js", "main.ts", check=False)
    box.keep("strict/trace.json", "dom.json", "--generateTrace, with the library of the browser")


GO_PROGRAM = """package main

import (
	"fmt"
	"os"
	"runtime/trace"
	"sync"
)

func main() {
	out, _ := os.Create("runtime.trace")
	trace.Start(out)
	var group sync.WaitGroup
	for i := 0; i < 4; i++ {
		group.Add(1)
		go func(n int) { defer group.Done(); fmt.Println(n) }(i)
	}
	group.Wait()
	trace.Stop()
}
"""


def go_build(box):
    box.write("go.mod", "module small\n\ngo 1.19\n")
    box.write("main.go", GO_PROGRAM)
    variables = {"GOCACHE": "/tmp/t/go-cache", "GOPATH": "/tmp/t/go-path", "GOFLAGS": "-mod=mod", "GOPROXY": "off"}
    box.run("go", "build", "-debug-trace=build.json", "-o", "small", ".", **variables)
    box.keep("build.json", "build.json", "go build -debug-trace")
    box.run("go", "build", "-debug-trace=cached.json", "-o", "small", ".", **variables)
    box.keep("cached.json", "cached.json", "go build -debug-trace with a full cache")
    box.run("./small")
    box.keep("runtime.trace", "runtime.trace", "runtime/trace", kind="Go execution trace")


def uftrace_dump(box):
    box.write("main.c", "int leaf(int n) { return n * 2; }\nint branch(int n) { return n ? leaf(n) + branch(n - 1) : 0; }\n"
              "int main(void) { return branch(5) & 1; }\n")
    box.run("gcc", "-pg", "-O0", "main.c", "-o", "main")
    box.run("uftrace", "record", "-d", "data", "./main", check=False)
    box.write("dump.json", box.run("uftrace", "dump", "-d", "data", "--chrome"))
    box.keep("dump.json", "dump.json", "dump --chrome")
    box.run("uftrace", "record", "-d", "args", "-a", "./main", check=False)
    box.write("arguments.json", box.run("uftrace", "dump", "-d", "args", "--chrome"))
    box.keep("arguments.json", "arguments.json", "dump --chrome, with arguments")


def bazel_profile(box):
    box.write("WORKSPACE", 'workspace(name = "small")\n')
    box.write("BUILD", 'genrule(name = "a", outs = ["a.txt"], cmd = "echo a > $@")\n'
              'genrule(name = "b", srcs = [":a"], outs = ["b.txt"], cmd = "cat $(SRCS) > $@")\n')
    common = ["bazel", f"--output_user_root={box.folder}/root", "--batch", "build"]
    for name, options in (("profile.json", []), ("profile.json.gz", []), ("slim.json", ["--experimental_slim_json_profile"]),
                          ("full.json", ["--record_full_profiler_data", "--noslim_profile"])):
        box.run(*common, f"--profile={box.folder}/{name}", *options, "//:b", check=False, timeout=500)
        if (box.folder / name).exists():
            box.keep(name, name, f"--profile {' '.join(options)}".strip())


CHROMIUM = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=/tmp/t/chromium-profile"]


def chromium_startup(box):
    page = box.write("page.html", "<h1>a page</h1><script>for (let i = 0; i < 1e5; ++i) performance.now()</script>")
    box.run(*CHROMIUM, "--trace-startup=blink,cc,v8", f"--trace-startup-file={box.folder}/startup.json", "--trace-startup-duration=2",
            "--trace-startup-format=json", "--timeout=3000", "--screenshot=page.png", f"file://{page}", check=False, timeout=120)
    box.keep("startup.json", "startup.json", "--trace-startup-format=json")


def chromium_protobuf(box):
    page = box.write("page.html", "<h1>a page</h1>")
    box.run(*CHROMIUM, "--trace-startup=blink", f"--trace-startup-file={box.folder}/startup.pftrace", "--trace-startup-duration=2",
            "--trace-startup-format=proto", "--timeout=3000", "--screenshot=page.png", f"file://{page}", check=False, timeout=120)
    box.keep("startup.pftrace", "startup.pftrace", "--trace-startup-format=proto", kind="Perfetto protobuf")


def sigrok_decoder(box):
    bits = "".join(f"{level}\n" for level in "1" * 40 + "".join(c * 4 for c in "0" + "10000010" + "1") * 3 + "1" * 40)
    box.write("uart.csv", "rx\n" + bits)
    text = box.run("sigrok-cli", "-I", "csv:samplerate=38400:column_formats=l:header=yes", "-i", "uart.csv", "-P",
                   "uart:rx=rx:baudrate=9600", "--protocol-decoder-jsontrace")
    box.write("uart.json", text)
    box.keep("uart.json", "uart.json", "--protocol-decoder-jsontrace")


RECIPES = [
    debian_recipe("clang", "clang++", clang_steps("clang++")),
    debian_recipe("clang-19", "clang++-19", clang_steps("clang++-19")),
    debian_recipe("lld", "ld.lld", [lld_link("lld")], "clang", "lld"),
    debian_recipe("opt", "opt", [opt_passes], "clang", "llvm"),
    debian_recipe("ldc", "ldc2", [ldc_time_trace]),
    debian_recipe("cmake", "cmake", [cmake_profile]),
    debian_recipe("ninja", "ninja", [ninja_log], "ninja-build"),
    debian_recipe("gn", "gn", [gn_tracelog], "generate-ninja"),
    debian_recipe("node", "node", NODE, "nodejs"),
    debian_recipe("typescript", "tsc", [typescript_trace], "node-typescript"),
    debian_recipe("go", "go", [go_build], "golang-go"),
    debian_recipe("uftrace", "uftrace", [uftrace_dump]),
    debian_recipe("bazel", "bazel", [bazel_profile], "bazel-bootstrap"),
    debian_recipe("chromium", "chromium", [chromium_startup, chromium_protobuf]),
    debian_recipe("sigrok", "sigrok-cli", [sigrok_decoder], "sigrok-cli"),
]
