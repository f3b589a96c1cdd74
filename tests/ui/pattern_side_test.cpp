// What stands beside the pattern: a thumbnail of every head group and the lens on single tokens.
#include "tests/ui/views_fixture.h"

namespace ringscope {
namespace {

const ImVec2 kLarge{950, 600};

Experiment many_groups(int groups) {
    Experiment e = default_experiment();
    e.problem.heads = groups;
    e.problem.head_groups.clear();
    for (int group = 0; group < groups; ++group)
        e.problem.head_groups.push_back({int64_t{256} << group % 6, int64_t{1} << group % 5, {}, {}});
    return e;
}

class PatternSideTest : public Views {
  protected:
    /// The same as long as the schedule is: what a view keeps belongs to it.
    std::shared_ptr<const Schedule> shown(const Schedule& schedule) {
        if (!shown_ || !(shown_->experiment == schedule.experiment))
            shown_ = std::make_shared<const Schedule>(schedule);
        return shown_;
    }
    void draw(const Schedule& schedule, ImVec2 size = kLarge) {
        frame(View::pattern, shown(schedule), nullptr, size);
    }
    void click_on(const Schedule& schedule, const std::string& name) {
        click(View::pattern, shown(schedule), nullptr, kLarge, centre_of(name.c_str()));
    }
    std::string text(const std::string& name) const {
        const Item* item = items_.find(name);
        return item ? item->text : "(no item " + name + ")";
    }
    int thumbnails() const {
        int found = 0;
        for (const auto& [name, item] : items_.all()) found += name.rfind("pattern/group ", 0) == 0;
        return found;
    }

