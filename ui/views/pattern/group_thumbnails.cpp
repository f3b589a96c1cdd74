#include "ui/views/pattern/group_thumbnails.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "ui/views/pattern/pattern_cells.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr float kLeastPicture = 44;  // points, with words below
constexpr float kMostPicture = 140;
constexpr float kLeastBlock = 2;
constexpr float kPad = 4;
constexpr int kMostCells = 64;  // blocks per side
constexpr int kMostColumns = 8;
constexpr int64_t kMostWork = 1 << 16;  // segments times ranks in a frame: a few milliseconds
constexpr int kFewRows = 4;

std::string heads_text(size_t heads) { return std::to_string(heads) + (heads == 1 ? " head" : " heads"); }

float line_height(const Theme& theme) { return text_size(theme.small_font, "0").y + 1; }

float title_height(const Theme& theme) { return line_height(theme) + theme.px(2); }

/// "0", "0, 1, 2, 3"; with very many the first ones and their number.
std::string offsets_text(const std::vector<int64_t>& offsets) {
    constexpr size_t most = 8;
    std::string text;
    for (size_t i = 0; i < std::min(offsets.size(), most); ++i)
        text += (i ? ", " : "") + count_text(offsets[i]);
    if (offsets.size() > most) text += ", .. (" + std::to_string(offsets.size()) + " offsets)";
    return text;
}

}  // namespace

std::string group_text(const Problem& problem, int group) {
    const Pattern* first = nullptr;
    std::vector<int64_t> offsets;
    size_t heads = 0;
    for (const Pattern& pattern : problem.patterns) {
        if (pattern.group != group) continue;
        if (!first) first = &pattern;
        offsets.push_back(pattern.offset);
        heads += pattern.heads.size();
    }
    if (!first) return "";
    const std::string w = count_text(first->segment_length), r = count_text(first->dilation_rate);
    const int64_t segments = problem.segments_of(*first), pairs = problem.allowed_pairs(*first);
    std::string text = "group " + std::to_string(group) + ": " + heads_text(heads) + ", w " + w + " r " + r +
                       " o " + offsets_text(offsets);
    text += segments == 1 ? "\none segment: the whole sequence"
                          : "\n" + count_text(segments) + " segments of " + w +
                                " tokens: a query sees keys of its own segment only";
    text += first->dilation_rate == 1 ? "\nno dilation: every token is kept"
                                      : "\ndilation: one token in " + r + " is kept";
    const auto n = static_cast<double>(problem.seq_len);
    const double dense = problem.causal ? n * (n + 1) / 2 : n * n;
    return text + "\n" + count_text(pairs) + " pairs per head, " +
           percent_text(static_cast<double>(pairs) / dense) + " of dense attention's" +
           "\nbrightness: pairs of a block, on one scale for all groups";
}

void GroupThumbnails::read_groups(const Schedule& schedule, const Theme& theme) {
    groups_.clear();
    std::vector<size_t> heads;
    const std::vector<Pattern>& patterns = schedule.problem.patterns;
    for (size_t i = 0; i < patterns.size(); ++i) {
        if (i == 0 || patterns[i].group != patterns[i - 1].group) {
            groups_.push_back({patterns[i].group, static_cast<int>(i), {}, {}});
            heads.push_back(0);
        }
        heads.back() += patterns[i].heads.size();
    }
    for (size_t i = 0; i < groups_.size(); ++i) {
        const Pattern& p = patterns[static_cast<size_t>(groups_[i].pattern)];
        const std::string w = "w " + count_text(p.segment_length), r = "r " + count_text(p.dilation_rate);
        groups_[i].label = {w + " " + r, heads_text(heads[i])};
        groups_[i].split = {w, r + ", " + heads_text(heads[i])};
    }
    widest_ = {};
    for (const Group& group : groups_)
        for (const bool split : {false, true})
            for (const std::string& line : group.words(split))
                widest_[split] = std::max(widest_[split], std::ceil(text_size(theme.small_font, line).x));
}

/// The layout with the given form and number of columns whose pictures are as large as the area allows;
/// without columns when they would be too small to see.
ThumbnailLayout GroupThumbnails::with_columns(ThumbnailLayout layout, int columns, ImVec2 area,
                                              const Theme& theme) const {
    const float pad = std::floor(theme.px(kPad)), words = 2 * line_height(theme);
    const float label = widest_[layout.split];
    const int rows = (static_cast<int>(groups_.size()) + columns - 1) / columns;
    const float width = std::floor(area.x / static_cast<float>(columns));
    const float height = std::floor((area.y - title_height(theme)) / static_cast<float>(rows));
    const float wide = width - 2 * pad - (layout.beside ? label + pad : 0);
    const float high = height - (layout.beside ? pad : words + 3 * pad);
    layout.picture = std::floor(std::min({wide, high, theme.px(kMostPicture)}));
    const float least = layout.beside ? std::floor(words) : theme.px(kLeastPicture);
    if (layout.picture < least || (!layout.beside && label > width - 2 * pad)) return layout;
    layout.columns = columns;
    layout.rows = rows;
    layout.tile.x =
        layout.beside ? width : std::min(width, std::ceil(std::max(layout.picture, label) + 2 * pad));
    layout.tile.y = layout.picture + (layout.beside ? pad : std::ceil(words) + 3 * pad);
    layout.height = title_height(theme) + layout.tile.y * static_cast<float>(rows);
    return layout;
}

