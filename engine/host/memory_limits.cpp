#include "engine/host/memory_limits.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <vector>

namespace ringscope {

namespace {

namespace fs = std::filesystem;

/// Version 1 writes "no limit" as the largest multiple of a page; nobody has that much.
constexpr int64_t kUnlimited = int64_t{1} << 62;

/// The number behind "key" on the line of a file that begins with it; unset when there is none.
std::optional<int64_t> number_after(const fs::path& file, const std::string& key) {
    std::ifstream in(file);
    std::string word;
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        int64_t value = 0;
        if (words >> word && word == key && words >> value) return value;
    }
    return std::nullopt;
}

/// A file that holds one number; unset when it is missing or says "max".
std::optional<int64_t> number_in(const fs::path& file) {
    std::ifstream in(file);
    int64_t value = 0;
    if (!(in >> value)) return std::nullopt;
    return value;
}

/// A hierarchy of control groups that limits memory.
struct Hierarchy {
    fs::path mounted_at;
    fs::path shows;  // the group that the mount shows as its top: "/" unless it is a part only
    const char* most;
    const char* used;
    const char* cache;  // pages that can be dropped count as free
    std::string group;  // the process's own, from the top of the hierarchy
};
constexpr const char* kVersion2[] = {"memory.max", "memory.current", "inactive_file"};
constexpr const char* kVersion1[] = {"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"};

bool lists(const std::string& comma_separated, const std::string& name) {
    return ("," + comma_separated + ",").find("," + name + ",") != std::string::npos;
}

/// "id:controllers:group" a line; version 2 has id 0 and no controllers.
std::string own_group(const std::string& root, bool version2) {
    std::ifstream in(root + "/proc/self/cgroup");
    for (std::string line; std::getline(in, line);) {
        const size_t first = line.find(':');
        const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        if (version2 ? controllers.empty() : lists(controllers, "memory")) return line.substr(second + 1);
    }
    return "";
}

/// Lines of mountinfo: "36 35 0:31 ROOT MOUNTED_AT options.. - TYPE source SUPER_OPTIONS".
std::vector<Hierarchy> hierarchies(const std::string& root) {
    std::vector<Hierarchy> found;
    std::ifstream in(root + "/proc/self/mountinfo");
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::string skip, shows, at, type, source, options;
        words >> skip >> skip >> skip >> shows >> at;
        while (words >> skip && skip != "-") {
        }
        words >> type >> source >> options;
        const bool version2 = type == "cgroup2";
        if (!version2 && !(type == "cgroup" && lists(options, "memory"))) continue;
        const auto& names = version2 ? kVersion2 : kVersion1;
        const std::string group = own_group(root, version2);
        if (!group.empty())
            found.push_back({fs::path(root + at), shows, names[0], names[1], names[2], group});
    }
    return found;
}

void take_less(MemoryLeft& left, int64_t bytes, const std::string& limit, bool address_space = false) {
    bytes = std::max<int64_t>(0, bytes);
    if (bytes < left.bytes) left = {bytes, limit, address_space};
}

/// The process's own group and all above it, up to where the hierarchy is mounted.
void apply(const Hierarchy& hierarchy, MemoryLeft& left) {
    fs::path below = fs::path(hierarchy.group).lexically_relative(hierarchy.shows);
    if (below.empty() || *below.begin() == "..") below = ".";  // not in sight: the top limits it all the same
    for (;; below = below.parent_path()) {
        const fs::path folder = hierarchy.mounted_at / below;
        const auto most = number_in(folder / hierarchy.most);
        if (most && *most < kUnlimited) {
            const int64_t used = number_in(folder / hierarchy.used).value_or(0);
            const int64_t cache = number_after(folder / "memory.stat", hierarchy.cache).value_or(0);
            std::string name = (hierarchy.shows / below).lexically_normal().string();
            if (name.size() > 1 && name.back() == '/') name.pop_back();
            take_less(left, *most - used + cache, "control group " + name + " (" + hierarchy.most + ")");
        }
        if (below.empty() || below == ".") return;
    }
}

int64_t limit_of(decltype(RLIMIT_AS) which) {
    rlimit limit{};
    if (::getrlimit(which, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur > static_cast<rlim_t>(kUnlimited))
        return ProcessLimits::kNoLimit;
    return static_cast<int64_t>(limit.rlim_cur);
}

}  // namespace

ProcessLimits process_limits() { return {limit_of(RLIMIT_AS), limit_of(RLIMIT_DATA)}; }

MemoryLeft memory_left(const std::string& root, const ProcessLimits& limits) {
    MemoryLeft left{std::numeric_limits<int64_t>::max(), "", false};
    const auto available = number_after(root + "/proc/meminfo", "MemAvailable:");
    if (available) left.bytes = *available * 1024;
    for (const Hierarchy& hierarchy : hierarchies(root)) apply(hierarchy, left);
    const auto used_kib = [&](const char* key) {
        return number_after(root + "/proc/self/status", key).value_or(0);
    };
    if (limits.address_space != ProcessLimits::kNoLimit)
        take_less(left, limits.address_space - used_kib("VmSize:") * 1024, "ulimit -v (RLIMIT_AS)", true);
    if (limits.data != ProcessLimits::kNoLimit)
        take_less(left, limits.data - used_kib("VmData:") * 1024, "ulimit -d (RLIMIT_DATA)", true);
    return left;
}

MemoryLeft memory_left() { return memory_left("", process_limits()); }

}  // namespace ringscope
