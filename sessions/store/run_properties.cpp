#include "sessions/store/run_properties.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "engine/experiment/experiment_fields.h"
#include "engine/experiment/scenarios.h"
#include "sessions/nearest.h"
#include "sessions/store/field_lines.h"

namespace ringscope {

namespace {

using Kind = RunProperty::Kind;
using Numbers = std::vector<double>;
using Words = std::vector<std::string_view>;

/// Nothing for "auto" and "null".
void append_number(std::string_view text, Numbers& out) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size()) out.push_back(value);
}

template <auto member>
RunProperty number(const char* name, std::vector<std::string> aliases, Unit unit = Unit::count) {
    return {name,
            std::move(aliases),
            Kind::number,
            unit,
            {},
            [](const RunSummary& run, Numbers& out) {
                out.push_back(static_cast<double>(run.*member)); }};
}

template <auto member>
RunProperty yes_no(const char* name) {
    return {name, {}, Kind::yes_no, Unit::count, {"true", "false"}, [](const RunSummary& run, Numbers& out) {
                out.push_back(run.*member ? 1 : 0);
            }};
}

template <auto member>
RunProperty word(const char* name, std::vector<std::string> allowed = {}) {
    return {name, {}, Kind::word, Unit::count, std::move(allowed), {}, [](const RunSummary& run, Words& out) {
                out.push_back(run.*member);
            }};
}

template <typename Enum>
std::vector<std::string> names_of() {
    return {std::begin(EnumNames<Enum>::names), std::end(EnumNames<Enum>::names)};
}

/// One of the engine's figures (engine/analysis/figures.h).
RunProperty figure_property(const Figure& figure) {
    RunProperty property{figure.list_key(), {}, Kind::number, figure.unit};
    if (figure.alias) property.aliases.push_back(figure.alias);
    if (figure.listed_as) property.aliases.push_back(figure.key);
    property.numbers = [&figure](const RunSummary& run, Numbers& out) {
        if (const double value = run.figures[figure]; !std::isnan(value)) out.push_back(value);
    };
    return property;
}

