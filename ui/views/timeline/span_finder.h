// The find field of the timeline: what is looked for, and the matches in the shown run.
#pragma once

#include <optional>
#include <string>

#include "engine/analysis/span_matches.h"
#include "ui/views/view_context.h"
#include "ui/widgets/plot.h"

namespace ringscope {

struct SpanFinder {
    bool open = false;
    std::string text;

    /// Opens the field and puts the keyboard into it.
    void ask();
    /// The field with the number of matches and the buttons to go through them. The span to go to, or -1.
    int draw(Toolbar& bar, ViewContext& context);
    /// Searches again when the text or the run changed.
    void update(const ViewContext& context);
    /// Null: nothing is looked for, every span counts.
    const SpanMatches* matches() const { return matches_ ? &*matches_ : nullptr; }
    const SpanQuery& query() const { return query_; }

  private:
    std::string status(const ViewContext& context) const;

    bool wants_keyboard_ = false;
    std::string found_text_;
    std::shared_ptr<const RunIndex> found_in_;
    SpanQuery query_;
    std::optional<SpanMatches> matches_;
};

}  // namespace ringscope
