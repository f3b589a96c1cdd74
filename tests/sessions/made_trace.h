// A trace for tests, made slice by slice: MadeTrace("t").lane("rank 0", "main").slice("gemm", 0, 100).
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sessions/traces/imported_trace.h"

namespace ringscope {

class MadeTrace {
  public:
    explicit MadeTrace(const std::string& name) { trace_.name = name; }

    MadeTrace& rank(int64_t rank, int64_t world_size, const std::string& job = "job") {
        trace_.rank = rank;
        trace_.world_size = world_size;
        trace_.job = job;
        return *this;
    }
    /// What follows stands in this lane.
    MadeTrace& lane(const std::string& process, const std::string& name) {
        if (trace_.processes.empty() || trace_.processes.back().name != process)
            trace_.processes.push_back({process, ""});
        ImportedLane lane;
        lane.process = static_cast<int>(trace_.processes.size()) - 1;
        lane.name = name;
        trace_.lanes.push_back(std::move(lane));
        return *this;
    }
    MadeTrace& slice(const std::string& name, int64_t begin_ns, int64_t end_ns,
                     const std::string& category = "") {
        ImportedSlice slice;
        slice.begin_ns = begin_ns;
        slice.end_ns = end_ns;
        slice.name = text(name);
        slice.category = text(category);
        slice.first_argument = static_cast<uint32_t>(trace_.arguments.size());
        trace_.lanes.back().slices.push_back(slice);
        return *this;
    }
    /// Of the last slice.
    MadeTrace& argument(const std::string& key, const std::string& value) {
        trace_.arguments.push_back({text(key), text(value), 0});
        ++trace_.lanes.back().slices.back().arguments;
        return *this;
    }
    MadeTrace& argument(const std::string& key, double value) {
        trace_.arguments.push_back({text(key), -1, value});
        ++trace_.lanes.back().slices.back().arguments;
        return *this;
    }
    MadeTrace& flow(int from_lane, int64_t from_ns, int to_lane, int64_t to_ns) {
        trace_.flows.push_back({from_lane, to_lane, from_ns, to_ns, text("K/V")});
        return *this;
    }
    ImportedTrace trace() const {
        ImportedTrace made = trace_;
        for (ImportedLane& lane : made.lanes) {
            std::stable_sort(lane.slices.begin(), lane.slices.end(), [](const auto& a, const auto& b) {
                return a.begin_ns != b.begin_ns ? a.begin_ns < b.begin_ns : a.end_ns > b.end_ns;
            });
            for (const ImportedSlice& slice : lane.slices)
                made.length_ns = std::max(made.length_ns, slice.end_ns);
        }
        made.dense_end_ns = made.length_ns;
        made.totals = imported_totals(made);
        return made;
    }
    std::shared_ptr<const ImportedTrace> shared() const {
        return std::make_shared<const ImportedTrace>(trace());
    }

  private:
    int32_t text(const std::string& word) {
        const auto at = std::find(trace_.strings.begin(), trace_.strings.end(), word);
        if (at == trace_.strings.end()) trace_.strings.push_back(word);
        return static_cast<int32_t>(std::find(trace_.strings.begin(), trace_.strings.end(), word) -
                                    trace_.strings.begin());
    }

    ImportedTrace trace_;
};

}  // namespace ringscope
