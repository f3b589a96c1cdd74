#include "sessions/compare/compare_bounds.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "sessions/plain_text.h"
#include "sessions/store/quantity.h"

namespace ringscope {

namespace {

constexpr double kLevel = 0.90;

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
    throw Error(ErrorKind::bad_input, one_line("bound '" + text + "': " + why) +
                                          "; write KEY>+5%, KEY<-10%, KEY>0.25, KEY>500ms or KEY<1GiB");
}

const Figure& read_figure(const std::string& text, const std::string& key) {
    std::string known;
    for (const Figure& figure : figures()) {
        if (key == figure.key || key == figure.list_key() || (figure.alias && key == figure.alias))
            return figure;
        known += (known.empty() ? "" : ", ") + std::string(figure.key);
    }
    refuse(text, "there is no figure '" + key + "', only " + known);
}

/// Of every repeat, or the run's own where those are not known.
std::vector<double> values_of(const ComparedRun& compared, const Figure& figure) {
    std::vector<double> values;
    for (const FigureValues& repeat : compared.repeat_figures) values.push_back(repeat[figure]);
    if (compared.repeat_figures.empty() && figure.unit == Unit::gflops_per_second)
        for (const double seconds : compared.repeat_seconds)
            values.push_back(compared.run->metrics.flops / seconds / 1e9);
    const bool time = std::string_view(figure.key) == "seconds";
    if (time && !compared.repeat_seconds.empty()) values = compared.repeat_seconds;
    if (values.empty()) values = {figure.of(*compared.run)};
    values.erase(std::remove_if(values.begin(), values.end(), [](double value) { return std::isnan(value); }),
                 values.end());
    return values;
}

/// The limit lies beyond the whole interval, on its bad side; on its good side; or inside.
BoundState state_of(const Interval& interval, const Bound& bound, double limit) {
    if (bound.above ? interval.low > limit : interval.high < limit) return BoundState::broken;
    if (bound.above ? interval.high <= limit : interval.low >= limit) return BoundState::holds;
    return BoundState::undecided;
}

std::string repeats_text(size_t count) {
    return std::to_string(count) + (count == 1 ? " repeat" : " repeats");
}

std::string interval_text(const Interval& interval, const std::function<std::string(double)>& text) {
    return "(" + percent_text(interval.level) + " interval " + text(interval.low) + " to " +
           text(interval.high) + ")";
}

/// One bound on one side.
class Judgement {
  public:
    Judgement(std::span<const ComparedRun> runs, const Bound& bound, size_t run, const Leniency& leniency)
        : runs_(runs), bound_(bound), run_(run), leniency_(leniency), figure_(figure(bound.key)) {}

    BoundVerdict verdict() {
        verdict_.bound = bound_.text;
        verdict_.run = runs_[run_].name;
        judge();
        return std::move(verdict_);
    }

  private:
    void judge() {
        const ComparedRun& first = runs_[0];
        const ComparedRun& other = runs_[run_];
        if (answered_wrongly(other)) return say(BoundState::broken, other.name + " gave a wrong answer");
        if (bound_.relative && answered_wrongly(first))
            return say(BoundState::broken, first.name + " gave a wrong answer");
        const std::string why = bound_.relative
                                    ? why_not_comparable(*first.run, *other.run, is_timed(figure_), leniency_)
                                    : why_not_comparable(*other.run, *other.run, false, leniency_);
        const std::string sides = bound_.relative ? first.name + " and " + other.name : other.name;
        if (!why.empty()) return say(BoundState::not_comparable, sides + ": " + why);
        const std::vector<double> values = values_of(other, figure_);
        const std::vector<double> to = bound_.relative ? values_of(first, figure_) : values;
        if (values.empty() || to.empty())
            return say(BoundState::not_comparable, sides + " have no such figure");
        if (!is_timed(figure_))
            judge_exact(median_interval(to, kLevel).estimate, median_interval(values, kLevel).estimate);
        else if (bound_.relative)
            judge_change(to, values);
        else
            judge_value(values);
    }

    void judge_exact(double to, double value) {
        const double limit = bound_.relative ? to * (1 + bound_.limit) : bound_.limit;
        if (!(bound_.above ? value > limit : value < limit)) return;
        say(BoundState::broken,
            name() + (bound_.relative && to != 0 ? " changed by " + change_text(value / to - 1)
                      : bound_.relative          ? " is " + shown(value) + ", and 0 in " + runs_[0].name
                                                 : " is " + shown(value)));
    }

