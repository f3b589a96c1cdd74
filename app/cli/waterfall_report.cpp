#include "app/cli/waterfall_report.h"

#include "app/cli/text_table.h"
#include "engine/analysis/stragglers.h"
#include "engine/analysis/waterfall.h"
#include "engine/base/number_text.h"

namespace ringscope {

namespace {

std::string number_or_dash(int number) { return number < 0 ? "-" : std::to_string(number); }

std::string causes_table(const Waterfall& fall) {
    TextTable table({{"where the time went", Align::left}, {"time"}, {"of the wall time"}, {"mostly rank"}});
    const auto add = [&](const char* label, double seconds, const std::string& rank) {
        table.add_row({label, seconds_text(seconds), percent_text(seconds / fall.wall_seconds), rank});
    };
    add("ideal", fall.ideal_seconds, "");
    for (const WaterfallBar& bar : fall.bars)
        add(label_of(bar.cause), bar.seconds, bar.seconds == 0 ? "-" : number_or_dash(bar.rank));
    add("wall time", fall.wall_seconds, "");
    return table.text();
}

std::string ranks_table(const Stragglers& report) {
    TextTable table({{"rank"},
                     {"last in steps"},
                     {"costs others"},
                     {"mostly in step"},
                     {"longest wait for it"},
                     {"slowest step"},
                     {"over the median"}});
    for (const RankStraggling& rank : report.ranks)
        table.add_row({std::to_string(rank.rank), std::to_string(rank.last_steps),
                       seconds_text(rank.cost_seconds), number_or_dash(rank.costliest_step),
                       seconds_text(rank.longest_wait_seconds), number_or_dash(rank.slowest_step),
                       seconds_text(rank.slowest_excess_seconds)});
    return table.text();
}

}  // namespace

std::string waterfall_sentences(const Run& run) {
    const auto fall = waterfall(run);
    return fall ? fall->sentence + "\n" + stragglers(run).sentence + "\n" : "";
}

std::string waterfall_tables(const Run& run) {
    const auto fall = waterfall(run);
    return fall ? causes_table(*fall) + "\n" + ranks_table(stragglers(run)) : "";
}

}  // namespace ringscope
