#include "ui/settings/field_rules.h"

#include <algorithm>
#include <charconv>
#include <type_traits>
#include <utility>

#include "engine/experiment/experiment_fields.h"
#include "ui/settings/head_group_edits.h"

namespace ringscope {

namespace {

bool any_dilated(const ProblemSpec& spec) {
    return std::any_of(spec.head_groups.begin(), spec.head_groups.end(),
                       [](const HeadGroup& group) { return group.dilation_rate > 1; });
}

/// LongNet mixing gives automatic offsets another meaning.
bool automatic_offset_matters(const ProblemSpec& spec) {
    return std::any_of(spec.head_groups.begin(), spec.head_groups.end(), [](const HeadGroup& group) {
        return group.dilation_rate > 1 && group.offset.rule == Offset::Rule::automatic;
    });
}

bool has_problem(const Experiment& experiment, const std::string& path) {
    const auto problems = validate(experiment);
    return std::any_of(problems.begin(), problems.end(),
                       [&](const auto& problem) { return problem.path == path; });
}

/// The field's value, halved until it is allowed; 1 (or 0) when it is below that.
template <typename Whole>
bool fix_whole(Experiment& experiment, const std::string& path, Whole& value) {
    for (const Whole least : {Whole{1}, Whole{0}}) {
        if (value >= least) continue;
        value = least;
        if (!has_problem(experiment, path)) return true;
    }
    while (value > 1) {
        value /= 2;
        if (!has_problem(experiment, path)) return true;
    }
    return false;
}

std::optional<FieldFix> fix_scalar(const Experiment& experiment, const std::string& path) {
    FieldFix fix{"", experiment};
    const Experiment defaults;
    bool fixed = false;
    visit_fields(fix.experiment, [&](const Field& field, auto& value) {
        if (path != field.path) return;
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, int> || std::is_same_v<T, int64_t>) {
            fixed = fix_whole(fix.experiment, path, value);
        } else if constexpr (!std::is_same_v<T, std::vector<HeadGroup>>) {
            visit_fields(defaults, [&](const Field& other, const auto& standard) {
                if constexpr (std::is_same_v<std::decay_t<decltype(standard)>, T>)
                    if (path == other.path) value = standard;
            });
            fixed = !has_problem(fix.experiment, path);
        }
    });
    if (!fixed) return std::nullopt;
    const std::string text = field_text(fix.experiment, path);
    fix.label = text == "null" ? "leave unset" : "use " + text;
    return fix;
}

std::optional<FieldFix> fix_group(const Experiment& experiment, int index, const std::string& leaf) {
    if (index >= static_cast<int>(experiment.problem.head_groups.size())) return std::nullopt;
    FieldFix fix{"", experiment};
    HeadGroup& group = fix.experiment.problem.head_groups[static_cast<size_t>(index)];
    if (leaf == "segment_length") {
        group.segment_length = std::max<int64_t>(experiment.problem.seq_len, 1);
        fix.label = "use " + std::to_string(group.segment_length);
    } else if (leaf == "dilation_rate") {
        group.dilation_rate =
            std::clamp<int64_t>(group.dilation_rate, 1, std::max<int64_t>(group.segment_length, 1));
        fix.label = "use " + std::to_string(group.dilation_rate);
    } else if (leaf == "offset") {
        const int64_t rate = std::max<int64_t>(group.dilation_rate, 1);
        group.offset.value = (group.offset.value % rate + rate) % rate;
        fix.label = "use " + std::to_string(group.offset.value);
    } else if (leaf == "heads") {
        group.heads.reset();
        fix.label = "leave unset";
    } else {
        return std::nullopt;
    }
    return fix;
}

std::optional<FieldFix> fix_groups(const Experiment& experiment) {
    FieldFix fix{"share heads evenly", experiment};
    ProblemSpec& spec = fix.experiment.problem;
    share_heads_evenly(spec);
    if (spec.head_groups.empty()) {
        add_group(spec);
        fix.label = "add a group";
    } else if (spec.heads >= 1 && static_cast<int>(spec.head_groups.size()) > spec.heads) {
        spec.heads = static_cast<int>(spec.head_groups.size());
        fix.label = "use " + std::to_string(spec.heads) + " heads";
        spec.kv_heads.reset();
    }
    if (has_problem(fix.experiment, "problem.head_groups")) return std::nullopt;
    return fix;
}

std::string ring_reason(const Experiment& e, const std::string& leaf) {
    const bool alone = e.ring.strategy == Strategy::single || e.ring.ranks == 1;
    if (alone && leaf == "ranks" && e.ring.ranks != 1) return "strategy single runs on one rank";
    if (alone && leaf != "strategy" && leaf != "ranks" && leaf != "accumulator")
        return "one rank works alone: nothing travels";
    if (leaf == "stripe_block" && e.ring.layout != Layout::striped)
        return "only the striped layout has stripes";
    if (e.ring.strategy == Strategy::all_gather && leaf == "overlap")
        return "all_gather exchanges everything before it computes";
    if (e.ring.strategy == Strategy::all_gather && leaf == "prune")
        return "all_gather brings every chunk to every rank";
    if (leaf == "dilate_before_send" && !any_dilated(e.problem))
        return "no group is dilated: every token is kept";
    return "";
}

}  // namespace