/// What a run is and what the person wrote.
std::vector<RunProperty> record_properties() {
    std::vector<RunProperty> all{
        number<&RunSummary::ranks>("ranks", {"p"}),
        number<&RunSummary::seq_len>("seq_len", {"n"}),
        word<&RunSummary::dtype>("dtype", names_of<DType>()),
        word<&RunSummary::strategy>("strategy", names_of<Strategy>()),
        word<&RunSummary::layout>("layout", names_of<Layout>()),
        number<&RunSummary::spans>("spans", {}),
        yes_no<&RunSummary::verified>("verified"),
        word<&RunSummary::name>("name"),
        word<&RunSummary::note>("note"),
        word<&RunSummary::version>("version"),
        word<&RunSummary::revision>("revision"),
        word<&RunSummary::input_name>("input"),
        word<&RunSummary::host>("host"),
        word<&RunSummary::machine>("machine"),
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
        {"passed", {}, Kind::yes_no, Unit::count, {"true", "false"}, [](const auto& run, Numbers& out) {
             if (run.verified) out.push_back(run.verify_passed ? 1 : 0);
         }});
    all.push_back({"started", {}, Kind::utc, Unit::count, {}, [](const auto& run, Numbers& out) {
                       out.push_back(static_cast<double>(run.started_utc_ms));
                   }});
    all.push_back(
        {"state", {}, Kind::word, Unit::count, names_of<RunState>(), {}, [](const auto& run, Words& out) {
             out.push_back(name_of(run.state));
         }});
    all.push_back(
        {"origin", {}, Kind::word, Unit::count, names_of<Origin>(), {}, [](const auto& run, Words& out) {
             out.push_back(name_of(run.origin));
         }});
    all.push_back(
        {"kind", {}, Kind::word, Unit::count, {"run", "trace"}, {}, [](const auto& run, Words& out) {
             out.push_back(run.is_trace ? "trace" : "run");
         }});
    all.push_back({"tag", {}, Kind::word, Unit::count, {}, {}, [](const auto& run, Words& out) {
                       for (const std::string& tag : run.tags) out.push_back(tag);
                   }});
    for (const std::string name : {"name", "note", "settings", "uuid", "id", "baseline", "archived",
                                   "started", "version", "revision", "kind", "origin", "tag"})
        std::find_if(all.begin(), all.end(), [&](const RunProperty& f) {
            return f.name == name;
        })->of_traces = true;
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

/// A field of the head groups: one value per group.
template <typename Value>
RunProperty group_property(const GroupField& field) {
    RunProperty property{field.key, {field.letter}, Kind::word};
    property.words = [key = field.key](const RunSummary& run, Words& out) { group_values(run, key, out); };
    if constexpr (std::is_arithmetic_v<Value>) {
        property.kind = Kind::number;
        property.numbers = [words = std::move(property.words)](const RunSummary& run, Numbers& out) {
            Words texts;
            words(run, texts);
            for (const std::string_view text : texts) append_number(text, out);
        };
        property.words = {};
    }
    return property;
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
RunProperty field_property(const Field& field) {
    RunProperty figure;
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

bool is_called(const RunProperty& figure, const std::string& name) {
    return figure.name == name ||
           std::find(figure.aliases.begin(), figure.aliases.end(), name) != figure.aliases.end();
}

std::vector<RunProperty> all_properties() {
    std::vector<RunProperty> all = record_properties();
    for (const Figure& figure : figures()) all.push_back(figure_property(figure));
    visit_group_fields(default_experiment().problem.head_groups.front(),
                       [&](const GroupField& field, const auto& value) {
                           // "heads" and "h" are those of the whole problem.
                           using Value = std::decay_t<decltype(value)>;
                           if constexpr (!std::is_same_v<Value, std::optional<int>>)
                               all.push_back(group_property<Value>(field));
                       });
    visit_fields(default_experiment(), [&](const Field& field, const auto& value) {
        RunProperty figure = field_property<std::decay_t<decltype(value)>>(field);
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

SortKey sort_key(const RunProperty& figure, const RunSummary& run, Numbers& numbers, Words& words) {
    numbers.clear();
    words.clear();
    if (!figure.is_of(run)) return {};
    if (figure.numbers) figure.numbers(run, numbers);
    if (figure.words) figure.words(run, words);
    if (!numbers.empty()) return {true, *std::min_element(numbers.begin(), numbers.end()), {}};
    if (!words.empty()) return {true, 0, *std::min_element(words.begin(), words.end())};
    return {};
}

}  // namespace

const std::vector<RunProperty>& run_properties() {
    static const std::vector<RunProperty> properties = all_properties();
    return properties;
}

std::string run_property_names() {
    std::string text;
    for (const RunProperty& figure : run_properties()) {
        std::string names;
        for (const std::string& alias : figure.aliases) names += (names.empty() ? "" : "|") + alias;
        if (figure.name.find('.') == figure.name.npos) names += (names.empty() ? "" : "|") + figure.name;
        if (!names.empty()) text += (text.empty() ? "" : ", ") + names;
    }
    return text;
}

const RunProperty& run_property(const std::string& name) {
    std::vector<std::string> names;
    for (const RunProperty& figure : run_properties()) {
        if (is_called(figure, name)) return figure;
        names.push_back(figure.name);
        names.insert(names.end(), figure.aliases.begin(), figure.aliases.end());
    }
    const std::string nearest = nearest_name(name, names);
    throw Error(ErrorKind::bad_input,
                "'" + name + "' is not a figure of a run; " +
                    (nearest.empty() ? "allowed: every field, and " + run_property_names()
                                     : "did you mean '" + nearest + "'?"));
}

void sort_runs(std::vector<RunSummary>& runs, const std::string& by) {
    const bool from_most = !by.empty() && by[0] == '-';
    const RunProperty& figure = run_property(by.substr(from_most ? 1 : 0));
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
