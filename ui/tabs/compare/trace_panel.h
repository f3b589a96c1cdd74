// Traces of other programs by themselves: what to read first in words, and one of several tables below it.
#pragma once

#include <string>

#include "sessions/traces/trace_tables.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

struct TracePanel {
    /// TraceTable::key of the table in front; "" or one that is not there: ranks of one job, else names.
    std::string table;

    /// In `size`; items are named "compare/guests/...".
    void draw(const TraceGuests& guests, ImVec2 size, WidgetContext ui);

  private:
    void draw_choice(const TraceGuests& guests, WidgetContext ui);
};

}  // namespace ringscope