/// The largest pictures with which all groups are in sight; without columns when there are none.
ThumbnailLayout GroupThumbnails::all_in(ImVec2 area, const Theme& theme) const {
    ThumbnailLayout best;
    for (const bool beside : {false, true})
        for (const bool split : {false, true})
            for (int columns = 1; columns <= std::min(static_cast<int>(groups_.size()), kMostColumns);
                 ++columns) {
                ThumbnailLayout asked;
                asked.beside = beside;
                asked.split = split;
                const ThumbnailLayout found = with_columns(asked, columns, area, theme);
                if (found.columns == 0) continue;
                const bool lower = found.picture == best.picture && found.height < best.height;
                if (found.picture > best.picture || lower) best = found;
            }
    return best;
}

/// As many groups in sight as the area holds, the others by scrolling.
ThumbnailLayout GroupThumbnails::scrolled_in(ImVec2 area, const Theme& theme) const {
    const float pad = std::floor(theme.px(kPad));
    ThumbnailLayout layout;
    layout.scrolls = layout.beside = true;
    layout.picture = std::floor(2 * line_height(theme));
    layout.tile.y = layout.picture + pad;
    const float width = area.x - ImGui::GetStyle().ScrollbarSize;
    if (area.y < title_height(theme) + 2 * layout.tile.y) return layout;
    for (const bool split : {false, true}) {
        layout.split = split;
        const int columns = static_cast<int>(width / (layout.picture + widest_[split] + 3 * pad));
        if (columns <= layout.columns) continue;
        layout.columns = columns;
        layout.rows = (static_cast<int>(groups_.size()) + columns - 1) / columns;
        layout.tile.x = std::floor(width / static_cast<float>(columns));
        break;
    }
    layout.height = area.y;
    return layout;
}

ThumbnailLayout GroupThumbnails::fit(ImVec2 room, float reserve, const Theme& theme) const {
    const float spare = room.y - reserve;
    const float half = std::min(spare, room.y / 2);  // where there is much room the lens has its half
    for (const float height : {half, spare, room.y}) {
        const ThumbnailLayout layout = all_in({room.x, height}, theme);
        // What is reserved is given up for a few groups, not for a long list.
        if (layout.columns > 0 && (height <= spare || layout.rows <= kFewRows)) return layout;
    }
    for (const float height : {half, room.y}) {
        const ThumbnailLayout layout = scrolled_in({room.x, height}, theme);
        if (layout.columns > 0) return layout;
    }
    return {};
}

ThumbnailLayout GroupThumbnails::lay_out(const std::shared_ptr<const Schedule>& shown, ImVec2 room,
                                         float reserve, const Theme& theme) {
    if (groups_.empty() || measured_at_ != theme.scale || groups_of_ != shown) {
        read_groups(*shown, theme);
        groups_of_ = shown;
        measured_at_ = theme.scale;
    }
    return fit(room, reserve, theme);
}

/// One head group's place, in screen pixels.
struct GroupThumbnails::Tile {
    int index = 0;  // among those drawn
    bool is_shown = false;
    Box box;
    const ThumbnailLayout& layout;
};

void GroupThumbnails::paint(const Group& group, PatternPicture& picture, const Schedule& schedule,
                            const StepLookup& steps, const Theme& theme) {
    // At worst steps are looked up for each segment and rank; all else is in closed form.
    const Pattern& pattern = schedule.problem.patterns[static_cast<size_t>(group.pattern)];
    const int64_t work =
        key_.colour == PatternColour::step ? schedule.problem.segments_of(pattern) * schedule.ranks : 0;
    unpainted_ = unpainted_ || (work_ > 0 && work_ + work > kMostWork);
    if (unpainted_) return;
    work_ += work;
    picture = paint_thumbnail(schedule, steps, group.pattern, key_.colour, key_.most_cells, theme);
}

