#include "sessions/traces/imported_text.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "sessions/plain_text.h"

namespace ringscope {

namespace {

constexpr size_t kShownArguments = 16;
constexpr size_t kShownBytes = 120;  // of an argument

std::string argument_text(const ImportedTrace& trace, const ImportedArgument& argument) {
    if (argument.text < 0) {
        const bool whole = argument.number == std::floor(argument.number) && std::abs(argument.number) < 1e15;
        return whole ? count_text(static_cast<int64_t>(argument.number)) : ratio_text(argument.number);
    }
    return cut_text(trace.text(argument.text), kShownBytes);
}

}  // namespace

std::string slice_text(const ImportedTrace& trace, const ImportedLane& lane, size_t index) {
    const ImportedSlice& slice = lane.slices[index];
    const std::string& category = trace.text(slice.category);
    std::string text = trace.text(slice.name) + (category.empty() ? "" : "   (" + category + ")") + "\n" +
                       nanoseconds_text(slice.end_ns - slice.begin_ns) + ", from " +
                       nanoseconds_text(slice.begin_ns) + " after the trace's first event";
    for (uint32_t i = 0; i < slice.arguments && i < kShownArguments; ++i) {
        const ImportedArgument& argument = trace.arguments[slice.first_argument + i];
        text += "\n" + trace.text(argument.key) + "  " + argument_text(trace, argument);
    }
    if (slice.arguments > kShownArguments)
        text += "\nand " + std::to_string(slice.arguments - kShownArguments) + " more";
    return text;
}

std::string note_text(const ImportNote& note) {
    return count_text(note.count) + "  " + note.text +
           (note.example.empty() ? "" : " (the first: " + note.example + ")");
}

std::string notes_text(const ImportedTrace& trace) {
    std::string text;
    for (const ImportNote& note : trace.notes) text += (text.empty() ? "" : "\n") + note_text(note);
    return text;
}

std::string lane_title(const ImportedTrace& trace, int index) {
    const ImportedLane& lane = trace.lanes[static_cast<size_t>(index)];
    return trace.processes[static_cast<size_t>(lane.process)].name + " / " + lane.name;
}

}  // namespace ringscope
