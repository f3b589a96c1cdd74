// Query x key of one pattern: which key each query attends to, whose it is, and in which step it arrives.
#pragma once

#include <memory>

#include "ui/keys.h"
#include "ui/views/pattern/pattern_side.h"
#include "ui/views/pattern/pattern_table.h"

namespace ringscope {

struct PatternView {
    static constexpr ViewInfo kInfo{.name = "pattern",
                                    .title = "Pattern",
                                    .picture = "pattern/matrix",
                                    .keys = "Alt-1",
                                    .key = kKey1,
                                    .modifiers = kModAlt,
                                    .place = ViewPlace::upper,
                                    .share = 0.5f,
                                    .shows_run = false};
    PatternColour colour = PatternColour::owner;
    int pattern = -1;  // index into Problem::patterns; -1: not chosen yet
    bool show_table = false;
    TokenWindow window;  // shown tokens, as many keys as queries; empty: the whole sequence

    std::string why_empty(const ViewContext& context) const;
    void prepare(ViewContext& context);
    void draw_controls(Toolbar& bar, ViewContext& context);
    void draw_legend(Toolbar&, ViewContext&, ImVec2) {}
    void draw_picture(ViewContext& context, ImVec2 size);
    void draw_table(ViewContext& context, ImVec2 size);
    /// Before each frame of the window, in which the view need not be drawn.
    void begin_frame() { thumbnails_.begin_frame(); }
    /// Whether the next frame shows more without any input.
    bool wants_frame() const { return thumbnails_.wants_frame(); }

  private:
    struct Layout;
    void choose_pattern(Toolbar& bar, ViewContext& context, const Schedule& schedule, const std::string& name,
                        float width);
    void draw_side(ViewContext& context, const Schedule& schedule, const Canvas& canvas,
                   const Layout& layout);
    void choose(ViewContext& context, const Schedule& schedule, int index);
    void move(ViewContext& context, const Schedule& schedule, const Canvas& canvas, const Layout& layout);
    void update(const ViewContext& context, const Layout& layout);
    void point(ViewContext& context, const Schedule& schedule, const Canvas& canvas, const Layout& layout);

    /// What the picture was made for: it is rebuilt when any of it changes.
    struct Key {
        std::shared_ptr<const Schedule> schedule;
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
    std::shared_ptr<const Schedule> schedule_;  // shown in the last frame
    StepLookup steps_;                          // of schedule_
    int followed_group_ = -1;
    int64_t seq_len_ = 0;  // of the frame before
};

}  // namespace ringscope
