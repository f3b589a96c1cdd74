#include "engine/experiment/machine_model.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/base/error.h"
#include "engine/base/number_text.h"

namespace ringscope {

namespace {

constexpr int kMostDevices = 1 << 16;

/// Gathers what is wrong, field by field.
class MachineCheck {
  public:
    explicit MachineCheck(const MachineModel& machine) : machine_(machine) {}

    std::vector<FieldProblem> check() {
        if (machine_.name.empty()) add("name", "is empty: a machine needs a name");
        whole("hosts", machine_.hosts, kMostDevices);
        whole("devices_per_host", machine_.devices_per_host, kMostDevices);
        if (int64_t{machine_.hosts} * machine_.devices_per_host > kMostDevices)
            add("hosts", "times devices_per_host is more than " + std::to_string(kMostDevices) + " devices");
        not_negative("message_seconds", machine_.message_seconds);
        check_device();
        for (size_t i = 0; i < machine_.links.size(); ++i) check_link(i);
        check_joins();
        return std::move(problems_);
    }

  private:
    void add(const std::string& path, const std::string& message) { problems_.push_back({path, message}); }
    void whole(const std::string& path, int64_t value, int64_t most) {
        if (value < 1 || value > most)
            add(path, "is " + std::to_string(value) + ": 1 to " + std::to_string(most) + " is allowed");
    }
    void above_zero(const std::string& path, double value) {
        if (!(value > 0) || !std::isfinite(value))
            add(path, "is " + exact_text(value) + ": a number above 0 is allowed");
    }
    void not_negative(const std::string& path, double value) {
        if (!(value >= 0) || !std::isfinite(value))
            add(path, "is " + exact_text(value) + ": 0 or more is allowed");
    }

    void check_device() {
        const DeviceModel& device = machine_.device;
        whole("device.workers", device.workers, 1 << 12);
        whole("device.most_ranks", device.most_ranks, kMaxRanks);
        whole("device.memory_bytes", device.memory_bytes, int64_t{1} << 50);
        not_negative("device.launch_seconds", device.launch_seconds);
        not_negative("device.step_seconds", device.step_seconds);
        above_zero("device.pack_bytes_per_second", device.pack_bytes_per_second);
        above_zero("device.merge_bytes_per_second", device.merge_bytes_per_second);
        if (!(device.jitter >= 0 && device.jitter < 1))
            add("device.jitter", "is " + exact_text(device.jitter) + ": 0 or more and below 1 is allowed");
        if (device.peaks.empty()) add("device.peaks", "is empty: at least one dtype needs a rate");
        for (size_t i = 0; i < device.peaks.size(); ++i) check_peak(i);
        for (size_t i = 0; i < device.curves.size(); ++i) check_curve(i);
    }

    void check_peak(size_t i) {
        const std::vector<PeakRate>& peaks = machine_.device.peaks;
        const std::string path = "device.peaks[" + std::to_string(i) + "]";
        above_zero(path + ".flops_per_second", peaks[i].flops_per_second);
        const DType dtype = peaks[i].dtype;
        if (std::any_of(peaks.begin(), peaks.begin() + static_cast<int64_t>(i),
                        [&](const PeakRate& other) { return other.dtype == dtype; }))
            add(path + ".dtype", std::string("is ") + name_of(dtype) + ": it stands there twice");
        for (const bool causal : {false, true})
            if (std::none_of(machine_.device.curves.begin(), machine_.device.curves.end(),
                             [&](const AttentionCurve& curve) {
                                 return curve.dtype == dtype && curve.causal == causal;
                             }))
                add("device.curves", std::string("has none for dtype ") + name_of(dtype) + " and causal " +
                                         (causal ? "true" : "false") + ": each peak needs both");
    }

    void check_curve(size_t i) {
        const AttentionCurve& curve = machine_.device.curves[i];
        const std::string path = "device.curves[" + std::to_string(i) + "]";
        whole(path + ".head_dim", curve.head_dim, kMaxHeadDim);
        if (!(curve.share > 0 && curve.share <= 1))
            add(path + ".share", "is " + exact_text(curve.share) + ": above 0 and at most 1 is allowed");
        not_negative(path + ".half_keys", curve.half_keys);
        not_negative(path + ".half_rows", curve.half_rows);
    }

    bool is_link(const std::string& name) const { return find(name) != machine_.links.end(); }
    std::vector<LinkModel>::const_iterator find(const std::string& name) const {
        return std::find_if(machine_.links.begin(), machine_.links.end(),
                            [&](const LinkModel& link) { return link.name == name; });
    }

    void check_link(size_t i) {
        const LinkModel& link = machine_.links[i];
        const std::string path = "links[" + std::to_string(i) + "]";
        if (link.name.empty()) add(path + ".name", "is empty: a link needs a name");
        if (find(link.name) - machine_.links.begin() != static_cast<int64_t>(i))
            add(path + ".name", "is " + link.name + ": another link has that name");
        whole(path + ".count", link.count, 1 << 12);
        if (link.count > 1 && link.scope != LinkScope::host)
            add(path + ".count",
                "is " + std::to_string(link.count) + ": only links of scope host may be more than 1");
        not_negative(path + ".latency_seconds", link.latency_seconds);
        above_zero(path + ".bytes_per_second", link.bytes_per_second);
        if (!link.shares.empty() && !is_link(link.shares))
            add(path + ".shares", "is " + link.shares + ": no link has that name");
        if (in_circle(link)) add(path + ".shares", "is " + link.shares + ": these shares lead in a circle");
    }

