#include "engine/host/machine.h"

#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>

#include "engine/host/memory_limits.h"

namespace ringscope {

namespace {

/// The value behind "key<separator>" on the first line that starts with key; "" when there is none.
std::string value_in(const char* file, const std::string& key, char separator) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (line.compare(0, key.size(), key) != 0) continue;
        const size_t at = line.find(separator);
        if (at == std::string::npos) continue;
        const size_t from = line.find_first_not_of(" \t\"", at + 1);
        const size_t to = line.find_last_not_of(" \t\"\n");
        if (from != std::string::npos && from <= to) return line.substr(from, to - from + 1);
    }
    return "";
}

int64_t meminfo_bytes(const char* key) {
    const std::string text = value_in("/proc/meminfo", key, ':');
    return text.empty() ? 0 : std::strtoll(text.c_str(), nullptr, 10) * 1024;
}

}  // namespace

int usable_cores() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) return std::max(1, CPU_COUNT(&allowed));
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int worker_threads(const BackendSpec& backend) {
    return backend.threads > 0 ? backend.threads : usable_cores();
}

int64_t available_memory_bytes() { return memory_left().bytes; }

Machine this_machine() {
    Machine machine;
    utsname names{};
    ::uname(&names);
    machine.host = names.nodename;
    machine.cpu = value_in("/proc/cpuinfo", "model name", ':');
    if (machine.cpu.empty()) machine.cpu = names.machine;
    machine.cores = usable_cores();
    machine.memory_bytes = meminfo_bytes("MemTotal");
    machine.os = value_in("/etc/os-release", "PRETTY_NAME", '=');
    if (!machine.os.empty()) machine.os += ", ";
    machine.os += std::string(names.sysname) + " " + names.release;
    return machine;
}

}  // namespace ringscope
