#include "sessions/report/waterfall_json.h"

#include <nlohmann/json.hpp>

#include "engine/analysis/stragglers.h"
#include "engine/analysis/waterfall.h"

namespace ringscope {

namespace {

/// Ranks and steps: null where there is none.
Json index_json(int index) { return index < 0 ? Json() : Json(index); }

}  // namespace

Json waterfall_json(const Run& run) {
    const auto fall = waterfall(run);
    if (!fall) return Json();
    Json json{{"ideal_seconds", fall->ideal_seconds},
              {"wall_seconds", fall->wall_seconds},
              {"flops_per_second", fall->flops_per_second},
              {"causes", Json::array()},
              {"sentence", fall->sentence}};
    for (const WaterfallBar& bar : fall->bars)
        json["causes"].push_back(
            {{"cause", name_of(bar.cause)}, {"seconds", bar.seconds}, {"rank", index_json(bar.rank)}});
    return json;
}

Json stragglers_json(const Run& run) {
    const Stragglers report = stragglers(run);
    if (report.ranks.empty()) return Json();
    Json json{{"ranks", Json::array()},
              {"culprits", report.culprits},
              {"wait_seconds", report.wait_seconds},
              {"sentence", report.sentence}};
    for (const RankStraggling& rank : report.ranks)
        json["ranks"].push_back({{"rank", rank.rank},
                                 {"last_steps", rank.last_steps},
                                 {"cost_seconds", rank.cost_seconds},
                                 {"most_seconds", rank.most_seconds},
                                 {"costliest_step", index_json(rank.costliest_step)},
                                 {"waiter", index_json(rank.waiter)},
                                 {"longest_wait_seconds", rank.longest_wait_seconds},
                                 {"slowest_step", index_json(rank.slowest_step)},
                                 {"slowest_excess_seconds", rank.slowest_excess_seconds}});
    return json;
}

}  // namespace ringscope
