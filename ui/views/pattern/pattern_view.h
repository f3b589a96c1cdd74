// Query x key of one pattern: which key each query attends to, whose it is, and in which step it arrives.
#pragma once

#include "ui/views/pattern/pattern_side.h"
#include "ui/views/pattern/pattern_table.h"

namespace ringscope {

struct PatternView {
    PatternColour colour = PatternColour::owner;
    int pattern = -1;  // index into Problem::patterns; -1: not chosen yet
    bool show_table = false;
    TokenWindow window;  // shown tokens, as many keys as queries; empty: the whole sequence

    void draw(ViewContext& context, ImVec2 size);
    /// Before each frame of the window, in which the view need not be drawn.
    void begin_frame() { thumbnails_.begin_frame(); }
    /// Whether the next frame shows more without any input.
    bool wants_frame() const { return thumbnails_.wants_frame(); }

  private:
    struct Layout;
    void follow_selection(ViewContext& context, const Schedule& schedule);
    void draw_toolbar(ViewContext& context, const Schedule& schedule, float width);
    void choose_pattern(Toolbar& bar, ViewContext& context, const Schedule& schedule, const std::string& name,
                        float width);
    void draw_picture(ViewContext& context, const Schedule& schedule, ImVec2 size);
    void draw_side(ViewContext& context, const Schedule& schedule, const Canvas& canvas,
                   const Layout& layout);
    void choose(ViewContext& context, const Schedule& schedule, int index);
    void move(ViewContext& context, const Schedule& schedule, const Canvas& canvas, const Layout& layout);
    void update(const ViewContext& context, const Schedule& schedule, const Layout& layout);
    void point(ViewContext& context, const Schedule& schedule, const Canvas& canvas, const Layout& layout);

    /// What the picture was made for: it is made anew when any of it changes.
    struct Key {
        Experiment experiment;
        TokenWindow window;
        int pattern = -1;
        PatternColour colour = PatternColour::owner;
        ThemeName theme = ThemeName::dark;
        int most_cells = 0;
        bool operator==(const Key&) const = default;
    };
    Key key_;
    PatternPicture picture_;
    GroupThumbnails thumbnails_;
    TokenLensView lens_;
    StepLookup steps_;
    Experiment steps_of_;
    int followed_group_ = -1;
    int64_t seq_len_ = 0;  // of the frame before
};

}  // namespace ringscope