    void judge_change(const std::vector<double>& to, const std::vector<double>& values) {
        if (are_one_set(runs_[0], runs_[run_]))
            return say(BoundState::undecided, runs_[0].name + " and " + runs_[run_].name +
                                                  " are repeats of each other, one set of runs: compare two "
                                                  "sets of repeats by their names");
        if (is_short_of_repeats(to.size(), values.size())) return;
        const Interval interval = ratio_interval(to, values, kLevel);
        verdict_.interval = interval;
        const auto change = [](double ratio) {
            return std::isfinite(ratio) ? change_text(ratio - 1) : std::string("without end");
        };
        say(state_of(interval, bound_, 1 + bound_.limit),
            name() + " changed by " + change(interval.estimate) + " " + interval_text(interval, change));
    }

    void judge_value(const std::vector<double>& values) {
        if (is_short_of_repeats(values.size(), values.size())) return;
        const Interval interval = median_interval(values, kLevel);
        verdict_.interval = interval;
        const auto text = [this](double value) { return shown(value); };
        say(state_of(interval, bound_, bound_.limit),
            name() + " is " + shown(interval.estimate) + " " + interval_text(interval, text));
    }

    bool is_short_of_repeats(size_t of_first, size_t of_run) {
        constexpr auto kLeast = static_cast<size_t>(kLeastRepeatsForClaim);
        if (of_first >= kLeast && of_run >= kLeast) return false;
        std::string has = runs_[run_].name + " has " + repeats_text(of_run);
        if (bound_.relative) has = runs_[0].name + " has " + repeats_text(of_first) + ", " + has;
        say(BoundState::undecided, has + "; " + std::to_string(kLeast) + " repeats" +
                                       (bound_.relative ? " of each" : "") + " are needed (run --repeat)");
        return true;
    }

    void say(BoundState state, const std::string& why) {
        verdict_.state = state;
        if (state == BoundState::holds) return;
        const char* what = state == BoundState::broken      ? " is broken: "
                           : state == BoundState::undecided ? " is not decided: "
                                                            : " cannot be judged: ";
        const bool within = state == BoundState::undecided && verdict_.interval;
        verdict_.sentence = bound_.text + what + why +
                            (within ? ": the limit lies within the spread; more repeats narrow it" : "");
    }

    std::string name() const { return runs_[run_].name + " " + bound_.key; }
    std::string shown(double value) const { return figure_text(value, figure_.unit); }

    std::span<const ComparedRun> runs_;
    const Bound& bound_;
    size_t run_;
    const Leniency& leniency_;
    const Figure& figure_;
    BoundVerdict verdict_;
};

}  // namespace

bool is_timed(const Figure& figure) {
    switch (figure.unit) {
        case Unit::bytes:
        case Unit::flops:
        case Unit::count:
        case Unit::error:
            return false;
        default:
            return std::string_view(figure.key) != "error_share";
    }
}

Bound read_bound(const std::string& text) {
    const size_t sign = text.find_first_of("<>");
    if (sign == std::string::npos || sign == 0) refuse(text, "it has no '>' or '<' after a key");
    const Figure& figure = read_figure(text, text.substr(0, sign));
    Bound bound{text, figure.key, text[sign] == '>', false, 0};
    std::string limit = text.substr(sign + 1);
    bound.relative = !limit.empty() && limit.back() == '%';
    if (bound.relative) limit.pop_back();
    const bool has_sign = !limit.empty() && (limit[0] == '+' || limit[0] == '-');
    if (!bound.relative && has_sign)
        refuse(text, "'" + limit +
                         "' has a sign but no '%': a change against the first run is in percent, the value "
                         "itself has no sign");
    const Unit unit = bound.relative ? Unit::ratio : figure.unit;
    const auto value =
        read_quantity(std::string_view(limit).substr(limit.size() > 1 && limit[0] == '+' ? 1 : 0), unit);
    if (!value || !std::isfinite(*value) || limit.starts_with("+-"))
        refuse(text, "'" + limit + "' is not " + allowed_quantity(unit));
    bound.limit = bound.relative ? *value / 100 : *value;
    return bound;
}

std::vector<BoundVerdict> judge_bounds(std::span<const ComparedRun> runs, std::span<const Bound> bounds,
                                       const Leniency& leniency) {
    std::vector<BoundVerdict> verdicts;
    std::set<std::string> judged;  // a bound that is given twice is one bound
    for (const Bound& bound : bounds) {
        if (!judged.insert(bound.text).second) continue;
        for (size_t run = bound.relative ? 1 : 0; run < runs.size(); ++run)
            verdicts.push_back(Judgement(runs, bound, run, leniency).verdict());
    }
    return verdicts;
}

}  // namespace ringscope
