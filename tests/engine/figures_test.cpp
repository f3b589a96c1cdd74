// The list of figures: each is whole, named once, and stands in METRICS.md word for word.
#include "engine/analysis/figures.h"

#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "engine/experiment/scenarios.h"
#include "tests/fixtures.h"

namespace ringscope {
namespace {

using testing::make_fixture_run;

/// As METRICS.md has it: "**time** (`seconds`; s, less is better): Wall time ..".
template <typename AnyFigure>
std::string paragraph(const AnyFigure& figure) {
    std::string of = unit_symbol(figure.unit);
    const std::string direction = direction_words(figure.better);
    if (!of.empty() && !direction.empty()) of += ", ";
    of += direction;
    return std::string("**") + figure.label + "** (`" + figure.key + "`" + (of.empty() ? "" : "; " + of) +
           "): " + figure.formula;
}

std::vector<std::string> all_paragraphs() {
    std::vector<std::string> all;
    for (const Figure& figure : figures()) all.push_back(paragraph(figure));
    for (const RankFigure& figure : rank_figures()) all.push_back(paragraph(figure));
    return all;
}

/// With one blank for every run of blanks and line feeds.
std::string metrics_page() {
    std::ifstream file(RINGSCOPE_METRICS_PAGE);
    std::string page;
    for (std::string word; file >> word;) page += (page.empty() ? "" : " ") + word;
    return page;
}

size_t count_of(const std::string& part, const std::string& text) {
    size_t count = 0;
    for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
    return count;
}

TEST(Figures, StandInMetricsMdWordForWord) {
    const std::string page = metrics_page();
    for (const std::string& expected : all_paragraphs())
        EXPECT_NE(page.find(expected), page.npos) << "engine/METRICS.md lacks this paragraph:\n" << expected;
    EXPECT_EQ(count_of("* **", page), all_paragraphs().size())
        << "engine/METRICS.md has a figure that the list has not, or one twice";
}

TEST(Figures, AreWholeAndNamedOnce) {
    EXPECT_STREQ(figures().front().key, "seconds");
    std::set<std::string> names, rank_names;
    for (const Figure& figure : figures()) {
        EXPECT_NE(static_cast<bool>(figure.kept), figure.derived != nullptr) << figure.key;
        EXPECT_EQ(std::string(figure.formula).back(), '.') << figure.key;
        EXPECT_TRUE(names.insert(figure.key).second) << figure.key;
        for (const char* other : {figure.listed_as, figure.alias})
            EXPECT_TRUE(!other || names.insert(other).second) << figure.key;
        EXPECT_EQ(find_figure(figure.key), &figure);
        EXPECT_EQ(find_figure(figure.list_key()), &figure);
    }
    for (const RankFigure& figure : rank_figures()) {
        EXPECT_NE(static_cast<bool>(figure.kept), figure.derived != nullptr) << figure.key;
        EXPECT_EQ(std::string(figure.formula).back(), '.') << figure.key;
        EXPECT_TRUE(rank_names.insert(figure.key).second) << figure.key;
        EXPECT_EQ(&rank_figure(figure.key), &figure);
    }
    EXPECT_EQ(find_figure("nonsense"), nullptr);
}

TEST(Figures, AreThoseOfTheRun) {
    const auto run = make_fixture_run(find_scenario("Hybrid")->experiment);
    const FigureValues values(*run);
    EXPECT_EQ(values["seconds"], run->metrics.seconds);
    EXPECT_EQ(values["bytes_on_wire"], static_cast<double>(run->metrics.bytes_on_wire));
    EXPECT_EQ(values["max_abs_error"], run->verification->max_abs_error);
    double most_wait = 0, most_peak = 0;
    for (const RankMetrics& rank : run->metrics.ranks) {
        most_wait = std::max(most_wait, rank.wait_seconds());
        most_peak = std::max(most_peak, static_cast<double>(rank.peak_bytes));
        EXPECT_EQ(rank_figure("wall_seconds").of(rank), rank.wall_seconds());
        EXPECT_EQ(rank_figure("sent_bytes").of(rank), static_cast<double>(rank.sent_bytes));
    }
    EXPECT_EQ(values["wait_seconds_max"], most_wait);
    EXPECT_EQ(values["peak_bytes"], most_peak) << "by its name in lists, too";
    EXPECT_EQ(figure("bytes_on_wire").planned(*run->schedule),
              static_cast<double>(run->schedule->bytes_on_wire));

    run->verification.reset();
    EXPECT_TRUE(std::isnan(FigureValues(*run)["max_abs_error"]));
    EXPECT_TRUE(std::isnan(FigureValues()["seconds"]));
}

TEST(Figures, AKeptNumberIsReadAndWritten) {
    RankMetrics rank;
    rank_figure("sent_bytes").kept.set(rank, 12345678901.0);
    rank_figure("idle_seconds").kept.set(rank, 0.25);
    EXPECT_EQ(rank.sent_bytes, 12345678901);
    EXPECT_EQ(rank.idle_seconds, 0.25);
    EXPECT_EQ(rank_figure("sent_bytes").kept.of(rank), 12345678901.0);
}

}  // namespace
}  // namespace ringscope
