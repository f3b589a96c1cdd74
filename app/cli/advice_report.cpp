#include "app/cli/advice_report.h"

#include "app/cli/text_table.h"
#include "engine/base/number_text.h"

namespace ringscope {

namespace {

std::string best_text(const Advice& advice, const MachineModel& machine) {
    if (!advice.best) return "nothing fits on " + machine.name + "\n";
    std::string text = advice.summary + "\n" + advice.best->reason + "\n ";
    for (const auto& [path, value] : assignments_of(advice.best->settings))
        text += " --set " + path + "=" + value;
    return text + "\n";
}

std::string candidates_text(const Advice& advice) {
    TextTable table({{"settings", Align::left}, {"time"}, {"memory"}, {"sent"}, {"why", Align::left}});
    for (const AdvisedCandidate& row : advice.candidates)
        table.add_row({words_of(row.settings) + (row.asked ? " (asked)" : ""),
                       row.seconds ? seconds_text(*row.seconds) : "-",
                       row.device_bytes > 0 ? bytes_text(static_cast<double>(row.device_bytes)) : "-",
                       row.device_bytes > 0 ? bytes_text(static_cast<double>(row.bytes_on_wire)) : "-",
                       row.reason});
    return table.text();
}

std::string longest_text(const Advice& advice) {
    TextTable table(
        {{"longest sequence", Align::left}, {"tokens"}, {"settings", Align::left}, {"limit", Align::left}});
    for (const LongestCase& longest : advice.longest)
        table.add_row({longest.name, count_text(longest.longest.tokens), words_of(longest.longest.settings),
                       longest.longest.limit});
    return table.text();
}

std::string scaling_text(const std::string& title, const std::vector<ScalingPoint>& points) {
    TextTable table({{title}, {"tokens"}, {"time"}, {"efficiency"}, {"", Align::left}});
    for (const ScalingPoint& point : points)
        table.add_row({std::to_string(point.ranks), count_text(point.tokens), seconds_text(point.seconds),
                       percent_text(point.efficiency), point.fits ? "" : "does not fit"});
    return table.text();
}

}  // namespace

std::string advice_report(const Advice& advice, const MachineModel& machine) {
    std::string text = best_text(advice, machine) + "\n" + candidates_text(advice) + "\n" +
                       "border: " + advice.border.reason + "\n\n" + longest_text(advice);
    if (!advice.best) return text;
    text += "\n";
    for (const Sensitivity& one : advice.sensitivity) text += one.words + "\n";
    return text + "\n" + scaling_text("strong scaling, ranks", advice.strong) + "\n" +
           scaling_text("weak scaling, ranks", advice.weak);
}

}  // namespace ringscope