    std::shared_ptr<const Schedule> shown_;
};

TEST_F(PatternSideTest, EveryHeadGroupHasAThumbnailThatShowsIt) {
    const Schedule schedule = plan(default_experiment());
    draw(schedule);
    EXPECT_EQ(text("pattern/groups"), "3 head groups");
    EXPECT_EQ(text("pattern/group 0"), "w 2,048 r 1, 4 heads");
    EXPECT_EQ(text("pattern/group 1"), "w 4,096 r 2, 4 heads");
    EXPECT_EQ(text("pattern/group 2"), "w 8,192 r 4, 4 heads, shown");
    click_on(schedule, "pattern/group 0");
    draw(schedule);
    EXPECT_EQ(pattern_.pattern, 0);
    EXPECT_EQ(selection_.selected.group, 0);
    EXPECT_EQ(selection_.focused, &PatternView::kInfo);
    EXPECT_EQ(selection_.hovered.group, 0);
    EXPECT_EQ(text("pattern/group 0"), "w 2,048 r 1, 4 heads, shown");
    EXPECT_EQ(text("pattern/group 2"), "w 8,192 r 4, 4 heads");
}

TEST_F(PatternSideTest, OneThumbnailForAGroupOfSeveralOffsets) {
    Experiment e = default_experiment();
    for (HeadGroup& group : e.problem.head_groups) group.offset = {Offset::Rule::per_head, 0};
    const Schedule schedule = plan(e);
    ASSERT_GT(schedule.problem.patterns.size(), 3u);
    draw(schedule);
    EXPECT_EQ(thumbnails(), 3);
    EXPECT_EQ(text("pattern/group 1"), "w 4,096 r 2, 4 heads");
    click_on(schedule, "pattern/group 1");
    EXPECT_EQ(schedule.problem.patterns[static_cast<size_t>(pattern_.pattern)].group, 1);
}

TEST_F(PatternSideTest, ManyGroupsScrollAndAreCounted) {
    const Schedule schedule = plan(many_groups(24));
    draw(schedule);
    draw(schedule);
    EXPECT_EQ(text("pattern/group 23"), "(no item pattern/group 23)") << "else there is nothing to scroll";
    EXPECT_NE(text("pattern/groups").find(" of 24"), std::string::npos) << text("pattern/groups");
    const int in_sight = thumbnails();
    EXPECT_GE(in_sight, 4);
    const Item canvas = *items_.find("pattern/canvas");
    const std::string shown = "pattern/group " + std::to_string(pattern_.pattern);
    ASSERT_NE(items_.find(shown), nullptr) << "the shown group is in sight, whichever it is";
    feed_mouse_position(centre_of(shown.c_str()));
    draw(schedule);
    for (int i = 0; i < 60; ++i) {
        ImGui::GetIO().MouseWheel = -2;
        draw(schedule);
        for (const auto& [name, item] : items_.all()) {
            if (name.rfind("pattern/group ", 0) != 0) continue;
            EXPECT_LE(item.max.x, canvas.max.x) << name;
            EXPECT_GT(item.max.y, canvas.min.y) << name;
        }
    }
    draw(schedule);
    EXPECT_NE(items_.find("pattern/group 23"), nullptr) << text("pattern/groups");
    EXPECT_EQ(items_.find("pattern/group 0"), nullptr);
}

TEST_F(PatternSideTest, ThumbnailsThatTakeLongArePaintedOneAFrame) {
    Experiment e = default_experiment();
    e.problem.seq_len = 1 << 20;
    e.problem.head_groups = {{64, 1, {}, {}}, {64, 2, {}, {}}, {64, 4, {}, {}}};
    e.ring.ranks = 16;
    const Schedule schedule = plan(e);
    draw(schedule);
    EXPECT_FALSE(pattern_.wants_frame()) << "by owner none takes long";
    pattern_.colour = PatternColour::step;
    draw(schedule);
    EXPECT_TRUE(pattern_.wants_frame());
    draw(schedule);
    EXPECT_TRUE(pattern_.wants_frame());
    draw(schedule);
    EXPECT_FALSE(pattern_.wants_frame()) << "all three are there";
    pattern_.colour = PatternColour::owner;
    draw(schedule);
    pattern_.colour = PatternColour::step;
    draw(schedule);
    EXPECT_TRUE(pattern_.wants_frame());
    pattern_.begin_frame();
    EXPECT_FALSE(pattern_.wants_frame()) << "a view that is not drawn wants no frame";
}

TEST_F(PatternSideTest, ThereIsNeitherWhereThereIsNoRoom) {
    const Schedule schedule = plan(default_experiment());
    for (const ImVec2 size : {ImVec2{200, 200}, ImVec2{330, 300}, ImVec2{60, 500}}) {
        draw(schedule, size);
        EXPECT_EQ(thumbnails(), 0) << size.x;
        EXPECT_EQ(items_.find("pattern/lens"), nullptr) << size.x;
    }
    draw(schedule, {455, 290});  // as among all views of a window of 1280 x 720
    EXPECT_EQ(thumbnails(), 3);
    EXPECT_NE(items_.find("pattern/load of rank 3"), nullptr);
    EXPECT_NE(items_.find("pattern/coverage"), nullptr);
    EXPECT_EQ(items_.find("pattern/lens"), nullptr);
    Experiment e = default_experiment();
    e.ring.ranks = 64;
    draw(plan(e), {455, 290});
    EXPECT_GE(thumbnails(), 2) << "many ranks have thin bars";
    EXPECT_NE(items_.find("pattern/load of rank 63"), nullptr);
}

TEST_F(PatternSideTest, NothingBesideThePatternOverlaps) {
    const auto overlap = [](const Item& a, const Item& b) {
        return a.min.x < b.max.x - 0.5f && b.min.x < a.max.x - 0.5f && a.min.y < b.max.y - 0.5f &&
               b.min.y < a.max.y - 0.5f;
    };
    for (const int groups : {1, 3, 5, 24}) {
        Experiment e = many_groups(groups);
        for (const int ranks : {1, 4, 64}) {
            e.ring.ranks = ranks;
            const Schedule schedule = plan(e);
            for (const ImVec2 size : {ImVec2{455, 290}, kLarge, ImVec2{1500, 900}}) {
                for (const PatternColour colour :
                     {PatternColour::owner, PatternColour::step, PatternColour::group}) {
                    pattern_.colour = colour;
                    draw(schedule, size);
                    const Item canvas = *items_.find("pattern/canvas");
                    std::vector<std::pair<std::string, Item>> parts;
                    for (const auto& [name, item] : items_.all())
                        if (name.rfind("pattern/load", 0) == 0 || name == "pattern/groups" ||
                            name == "pattern/coverage" || name == "pattern/lens" || name == "pattern/matrix")
                            parts.emplace_back(name, item);
                    for (size_t i = 0; i < parts.size(); ++i) {
                        EXPECT_LE(parts[i].second.max.y, canvas.max.y + 1) << parts[i].first;
                        EXPECT_LE(parts[i].second.max.x, canvas.max.x + 1) << parts[i].first;
                        for (size_t k = 0; k < i; ++k)
                            EXPECT_FALSE(overlap(parts[i].second, parts[k].second))
                                << parts[i].first << " and " << parts[k].first << ", " << groups
                                << " groups, " << ranks << " ranks, " << size.x;
                    }
                }
            }
        }
    }
}

TEST_F(PatternSideTest, TheLensFollowsThePointerAndTheSelection) {
    const Schedule schedule = plan(default_experiment());
    pattern_.pattern = 1;
    draw(schedule);
    EXPECT_EQ(text("pattern/lens").rfind("queries 4,0", 0), 0u) << text("pattern/lens");
    const Pattern& shown = schedule.problem.patterns[1];
    for (int64_t key = 4090; key < 4100; ++key)
        EXPECT_EQ(text("pattern/lens key " + std::to_string(key)),
                  schedule.problem.kept(shown, key) ? "kept" : "dropped");
    const Item matrix = *items_.find("pattern/matrix");
    const float edge = matrix.max.x - matrix.min.x;
    feed_mouse_position({matrix.min.x + edge * 0.25f, matrix.min.y + edge * 0.75f});
    draw(schedule);
    draw(schedule);
    const std::string pointed = text("pattern/lens");
    EXPECT_NE(items_.find("pattern/lens query " + std::to_string(selection_.hovered.query)), nullptr);
    EXPECT_NE(items_.find("pattern/lens key " + std::to_string(selection_.hovered.key)), nullptr);
    EXPECT_NEAR(static_cast<double>(selection_.hovered.query), 6144, 30);
    feed_mouse_position({-1000, -1000});
    draw(schedule);
    draw(schedule);
    EXPECT_NE(text("pattern/lens"), pointed);
    selection_.selected.query = 6144;
    selection_.selected.key = 100;
    draw(schedule);
    EXPECT_NE(items_.find("pattern/lens query 6144"), nullptr);
    EXPECT_NE(items_.find("pattern/lens key 100"), nullptr);
}

TEST_F(PatternSideTest, ACellOfTheLensIsPointedAtAndSelected) {
    const Schedule schedule = plan(default_experiment());
    pattern_.pattern = 0;
    draw(schedule);
    const std::string before = text("pattern/lens");
    const ImVec2 at{centre_of("pattern/lens key 2049").x, centre_of("pattern/lens query 2052").y};
    feed_mouse_position(at);
    draw(schedule);
    draw(schedule);
    EXPECT_EQ(selection_.hovered.query, 2052);
    EXPECT_EQ(selection_.hovered.key, 2049);
    EXPECT_EQ(selection_.hovered.rank, 1);
    EXPECT_EQ(selection_.hovered.step, 0);
    EXPECT_EQ(text("pattern/lens"), before) << "it stands still under the mouse";
    click(View::pattern, shown(schedule), nullptr, kLarge, at);
    EXPECT_EQ(selection_.selected.query, 2052);
    EXPECT_EQ(selection_.selected.key, 2049);
    EXPECT_EQ(text("pattern/lens"), before);
}

TEST_F(PatternSideTest, NoLensWhereTheMatrixShowsSingleCells) {
    const Schedule schedule = plan(default_experiment());
    draw(schedule);
    ASSERT_NE(items_.find("pattern/lens"), nullptr);
    const ImVec2 load = items_.find("pattern/load of rank 0")->min;
    pattern_.window = {2040, 2060, 2040, 2060};
    draw(schedule);
    EXPECT_EQ(items_.find("pattern/lens"), nullptr);
    EXPECT_NE(items_.find("pattern/group 1"), nullptr);
    EXPECT_EQ(items_.find("pattern/load of rank 0")->min.y, load.y) << "nothing else moves";
}

TEST_F(PatternSideTest, TheTablesSayTheSame) {
    const Schedule schedule = plan(default_experiment());
    pattern_.pattern = 0;
    pattern_.show_table = true;
    draw(schedule);
    EXPECT_EQ(text("pattern/table of groups"), "Head groups");
    EXPECT_EQ(text("pattern/table of tokens").rfind("Single tokens: queries 2,036 to 2,059", 0), 0u)
        << text("pattern/table of tokens");
}

TEST_F(PatternSideTest, TheWholeSequenceStaysWholeWhenItGrows) {
    Experiment e = default_experiment();
    const Schedule small = plan(e);
    e.problem.seq_len = 1 << 16;
    const Schedule large = plan(e);
    draw(small);
    draw(large);
    EXPECT_EQ(pattern_.window.key_end, 1 << 16);
    pattern_.window = {0, 512, 0, 512};
    draw(large);
    draw(small);
    EXPECT_EQ(pattern_.window.key_end, 512) << "a part that was zoomed to stays";
}

}  // namespace
}  // namespace ringscope