void GroupThumbnails::draw_picture(const Tile& tile, const ViewContext& context, const Schedule& schedule,
                                   const StepLookup& steps) {
    const Theme& theme = context.theme;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const Group& group = groups_[static_cast<size_t>(tile.index)];
    PatternPicture& picture = pictures_[static_cast<size_t>(tile.index)];
    if (picture.grid.columns == 0) paint(group, picture, schedule, steps, theme);
    const float pad = std::floor(theme.px(kPad)), edge = tile.layout.picture;
    const auto n = static_cast<double>(schedule.problem.seq_len);
    PatternFrame frame;
    frame.window = {0, n, 0, n};
    Box& m = frame.matrix;
    m.min = {tile.box.min.x + pad, tile.box.min.y + (tile.layout.beside ? std::floor(pad / 2) : pad)};
    m.max = {m.min.x + edge, m.min.y + edge};
    list.AddRectFilled(m.min, m.max, theme.background);
    draw_pattern_cells(list, frame, picture, key_.colour, schedule.steps, theme);
    const bool lit = context.selection.hovered.group == group.group;
    const ImU32 rim = lit ? theme.hover : tile.is_shown ? theme.accent : theme.grid_strong;
    add_rect(list, m.min, m.max, rim, 0, theme.px(lit || tile.is_shown ? 2 : 1));
    const std::array<std::string, 2>& words = group.words(tile.layout.split);
    const float above = (edge - 2 * line_height(theme)) / 2;  // beside the picture the words are centred
    const ImVec2 at =
        tile.layout.beside ? ImVec2{m.max.x + pad, m.min.y + above} : ImVec2{m.min.x, m.max.y + pad};
    draw_text(list, theme.small_font, at, theme.text, words[0], tile.box);
    draw_text(list, theme.small_font, {at.x, at.y + line_height(theme)}, theme.text_dim, words[1], tile.box);
}

void GroupThumbnails::draw_title(const ViewContext& context, const Box& box, int first, int last) const {
    const Theme& theme = context.theme;
    const std::string count = std::to_string(groups_.size());
    const std::string seen = std::to_string(first) + " to " + std::to_string(last) + " of " + count;
    const bool all = first == 0 && last + 1 == static_cast<int>(groups_.size());
    std::string title = all ? count + (groups_.size() == 1 ? " head group" : " head groups")
                            : "head groups " + seen + ", scroll for more";
    if (text_size(theme.small_font, title).x > box.width()) title = "groups " + seen;
    draw_text(*ImGui::GetWindowDrawList(), theme.small_font, box.min, theme.text_dim, title, box);
    context.items.add("pattern/groups", box.min, box.max, title);
}

int GroupThumbnails::draw(ViewContext& context, const std::shared_ptr<const Schedule>& shown,
                          const StepLookup& steps, PatternColour colour, int pattern,
                          const ThumbnailLayout& layout, const Box& box) {
    const Theme& theme = context.theme;
    const int most = std::clamp(static_cast<int>(layout.picture / theme.px(kLeastBlock)), 1, kMostCells);
    const Schedule& schedule = *shown;
    Key key{shown, colour, theme.name, most};
    if (!(key == key_) || pictures_.size() != groups_.size()) {
        key_ = std::move(key);
        pictures_.assign(groups_.size(), {});
    }
    begin_frame();
    const int shown_group = schedule.problem.patterns[static_cast<size_t>(pattern)].group;
    const Box area{{box.min.x, box.min.y + title_height(theme)}, box.max};
    set_cursor(area.min);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
    ImGui::PushStyleColor(ImGuiCol_ChildBg, IM_COL32_BLACK_TRANS);
    begin_flat_child("groups", {area.width(), area.height()});
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    int chosen = -1, first = 0, last = -1;
    for (int i = 0; i < static_cast<int>(groups_.size()); ++i) {
        const Group& group = groups_[static_cast<size_t>(i)];
        const ImVec2 at{origin.x + layout.tile.x * static_cast<float>(i % layout.columns),
                        origin.y + layout.tile.y * static_cast<float>(i / layout.columns)};
        const Tile tile{
            i, group.group == shown_group, {at, {at.x + layout.tile.x, at.y + layout.tile.y}}, layout};
        set_cursor(at);
        ImGui::PushID(i);
        if (ImGui::Selectable("##group", tile.is_shown, 0, layout.tile)) chosen = group.pattern;
        ImGui::PopID();
        const bool whole = at.y >= area.min.y - 1 && tile.box.max.y <= area.max.y + 1;
        if (tile.is_shown && scrolled_to_ != shown_group && !whole) ImGui::SetScrollHereY();
        if (!ImGui::IsItemVisible()) continue;
        context.items.add_last("pattern/group " + std::to_string(group.group),
                               group.label[0] + ", " + group.label[1] + (tile.is_shown ? ", shown" : ""));
        if (ImGui::IsItemHovered()) {
            context.selection.next_hovered.group = group.group;
            tooltip(group_text(schedule.problem, group.group));
        }
        draw_picture(tile, context, schedule, steps);
        if (whole && last < 0) first = i;
        if (whole) last = i;
    }
    ImGui::EndChild();
    ImGui::PopStyleColor();
    ImGui::PopStyleVar();
    scrolled_to_ = shown_group;
    draw_title(context, {box.min, {box.max.x, area.min.y}}, first, last);
    return chosen;
}

}  // namespace ringscope
