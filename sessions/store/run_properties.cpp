#include "sessions/store/run_figures.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>
#include <optional>

#include "engine/experiment/experiment_fields.h"
#include "engine/experiment/scenarios.h"
#include "sessions/nearest.h"

namespace ringscope {

namespace {

using Kind = RunFigure::Kind;
using Unit = RunFigure::Unit;
using Numbers = std::vector<double>;
using Words = std::vector<std::string_view>;

/// Nothing for "auto" and "null".
void append_number(std::string_view text, Numbers& out) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size()) out.push_back(value);
}

template <auto member>
RunFigure number(const char* name, std::vector<std::string> aliases, Unit unit = Unit::none) {
    return {name,
            std::move(aliases),
            Kind::number,
            unit,
            {},
            [](const RunSummary& run, Numbers& out) {
                out.push_back(static_cast<double>(run.*member)); }};
}

template <auto member>
RunFigure yes_no(const char* name) {
    return {name, {}, Kind::yes_no, Unit::none, {"true", "false"}, [](const RunSummary& run, Numbers& out) {
                out.push_back(run.*member ? 1 : 0);
            }};
}

template <auto member>
RunFigure word(const char* name, std::vector<std::string> allowed = {}) {
    return {name, {}, Kind::word, Unit::none, std::move(allowed), {}, [](const RunSummary& run, Words& out) {
                out.push_back(run.*member);
            }};
}

template <typename Enum>
std::vector<std::string> names_of() {
    return {std::begin(EnumNames<Enum>::names), std::end(EnumNames<Enum>::names)};
}

/// What came out, and what the person wrote.
std::vector<RunFigure> result_figures() {
    std::vector<RunFigure> all{
        number<&RunSummary::ranks>("ranks", {"p"}),
        number<&RunSummary::seq_len>("seq_len", {"n"}),
        word<&RunSummary::dtype>("dtype", names_of<DType>()),
        word<&RunSummary::strategy>("strategy", names_of<Strategy>()),
        word<&RunSummary::layout>("layout", names_of<Layout>()),
        number<&RunSummary::seconds>("seconds", {"time"}, Unit::seconds),
        number<&RunSummary::gflops_per_second>("gflops_per_second", {"gflops"}),
        number<&RunSummary::overlap_efficiency>("overlap_efficiency", {"efficiency"}),
        number<&RunSummary::compute_imbalance>("compute_imbalance", {"imbalance"}),
        number<&RunSummary::bytes_on_wire>("bytes_on_wire", {"wire"}, Unit::bytes),
        number<&RunSummary::peak_bytes>("peak_bytes", {"peak"}, Unit::bytes),
        number<&RunSummary::spans>("spans", {}),
        yes_no<&RunSummary::verified>("verified"),
        word<&RunSummary::name>("name"),
        word<&RunSummary::note>("note"),
        word<&RunSummary::version>("version"),
        word<&RunSummary::revision>("revision"),
        word<&RunSummary::input_name>("input"),
        word<&RunSummary::host>("host"),
        word<&RunSummary::device>("device"),
        word<&RunSummary::kernel>("kernel"),
        word<&RunSummary::settings>("settings"),
        word<&RunSummary::error>("message"),
        word<&RunSummary::experiment_hash>("hash"),
        word<&RunSummary::uuid>("uuid"),
        number<&RunSummary::id>("id", {}),
        yes_no<&RunSummary::baseline>("baseline"),
        yes_no<&RunSummary::archived>("archived"),
    };
    all.push_back(
        {"passed", {}, Kind::yes_no, Unit::none, {"true", "false"}, [](const auto& run, Numbers& out) {
             if (run.verified) out.push_back(run.verify_passed ? 1 : 0);
         }});
    all.push_back(
        {"max_abs_error", {"error"}, Kind::number, Unit::none, {}, [](const auto& run, Numbers& out) {
             if (run.verified) out.push_back(run.max_abs_error);
         }});
    all.push_back({"started", {}, Kind::utc, Unit::none, {}, [](const auto& run, Numbers& out) {
                       out.push_back(static_cast<double>(run.started_utc_ms));
                   }});
    all.push_back(
        {"state", {}, Kind::word, Unit::none, names_of<RunState>(), {}, [](const auto& run, Words& out) {
             out.push_back(name_of(run.state));
         }});
    all.push_back({"kind", {}, Kind::word, Unit::none, {"run", "trace"}, {}, [](const auto& run, Words& out) {
                       out.push_back(run.is_trace ? "trace" : "run");
                   }});
    all.push_back({"tag", {}, Kind::word, Unit::none, {}, {}, [](const auto& run, Words& out) {
                       for (const std::string& tag : run.tags) out.push_back(tag);
                   }});
    for (const std::string name : {"name", "note", "settings", "uuid", "id", "baseline", "archived",
                                   "started", "version", "revision", "kind", "tag"})
        std::find_if(all.begin(), all.end(), [&](const RunFigure& f) { return f.name == name; })->of_traces =
            true;
    return all;
}

