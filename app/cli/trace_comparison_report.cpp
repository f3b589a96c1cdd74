#include "app/cli/trace_comparison_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/cli/text_table.h"
#include "app/cli/trace_report.h"
#include "app/process/standard_output.h"
#include "sessions/plain_text.h"
#include "sessions/report/html_trace_comparison.h"
#include "sessions/report/trace_comparison_json.h"
#include "sessions/stop.h"
#include "sessions/traces/trace_tables.h"

namespace ringscope {

namespace {

constexpr size_t kNameBytes = 72;

size_t most_rows(TraceTable::Kind kind) {
    switch (kind) {
        case TraceTable::Kind::names:
            return 25;
        case TraceTable::Kind::communications:
            return 15;
        case TraceTable::Kind::matches:
            return 10;
        case TraceTable::Kind::notes:
        case TraceTable::Kind::traces:
        case TraceTable::Kind::ranks:
            break;
    }
    return SIZE_MAX;
}

std::string table_text(const TraceTable& table) {
    std::vector<TextTable::Column> columns;
    for (const TraceTable::Column& column : table.columns)
        columns.push_back({column.title, column.is_text ? Align::left : Align::right});
    TextTable text(std::move(columns));
    const size_t shown = std::min(table.rows.size(), most_rows(table.kind));
    for (size_t row = 0; row < shown; ++row) {
        std::vector<std::string> cells;
        for (const TraceCell& cell : table.rows[row]) cells.push_back(cut_text(cell.text, kNameBytes));
        text.add_row(std::move(cells));
    }
    std::string all = table.title + "\n" + text.text();
    if (shown < table.rows.size())
        all += "and " + std::to_string(table.rows.size() - shown) + " more: --json has all\n";
    return all;
}

std::string comparison_json(const ImportedTraces& traces, const TraceComparison& comparison,
                            const std::vector<int64_t>& ids) {
    using Json = nlohmann::ordered_json;
    Json json = Json::parse(trace_comparison_to_json(traces, comparison));
    for (size_t i = 0; i < traces.size(); ++i) {
        Json trace{{"run_id", ids[i]}};
        trace.update(json["traces"][i]);
        trace.update(Json::parse(trace_to_json(*traces[i])));
        json["traces"][i] = std::move(trace);
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string trace_comparison_text(const ImportedTraces& traces, const TraceComparison& comparison,
                                  const std::vector<int64_t>& ids) {
    std::string text;
    for (const std::string& sentence : comparison.sentences) text += sentence + "\n";
    for (const TraceTable& table : trace_tables(traces, comparison, ids))
        if (traces.size() > 1 || table.kind != TraceTable::Kind::notes)  // of one, trace_report() has them
            text += (text.empty() ? "" : "\n") + table_text(table);
    return text;
}

void print_trace_comparison(RunStore& store, const std::vector<int64_t>& ids,
                            const TraceComparisonOptions& options, const std::stop_token& stop) {
    ImportedTraces traces;
    for (const int64_t id : ids) traces.push_back(store.load_trace(id));
    leave_if_stopped(stop);
    const TraceComparison comparison =
        compare_on_one_clock(traces, options.group_names ? NameRule::grouped : NameRule::whole);
    leave_if_stopped(stop);
    if (!options.html.empty()) save_trace_comparison(traces, comparison, ids, options.html, stop);
    print(options.json ? comparison_json(traces, comparison, ids)
                       : trace_comparison_text(traces, comparison, ids));
}

}  // namespace ringscope
