#include "engine/simulate/network.h"

#include <algorithm>

#include "engine/base/error.h"

namespace ringscope {

namespace {

/// How many of the class there are.
int instances_of(const LinkModel& link, const MachineModel& machine) {
    switch (link.scope) {
        case LinkScope::device:
            return machine.devices();
        case LinkScope::host:
            return machine.hosts * link.count;
        case LinkScope::machine:
            break;
    }
    return 1;
}

/// Which of them a device uses.
int instance_of(const LinkModel& link, const MachineModel& machine, int device) {
    switch (link.scope) {
        case LinkScope::device:
            return device;
        case LinkScope::host: {
            const int host = device / machine.devices_per_host;
            const int place = device % machine.devices_per_host;
            return host * link.count +
                   static_cast<int>(int64_t{place} * link.count / machine.devices_per_host);
        }
        case LinkScope::machine:
            break;
    }
    return 0;
}

}  // namespace

Network::Network(const MachineModel& machine, int ranks, const std::vector<SlowRank>& slow_ranks)
    : machine_(machine), ranks_(ranks) {
    for (const LinkModel& link : machine.links) {
        first_link_.push_back(static_cast<int>(links_.size()));
        const int directed = instances_of(link, machine) * 2;
        for (int i = 0; i < directed; ++i) links_.emplace_back().bytes_per_second = link.bytes_per_second;
    }
    for (const SlowRank& slow : slow_ranks) {
        if (slow.bytes_per_second <= 0) continue;
        const auto [at, is_new] = slow_links_.try_emplace(slow.rank, static_cast<int>(links_.size()));
        if (is_new) links_.emplace_back().bytes_per_second = slow.bytes_per_second;
        double& rate = link_at(at->second).bytes_per_second;
        rate = std::min(rate, slow.bytes_per_second);
    }
}

const LinkModel& Network::link_named(const std::string& name) const {
    const auto at = std::find_if(machine_.links.begin(), machine_.links.end(),
                                 [&](const LinkModel& link) { return link.name == name; });
    RINGSCOPE_CHECK(at != machine_.links.end());
    return *at;
}

const LinkModel& Network::link_between(int from, int to) const {
    const int a = device_of(machine_, from, ranks_);
    const int b = device_of(machine_, to, ranks_);
    if (a == b) return link_named(machine_.same_device);
    const bool one_host = a / machine_.devices_per_host == b / machine_.devices_per_host;
    return link_named(one_host ? machine_.same_host : machine_.between_hosts);
}

/// The device's link of a class, and what that shares, in one direction.
void Network::append(LinkPath& path, const LinkModel& link, int device, bool inward) const {
    for (const LinkModel* at = &link;; at = &link_named(at->shares)) {
        const auto of_class = static_cast<size_t>(at - machine_.links.data());
        const bool second = inward && at->full_duplex && at->scope != LinkScope::machine;
        const DirectedLink directed =
            first_link_[of_class] + 2 * instance_of(*at, machine_, device) + (second ? 1 : 0);
        if (std::find(path.begin(), path.end(), directed) == path.end()) path.push_back(directed);
        if (at->shares.empty()) return;
    }
}

const LinkPath& Network::path(int from, int to) {
    const auto [entry, is_new] = paths_.try_emplace({from, to});
    if (is_new) entry->second = make_path(from, to);
    return entry->second;
}

LinkPath Network::make_path(int from, int to) const {
    LinkPath path;
    const LinkModel& link = link_between(from, to);
    const int sender = device_of(machine_, from, ranks_);
    const int receiver = device_of(machine_, to, ranks_);
    append(path, link, sender, false);
    if (receiver != sender) append(path, link, receiver, true);
    if (const auto slow = slow_links_.find(from); slow != slow_links_.end()) path.push_back(slow->second);
    return path;
}

double Network::latency_seconds(int from, int to) const { return link_between(from, to).latency_seconds; }

int Network::start(const LinkPath& path, double bytes, double now) {
    int flow = static_cast<int>(flows_.size());
    if (free_.empty()) {
        flows_.emplace_back();
    } else {
        flow = free_.back();
        free_.pop_back();
    }
    Flow& started = flow_at(flow);
    started = {path, bytes, 0, 1, now, true, false};
    for (const DirectedLink link : path) link_at(link).flows.push_back(flow);
    mark(path);
    return flow;
}

void Network::end(int flow, double now) {
    Flow& ended = flow_at(flow);
    advance(ended, now);
    ended.under_way = false;
    for (const DirectedLink link : ended.path) std::erase(link_at(link).flows, flow);
    mark(ended.path);
    free_.push_back(flow);
}

void Network::slow_down(int flow, double factor, double now) {
    Flow& slowed = flow_at(flow);
    if (slowed.factor == factor) return;
    advance(slowed, now);
    slowed.factor = factor;
    mark(slowed.path);
}

void Network::mark(const LinkPath& path) { changed_.insert(changed_.end(), path.begin(), path.end()); }

void Network::advance(Flow& flow, double now) const {
    flow.bytes = std::max(0.0, flow.bytes - flow.rate * flow.factor * (now - flow.since));
    flow.since = now;
}

/// All links and flows that hang together with a link.
void Network::gather(DirectedLink from) {
    component_links_.assign(1, from);
    component_flows_.clear();
    link_at(from).seen = true;
    for (size_t next = 0; next < component_links_.size(); ++next)
        for (const int flow : link_at(component_links_[next]).flows) {
            if (flow_at(flow).seen) continue;
            flow_at(flow).seen = true;
            component_flows_.push_back(flow);
            for (const DirectedLink link : flow_at(flow).path) {
                if (link_at(link).seen) continue;
                link_at(link).seen = true;
                component_links_.push_back(link);
            }
        }
}

/// Progressive filling of the component.
void Network::share_out() {
    for (const DirectedLink index : component_links_) {
        Link& link = link_at(index);
        link.left = link.bytes_per_second;
        link.unsettled = static_cast<int>(link.flows.size());
    }
    for (const int flow : component_flows_) flow_at(flow).rate = 0;
    for (;;) {
        const Link* tightest = nullptr;
        for (const DirectedLink index : component_links_) {
            const Link& link = link_at(index);
            if (link.unsettled == 0) continue;
            if (tightest == nullptr || link.left * tightest->unsettled < tightest->left * link.unsettled)
                tightest = &link;
        }
        if (tightest == nullptr) return;
        // Rounding may leave a link nothing for its last flow.
        const double share =
            std::max(tightest->left / tightest->unsettled, 1e-9 * tightest->bytes_per_second);
        for (const int flow : tightest->flows) {
            if (flow_at(flow).rate > 0) continue;
            flow_at(flow).rate = share;
            for (const DirectedLink index : flow_at(flow).path) {
                link_at(index).left = std::max(0.0, link_at(index).left - share);
                --link_at(index).unsettled;
            }
        }
    }
}

const std::vector<Network::Arrival>& Network::settle(double now) {
    arrivals_.clear();
    settled_links_.clear();
    for (const DirectedLink changed : changed_) {
        if (link_at(changed).seen) continue;  // its component is done
        gather(changed);
        for (const int flow : component_flows_) advance(flow_at(flow), now);
        share_out();
        for (const int flow : component_flows_) {
            flow_at(flow).seen = false;
            arrivals_.push_back({flow, now + flow_at(flow).bytes / rate(flow)});
        }
        settled_links_.insert(settled_links_.end(), component_links_.begin(), component_links_.end());
    }
    for (const DirectedLink link : settled_links_) link_at(link).seen = false;
    changed_.clear();
    return arrivals_;
}

}  // namespace ringscope