/// The values of a key in the list of head groups, as they stand there: "2048", "auto".
void group_values(const RunSummary& run, std::string_view key, Words& out) {
    if (!run.fields) return;
    const std::string_view groups = field_value(*run.fields, "problem.head_groups");
    const std::string quoted = '"' + std::string(key) + "\":";
    for (size_t at = groups.find(quoted); at != groups.npos; at = groups.find(quoted, at)) {
        at = groups.find_first_not_of(" \"", at + quoted.size());
        if (at == groups.npos) return;
        out.push_back(groups.substr(at, groups.find_first_of(",}\"", at) - at));
    }
}

RunFigure group_figure(const char* key, const char* alias, Kind kind) {
    RunFigure figure{key, {alias}, kind};
    figure.words = [key](const RunSummary& run, Words& out) { group_values(run, key, out); };
    if (kind == Kind::word) return figure;
    figure.numbers = [words = std::move(figure.words)](const RunSummary& run, Numbers& out) {
        Words texts;
        words(run, texts);
        for (const std::string_view text : texts) append_number(text, out);
    };
    figure.words = {};
    return figure;
}

template <typename Value>
concept WithNames = requires {
    EnumNames<Value>::names;
};

template <typename Value>
constexpr bool is_whole_or_real = std::is_arithmetic_v<Value> || std::is_same_v<Value, std::optional<int>> ||
                                  std::is_same_v<Value, std::optional<double>>;

/// A field of the experiment, read from the run's lines.
template <typename Value>
RunFigure field_figure(const Field& field) {
    RunFigure figure;
    figure.name = field.path;
    const std::string path = field.path;
    const auto text = [path](const RunSummary& run) {
        return run.fields ? field_value(*run.fields, path) : std::string_view{};
    };
    if constexpr (std::is_same_v<Value, bool>) {
        figure.kind = Kind::yes_no;
        figure.allowed = {"true", "false"};
        figure.numbers = [text](const RunSummary& run, Numbers& out) {
            if (const std::string_view value = text(run); !value.empty()) out.push_back(value == "true");
        };
    } else if constexpr (is_whole_or_real<Value>) {
        if (*field.unit == 's') figure.unit = Unit::seconds;
        figure.numbers = [text](const RunSummary& run, Numbers& out) { append_number(text(run), out); };
    } else {
        figure.kind = Kind::word;
        if constexpr (WithNames<Value>) figure.allowed = names_of<Value>();
        figure.words = [text](const RunSummary& run, Words& out) {
            if (const std::string_view value = text(run); !value.empty()) out.push_back(value);
        };
    }
    return figure;
}

bool is_called(const RunFigure& figure, const std::string& name) {
    return figure.name == name ||
           std::find(figure.aliases.begin(), figure.aliases.end(), name) != figure.aliases.end();
}