    /// Whether following its shares comes back to the link.
    bool in_circle(const LinkModel& link) const {
        auto at = find(link.shares);
        for (size_t i = 0; i < machine_.links.size() && at != machine_.links.end(); ++i) {
            if (at->name == link.name) return true;
            at = find(at->shares);
        }
        return false;
    }

    /// A link wherever two ranks can lie.
    void check_joins() {
        join("same_device", machine_.same_device, machine_.device.most_ranks > 1,
             "ranks that share a device (device.most_ranks is " + std::to_string(machine_.device.most_ranks) +
                 ")");
        join("same_host", machine_.same_host, machine_.devices_per_host > 1,
             "devices of one host (devices_per_host is " + std::to_string(machine_.devices_per_host) + ")");
        join("between_hosts", machine_.between_hosts, machine_.hosts > 1,
             "hosts (hosts is " + std::to_string(machine_.hosts) + ")");
    }
    void join(const char* path, const std::string& name, bool needed, const std::string& what) {
        if (name.empty() && needed) add(path, "is empty: it leaves " + what + " unconnected");
        if (!name.empty() && !is_link(name)) add(path, "is " + name + ": no link has that name");
    }

    const MachineModel& machine_;
    std::vector<FieldProblem> problems_;
};

/// Of the dtype and kind of block, ascending by head dim.
std::vector<AttentionCurve> curves_of(const DeviceModel& device, DType dtype, bool causal) {
    std::vector<AttentionCurve> curves;
    for (const AttentionCurve& curve : device.curves)
        if (curve.dtype == dtype && curve.causal == causal) curves.push_back(curve);
    std::sort(curves.begin(), curves.end(),
              [](const AttentionCurve& a, const AttentionCurve& b) { return a.head_dim < b.head_dim; });
    return curves;
}

}  // namespace

std::vector<FieldProblem> validate(const MachineModel& machine) { return MachineCheck(machine).check(); }

void require_valid(const MachineModel& machine) {
    const std::vector<FieldProblem> problems = validate(machine);
    if (problems.empty()) return;
    std::string line = "machine " + machine.name + ": ";
    for (size_t i = 0; i < problems.size(); ++i)
        line += (i > 0 ? "; " : "") + problems[i].path + " " + problems[i].message;
    throw Error(ErrorKind::bad_input, line);
}

void require_room(const MachineModel& machine, const Experiment& experiment) {
    const int ranks = experiment.ring.strategy == Strategy::single ? 1 : experiment.ring.ranks;
    if (ranks > machine.most_ranks())
        throw Error(ErrorKind::bad_input, "ring.ranks is " + std::to_string(ranks) + ": the machine " +
                                              machine.name + " has room for 1 to " +
                                              std::to_string(machine.most_ranks()));
    const DType dtype = experiment.problem.dtype;
    if (peak_of(machine, dtype) > 0) return;
    std::string known;
    for (const PeakRate& peak : machine.device.peaks)
        known += (known.empty() ? "" : ", ") + std::string(name_of(peak.dtype));
    throw Error(ErrorKind::bad_input, std::string("problem.dtype is ") + name_of(dtype) + ": the machine " +
                                          machine.name + " has rates for " + known);
}

int device_of(const MachineModel& machine, int rank, int ranks) {
    const int devices = machine.devices();
    const int place = ranks <= devices ? rank : static_cast<int>(int64_t{rank} * devices / ranks);
    if (machine.rank_placement == RankPlacement::block) return place;
    return place % machine.hosts * machine.devices_per_host + place / machine.hosts;
}

double peak_of(const MachineModel& machine, DType dtype) {
    for (const PeakRate& peak : machine.device.peaks)
        if (peak.dtype == dtype) return peak.flops_per_second;
    return 0;
}

AttentionCurve curve_of(const MachineModel& machine, DType dtype, int head_dim, bool causal) {
    const std::vector<AttentionCurve> curves = curves_of(machine.device, dtype, causal);
    RINGSCOPE_CHECK(!curves.empty());
    const auto above = std::find_if(curves.begin(), curves.end(),
                                    [&](const AttentionCurve& curve) { return curve.head_dim >= head_dim; });
    if (above == curves.end()) return curves.back();
    if (above == curves.begin() || above->head_dim == head_dim) return *above;
    const AttentionCurve& below = *(above - 1);
    const double weight =
        std::log(static_cast<double>(head_dim) / below.head_dim) /
        std::log(static_cast<double>(above->head_dim) / static_cast<double>(below.head_dim));
    const auto mean = [&](double a, double b) { return a + weight * (b - a); };
    return {dtype,
            head_dim,
            causal,
            mean(below.share, above->share),
            mean(below.half_keys, above->half_keys),
            mean(below.half_rows, above->half_rows)};
}

MachineModel scaled(const MachineModel& machine, const WhatIf& what_if) {
    MachineModel changed = machine;
    for (PeakRate& peak : changed.device.peaks) peak.flops_per_second *= what_if.rate;
    changed.device.pack_bytes_per_second *= what_if.rate;
    changed.device.merge_bytes_per_second *= what_if.rate;
    changed.device.launch_seconds /= what_if.rate;
    changed.device.step_seconds /= what_if.rate;
    changed.message_seconds *= what_if.latency;
    for (LinkModel& link : changed.links) {
        link.bytes_per_second *= what_if.bandwidth;
        link.latency_seconds *= what_if.latency;
    }
    return changed;
}

}  // namespace ringscope
