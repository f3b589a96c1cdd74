// The ring's moment as a table: the text twin of its picture.
#pragma once

#include <imgui.h>

#include "engine/analysis/ring_moment.h"

namespace ringscope {

/// One row per rank: what it does, sends and receives.
void draw_rank_table(const RingMoment& moment, ImVec2 size);

}  // namespace ringscope
