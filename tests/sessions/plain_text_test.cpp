// Text of others is shown, not obeyed.
#include "sessions/plain_text.h"

#include <gtest/gtest.h>

namespace ringscope {
namespace {

TEST(PlainText, ShowsWhatWouldAct) {
    EXPECT_EQ(visible_text("plain\n\ttext"), "plain\n\ttext");
    EXPECT_EQ(visible_text("\x1b[31m\x07\r\x7f"), "\\u001b[31m\\u0007\\u000d\\u007f");
    EXPECT_EQ(visible_text(std::string("a\0b", 3)), "a\\u0000b");
    EXPECT_EQ(visible_text("\xC2\x9B"
                           "31m"),
              "\\u009b31m");
    EXPECT_EQ(visible_text("\xE2\x80\xAEgnp\xE2\x80\xAC\xE2\x81\xA6\xE2\x81\xA9"),
              "\\u202egnp\\u202c\\u2066\\u2069");
    EXPECT_EQ(visible_text("\xEF\xBF\xBE\xEF\xBF\xBF"), "\\ufffe\\uffff");
}

TEST(PlainText, LeavesOtherLettersAlone) {
    const std::string letters =
        "\xC2\xB5s \xC3\xA9 \xC2\xA0 \xE2\x82\xAC \xE2\x80\xA9 \xF0\x9F\x98\x80 \xEF\xBF\xBD";
    EXPECT_EQ(visible_text(letters), letters);
}

TEST(PlainText, IsAlwaysUtf8) {
    EXPECT_EQ(visible_text("\xFF\x41\xC3"), "\xEF\xBF\xBD\x41\xEF\xBF\xBD");
    EXPECT_EQ(visible_text("\xC3\x1b"), "\xEF\xBF\xBD\\u001b") << "a cut letter hides no control character";
    EXPECT_EQ(visible_text("\xED\xA0\x80").find('\xED'), std::string::npos) << "half a surrogate";
}

TEST(PlainText, OneLineAndCut) {
    EXPECT_EQ(one_line("a\nb\tc\x1b"), "a b c\\u001b");
    EXPECT_EQ(cut_text("abc", 3), "abc");
    EXPECT_EQ(cut_text("abcd", 3), "abc...");
    EXPECT_EQ(cut_text("ab\xE2\x82\xAC"
                       "cd",
                       4),
              "ab...");
    EXPECT_EQ(cut_text("ab\xE2\x82\xAC"
                       "cd",
                       5),
              "ab\xE2\x82\xAC...");
}

}  // namespace
}  // namespace ringscope
