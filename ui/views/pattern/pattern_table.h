// The pattern as text: what each rank computes, what each head group is, and which keys the tokens under the
// lens attend to.
#pragma once

#include "engine/analysis/token_lens.h"
#include "ui/views/view_context.h"

namespace ringscope {

/// Three tables, one below the other, within `size` at the cursor.
void draw_pattern_tables(ViewContext& context, const Schedule& schedule, int pattern, const TokenLens& lens,
                         ImVec2 size);

}  // namespace ringscope
