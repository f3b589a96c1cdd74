#include "engine/analysis/pattern_explain.h"

#include <algorithm>

#include "engine/analysis/key_owners.h"
#include "engine/analysis/step_mixture.h"
#include "engine/base/number_text.h"

namespace ringscope {

namespace {

std::string kept_line(const Pattern& pattern, const char* what, int64_t token, bool kept) {
    const int64_t place = token % pattern.segment_length;
    return std::string("\n") + (kept ? "yes  " : "no   ") + what + " is kept: position " + count_text(place) +
           " in its segment is " + count_text(place % pattern.dilation_rate) + " mod " +
           count_text(pattern.dilation_rate) + ", kept are those that are " + count_text(pattern.offset);
}

std::string arrival_line(const Schedule& schedule, const StepLookup& steps, int pattern, int64_t query,
                         int64_t key) {
    const int owner = schedule.placement.owner(key);
    const int rank = schedule.placement.owner(query);
    std::string line =
        "\nkey held by rank " + std::to_string(owner) + ", query by rank " + std::to_string(rank);
    const int step =
        steps.step_of(rank, owner, pattern, key / schedule.problem.patterns[pattern].segment_length);
    if (step < 0) return line;
    if (owner == rank) return line + ": its own, used in step " + std::to_string(step);
    if (schedule.strategy == Strategy::all_gather) return line + ": gathered before step 0";
    return line + ": arrives for step " + std::to_string(step);
}

}  // namespace

std::string explain_cell(const Schedule& schedule, const StepLookup& steps, int pattern_index, int64_t query,
                         int64_t key) {
    const Problem& problem = schedule.problem;
    const Pattern& pattern = problem.patterns[pattern_index];
    const int64_t query_segment = query / pattern.segment_length;
    const int64_t key_segment = key / pattern.segment_length;
    const bool allowed = problem.allowed(pattern, query, key);
    std::string text = "query " + count_text(query) +
                       (allowed ? " attends to key " : " does not attend to key ") + count_text(key);
    text += query_segment == key_segment ? "\nyes  same segment: both in " + count_text(query_segment)
                                         : "\nno   same segment: query in " + count_text(query_segment) +
                                               ", key in " + count_text(key_segment);
    text += kept_line(pattern, "key", key, problem.kept(pattern, key));
    if (problem.queries == Queries::dilated)
        text += kept_line(pattern, "query", query, problem.kept(pattern, query));
    if (problem.causal) {
        text += key <= query ? "\nyes  causal: the key is not after the query"
                             : "\nno   causal: the key is after the query";
    }
    if (allowed) text += arrival_line(schedule, steps, pattern_index, query, key);
    return text;
}

std::string owners_text(const Schedule& schedule, int pattern, int64_t key_begin, int64_t key_end) {
    const std::vector<OwnerShare> shares = key_owners(schedule, pattern, key_begin, key_end);
    if (shares.size() < 2) return "";
    int64_t all = 0;
    for (const OwnerShare& share : shares) all += share.keys;
    std::string text =
        "\nits " + count_text(all) + " kept keys lie on " + std::to_string(shares.size()) + " ranks:";
    constexpr size_t most = 16;
    for (size_t i = 0; i < std::min(shares.size(), most); ++i)
        text += (i ? ", " : " ") + std::to_string(shares[i].rank) + " has " +
                percent_text(static_cast<double>(shares[i].keys) / static_cast<double>(all));
    return text + (shares.size() > most ? ", ..." : "");
}

std::string steps_text(const Schedule& schedule, const StepLookup& steps, int pattern,
                       const TokenBlock& block) {
    const std::vector<StepShare> shares = step_shares(schedule, steps, pattern, block.query_begin,
                                                      block.query_end, block.key_begin, block.key_end);
    if (shares.size() < 2) return "";
    int64_t all = 0;
    for (const StepShare& share : shares) all += share.pairs;
    std::string text = "\npairs by the step in which the key is used:";
    constexpr size_t most = 16;
    for (size_t i = 0; i < std::min(shares.size(), most); ++i)
        text += (i ? ", " : " ") + std::to_string(shares[i].step) + " has " + count_text(shares[i].pairs) +
                " (" + percent_text(static_cast<double>(shares[i].pairs) / static_cast<double>(all)) + ")";
    return text + (shares.size() > most ? ", ..." : "");
}

std::string pattern_name(const Schedule& schedule, int pattern) {
    const Pattern& p = schedule.problem.patterns[pattern];
    const size_t heads = p.heads.size();
    return "group " + std::to_string(p.group) + ": w " + count_text(p.segment_length) + " r " +
           count_text(p.dilation_rate) + " o " + count_text(p.offset) + ", " + std::to_string(heads) +
           (heads == 1 ? " head" : " heads");
}

}  // namespace ringscope
