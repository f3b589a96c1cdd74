#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/bench/bench.h"
#include "engine/base/error.h"
#include "sessions/store/store_bench.h"

namespace ringscope {

nlohmann::ordered_json bench_store(std::stop_token stop) {
    const StoreBench usual;
    const StoreBench measured =
        measure_store(std::filesystem::temp_directory_path().string(), usual.spans, usual.runs, stop);
    nlohmann::ordered_json report{{"results", nlohmann::ordered_json::array()}};
    report["results"].push_back({{"spans", measured.spans},
                                 {"save_seconds", measured.save_seconds},
                                 {"open_seconds", measured.open_seconds},
                                 {"bytes_per_span", measured.bytes_per_span},
                                 {"runs", measured.runs},
                                 {"list_ms", measured.list_ms},
                                 {"filter_ms", measured.filter_ms},
                                 {"sort_ms", measured.sort_ms}});
    return report;
}

}  // namespace ringscope
