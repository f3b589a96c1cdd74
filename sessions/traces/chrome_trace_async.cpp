#include "sessions/traces/chrome_trace_async.h"

#include <algorithm>
#include <utility>

namespace ringscope {

namespace {

ImportedSlice slice_of(const ChromeEvent& event, int64_t begin_ns, int64_t end_ns) {
    return {begin_ns, end_ns, event.name, event.category, event.first_argument, event.arguments};
}

constexpr int64_t kNotEnded = INT64_MAX;

}  // namespace

AsyncSlices::Key AsyncSlices::key_of(const ChromeEvent& event) {
    const bool older = event.phase == 'S' || event.phase == 'T' || event.phase == 'p' || event.phase == 'F';
    return {event.category, event.scope, event.id, older ? event.name : -1};
}

AsyncSlices::Open* AsyncSlices::find(const ChromeEvent& event) {
    const auto at = open_.find(key_of(event));
    if (at == open_.end()) return nullptr;
    for (Open& open : at->second)
        if (open.process == event.process) return &open;
    return event.id_is_local || at->second.empty() ? nullptr : &at->second.front();
}

int AsyncSlices::lane_of_instant(const ChromeEvent& event, int lane) {
    const Open* open = find(event);
    return open ? trees_[open->tree].lane : lane;
}

void AsyncSlices::add(const ChromeEvent& event, int64_t time_ns, int lane) {
    if (event.id < 0) {
        return note("parts of asynchronous slices without an \"id\"", event);
    }
    last_ns_ = std::max(last_ns_, time_ns);
    if (begins_async(event.phase)) return begin(event, time_ns, lane);
    Open* open = find(event);
    if (!open)
        note(event.phase == 'e' || event.phase == 'F' ? "ends of asynchronous slices without a beginning"
                                                      : "steps of asynchronous slices without a beginning",
             event);
    else if (event.phase == 'e' || event.phase == 'F')
        end(event, *open, time_ns);
    else
        step(event, *open, time_ns);
}

/// Of the older form every begin is a tree of its own; of the newer one it goes into the open tree of its id.
void AsyncSlices::begin(const ChromeEvent& event, int64_t time_ns, int lane) {
    std::vector<Open>& all = open_[key_of(event)];
    const auto own =
        std::find_if(all.begin(), all.end(), [&](const Open& open) { return open.process == event.process; });
    const bool is_tree = own == all.end() || event.phase == 'S';
    if (!is_tree && own->slices.size() >= kMostRows) {
        ++own->left_out;
        return note(
            "asynchronous slices inside more than " + std::to_string(kMostRows) + " others, not shown",
            event);
    }
    if (is_tree && all.size() >= kMostRows) {
        return note("asynchronous slices of one id beside more than " + std::to_string(kMostRows) +
                        " others, not shown",
                    event);
    }
    if (is_tree) {
        trees_.push_back({lane, {}});
        all.insert(all.begin(), {event.process, trees_.size() - 1, {}, time_ns});
    }
    Open& open = is_tree ? all.front() : *own;
    std::vector<ImportedSlice>& slices = trees_[open.tree].slices;
    open.slices.push_back(slices.size());
    slices.push_back(slice_of(event, time_ns, kNotEnded));
}

void AsyncSlices::note(const std::string& kind, const ChromeEvent& event) {
    notes_.add(kind, [&] { return event_text(event.number, in_.strings[event.name]); });
}

void AsyncSlices::end_slice(const ChromeEvent& event, ImportedSlice& slice, int64_t time_ns) {
    if (time_ns < slice.begin_ns)
        note("asynchronous slices that end before they begin, shown without duration", event);
    slice.end_ns = std::max(time_ns, slice.begin_ns);
}

/// The innermost open slice of the end's name; of the older form the whole, with the step it is in.
void AsyncSlices::end(const ChromeEvent& event, Open& open, int64_t time_ns) {
    if (open.left_out > 0 && event.phase == 'e') {
        --open.left_out;
        return;
    }
    std::vector<ImportedSlice>& slices = trees_[open.tree].slices;
    auto ended = std::find_if(open.slices.rbegin(), open.slices.rend(), [&](size_t slice) {
        return event.name == 0 || slices[slice].name == event.name;
    });
    if (ended == open.slices.rend()) {
        return note("ends of asynchronous slices without a beginning", event);
    }
    ImportedSlice& slice = slices[*ended];
    if (event.phase == 'F')
        for (const size_t inner : open.slices) end_slice(event, slices[inner], time_ns);
    else
        end_slice(event, slice, time_ns);
    if (event.arguments > 0 && slice.arguments == 0) {
        slice.first_argument = event.first_argument;
        slice.arguments = event.arguments;
    } else if (event.arguments > 0) {
        note("ends of slices with arguments of their own", event);
    }
    if (event.phase == 'F')
        open.slices.clear();
    else
        open.slices.erase(std::next(ended).base());
    if (open.slices.empty()) forget(event, open);
}

/// T goes into a step, which lasts to the next or to the end; p goes past one, which began at the last.
void AsyncSlices::step(const ChromeEvent& event, Open& open, int64_t time_ns) {
    std::vector<ImportedSlice>& slices = trees_[open.tree].slices;
    ImportedSlice step = slice_of(event, event.phase == 'p' ? open.last_step_ns : time_ns, kNotEnded);
    for (uint32_t i = 0; i < event.arguments; ++i) {
        const ImportedArgument& argument = in_.arguments[event.first_argument + i];
        if (in_.strings[argument.key] == "step" && argument.text >= 0) step.name = argument.text;
    }
    if (open.slices.size() > 1) {
        end_slice(event, slices[open.slices.back()], time_ns);
        open.slices.pop_back();
    }
    if (event.phase == 'p') {
        end_slice(event, step, time_ns);
        open.last_step_ns = time_ns;
    } else {
        open.slices.push_back(slices.size());
    }
    slices.push_back(step);
}

void AsyncSlices::forget(const ChromeEvent& event, const Open& open) {
    const auto at = open_.find(key_of(event));
    at->second.erase(at->second.begin() + (&open - at->second.data()));
    if (at->second.empty()) open_.erase(at);
}

void AsyncSlices::close(int64_t last_ns) {
    for (const auto& [key, all] : open_)
        for (const Open& open : all)
            for (const size_t slice : open.slices) {
                trees_[open.tree].slices[slice].end_ns =
                    std::max(last_ns, trees_[open.tree].slices[slice].begin_ns);
                const std::string& name = in_.strings[trees_[open.tree].slices[slice].name];
                notes_.add("asynchronous slices without an end, shown to the last event",
                           [&] { return "\"" + name + "\""; });
            }
    open_.clear();
}

}  // namespace ringscope
