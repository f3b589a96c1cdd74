// The token lens beside the pattern: single cells, with marks at its edges for the tokens that are kept.
#pragma once

#include <memory>

#include "engine/analysis/token_lens.h"
#include "ui/views/pattern/pattern_frame.h"

namespace ringscope {

/// What the lens lies on, and where on the screen.
class TokenLensView {
  public:
    /// The least height with which it can be read at that width; 0 when it is too narrow for any.
    static float least_height(const Problem& problem, float width, const Theme& theme);

    /// Makes the lens for what is pointed at: the hovered cell, else the selected one, else
    /// lens_rest_place(). While the mouse is on the lens itself it stays where it is. `lines`: rows and
    /// columns.
    void aim(const ViewContext& context, const std::shared_ptr<const Schedule>& shown,
             const StepLookup& steps, int pattern, PatternColour colour, const TokenWindow& window,
             int lines);
    /// Rows and columns that a box has room for.
    static int lines_of(const Box& box, const Theme& theme);

    /// Into the box, after aim(). Registered as "pattern/lens", its marks as "pattern/lens key 4" and
    /// "pattern/lens query 4". `hovered`: the mouse is on the canvas that the box lies in.
    void draw(ImDrawList& list, const Box& box, bool hovered, ViewContext& context, const Schedule& schedule,
              const StepLookup& steps);
    /// A frame round the lens' tokens in the picture of all.
    void draw_place(ImDrawList& list, const PatternFrame& frame, const Theme& theme) const;

    /// Says that the lens is not drawn in this frame.
    void leave() {
        is_hovered_ = false;
        box_ = {};
    }
    /// Where it was drawn; empty when it was not.
    const Box& box() const { return box_; }

    const TokenLens& lens() const { return lens_; }

  private:
    struct Cells;
    std::string title_for(float width, const Theme& theme) const;
    void draw_marks(ImDrawList& list, const Cells& cells, bool keys, ViewContext& context,
                    const Schedule& schedule) const;
    void draw_pairs(ImDrawList& list, const Cells& cells, const Theme& theme) const;
    void draw_edges(ImDrawList& list, const Cells& cells, const Schedule& schedule, const Theme& theme) const;
    void draw_target(ImDrawList& list, const Cells& cells, const Target& target, ImU32 colour,
                     float thickness) const;
    void point(const Cells& cells, ViewContext& context, const Schedule& schedule, const StepLookup& steps);

    /// What the lens was made for: it is rebuilt when any of it changes.
    struct Key {
        std::shared_ptr<const Schedule> schedule;
        int pattern = -1;
        PatternColour colour = PatternColour::owner;
        int64_t query = -1, key = -1;
        int lines = 0;
        ThemeName theme = ThemeName::dark;
        bool operator==(const Key&) const = default;
    };
    Key key_;
    TokenLens lens_;
    std::vector<ImU32> colours_;  // of its attended pairs, [query line * keys.size() + key line]
    Box box_;
    bool is_hovered_ = false;
};

}  // namespace ringscope
