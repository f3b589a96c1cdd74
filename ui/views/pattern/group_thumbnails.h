// A small pattern of every head group: that each has its own segments and its own dilation is seen at once.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "ui/views/pattern/pattern_colours.h"
#include "ui/views/view_context.h"
#include "ui/widgets/plot.h"

namespace ringscope {

/// How the thumbnails of a plan stand in an area.
struct ThumbnailLayout {
    bool scrolls = false;  // the area shows only some of the groups
    bool beside = false;   // words right of the picture, which is then as high as they; else below it
    bool split = false;    // "w 1,048,576" over "r 128, 8 heads", because "w 1,048,576 r 128" is too wide
    int columns = 0;       // 0: there is no room, and no thumbnail
    int rows = 0;          // of all groups
    ImVec2 tile{};
    float picture = 0;  // edge
    float height = 0;   // of the area, with its title; what is not in it is reached by scrolling
};

/// The group's words: "group 1: 4 heads, w 4,096 r 2 o 1", what that means, and its share of all pairs; lines
/// split at '\n'.
std::string group_text(const Problem& problem, int group);

class GroupThumbnails {
  public:
    /// For an area of at most `room`, of which the lower `reserve` pixels are left free where it can be.
    ThumbnailLayout lay_out(const std::shared_ptr<const Schedule>& shown, ImVec2 room, float reserve,
                            const Theme& theme);

    /// Draws them into the box, in a child window of their own; the layout must be of this schedule.
    /// Registered as "pattern/group 0". Returns the index of the pattern that a person chose, or -1.
    int draw(ViewContext& context, const std::shared_ptr<const Schedule>& shown, const StepLookup& steps,
             PatternColour colour, int pattern, const ThumbnailLayout& layout, const Box& box);

    /// Forgets what the frame before had to leave out.
    void begin_frame() {
        work_ = 0;
        unpainted_ = false;
    }
    /// Whether pictures that are in sight are left to paint: one that takes long is painted per frame.
    bool wants_frame() const { return unpainted_; }

  private:
    /// A head group by its first pattern; one of several offsets has more, which look alike from afar.
    struct Group {
        int group = 0;
        int pattern = 0;
        std::array<std::string, 2> label;  // "w 2,048 r 1" over "4 heads"
        std::array<std::string, 2> split;  // "w 2,048" over "r 1, 4 heads"
        const std::array<std::string, 2>& words(bool is_split) const { return is_split ? split : label; }
    };
    struct Tile;
    void read_groups(const Schedule& schedule, const Theme& theme);
    ThumbnailLayout with_columns(ThumbnailLayout layout, int columns, ImVec2 area, const Theme& theme) const;
    ThumbnailLayout all_in(ImVec2 area, const Theme& theme) const;
    ThumbnailLayout scrolled_in(ImVec2 area, const Theme& theme) const;
    ThumbnailLayout fit(ImVec2 room, float reserve, const Theme& theme) const;
    void paint(const Group& group, PatternPicture& picture, const Schedule& schedule, const StepLookup& steps,
               const Theme& theme);
    void draw_picture(const Tile& tile, const ViewContext& context, const Schedule& schedule,
                      const StepLookup& steps);
    void draw_title(const ViewContext& context, const Box& box, int first, int last) const;

    std::vector<Group> groups_;
    std::shared_ptr<const Schedule> groups_of_;
    float measured_at_ = 0;             // Theme::scale
    std::array<float, 2> widest_ = {};  // of the labels in pixels: together, split
    /// What the pictures were made for: all are rebuilt when any of it changes.
    struct Key {
        std::shared_ptr<const Schedule> schedule;
        PatternColour colour = PatternColour::owner;
        ThemeName theme = ThemeName::dark;
        int most_cells = 0;
        bool operator==(const Key&) const = default;
    };
    Key key_;
    std::vector<PatternPicture> pictures_;  // by group; without blocks until it is in sight
    int64_t work_ = 0;                      // of painting, in this frame
    bool unpainted_ = false;
    int scrolled_to_ = -1;  // the shown group, which is scrolled into sight when it changes
};

}  // namespace ringscope
