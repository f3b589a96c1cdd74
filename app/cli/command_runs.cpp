// ringscope runs: the runs in a run file.
#include <algorithm>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>

#include "app/cli/arguments.h"
#include "app/cli/command_runs_sql.h"
#include "app/cli/commands.h"
#include "app/cli/report.h"
#include "app/cli/run_file_option.h"
#include "app/cli/text_table.h"
#include "app/cli/trace_comparison_report.h"
#include "app/cli/trace_offset.h"
#include "app/cli/trace_report.h"
#include "app/cli/waterfall_report.h"
#include "app/process/standard_output.h"
#include "engine/analysis/verification_text.h"
#include "engine/base/number_text.h"
#include "engine/simulate/replay.h"
#include "sessions/compare/repeats.h"
#include "sessions/plain_text.h"
#include "sessions/report/run_json.h"
#include "sessions/store/run_filter.h"
#include "sessions/store/run_properties.h"
#include "sessions/store/run_store.h"

namespace ringscope {

namespace {

struct RunsCommand {
    std::string db, run, text, filter, sort;
    std::vector<std::string> words;
    bool json = false;
    bool archived = false;
    std::stop_token stop{};
};

/// Comma-parted words on lines of some 100 letters, indented.
std::string folded_list(const std::string& words) {
    constexpr size_t kWidth = 98;
    std::string text = "  ";
    size_t column = 2;
    for (size_t at = 0; at < words.size();) {
        const size_t end = std::min(words.find(", ", at), words.size() - 1) + 1;
        const std::string word = words.substr(at, end - at);
        if (column + word.size() > kWidth) {
            text.erase(text.find_last_not_of(' ') + 1);
            text += "\n  ";
            column = 2;
        }
        text += word;
        column += word.size();
        at = end;
        if (at < words.size() && words[at] == ' ') text += ' ', ++at, ++column;
    }
    return text + "\n";
}

std::string check_mark(const RunSummary& run) {
    if (!run.verified) return "not verified";
    return (run.verify_passed ? "ok, " : "WRONG, ") + error_text(run.figures["max_abs_error"]);
}

/// Of the figures those that fit into a terminal's line.
constexpr const char* kListedFigures[] = {"seconds", "gflops_per_second", "bytes_on_wire", "peak_bytes"};

/// "measured", "simulated on 8xh100-sxm"
std::string origin_words(const RunSummary& run) {
    return name_of(run.origin) + (run.machine.empty() ? "" : " on " + run.machine) +
           (run.varied.empty() ? "" : ", " + run.varied);
}

std::string list_text(RunStore& store, const std::vector<RunSummary>& runs, size_t all) {
    if (all == 0) return "no runs in " + store.path() + "\n";
    if (runs.empty()) return "none of " + std::to_string(all) + " runs in " + store.path() + " matches\n";
    std::vector<TextTable::Column> columns{{"run"},
                                           {"name", Align::left},
                                           {"state", Align::left},
                                           {"origin", Align::left},
                                           {"started (UTC)", Align::left}};
    for (const char* key : kListedFigures) columns.push_back({figure(key).name});
    columns.push_back({"reference", Align::left});
    columns.push_back({"settings", Align::left});
    TextTable table(std::move(columns));
    for (const RunSummary& run : runs) {
        std::vector<std::string> cells{std::to_string(run.id), marked_name(run), state_text(run),
                                       origin_words(run), utc_text(run.started_utc_ms)};
        for (const char* key : kListedFigures)
            cells.push_back(figure_text(run.figures[key], figure(key).unit));
        cells.push_back(run.is_trace ? "-" : check_mark(run));
        cells.push_back(run.settings);
        table.add_row(std::move(cells));
    }
    return table.text() + "\n" + std::to_string(runs.size()) + " of " + std::to_string(all) + " runs; " +
           store.path() + ": " + bytes_text(static_cast<double>(store.file_bytes())) + "\n";
}

int list_runs(const RunsCommand& command) {
    const auto store = open_run_file(command.db, command.stop);
    const RunFilter filter(command.filter);
    const bool archived = command.archived || filter.names("archived");
    std::vector<RunSummary> runs = store->list();
    const size_t all = runs.size();
    std::erase_if(runs,
                  [&](const RunSummary& run) { return (run.archived && !archived) || !filter.matches(run); });
    if (!command.sort.empty()) sort_runs(runs, command.sort);
    print(command.json ? summaries_to_json(runs) : list_text(*store, runs, all));
    print_message_of(*store);
    return 0;
}

/// Where the run came from, and which others are of the same experiment.
std::string provenance(const Run& run, const RunSummary& summary) {
    const Machine& machine = run.machine;
    std::string text = "version " + build_text(run.version, run.revision) + ", " + machine.cpu + ", " +
                       std::to_string(machine.cores) + " cores, " +
                       bytes_text(static_cast<double>(machine.memory_bytes)) + ", " + machine.os +
                       "; device " + run.device + ", " + std::to_string(run.threads) + " threads\n";
    if (summary.output_bytes > 0)
        text += "output kept: " + bytes_text(static_cast<double>(summary.output_bytes)) + "\n";
    if (summary.same_experiment > 1)
        text += "one of " + std::to_string(summary.same_experiment) +
                " runs of this experiment: runs list --filter hash=" + summary.experiment_hash + "\n";
    return text;
}

/// Number, name, state and time, tags and note.
std::string heading(const RunSummary& summary) {
    std::string text = "run " + std::to_string(summary.id) + ": " + one_line(summary.name) + "   (" +
                       state_text(summary) + ", " + utc_text(summary.started_utc_ms) + " UTC" +
                       (summary.host.empty() ? "" : ", " + summary.host) + ")\n";
    for (const std::string& tag : summary.tags)
        text += "#" + one_line(tag) + (tag == summary.tags.back() ? "\n" : " ");
    return text + (summary.note.empty() ? "" : summary.note + "\n");
}

int show_trace(RunStore& store, const RunSummary& summary, bool as_json) {
    const auto trace = store.load_trace(summary.id);
    if (as_json) {
        auto json = nlohmann::ordered_json::parse(summary_to_json(summary));
        json["trace"] = nlohmann::ordered_json::parse(trace_to_json(*trace));
        print(json.dump(2) + "\n");
    } else {
        const ImportedTraces alone{trace};
        print(heading(summary) + "\n" + trace_report(*trace) + "\n" +
              trace_comparison_text(alone, compare_traces(alone), {summary.id}));
    }
    return 0;
}

int show_run(const RunsCommand& command) {
    const auto store = open_run_file(command.db, command.stop);
    const int64_t id = store->find(command.run);
    const RunSummary summary = store->summary(id);
    if (summary.is_trace) return show_trace(*store, summary, command.json);
    const auto run = store->load(id);
    if (command.json) {
        print(run_to_json(*run, id));
        return 0;
    }
    std::string text = heading(summary);
    if (!summary.error.empty()) text += summary.error + "\n";
    if (!run->caveat.empty()) text += run->caveat + "\n";
    text += provenance(*run, summary);
    text += "\n" + run_report(*run);
    const std::string tables = waterfall_tables(*on_own_devices(run));
    if (!tables.empty()) text += "\n" + tables;
    if (run->verification) text += "\n" + verification_line(*run->verification) + "\n";
    print(text);
    return 0;
}

int check_file(const RunsCommand& command) {
    const auto store = open_run_file(command.db, command.stop);
    const std::vector<std::string> problems = store->check();
    if (command.json)
        print(nlohmann::ordered_json{
                  {"file", store->path()}, {"undamaged", problems.empty()}, {"problems", problems}}
                  .dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
              "\n");
    if (!problems.empty()) {
        std::string text = store->path() + " is damaged";
        for (const std::string& problem : problems)
            text += (problem == problems.front() ? ": " : "; ") + problem;
        throw Error(ErrorKind::io, text);
    }
    if (!command.json) print(store->path() + " is undamaged\n");
    return 0;
}

int compact_file(const RunsCommand& command) {
    const auto store = open_run_file(command.db, command.stop);
    const RunStore::Compaction sizes = store->compact();
    print(store->path() + ": " + bytes_text(static_cast<double>(sizes.bytes_before)) + " before, " +
          bytes_text(static_cast<double>(sizes.bytes_after)) + " after\n");
    return 0;
}

int set_baseline(const RunsCommand& command) {
    const auto store = open_run_file(command.db, command.stop);
    store->set_baseline(command.run.empty() ? std::nullopt : std::optional(store->find(command.run)));
    return 0;
}

/// Opens the file, finds the run, changes it.
std::function<int()> changing(std::shared_ptr<RunsCommand> command,
                              std::function<void(RunStore&, int64_t, const RunsCommand&)> change) {
    return [command, change] {
        const auto store = open_run_file(command->db, command->stop);
        change(*store, store->find(command->run), *command);
        return 0;
    };
}

void declare_changes(Arguments& runs, const std::shared_ptr<RunsCommand>& command) {
    const auto with_run = [&](Arguments arguments) {
        arguments.positional("RUN", command->run, "Run by number, name or start of the uuid");
        declare_run_file(arguments, command->db);
        return arguments;
    };
    with_run(runs.command("rename", "Give a run another name",
                          changing(command, [](RunStore& s, int64_t id,
                                               const RunsCommand& c) { s.rename(id, c.text); })))
        .positional("NAME", command->text, "The new name");
    with_run(runs.command("note", "Write a run's note",
                          changing(command, [](RunStore& s, int64_t id,
                                               const RunsCommand& c) { s.set_note(id, c.text); })))
        .positional("TEXT", command->text, "The note; '' removes it");
    with_run(runs.command("tag", "Set a run's tags",
                          changing(command,
                                   [](RunStore& s, int64_t id, const RunsCommand& c) {
                                       if (std::count(c.words.begin(), c.words.end(), "") > 0)
                                           throw Error(
                                               ErrorKind::bad_input,
                                               "'' is not a tag: one character or more, or no tag at all");
                                       s.set_tags(id, c.words);
                                   })))
        .positionals("TAG", command->words, "The tags, replacing all; none removes them", 0);
    with_run(runs.command("shift", "Set what is added to a kept trace's times, beside other traces",
                          changing(command,
                                   [](RunStore& s, int64_t id, const RunsCommand& c) {
                                       s.set_trace_offset(id, read_offset_ns("TIME", c.text));
                                   })))
        .positional("TIME", command->text, "1.6ms, -250us, or 0 to leave them as they are");
    with_run(runs.command(
        "archive", "Hide a run from the list; it stays in the file",
        changing(command, [](RunStore& s, int64_t id, const RunsCommand&) { s.set_archived(id, true); })));
    with_run(runs.command(
        "unarchive", "List an archived run again",
        changing(command, [](RunStore& s, int64_t id, const RunsCommand&) { s.set_archived(id, false); })));
    Arguments baseline = runs.command("baseline", "Make a run the baseline; without a run there is none",
                                      [command] { return set_baseline(*command); });
    baseline.optional_positional("RUN", command->run, "Run by number, name or start of the uuid");
    declare_run_file(baseline, command->db);
    with_run(
        runs.command("delete", "Delete a run",
                     changing(command, [](RunStore& s, int64_t id, const RunsCommand&) { s.remove(id); })));
}

}  // namespace

void declare_runs(Arguments& program, std::stop_token stop) {
    auto command = std::make_shared<RunsCommand>();
    command->stop = std::move(stop);
    Arguments runs = program.command("runs", "List and change saved runs");

    Arguments list =
        runs.command("list", "List the runs, newest first", [command] { return list_runs(*command); });
    declare_run_file(list, command->db);
    list.value_or_empty(
        "--filter", command->filter, "TEXT",
        "Only runs that match each term, e.g. 'p=8 w>4096 overlap=false seconds<500ms tag:long word'");
    list.value(
        "--sort", command->sort, "FIGURE",
        "Sort by a figure, from the least; -FIGURE from the most; by number, newest first, when not given");
    list.flag("--archived", command->archived, "List archived runs too");
    list.flag("--json", command->json, "Print one JSON object");
    list.footer("Figures for --filter and --sort:\n" + folded_list(run_property_names()) +
                "and every field of the experiment as ring.overlap. A term is FIGURE=VALUE (or != < <= > "
                ">=), FIGURE:TEXT\n"
                "for a part of it, or plain text. Times take ns, us, ms or s, sizes kB, MB, GB, KiB, MiB or "
                "GiB; a time\n"
                "without a unit is in seconds, a size in bytes.");

    Arguments show = runs.command("show", "Print a run", [command] { return show_run(*command); });
    show.positional("RUN", command->run, "Run by number, name or start of the uuid");
    declare_run_file(show, command->db);
    show.flag("--json", command->json, "Print one JSON object");

    declare_runs_sql(runs, command->stop);
    declare_changes(runs, command);

    Arguments check =
        runs.command("check", "Check the run file for damage", [command] { return check_file(*command); });
    declare_run_file(check, command->db);
    check.flag("--json", command->json, "Print one JSON object");

    Arguments compact = runs.command("compact", "Return the space of deleted runs to the disk",
                                     [command] { return compact_file(*command); });
    declare_run_file(compact, command->db);
}

}  // namespace ringscope
