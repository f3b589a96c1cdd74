#include "sessions/traces/trace_tables.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "sessions/plain_text.h"

namespace ringscope {

namespace {

using Column = TraceTable::Column;

constexpr size_t kMostOwnColumns = 6;  // traces whose own times have columns of their own

TraceCell text_cell(const std::string& text) { return {one_line(text)}; }
TraceCell count_cell(int64_t count) { return {count_text(count)}; }
TraceCell time_cell(int64_t ns) {
    return {ns == 0 ? "0" : nanoseconds_text(ns), static_cast<double>(ns) * 1e-9};
}
TraceCell mean_time_cell(double ns) { return time_cell(std::llround(ns)); }
TraceCell change_cell(double ns) {
    const int64_t whole = std::llround(ns);
    if (whole == 0) return {"0", 0.0};
    return {(whole < 0 ? "-" : "+") + nanoseconds_text(std::abs(whole)), ns * 1e-9};
}
TraceCell share_cell(int64_t part, int64_t whole) {
    if (whole == 0) return {"-"};
    return {percent_text(static_cast<double>(part) / static_cast<double>(whole)) + " of " +
            count_text(whole)};
}

std::string numbered(const char* word, size_t index) {
    return std::string(word) + " " + std::to_string(index + 1);
}

TraceTable table_of_traces(const ImportedTraces& traces, const TraceComparison& comparison,
                           const std::vector<int64_t>& ids) {
    TraceTable table{TraceTable::Kind::traces, "traces", "Traces", {}, {}};
    table.columns = {{"trace", "Its number in the columns below.", true},
                     {"run", "Its number in the run file."},
                     {"rank", "As its file says."},
                     {"length", "From its first event to its last."},
                     {"slices", "All of its lanes."},
                     {"own time", "Of all slices together: each moment of each lane once."},
                     {"begins at", "Of the common clock, from the earliest trace on."},
                     {"name", "Of its file.", true}};
    for (size_t i = 0; i < traces.size(); ++i) {
        const ImportedTrace& trace = *traces[i];
        const bool kept = i < ids.size() && ids[i] > 0;
        table.rows.push_back(
            {text_cell(std::to_string(i + 1)), text_cell(kept ? std::to_string(ids[i]) : std::string("-")),
             text_cell(trace.rank ? std::to_string(*trace.rank) : "-"), time_cell(trace.length_ns),
             count_cell(trace.slices()), time_cell(comparison.difference.own_ns[i]),
             time_cell(comparison.offset_ns[i]), text_cell(trace.name)});
    }
    return table;
}

std::vector<TraceCell> one_trace_row(const NameDifference& name, int64_t own_of_all_ns) {
    const NameTimes& times = name.in[0];
    return {time_cell(times.own_ns),
            {percent_text(static_cast<double>(times.own_ns) /
                          static_cast<double>(std::max<int64_t>(own_of_all_ns, 1)))},
            count_cell(times.slices),
            time_cell(times.total_ns),
            mean_time_cell(times.mean_ns),
            mean_time_cell(times.median_ns),
            mean_time_cell(times.deviation_ns),
            time_cell(times.least_ns),
            time_cell(times.most_ns),
            text_cell(name.name),
            text_cell(name.category)};
}

TraceTable names_of_one(const TraceComparison& comparison) {
    TraceTable table{TraceTable::Kind::names, "names", "Where the time went, by name", {}, {}};
    table.columns = {{"own time", "Without what ran inside in its lane."},
                     {"share", "Of the own time of all names."},
                     {"slices", "How many."},
                     {"together", "With what ran inside."},
                     {"mean", "Of one slice, with what ran inside."},
                     {"median", "Half of the slices took less."},
                     {"deviation", "Standard deviation of one slice."},
                     {"least", "The shortest slice."},
                     {"most", "The longest slice."},
                     {"name", "As in the trace.", true},
                     {"category", "As in the trace.", true}};
    for (const NameDifference& name : comparison.difference.names)
        table.rows.push_back(one_trace_row(name, comparison.difference.own_ns[0]));
    return table;
}

/// "yes" where the change of the mean is larger than chance explains, "no" where it is not, else what else says it.
TraceCell spread_cell(const NameDifference& name) {
    if (name.in.front().slices == 0) return {"new"};
    if (name.in[name.trace].slices == 0) return {"gone"};
    const std::optional<double> error = name.mean_change_error_ns();
    if (!error) return {"too few"};
    return {std::abs(name.mean_change_ns()) > *error ? "yes" : "no"};
}

TraceCell own_change_cell(const NameDifference& name) {
    TraceCell cell = change_cell(static_cast<double>(name.own_change_ns()));
    const std::optional<double> error = name.mean_change_error_ns();
    const NameTimes& before = name.in.front();
    const NameTimes& after = name.in[name.trace];
    const bool same_count = before.slices == after.slices;
    // Of as many slices a change of the sum is one of the mean, and may be chance.
    const bool real = !same_count || (error && std::abs(name.mean_change_ns()) > *error);
    cell.grew = real && name.own_change_ns() > 0;
    cell.shrank = real && name.own_change_ns() < 0;
    return cell;
}

TraceTable names_of_several(const ImportedTraces& traces, const TraceComparison& comparison) {
    TraceTable table{TraceTable::Kind::names, "names", "What changed most, by name", {}, {}};
    const size_t own_columns = std::min(traces.size(), kMostOwnColumns);
    table.columns = {{"change", "Of own time, to trace 1."}};
    if (traces.size() > 2) table.columns.push_back({"in trace", "Where the change is largest."});
    for (size_t i = 0; i < own_columns; ++i)
        table.columns.push_back({numbered("own", i), "Own time: without what ran inside in its lane."});
    const char* last = traces.size() > 2 ? " there" : " 2";
    for (const std::string& title : {std::string("slices 1"), std::string("slices") + last})
        table.columns.push_back({title, "How many."});
    for (const std::string& title : {std::string("mean 1"), std::string("mean") + last})
        table.columns.push_back({title, "Of one slice, with what ran inside."});
    for (const std::string& title : {std::string("deviation 1"), std::string("deviation") + last})
        table.columns.push_back({title, "Standard deviation of one slice."});
    table.columns.push_back(
        {"beyond spread",
         "Whether the mean changed by more than chance explains: 95 %, Welch, slices taken as independent."});
    table.columns.push_back({"name", "As in the traces.", true});
    table.columns.push_back({"category", "As in the traces.", true});
    for (const NameDifference& name : comparison.difference.names) {
        const NameTimes& before = name.in.front();
        const NameTimes& after = name.in[name.trace];
        std::vector<TraceCell> row{own_change_cell(name)};
        if (traces.size() > 2) row.push_back(text_cell(std::to_string(name.trace + 1)));
        for (size_t i = 0; i < own_columns; ++i) row.push_back(time_cell(name.in[i].own_ns));
        for (const NameTimes* times : {&before, &after}) row.push_back(count_cell(times->slices));
        for (const NameTimes* times : {&before, &after}) row.push_back(mean_time_cell(times->mean_ns));
        for (const NameTimes* times : {&before, &after}) row.push_back(mean_time_cell(times->deviation_ns));
        row.push_back(spread_cell(name));
        row.push_back(text_cell(name.name));
        row.push_back(text_cell(name.category));
        table.rows.push_back(std::move(row));
    }
    return table;
}

TraceTable table_of_ranks(const JobStragglers& job) {
    TraceTable table{TraceTable::Kind::ranks, "ranks", "Who waits for whom, rank by rank", {}, {}};
    table.columns = {{"rank", "As the traces say."},
                     {"busy", "Work of its device, else of its threads; without communication."},
                     {"communication", "In slices of NCCL, Gloo, MPI and the like."},
                     {"exposed", "Communication while nothing worked."},
                     {"waiting", "In slices that say that they wait."},
                     {"skew", "In matched communications, until the last rank began."},
                     {"transfer", "In matched communications, after that."},
                     {"last to begin", "Of its matched communications."},
                     {"cost others", "What the other ranks together waited for it there."},
                     {"last to end", "Of its matched steps."},
                     {"unmatched", "Communications that other ranks have fewer of."},
                     {"began", "Its first slice, on the common clock."},
                     {"ended", "Its last slice."}};
    for (const RankTimes& rank : job.ranks)
        table.rows.push_back({text_cell(std::to_string(rank.rank)), time_cell(rank.busy_ns),
                              time_cell(rank.communication_ns), time_cell(rank.exposed_ns),
                              time_cell(rank.waiting_ns), time_cell(rank.skew_ns),
                              time_cell(rank.transfer_ns), share_cell(rank.last_to_begin, rank.matched),
                              time_cell(rank.cost_ns), share_cell(rank.last_to_end, rank.steps),
                              count_cell(rank.unmatched), time_cell(rank.begin_ns), time_cell(rank.end_ns)});
    return table;
}

TraceTable table_of_communications(const JobStragglers& job) {
    TraceTable table{TraceTable::Kind::communications,
                     "communications",
                     "Waiting or transfer: communications and steps of the ranks, by name",
                     {},
                     {}};
    table.columns = {{"kind", "A collective, a send and its receive, or a step.", true},
                     {"matched", "How many are on several ranks."},
                     {"skew", "From where the first rank begins to where the last one does, all together."},
                     {"transfer", "From where the last rank begins to the last end, all together."},
                     {"waiting", "Skew as a share of both."},
                     {"most skew", "Of one."},
                     {"often last", "The rank that was last most often."},
                     {"name", "As in the traces.", true}};
    for (const MatchTotals& totals : job.names) {
        const int64_t both = totals.skew_ns + totals.transfer_ns;
        const TraceCell waiting{
            both == 0 ? "-" : percent_text(static_cast<double>(totals.skew_ns) / static_cast<double>(both))};
        table.rows.push_back(
            {text_cell(name_of(totals.kind)), count_cell(totals.matches), time_cell(totals.skew_ns),
             time_cell(totals.transfer_ns), waiting, time_cell(totals.most_skew_ns),
             text_cell(totals.last_rank < 0 ? "-"
                                            : "rank " + std::to_string(totals.last_rank) + " (" +
                                                  count_text(totals.times_last) + "\xC3\x97)"),
             text_cell(totals.name)});
    }
    return table;
}

TraceTable table_of_matches(const JobStragglers& job) {
    TraceTable table{
        TraceTable::Kind::matches, "matches", "Communications and steps with the most skew", {}, {}};
    table.columns = {{"skew", "From where the first rank begins to where the last one does."},
                     {"transfer", "From where the last rank begins to the last end."},
                     {"ranks", "How many took part."},
                     {"last", "The last to begin; of a step, to end."},
                     {"late by", "How much later than the one before it."},
                     {"begins at", "On the common clock."},
                     {"number", "Which of its name, from 0."},
                     {"name", "As in the traces.", true}};
    std::vector<const TraceMatch*> matches;
    for (const TraceMatch& match : job.matches) matches.push_back(&match);
    std::stable_sort(matches.begin(), matches.end(),
                     [](const auto* a, const auto* b) { return a->skew_ns > b->skew_ns; });
    for (const TraceMatch* match : matches) {
        int64_t begin_ns = INT64_MAX;
        for (const TraceMatch::Part& part : match->parts) begin_ns = std::min(begin_ns, part.begin_ns);
        table.rows.push_back(
            {time_cell(match->skew_ns), time_cell(match->transfer_ns),
             count_cell(static_cast<int64_t>(match->parts.size())),
             text_cell(match->last < 0
                           ? "-"
                           : "rank " + std::to_string(match->parts[static_cast<size_t>(match->last)].rank)),
             time_cell(match->late_ns), time_cell(begin_ns), count_cell(match->number),
             text_cell(match->name)});
    }
    return table;
}

TraceTable table_of_notes(const ImportedTraces& traces) {
    TraceTable table{
        TraceTable::Kind::notes, "notes", "Not shown, or shown differently from the file", {}, {}};
    table.columns = {{"trace", "Its number.", true},
                     {"count", "How many there are."},
                     {"what", "The kind.", true},
                     {"the first of them", "As an example.", true}};
    for (size_t i = 0; i < traces.size(); ++i)
        for (const ImportNote& note : traces[i]->notes)
            table.rows.push_back({text_cell(std::to_string(i + 1)), count_cell(note.count),
                                  text_cell(note.text), text_cell(note.example)});
    return table;
}

}  // namespace

TraceGuests make_trace_guests(ImportedTraces traces, const std::vector<int64_t>& ids) {
    TraceGuests guests;
    guests.comparison = compare_on_one_clock(traces);
    guests.tables = trace_tables(traces, guests.comparison, ids);
    guests.traces = std::move(traces);
    return guests;
}

std::vector<TraceTable> trace_tables(const ImportedTraces& traces, const TraceComparison& comparison,
                                     const std::vector<int64_t>& ids) {
    std::vector<TraceTable> tables;
    if (traces.size() > 1) tables.push_back(table_of_traces(traces, comparison, ids));
    tables.push_back(traces.size() == 1 ? names_of_one(comparison) : names_of_several(traces, comparison));
    for (size_t job = 0; job < comparison.jobs.size(); ++job)
        for (TraceTable table :
             {table_of_ranks(comparison.jobs[job]), table_of_communications(comparison.jobs[job]),
              table_of_matches(comparison.jobs[job])}) {
            if (comparison.jobs.size() > 1) {
                table.key += " " + std::to_string(job + 1);
                table.title += ", job " + std::to_string(job + 1);
            }
            tables.push_back(std::move(table));
        }
    tables.push_back(table_of_notes(traces));
    std::erase_if(tables, [](const TraceTable& table) { return table.rows.empty(); });
    return tables;
}

}  // namespace ringscope
