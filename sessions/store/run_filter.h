// The search box of the list of runs, and `runs list --filter`: which runs to show, in one line of text.
//
//     p=8 w>4096 overlap=false dtype=bf16 seconds<500ms tag:long free words
//
// Terms stand apart by blanks, and a run must match each. A term is
//   FIGURE OP VALUE   OP one of = != < <= > >=; the figures are those of run_properties.h. Of a figure with
//                     several values (w of the head groups) one must match, and with != none may be equal.
//                     Times take ns, us, ms, s; sizes B, kB, MB, GB, KiB, MiB, GiB; `started` a date.
//   FIGURE:TEXT       TEXT is part of the figure, in either case; of tags it is the whole.
//   TEXT, "TEXT"      TEXT is part of name, settings, note, tags, device, kernel, strategy, layout, dtype,
//                     host or state, in either case. In quotes it may hold blanks and signs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sessions/store/run_record.h"

namespace ringscope {

class RunFilter {
  public:
    /// Matches every run.
    RunFilter();
    /// Throws Error(bad_input): one line that says what is wrong and what is allowed.
    explicit RunFilter(const std::string& text);
    ~RunFilter();
    RunFilter(const RunFilter&);
    RunFilter& operator=(const RunFilter&);

    bool matches(const RunSummary& run) const;
    /// A term speaks of `figure`, by name or alias.
    bool names(const std::string& figure) const;

  private:
    struct Term;
    std::vector<Term> terms_;
};

}  // namespace ringscope
