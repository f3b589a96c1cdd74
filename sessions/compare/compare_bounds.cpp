#include "sessions/compare/compare_bounds.h"

#include <charconv>
#include <cmath>
#include <set>

namespace ringscope {

namespace {

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
    throw Error(ErrorKind::bad_input,
                "bound '" + text + "': " + why + "; write KEY>+5%, KEY<-10%, KEY>0.25 or KEY<100");
}

std::string read_key(const std::string& text, const std::string& key) {
    if (const Figure* figure = find_figure(key)) return figure->key;
    std::string known;
    for (const Figure& figure : figures()) known += (known.empty() ? "" : ", ") + std::string(figure.key);
    refuse(text, "there is no figure '" + key + "', only " + known);
}

/// The run's value, by the median of its repeats where time is in it.
std::optional<double> value_of(const Comparison& c, const MetricRow& row, size_t run) {
    const Spread& spread = c.spreads[run];
    if (!row.values[run] || spread.repeats < 2 || spread.median <= 0) return row.values[run];
    if (row.key == "seconds") return spread.median;
    if (row.key != "gflops_per_second") return row.values[run];
    for (const MetricRow& work : c.metrics)
        if (work.key == "flops") return *work.values[run] / spread.median / 1e9;
    return row.values[run];
}

/// How the run breaks the bound, or "".
std::string breach(const Comparison& c, const MetricRow& row, const Bound& bound, size_t run) {
    const auto value = value_of(c, row, run);
    if (!value) return "has no figures";
    if (!bound.relative) {
        const bool broken = bound.above ? *value > bound.limit : *value < bound.limit;
        return broken ? bound.key + " is " + figure_text(*value, row.unit) : "";
    }
    const auto first = value_of(c, row, 0);
    if (!first) return "cannot be compared with " + c.names[0] + ", which has no figures";
    if (*first == 0) {
        const bool broken = bound.above && *value > 0;
        return broken ? bound.key + " is " + figure_text(*value, row.unit) + ", and 0 in " + c.names[0] : "";
    }
    const double change = *value / *first - 1;
    const bool broken = bound.above ? change > bound.limit : change < bound.limit;
    return broken ? bound.key + " changed by " + change_text(change) : "";
}

}  // namespace

Bound read_bound(const std::string& text) {
    const size_t sign = text.find_first_of("<>");
    if (sign == std::string::npos || sign == 0) refuse(text, "it has no '>' or '<' after a key");
    Bound bound{text, read_key(text, text.substr(0, sign)), text[sign] == '>', false, 0};
    std::string limit = text.substr(sign + 1);
    bound.relative = !limit.empty() && limit.back() == '%';
    if (bound.relative) limit.pop_back();
    if (!bound.relative && !limit.empty() && (limit[0] == '+' || limit[0] == '-'))
        refuse(text, "'" + limit +
                         "' has a sign but no '%': a change against the first run is in percent, the value "
                         "itself has no sign");
    const char* begin = limit.data() + (limit.size() > 1 && limit[0] == '+' ? 1 : 0);
    const char* end = limit.data() + limit.size();
    const auto [at, error] = std::from_chars(begin, end, bound.limit);
    if (error != std::errc{} || at != end || !std::isfinite(bound.limit))
        refuse(text, "'" + limit + "' is not a number");
    if (bound.relative) bound.limit /= 100;
    return bound;
}

std::vector<std::string> broken_bounds(const Comparison& c, std::span<const ComparedRun> runs,
                                       std::span<const Bound> bounds) {
    std::vector<std::string> broken;
    std::set<std::string> told;  // a bound that is given twice is one bound
    for (const Bound& bound : bounds) {
        if (!told.insert(bound.text).second) continue;
        for (const MetricRow& row : c.metrics) {
            if (row.key != bound.key) continue;
            for (size_t run = bound.relative ? 1 : 0; run < runs.size(); ++run) {
                const auto& verification = runs[run].run->verification;
                const bool wrong = verification && !verification->passed;
                const std::string how = wrong ? "gave a wrong answer" : breach(c, row, bound, run);
                if (!how.empty()) broken.push_back(bound.text + " is broken: " + c.names[run] + " " + how);
            }
        }
    }
    return broken;
}

}  // namespace ringscope
