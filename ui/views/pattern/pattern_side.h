// What stands beside the pattern's matrix, from the top: a thumbnail of each head group, the planned load of
// each rank, the legend, and the token lens.
#pragma once

#include <string>
#include <vector>

#include "ui/views/pattern/group_thumbnails.h"
#include "ui/views/pattern/token_lens_view.h"

namespace ringscope {

struct PatternSide {
    struct LegendLine {
        std::string text;
        ImU32 ink = 0;
        std::vector<ImU32> strip;  // instead of text: a cell of each colour, with its number where it fits
        bool is_coverage = false;  // the proof, which has an item and a tooltip of its own
    };

    ThumbnailLayout thumbnails;
    Box groups, load, words, lens;  // empty: no room
    std::vector<LegendLine> legend;
};

/// Where everything stands in `box`; what does not fit is left out, the lens first and then the thumbnails.
PatternSide lay_out_side(const Box& box, const std::shared_ptr<const Schedule>& shown, PatternColour colour,
                         bool interleaved, GroupThumbnails& thumbnails, const Theme& theme);

/// Load and legend, on the canvas that was drawn last.
void draw_load_and_legend(ImDrawList& list, const PatternSide& side, const Schedule& schedule,
                          ViewContext& context);

}  // namespace ringscope
