#include "app/cli/import_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/cli/text_table.h"
#include "app/cli/trace_report.h"
#include "engine/base/number_text.h"
#include "sessions/store/kept_trace.h"
#include "sessions/traces/imported_text.h"

namespace ringscope {

namespace {

using Json = nlohmann::ordered_json;

/// "run 3" or "runs 3, 4, 5"
std::string runs_text(const std::vector<int64_t>& ids) {
    std::string text = ids.size() > 1 ? "runs " : "run ";
    for (const int64_t id : ids) text += (id == ids.front() ? "" : ", ") + std::to_string(id);
    return text;
}

std::string notes_lines(const std::vector<ImportNote>& notes) {
    std::string text;
    for (const ImportNote& note : notes) text += "  " + note_text(note) + "\n";
    return text;
}

std::string run_file_line(const ImportReport& report, const ImportedFile& file) {
    if (report.dry_run)
        return std::to_string(file.runs_to_add) + " of " + std::to_string(file.runs) + " runs in " +
               file.path + " would be added to " + report.run_file + "\n";
    if (file.added.empty()) return "no new runs in " + file.path + "\n";
    return "added " + runs_text(file.added) + " from " + file.path + " to " + report.run_file + "\n";
}

std::string kept_line(const ImportReport& report, std::vector<int64_t> ids, const char* how) {
    if (ids.empty()) return "";
    std::sort(ids.begin(), ids.end());
    return std::string(how) + " as " + runs_text(ids) + " in " + report.run_file + "\n";
}

std::string kept_text(const ImportReport& report) {
    std::vector<int64_t> kept, known;
    for (const ImportedFile& file : report.files)
        if (file.run_id) (file.is_new ? kept : known).push_back(*file.run_id);
    const std::string text =
        kept_line(report, std::move(kept), "kept") + kept_line(report, std::move(known), "already kept");
    if (text.empty()) return "";
    return text + "'ringscope gui' and 'ringscope compare' show kept traces, beside runs or alone\n";
}

std::string traces_table(const ImportReport& report, const std::vector<const ImportedFile*>& traces) {
    TextTable table({{"file", Align::left},
                     {"rank"},
                     {"begins at"},
                     {"length"},
                     {"slices"},
                     {"instants"},
                     {"flows"},
                     {"values"},
                     {"notes"}});
    for (size_t i = 0; i < traces.size(); ++i) {
        const ImportedFile& file = *traces[i];
        int64_t notes = 0;
        for (const ImportNote& note : file.notes) notes += note.count;
        table.add_row({file.path, file.start.rank ? std::to_string(*file.start.rank) : "-",
                       nanoseconds_text(report.clock.begin_ns[i]), nanoseconds_text(file.start.length_ns),
                       std::to_string(file.slices), std::to_string(file.instants), std::to_string(file.flows),
                       std::to_string(file.counter_values), std::to_string(notes)});
    }
    return table.text();
}

std::string traces_text(const ImportReport& report) {
    std::vector<const ImportedFile*> traces;
    for (const ImportedFile& file : report.files)
        if (!file.is_run_file) traces.push_back(&file);
    if (traces.empty()) return "";
    if (traces.size() == 1) return traces.front()->report;
    std::string text = traces_table(report, traces) + "\nclock: " + report.clock.source + "\n" +
                       notes_lines(report.clock.notes);
    for (const ImportedFile* file : traces)
        if (!file->notes.empty())
            text += "\nnot shown of " + file->path + ", or shown differently:\n" + notes_lines(file->notes);
    return text;
}

Json notes_json(const std::vector<ImportNote>& notes) {
    Json list = Json::array();
    for (const ImportNote& note : notes)
        list.push_back({{"text", note.text}, {"count", note.count}, {"example", note.example}});
    return list;
}

/// A number, or null.
Json optional_json(const std::optional<int64_t>& value) { return value ? Json(*value) : Json(); }

Json file_json(const ImportedFile& file, int64_t begin_ns) {
    Json json{{"file", file.path},
              {"kind", file.is_run_file ? "run file" : "trace"},
              {"slices", file.slices},
              {"instants", file.instants},
              {"flows", file.flows},
              {"counter_values", file.counter_values},
              {"begin_ns", begin_ns},
              {"length_ns", file.start.length_ns},
              {"notes", notes_json(file.notes)}};
    if (file.is_run_file) {
        json["runs"] = file.runs;
        json["runs_to_add"] = file.runs_to_add;
        json["added"] = file.added;
        return json;
    }
    json["events"] = file.events;
    json["rank"] = optional_json(file.start.rank);
    json["world_size"] = optional_json(file.start.world_size);
    json["job"] = file.start.job;
    json["first_event_ns"] = file.start.first_event_ns;
    json["base_time_ns"] = optional_json(file.start.base_time_ns);
    json["offset_ns"] = file.start.offset_ns;
    json["run_id"] = optional_json(file.run_id);
    json["is_new"] = file.run_id ? Json(file.is_new) : Json();
    return json;
}

}  // namespace

ImportedFile imported_file(const std::string& path, const ImportedTrace& trace, int64_t bytes,
                           const std::string& name) {
    ImportedFile file{path};
    file.start = start_of(trace);
    file.events = trace.events;
    file.slices = trace.slices();
    file.instants = trace.instants();
    file.flows = static_cast<int64_t>(trace.flows.size());
    file.counter_values = trace.counter_values();
    file.notes = trace.notes;
    file.report = trace_report(trace);
    file.record = trace_summary(trace, trace.name, bytes, name);
    file.bytes = bytes;
    return file;
}

std::string import_text(const ImportReport& report) {
    std::string text = traces_text(report);
    for (const ImportedFile& file : report.files)
        if (file.is_run_file) text += run_file_line(report, file);
    if (!report.left_out.empty()) text += "\nleft out:\n" + notes_lines(report.left_out);
    const std::string kept = kept_text(report);
    return text + (kept.empty() ? "" : "\n" + kept);
}

std::string import_json(const ImportReport& report) {
    Json json{{"files", Json::array()},
              {"clock", {{"source", report.clock.source}, {"notes", notes_json(report.clock.notes)}}},
              {"left_out", notes_json(report.left_out)},
              {"run_file", report.run_file},
              {"dry_run", report.dry_run}};
    size_t trace = 0;
    for (const ImportedFile& file : report.files)
        json["files"].push_back(file_json(file, file.is_run_file ? 0 : report.clock.begin_ns[trace++]));
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ringscope
