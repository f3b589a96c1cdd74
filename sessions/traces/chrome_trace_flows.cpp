#include "sessions/traces/chrome_trace_flows.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "engine/base/number_text.h"
#include "sessions/stop.h"

namespace ringscope {

void FlowJoin::add(const ChromeEvent& event, int lane) {
    End end;
    end.time_ns = event.time_ns;
    end.id = event.id;
    end.process = event.id_is_local ? event.process : -1;
    end.category = event.category;
    end.name = event.name;
    end.lane = lane;
    end.number = event.number;
    end.of_slices = event.phase == kFlowOut || event.phase == kFlowThrough || event.phase == kFlowIn;
    if (event.phase == 't' || event.phase == kFlowThrough) end.part = Part::step;
    if (event.phase == 'f' || event.phase == kFlowIn) end.part = Part::end;
    ends_.push_back(end);
}

bool FlowJoin::same_id(const End& a, const End& b) {
    return std::tie(a.of_slices, a.id, a.process) == std::tie(b.of_slices, b.id, b.process);
}

void FlowJoin::arrow(const End& from, const End& to) { arrows_.emplace_back(from, to); }

/// The n-th start in time belongs to the n-th end: also where every end lies before its start.
void FlowJoin::pair_up(Group begin, Group end, size_t pairs) {
    std::stable_sort(begin, end, [](const End& a, const End& b) { return a.part < b.part; });
    for (size_t i = 0; i < pairs; ++i)
        arrow(*(begin + static_cast<std::ptrdiff_t>(i)), *(begin + static_cast<std::ptrdiff_t>(pairs + i)));
}

/// In the order of time every start begins a flow, or without any the first step.
void FlowJoin::walk(Group begin, Group end, std::vector<End>& alone) {
    const auto starts = std::count_if(begin, end, [](const End& at) { return at.part == Part::start; });
    // Of one start only, all else follows it, whatever the clocks say.
    if (starts <= 1) std::stable_sort(begin, end, [](const End& a, const End& b) { return a.part < b.part; });
    Group last = end;
    bool has_arrow = false;
    for (Group at = begin; at != end; ++at) {
        if (at->part == Part::start || (last == end && at->part == Part::step)) {
            if (last != end && !has_arrow) alone.push_back(*last);
            last = at;
            has_arrow = false;
        } else if (last == end) {
            alone.push_back(*at);
        } else {
            arrow(*last, *at);
            has_arrow = true;
            if (at->part == Part::step) last = at;
        }
    }
    if (last != end && !has_arrow) alone.push_back(*last);
}

/// Of one id, by time. False when nothing could be joined.
bool FlowJoin::join_group(Group begin, Group end, std::vector<End>& alone) {
    size_t count[3] = {0, 0, 0};
    for (Group at = begin; at != end; ++at) ++count[static_cast<size_t>(at->part)];
    const size_t before = arrows_.size();
    if (count[0] > 0 && count[0] == count[2] && count[1] == 0)
        pair_up(begin, end, count[0]);
    else
        walk(begin, end, alone);
    return arrows_.size() > before;
}

/// Ends for which `same` holds lie together.
template <typename Same>
void FlowJoin::join_groups(std::vector<End>& ends, Same same, std::vector<End>& alone) {
    for (auto begin = ends.begin(); begin != ends.end();) {
        const auto end = std::find_if(begin, ends.end(), [&](const End& at) { return !same(*begin, at); });
        if (join_group(begin, end, alone))
            for (auto at = begin; at != end; ++at) joined_.emplace(at->category, at->name);
        begin = end;
    }
}

void FlowJoin::join(std::vector<ImportedFlow>& flows, const StringPool& strings, ImportNotes& notes,
                    const std::stop_token& stop) {
    leave_if_stopped(stop);
    const auto strict = [](const End& a) {
        return std::tuple(a.of_slices, a.id, a.process, a.of_slices ? 0 : a.category,
                          a.of_slices ? 0 : a.name);
    };
    std::stable_sort(ends_.begin(), ends_.end(), [&](const End& a, const End& b) {
        return std::tuple(strict(a), a.time_ns, a.part) < std::tuple(strict(b), b.time_ns, b.part);
    });
    std::vector<End> alone, still_alone;
    join_groups(
        ends_, [&](const End& a, const End& b) { return strict(a) == strict(b); }, alone);
    leave_if_stopped(stop);
    // Writers that give start and end different names: by the id alone, unless those of that name find each other.
    const auto found_others = [&](const End& end) { return joined_.count({end.category, end.name}) > 0; };
    const auto loose = std::stable_partition(alone.begin(), alone.end(), found_others);
    std::vector<End> by_id(loose, alone.end());
    alone.erase(loose, alone.end());
    std::stable_sort(by_id.begin(), by_id.end(), [](const End& a, const End& b) {
        return std::tie(a.of_slices, a.id, a.process, a.time_ns, a.part) <
               std::tie(b.of_slices, b.id, b.process, b.time_ns, b.part);
    });
    const size_t strict_arrows = arrows_.size();
    join_groups(by_id, same_id, still_alone);
    alone.insert(alone.end(), still_alone.begin(), still_alone.end());
    const auto described = [&](const End& end) {
        return event_text(end.number, strings[end.name]) + ", id " + strings[end.id];
    };
    for (const End& end : alone) notes.add("flows with one end only", [&] { return described(end); });
    if (arrows_.size() > strict_arrows)
        notes.add(
            "flows whose ends differ in name or category, joined by their id",
            [&] { return described(arrows_[strict_arrows].first); },
            static_cast<int64_t>(arrows_.size() - strict_arrows));
    int64_t early = 0, most = 0;
    const std::pair<End, End>* worst = nullptr;
    for (const auto& both : arrows_) {
        flows.push_back(
            {both.first.lane, both.second.lane, both.first.time_ns, both.second.time_ns, both.first.name});
        const int64_t by = both.first.time_ns - both.second.time_ns;
        if (by <= 0) continue;
        ++early;
        if (by > most) {
            most = by;
            worst = &both;
        }
    }
    if (worst)
        notes.add(
            "flows that arrive before they were sent: their clocks differ",
            [&] { return "by at most " + nanoseconds_text(most) + ", from " + described(worst->first); },
            early);
}

}  // namespace ringscope