std::vector<RunFigure> all_figures() {
    std::vector<RunFigure> all = result_figures();
    all.push_back(group_figure("segment_length", "w", Kind::number));
    all.push_back(group_figure("dilation_rate", "r", Kind::number));
    all.push_back(group_figure("offset", "o", Kind::word));
    visit_fields(default_experiment(), [&](const Field& field, const auto& value) {
        RunFigure figure = field_figure<std::decay_t<decltype(value)>>(field);
        const std::string last = figure.name.substr(figure.name.rfind('.') + 1);
        if (last == "head_dim") figure.aliases.push_back("d");
        if (last == "heads") figure.aliases.push_back("h");
        const bool taken =
            std::any_of(all.begin(), all.end(), [&](const auto& f) { return is_called(f, last); });
        if (!taken) figure.aliases.push_back(last);
        all.push_back(std::move(figure));
    });
    return all;
}

/// What runs are sorted by: the least value; absent ones are told apart.
struct SortKey {
    bool present = false;
    double number = 0;
    std::string_view word;
};

SortKey sort_key(const RunFigure& figure, const RunSummary& run, Numbers& numbers, Words& words) {
    numbers.clear();
    words.clear();
    if (!figure.is_of(run)) return {};
    if (figure.numbers) figure.numbers(run, numbers);
    if (figure.words) figure.words(run, words);
    // A value that is no number (an error that overflowed) cannot be ordered.
    std::erase_if(numbers, [](double value) { return value != value; });
    if (!numbers.empty()) return {true, *std::min_element(numbers.begin(), numbers.end()), {}};
    if (!words.empty()) return {true, 0, *std::min_element(words.begin(), words.end())};
    return {};
}

}  // namespace

const std::vector<RunFigure>& run_figures() {
    static const std::vector<RunFigure> figures = all_figures();
    return figures;
}

std::string run_figure_names() {
    std::string text;
    for (const RunFigure& figure : run_figures()) {
        std::string names;
        for (const std::string& alias : figure.aliases) names += (names.empty() ? "" : "|") + alias;
        if (figure.name.find('.') == figure.name.npos) names += (names.empty() ? "" : "|") + figure.name;
        if (!names.empty()) text += (text.empty() ? "" : ", ") + names;
    }
    return text;
}

const RunFigure& run_figure(const std::string& name) {
    std::vector<std::string> names;
    for (const RunFigure& figure : run_figures()) {
        if (is_called(figure, name)) return figure;
        names.push_back(figure.name);
        names.insert(names.end(), figure.aliases.begin(), figure.aliases.end());
    }
    const std::string nearest = nearest_name(name, names);
    throw Error(ErrorKind::bad_input, "'" + name + "' is no figure of a run; " +
                                          (nearest.empty() ? "allowed: every field, and " + run_figure_names()
                                                           : "did you mean '" + nearest + "'?"));
}

void sort_runs(std::vector<RunSummary>& runs, const std::string& by) {
    const bool from_most = !by.empty() && by[0] == '-';
    const RunFigure& figure = run_figure(by.substr(from_most ? 1 : 0));
    std::vector<SortKey> keys;
    keys.reserve(runs.size());
    Numbers numbers;
    Words words;
    for (const RunSummary& run : runs) keys.push_back(sort_key(figure, run, numbers, words));
    std::vector<size_t> order(runs.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        const SortKey &x = keys[a], &y = keys[b];
        if (x.present != y.present) return x.present;
        if (x.number != y.number) return from_most ? x.number > y.number : x.number < y.number;
        return from_most ? x.word > y.word : x.word < y.word;
    });
    std::vector<RunSummary> sorted;
    sorted.reserve(runs.size());
    for (const size_t i : order) sorted.push_back(std::move(runs[i]));
    runs = std::move(sorted);
}

}  // namespace ringscope