int group_in_path(const std::string& path) {
    const size_t open = path.find("head_groups[");
    if (open == std::string::npos) return -1;
    int index = -1;
    std::from_chars(path.data() + open + 12, path.data() + path.size(), index);
    return index;
}

std::string leaf_of_path(const std::string& path) {
    const size_t dot = path.rfind('.');
    return dot == std::string::npos ? path : path.substr(dot + 1);
}

std::string field_words(const std::string& path) {
    static constexpr std::pair<const char*, const char*> words[] = {{"batch", "batch size"},
                                                                    {"seq_len", "sequence length"},
                                                                    {"heads", "query heads"},
                                                                    {"kv_heads", "key/value heads"},
                                                                    {"head_dim", "head dimension"},
                                                                    {"dtype", "data type"},
                                                                    {"causal", "causal mask"},
                                                                    {"queries", "queries computed"},
                                                                    {"mixing", "group mixing"},
                                                                    {"layout", "token layout"},
                                                                    {"overlap", "overlap transfers"},
                                                                    {"prune", "prune transfers"},
                                                                    {"timeout_seconds", "time limit (s)"},
                                                                    {"threads", "worker threads"},
                                                                    {"seed", "random seed"}};
    std::string leaf = leaf_of_path(path);
    for (const auto& [field, said] : words)
        if (leaf == field) return said;
    std::replace(leaf.begin(), leaf.end(), '_', ' ');
    return leaf;
}

std::string no_effect_reason(const Experiment& e, const std::string& path) {
    if (path.rfind("ring.", 0) == 0) return ring_reason(e, leaf_of_path(path));
    if (path == "problem.queries" && !any_dilated(e.problem))
        return "no group is dilated: every query is kept";
    if (path == "problem.mixing" && e.problem.head_groups.size() == 1 && !automatic_offset_matters(e.problem))
        return "one group has nothing to mix with";
    if (path == "backend.transport" && (e.ring.strategy == Strategy::single || e.ring.ranks == 1))
        return "one rank works alone: nothing travels";
    return "";
}

std::optional<FieldFix> obvious_fix(const Experiment& experiment, const FieldProblem& problem) {
    if (problem.path == "problem.head_groups") return fix_groups(experiment);
    const int group = group_in_path(problem.path);
    if (group >= 0) return fix_group(experiment, group, leaf_of_path(problem.path));
    if (problem.path == "problem.kv_heads" && experiment.problem.kv_heads && experiment.problem.heads >= 1) {
        int heads = std::clamp(*experiment.problem.kv_heads, 1, experiment.problem.heads);
        while (experiment.problem.heads % heads != 0) --heads;
        FieldFix fix{"use " + std::to_string(heads), experiment};
        fix.experiment.problem.kv_heads = heads;
        return fix;
    }
    return fix_scalar(experiment, problem.path);
}

}  // namespace ringscope
