// A machine model: what a machine can do, as far as a schedule has to know it. Plain data, from a file
// (sessions/machines) or from calibration; the simulator lays schedules out on it.
//
//   hosts x devices_per_host devices, all alike
//   links in classes: one per device, some per host, or one for the whole machine
//
//   device 0 ==port==+                         +==port== device 8
//   device 1 ==port==+-- same_host             |
//     ...            |                         |
//   host 0 ========= nic ====================== nic == host 1
//                     between_hosts
//
// A transfer takes, at its sender and at its receiver, the link of its class that belongs to that device, and
// every link which that one `shares`. Transfers that take the same link in the same direction share its rate.
//
// How long attention takes over a block of `rows` queries and `keys` keys with `pairs` allowed pairs:
//
//   seconds = launch_seconds + 4 d pairs / (peak * efficiency)
//   efficiency = share / (1 + half_keys * rows / pairs + half_rows * keys / pairs)
//
// so that a block with many rows and half_keys keys per row runs at half the rate of a large one: loading and
// finishing a row of queries costs as much as half_keys pairs, loading a key as much as half_rows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/experiment/experiment.h"

namespace ringscope {

/// How close attention comes to the peak, for one dtype, head dim and kind of block.
struct AttentionCurve {
    DType dtype = DType::f32;
    int head_dim = 64;
    bool causal = false;   // of blocks that the causal edge cuts; false: of whole blocks
    double share = 0;      // of the peak, in large blocks; 0 < share <= 1
    double half_keys = 0;  // >= 0
    double half_rows = 0;  // >= 0
    bool operator==(const AttentionCurve&) const = default;
};

/// The peak of one device in one dtype.
struct PeakRate {
    DType dtype = DType::f32;
    double flops_per_second = 0;
    bool operator==(const PeakRate&) const = default;
};

enum class DeviceKind { cpu, gpu };
template <>
struct EnumNames<DeviceKind> {
    static constexpr const char* names[] = {"cpu", "gpu"};
};

struct DeviceModel {
    std::string name;
    DeviceKind kind = DeviceKind::gpu;
    int workers = 1;              // cores that share the work of all ranks on the device; 1 for a GPU
    int most_ranks = 1;           // that may share the device
    int64_t memory_bytes = 0;     // of the device
    std::vector<PeakRate> peaks;  // of one worker
    std::vector<AttentionCurve> curves;
    double launch_seconds = 0;  // of each piece of work, whatever its size
    double step_seconds = 0;    // of the work of each step at a rank, before it begins: handing it over
    double pack_bytes_per_second = 0;   // read and written by one worker: packing
    double merge_bytes_per_second = 0;  // the same: merging partial outputs
    bool merges_in_kernel = true;       // no merge of its own after a step
    double jitter = 0;                  // relative standard deviation of the time of a piece of work
    bool operator==(const DeviceModel&) const = default;
};

/// One of how many there are.
enum class LinkScope { device, host, machine };
template <>
struct EnumNames<LinkScope> {
    static constexpr const char* names[] = {"device", "host", "machine"};
};

struct LinkModel {
    std::string name;
    LinkScope scope = LinkScope::device;  // one per device, `count` per host, or one for all
    int count = 1;  // per host: devices take turns, device i link i * count / devices_per_host
    double latency_seconds = 0;
    double bytes_per_second = 0;  // in each direction; of half duplex both together
    bool full_duplex = true;
    std::string shares;  // another link that its transfers take too; "": none
    bool operator==(const LinkModel&) const = default;
};

/// How all_gather brings every share to every rank.
enum class GatherAlgorithm {
    direct,  // every rank fetches every share from its owner, as ranks on a CPU do
    ring,    // p - 1 hops from neighbour to neighbour
    tree,    // log2(p) rounds, doubled from round to round
};
template <>
struct EnumNames<GatherAlgorithm> {
    static constexpr const char* names[] = {"direct", "ring", "tree"};
};

/// Which device a rank has.
enum class RankPlacement {
    block,   // ranks fill a host before the next begins
    cyclic,  // ranks go round the hosts
};
template <>
struct EnumNames<RankPlacement> {
    static constexpr const char* names[] = {"block", "cyclic"};
};

/// Where a number comes from.
struct MachineSource {
    std::string field;   // dotted path in the file: "device.peaks", "links[0].bytes_per_second"
    std::string source;  // a document and what it says, or how it was measured
    bool operator==(const MachineSource&) const = default;
};

struct MachineModel {
    std::string name;   // "8xh100-sxm"
    std::string title;  // one line
    int hosts = 1;
    int devices_per_host = 1;
    DeviceModel device;
    std::vector<LinkModel> links;
    std::string same_device;     // the link between ranks that share a device; "": they cannot
    std::string same_host;       // the link between devices of a host; "": there is one only
    std::string between_hosts;   // the link between hosts; "": there is one only
    double message_seconds = 0;  // of each transfer at its receiver, before its first byte: posting, matching
    bool receives_at_once = true;  // false: a rank brings in one transfer after the other
    GatherAlgorithm gather = GatherAlgorithm::ring;
    RankPlacement rank_placement = RankPlacement::block;
    std::vector<MachineSource> sources;
    int devices() const { return hosts * devices_per_host; }
    int64_t most_ranks() const { return int64_t{devices()} * device.most_ranks; }
    bool operator==(const MachineModel&) const = default;
};

/// Every problem at once, by dotted path as in the file; empty when schedules can be laid out on it: rates above
/// 0, names of links that exist, no circle of shares, a link wherever two ranks can lie.
std::vector<FieldProblem> validate(const MachineModel& machine);

/// Throws Error(bad_input) that joins all problems of the model into one line.
void require_valid(const MachineModel& machine);

/// Throws Error(bad_input) when the machine cannot take the experiment: fewer places than ranks, no rate for its
/// dtype. Names the field, its value and what is allowed.
void require_room(const MachineModel& machine, const Experiment& experiment);

/// Device of a rank, 0 .. devices() - 1. `ranks` that work at all share devices evenly where there are more of them
/// than devices: neighbours lie on one device.
int device_of(const MachineModel& machine, int rank, int ranks);

/// FLOPs per second of one worker for large blocks; 0 when the machine has no rate for the dtype.
double peak_of(const MachineModel& machine, DType dtype);

/// The curve for blocks of that kind: with the head dim asked for or, between two, a mean of both by its logarithm;
/// outside, the nearest. Throws a failed check without any curve of the dtype.
AttentionCurve curve_of(const MachineModel& machine, DType dtype, int head_dim, bool causal);

/// What people turn to see what matters. A factor of 1 changes nothing.
struct WhatIf {
    double rate = 1;       // of every device
    double bandwidth = 1;  // of every link
    double latency = 1;    // of every link and message
    bool operator==(const WhatIf&) const = default;
};
MachineModel scaled(const MachineModel& machine, const WhatIf& what_if);

}  // namespace ringscope
