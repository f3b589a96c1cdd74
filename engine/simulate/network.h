// The links of a machine, and how transfers that are under way share them.
//
// Rates are max-min fair: the most crowded link gives each of its transfers an equal part, what these leave on
// their other links goes to the rest, and so on (progressive filling; Bertsekas and Gallager, Data Networks,
// 6.5.2). Transfers that share no link, directly or by others, never touch each other's rates.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "engine/experiment/machine_model.h"
#include "engine/run/simulation.h"

namespace ringscope {

/// One direction of one link: an index. A link of half duplex has one for both directions.
using DirectedLink = int;
/// What a transfer takes, each once.
using LinkPath = std::vector<DirectedLink>;

class Network {
  public:
    /// Ranks lie on devices as device_of() has it. What a slow rank sends takes a link of its own, too. The
    /// machine is valid and outlives the network.
    Network(const MachineModel& machine, int ranks, const std::vector<SlowRank>& slow_ranks = {});

    /// Whether something beside the machine's links holds back what the rank sends.
    bool is_slowed(int from) const { return slow_links_.contains(from); }

    const LinkPath& path(int from, int to);
    /// The same, not kept for the next time.
    LinkPath make_path(int from, int to) const;
    /// Until the first byte arrives.
    double latency_seconds(int from, int to) const;

    /// A transfer of so many bytes is under way from `now` on; what to call it by.
    int start(const LinkPath& path, double bytes, double now);
    /// It has arrived, or is given up.
    void end(int flow, double now);
    /// It moves at `factor` times the rate that its links give it: who copies lacks a core.
    void slow_down(int flow, double factor, double now);

    struct Arrival {
        int flow = 0;
        double seconds = 0;
    };
    /// New rates for all that the changes since the last call touched: when each of those flows arrives now. Call when
    /// everything that happens at `now` is known.
    const std::vector<Arrival>& settle(double now);

    double rate(int flow) const { return flow_at(flow).rate * flow_at(flow).factor; }
    int links() const { return static_cast<int>(links_.size()); }
    double bytes_per_second(DirectedLink link) const {
        return links_[static_cast<size_t>(link)].bytes_per_second;
    }

  private:
    struct Flow {
        LinkPath path;
        double bytes = 0;  // left at `since`
        double rate = 0;
        double factor = 1;
        double since = 0;
        bool under_way = false;
        bool seen = false;  // while a component is gathered
    };
    struct Link {
        double bytes_per_second = 0;
        std::vector<int> flows;
        bool seen = false;
        double left = 0;    // while rates are set
        int unsettled = 0;  // the same
    };

    void append(LinkPath& path, const LinkModel& link, int device, bool inward) const;
    const LinkModel& link_named(const std::string& name) const;
    const LinkModel& link_between(int from, int to) const;
    void mark(const LinkPath& path);
    void gather(DirectedLink from);
    void share_out();
    void advance(Flow& flow, double now) const;
    Flow& flow_at(int flow) { return flows_[static_cast<size_t>(flow)]; }
    const Flow& flow_at(int flow) const { return flows_[static_cast<size_t>(flow)]; }
    Link& link_at(DirectedLink link) { return links_[static_cast<size_t>(link)]; }

    const MachineModel& machine_;
    const int ranks_;
    std::vector<int> first_link_;  // of each class
    std::vector<Link> links_;
    std::map<int, DirectedLink> slow_links_;  // by rank that sends
    std::vector<Flow> flows_;
    std::vector<int> free_;
    std::map<std::pair<int, int>, LinkPath> paths_;
    std::vector<DirectedLink> changed_;
    std::vector<DirectedLink> settled_links_;
    std::vector<DirectedLink> component_links_;
    std::vector<int> component_flows_;
    std::vector<Arrival> arrivals_;
};

}  // namespace ringscope
