#include "app/window/key_queue.h"

#include <string>

#include <gtest/gtest.h>
#include <imgui.h>

#include "app/script/script_keys.h"
#include "app/window/imgui_context.h"
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
        for (int key : pressed) seen += key == kKeyW;
        EXPECT_EQ(ImGui::GetIO().KeysDown[kKeyW], !pressed.empty());
    }
    EXPECT_EQ(seen, 10);
    queue_.play_into_imgui();
    EXPECT_FALSE(ImGui::GetIO().KeysDown[kKeyW]);
}

TEST_F(KeyQueueTest, HoldsModifiersDuringTheFrameOfThePress) {
    tap("ctrl+shift+p");
    const auto pressed = queue_.play_into_imgui();
    ASSERT_EQ(pressed.size(), 1u);
    EXPECT_EQ(key_code(pressed[0]), kKeyP);
    EXPECT_EQ(key_modifiers(pressed[0]), kModControl | kModShift);
    EXPECT_TRUE(ImGui::GetIO().KeyCtrl);
    EXPECT_TRUE(ImGui::GetIO().KeyShift);
    EXPECT_TRUE(queue_.waiting());  // the releases come in the next frame
    EXPECT_TRUE(queue_.play_into_imgui().empty());
    EXPECT_FALSE(ImGui::GetIO().KeyCtrl);
}

TEST_F(KeyQueueTest, KeepsDifferentModifiersApart) {
    tap("s");
    tap("ctrl+s");
    EXPECT_EQ(queue_.play_into_imgui(), (std::vector{pressed_key(kKeyS, 0)}));
    EXPECT_FALSE(ImGui::GetIO().KeyCtrl);
    std::vector<int> later;
    while (queue_.waiting())
        for (int key : queue_.play_into_imgui()) later.push_back(key);
    EXPECT_EQ(later, (std::vector{pressed_key(kKeyS, kModControl)}));
}

/// Letters as ImGui has them in a frame.
std::string letters() {
    std::string text;
    ImVector<ImWchar>& queue = ImGui::GetIO().InputQueueCharacters;
    for (const ImWchar letter : queue) text += static_cast<char>(letter);
    queue.clear();
    return text;
}

TEST_F(KeyQueueTest, LettersKeepTheirPlaceAmongKeys) {
    queue_.push({'A', kPress, 0, 0});
    queue_.push({-1, 0, 0, 'a'});
    queue_.push({kKeyBackspace, kPress, 0, 0});
    queue_.push({'C', kPress, 0, 0});  // before the Backspace is let go
    queue_.push({-1, 0, 0, 'c'});
    EXPECT_EQ(queue_.play_into_imgui(), (std::vector{pressed_key('A', 0), pressed_key(kKeyBackspace, 0)}));
    EXPECT_EQ(letters(), "a") << "ImGui takes it before it takes the Backspace";
    EXPECT_EQ(queue_.play_into_imgui(), (std::vector{pressed_key('C', 0)}));
    EXPECT_EQ(letters(), "c");
}

TEST_F(KeyQueueTest, LettersWaitUntilAFieldThatACommandOpensListens) {
    tap("ctrl+shift+p");
    queue_.push({'R', kPress, 0, 0});
    queue_.push({-1, 0, 0, 'r'});
    EXPECT_EQ(queue_.play_into_imgui().size(), 1u);
    for (int frame = 0; frame < 2; ++frame) {
        EXPECT_TRUE(queue_.play_into_imgui().empty());
        EXPECT_EQ(letters(), "");
        EXPECT_FALSE(ImGui::GetIO().KeyCtrl) << "what was let go is let go";
    }
    EXPECT_EQ(queue_.play_into_imgui().size(), 1u);
    EXPECT_EQ(letters(), "r");
}

TEST_F(KeyQueueTest, KeysWaitUntilAFieldThatEscapeClosesIsGone) {
    tap("escape");
    tap("w");
    EXPECT_EQ(queue_.play_into_imgui(), (std::vector{pressed_key(kKeyEscape, 0)}));
    EXPECT_TRUE(queue_.play_into_imgui().empty());
    EXPECT_TRUE(queue_.play_into_imgui().empty());
    EXPECT_TRUE(queue_.waiting());
    EXPECT_EQ(queue_.play_into_imgui(), (std::vector{pressed_key(kKeyW, 0)}));
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
    EXPECT_EQ(key_tap("f5")[0].key, kKeyF5);
    EXPECT_EQ(key_tap("ctrl+1")[1].key, kKey1);
}

}  // namespace
}  // namespace ringscope
