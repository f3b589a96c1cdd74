#include "app/key_queue.h"

#include <gtest/gtest.h>
#include <imgui.h>

#include "app/imgui_context.h"
#include "app/script_keys.h"
#include "ui/keys.h"

namespace ringscope {
namespace {

constexpr int kPress = 1, kRelease = 0;

class KeyQueueTest : public ::testing::Test {
  protected:
    void tap(const std::string& name) {
        for (const KeyEvent& event : key_tap(name)) queue_.push(event);
    }
    ImGuiContextOwner context_;
    KeyQueue queue_;
};

TEST_F(KeyQueueTest, SeesEveryTapThatIsShorterThanAFrame) {
    for (int i = 0; i < 10; ++i) tap("w");
    int seen = 0;
    while (queue_.waiting()) {
        const auto pressed = queue_.play_into_imgui();
        for (int key : pressed) seen += key == ui::kKeyW;
        EXPECT_EQ(ImGui::GetIO().KeysDown[ui::kKeyW], !pressed.empty());
    }
    EXPECT_EQ(seen, 10);
    queue_.play_into_imgui();
    EXPECT_FALSE(ImGui::GetIO().KeysDown[ui::kKeyW]);
}

TEST_F(KeyQueueTest, HoldsModifiersDuringTheFrameOfThePress) {
    tap("ctrl+shift+p");
    const auto pressed = queue_.play_into_imgui();
    ASSERT_EQ(pressed.size(), 1u);
    EXPECT_EQ(ui::key_code(pressed[0]), ui::kKeyP);
    EXPECT_EQ(ui::key_modifiers(pressed[0]), ui::kModControl | ui::kModShift);
    EXPECT_TRUE(ImGui::GetIO().KeyCtrl);
    EXPECT_TRUE(ImGui::GetIO().KeyShift);
    EXPECT_TRUE(queue_.waiting());  // the releases come in the next frame
    EXPECT_TRUE(queue_.play_into_imgui().empty());
    EXPECT_FALSE(ImGui::GetIO().KeyCtrl);
}

TEST_F(KeyQueueTest, KeepsDifferentModifiersApart) {
    tap("s");
    tap("ctrl+s");
    EXPECT_EQ(queue_.play_into_imgui(), (std::vector{ui::pressed_key(ui::kKeyS, 0)}));
    EXPECT_FALSE(ImGui::GetIO().KeyCtrl);
    std::vector<int> later;
    while (queue_.waiting())
        for (int key : queue_.play_into_imgui()) later.push_back(key);
    EXPECT_EQ(later, (std::vector{ui::pressed_key(ui::kKeyS, ui::kModControl)}));
}

TEST_F(KeyQueueTest, IgnoresKeysWithoutACode) {
    queue_.push({-1, kPress, 0});
    queue_.push({100000, kRelease, 0});
    EXPECT_FALSE(queue_.waiting());
}

TEST(KeyTap, RefusesUnknownNames) {
    EXPECT_TRUE(key_tap("hyper+x").empty());
    EXPECT_TRUE(key_tap("f13").empty());
    EXPECT_TRUE(key_tap("").empty());
    EXPECT_EQ(key_tap("f5")[0].key, ui::kKeyF5);
    EXPECT_EQ(key_tap("ctrl+1")[1].key, ui::kKey1);
}

}  // namespace
}  // namespace ringscope
