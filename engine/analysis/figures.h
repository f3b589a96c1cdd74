// The one list of figures: every number that is said of a run, or of one of its ranks. The run file, JSON, the
// list of runs, filters, comparisons, bounds, reports, the metrics panel and METRICS.md all walk it.
//
// To add one: write its entry in the list of figures.cpp; of a new concept, as a constexpr Figure in a header of its
// own that the list names. Then add its paragraph to METRICS.md: a test prints what is missing there.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/base/number_text.h"
#include "engine/run/run.h"

namespace ringscope {

enum class Better { less, more, neither };

/// A number that is kept in `Record`, or one that follows from it. `Record` is Metrics or RankMetrics.
template <typename Record>
class KeptNumber {
  public:
    constexpr KeptNumber() = default;
    constexpr KeptNumber(double Record::*real) : real_(real) {}
    constexpr KeptNumber(int64_t Record::*whole) : whole_(whole) {}
    explicit constexpr operator bool() const { return real_ || whole_; }
    /// Bytes and counts up to 2^53 are exact.
    double of(const Record& record) const {
        return real_ ? record.*real_ : static_cast<double>(record.*whole_);
    }
    void set(Record& record, double value) const {
        if (real_)
            record.*real_ = value;
        else
            record.*whole_ = static_cast<int64_t>(value);
    }

  private:
    double Record::*real_ = nullptr;
    int64_t Record::*whole_ = nullptr;
};

/// A figure of a run.
struct Figure {
    const char* key;             // in JSON, bounds, filters and the run file; never changed once shipped
    const char* name;            // one or two words: columns, axes, the metrics bar, a table of ranks
    const char* label;           // a noun that needs no context: comparisons, METRICS.md
    Unit unit;                   // of the values
    Better better;               // which direction is an improvement
    const char* formula;         // what it is and how it is derived, one paragraph
    KeptNumber<Metrics> kept{};  // where the executor's account has it; or
    double (*derived)(const Run&) = nullptr;  // how it follows from the rest of the run; NaN: it has none
    double (*planned)(const Schedule&) = nullptr;  // what the schedule predicts; null: nothing
    /// Its name in lists of runs, filters and the run file, where that is not the key.
    const char* listed_as = nullptr;
    const char* alias = nullptr;  // a second, shorter name in filters
    bool headline = false;        // one of the few that stand in the metrics bar and as axes of all runs

    const char* list_key() const { return listed_as ? listed_as : key; }
    /// NaN when the run has none. Of a run that is not done: what its account holds so far.
    double of(const Run& run) const { return kept ? kept.of(run.metrics) : derived(run); }
};

/// A figure of one rank.
struct RankFigure {
    const char* key;                 // in JSON and the run file; never changed once shipped
    const char* name;                // one or two words: columns, axes, the metrics bar, a table of ranks
    const char* label;               // a noun that needs no context: comparisons, METRICS.md
    Unit unit;                       // of the values
    Better better;                   // which direction is an improvement
    const char* formula;             // what it is and how it is derived, one paragraph
    KeptNumber<RankMetrics> kept{};  // as in Figure
    double (*derived)(const RankMetrics&) = nullptr;  // what follows from the others is in no file
    bool headline = false;                            // stands in reports and bars, rank by rank

    double of(const RankMetrics& rank) const { return kept ? kept.of(rank) : derived(rank); }
};

/// The most wanted first; "seconds" is the very first. Every key, list key and alias is there once.
std::span<const Figure> figures();
std::span<const RankFigure> rank_figures();

/// By key or list key; null when there is none.
const Figure* find_figure(std::string_view key);
/// The same of one that is known to be there: an unknown key is a bug.
const Figure& figure(std::string_view key);
const RankFigure& rank_figure(std::string_view key);

/// A value for each of figures(), in their order; NaN where there is none.
class FigureValues {
  public:
    FigureValues();
    explicit FigureValues(const Run& run);
    double operator[](const Figure& figure) const;
    double& operator[](const Figure& figure);
    double operator[](std::string_view key) const { return (*this)[figure(key)]; }
    double& operator[](std::string_view key) { return (*this)[figure(key)]; }

  private:
    std::vector<double> values_;
};

/// "less is better", "more is better", or "".
const char* direction_words(Better better);

}  // namespace ringscope
