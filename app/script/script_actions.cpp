#include "app/script/script_actions.h"

#include <imgui.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <sstream>

#include "app/process/standard_output.h"
#include "app/script/script_expect.h"
#include "app/script/script_keys.h"
#include "app/window/frame_loop.h"
#include "app/window/pixel_size.h"
#include "engine/experiment/scenarios.h"
#include "sessions/nearest.h"
#include "sessions/plain_text.h"

namespace ringscope {

namespace {

constexpr double kWaitLimitSeconds = 120;
constexpr double kPollSeconds = 0.05;  // drawing more often would take cores from the run
constexpr int kDragFrames = 8;

using Clock = std::chrono::steady_clock;

double number(const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    return text.empty() || *end || !std::isfinite(value) ? std::numeric_limits<double>::quiet_NaN() : value;
}

/// As it stands in a message.
std::string shown_word(const std::string& word) {
    constexpr size_t kLongest = 60;
    return "'" + cut_text(word, kLongest) + "'";
}

/// Of a number in a command: what is allowed, and what can be shown and computed with.
struct Range {
    double least = 0;
    double most = 0;
    bool whole = false;
};

constexpr Range kScale{0.75, 3};
constexpr Range kDistance{-kMostPixels, kMostPixels};
constexpr Range kNotches{-1000, 1000};
constexpr Range kFrames{0, 100'000, true};
constexpr Range kSeconds{0, kWaitLimitSeconds};

/// "" when the word is a number in the range.
std::string range_problem(const std::string& word, const Range& range) {
    const double value = number(word);
    if (value >= range.least && value <= range.most && (!range.whole || value == std::floor(value)))
        return "";
    std::ostringstream allowed;
    allowed << (range.whole ? "a whole number" : "a number") << " from " << range.least << " to "
            << static_cast<int64_t>(range.most);
    return shown_word(word) + " is not " + allowed.str();
}

std::string scale_problem(const ScriptCommand& c) { return range_problem(c.rest, kScale); }

std::string drag_problem(const ScriptCommand& c) {
    const std::string problem = range_problem(c.words[2], kDistance);
    return problem.empty() ? range_problem(c.words[3], kDistance) : problem;
}

std::string wheel_problem(const ScriptCommand& c) { return range_problem(c.words[2], kNotches); }

std::string wait_problem(const ScriptCommand& c) {
    if (c.words.size() < 3) return "";
    return range_problem(c.words[2], c.words[1] == "frames" ? kFrames : kSeconds);
}

std::string resize_problem(const ScriptCommand& c) {
    return read_pixel_size(c.rest)
               ? ""
               : shown_word(c.rest) + " is not a size, 1 to " + std::to_string(kMostPixels) + " pixels each";
}

struct Form {
    void (ScriptActions::*run)(const ScriptCommand&);
    size_t least_words;  // after the command
    size_t most_words;
    const char* usage;
    bool (*reads)(const ScriptCommand&);  // null: the number of words says it all
    /// What is wrong with its numbers; "" when nothing is. Null: it has none.
    std::string (*numbers_problem)(const ScriptCommand&) = nullptr;
};

constexpr size_t kMany = 1000;

bool one_of(const std::string& word, std::initializer_list<const char*> allowed) {
    for (const char* candidate : allowed)
        if (word == candidate) return true;
    return false;
}

bool wait_reads(const ScriptCommand& c) {
    if (c.words[1] == "run" || c.words[1] == "idle") return c.words.size() == 2;
    return one_of(c.words[1], {"frames", "seconds"}) && c.words.size() == 3;
}

const std::map<std::string, Form>& forms() {
    using A = ScriptActions;
    using C = const ScriptCommand&;
    static const std::map<std::string, Form> forms{
        {"preset",
         {&A::preset, 1, kMany, "NAME of a preset", [](C c) { return find_scenario(c.rest) != nullptr; }}},
        {"set", {&A::set, 2, kMany, "PATH VALUE", nullptr}},
        {"view", {&A::view, 1, 1, "NAME", nullptr}},
        {"theme",
         {&A::theme, 1, 1, "dark, light or contrast", [](C c) { return theme_named(c.rest).has_value(); }}},
        {"scale", {&A::scale, 1, 1, "FACTOR from 0.75 to 3", nullptr, scale_problem}},
        {"auto_run",
         {&A::auto_run, 1, 1, "on or off",
          [](C c) {
              return one_of(c.rest, {"on", "off"});
          }}},
        {"click", {&A::click, 1, 2, "ITEM [left|right|middle]", nullptr}},
        {"double_click", {&A::double_click, 1, 1, "ITEM", nullptr}},
        {"hover", {&A::hover, 1, 1, "ITEM", nullptr}},
        {"drag", {&A::drag, 3, 4, "ITEM DX DY [left|right|middle]", nullptr, drag_problem}},
        {"wheel", {&A::wheel, 2, 2, "ITEM NOTCHES", nullptr, wheel_problem}},
        {"key",
         {&A::key, 1, 1, "NAME, as in ctrl+shift+p, f5, space",
          [](C c) { return !key_tap(c.rest).empty(); }}},
        {"type", {&A::type, 1, kMany, "TEXT", nullptr}},
        {"wait", {&A::wait, 1, 2, "run, idle, frames N or seconds S", wait_reads, wait_problem}},
        {"resize", {&A::resize, 1, 1, "WIDTHxHEIGHT", nullptr, resize_problem}},
        {"expect", {&A::expect, 2, kMany, kExpectUsage, expectation_reads}},
        {"await", {&A::await, 2, kMany, kExpectUsage, expectation_reads}},
        {"print", {&A::print, 1, 1, "ITEM", nullptr}},
        {"mouse",
         {&A::mouse, 1, 1, "real or scripted",
          [](C c) {
              return one_of(c.rest, {"real", "scripted"});
          }}},
        {"drop", {&A::drop, 1, kMany, "FILE", nullptr}},
        {"screenshot", {&A::screenshot, 1, kMany, "FILE", nullptr}},
        {"save", {&A::save, 0, kMany, "[NAME]", nullptr}},
        {"open", {&A::open, 1, kMany, "FILE of an experiment", nullptr}},
        {"quit", {&A::quit, 0, 0, "nothing", nullptr}},
    };
    return forms;
}

int button_of(const ScriptCommand& command, size_t word) {
    if (command.words.size() <= word || command.words[word] == "left") return 0;
    return command.words[word] == "right" ? 1 : 2;
}

}  // namespace

std::string script_problem(const ScriptCommand& command) {
    const auto form = forms().find(command.words[0]);
    if (form == forms().end()) {
        std::vector<std::string> names;
        for (const auto& [name, unused] : forms()) names.push_back(name);
        const std::string nearest = nearest_name(command.words[0], names);
        return "unknown command" + (nearest.empty() ? "" : "; did you mean " + nearest + "?");
    }
    const size_t words = command.words.size() - 1;
    const Form& f = form->second;
    if (words < f.least_words || words > f.most_words || (f.reads && !f.reads(command)))
        return command.words[0] + " needs " + f.usage;
    return f.numbers_problem ? f.numbers_problem(command) : "";
}

ScriptActions::ScriptActions(FrameLoop& loop, std::stop_token stop) : loop_(loop), stop_(stop) {
    loop_.mouse.active = true;
    loop_.mouse.x = loop_.mouse.y = -1;
    frames(3);
}

void ScriptActions::run(const ScriptCommand& command) {
    (this->*forms().at(command.words[0]).run)(command);
    if (!ended()) frames(1);
}

bool ScriptActions::ended() const { return quit_ || loop_.quitting() || loop_.surface().closing(); }

void ScriptActions::frames(int count) {
    for (int i = 0; i < count; ++i) {
        if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "interrupted");
        loop_.surface().wait_events(0);
        loop_.draw_frame();
    }
}

void ScriptActions::wait_until(const std::string& what, const std::function<bool()>& holds) {
    const auto limit = Clock::now() + std::chrono::duration<double>(kWaitLimitSeconds);
    while (!holds()) {
        if (Clock::now() > limit) throw ExpectationFailed(what + " did not come within 120 s");
        loop_.surface().wait_events(kPollSeconds);
        frames(1);
    }
}

const Item& ScriptActions::item(const std::string& name) {
    if (const Item* found = loop_.content().items().find(name)) return *found;
    std::vector<std::string> names;
    for (const auto& [known, unused] : loop_.content().items().all()) names.push_back(known);
    const std::string nearest = nearest_name(name, names);
    throw ExpectationFailed("there is no item '" + name + "' on the screen" +
                            (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
}

void ScriptActions::move_to(const std::string& name) {
    const ImVec2 centre = item(name).centre();
    loop_.mouse.x = centre.x;
    loop_.mouse.y = centre.y;
    frames(2);  // hovering shows in the second
}

void ScriptActions::press(int button, bool down) {
    loop_.mouse.down[button] = down;
    frames(1);
}

void ScriptActions::preset(const ScriptCommand& command) {
    loop_.content().set_experiment(find_scenario(command.rest)->experiment);
}

void ScriptActions::set(const ScriptCommand& command) {
    const std::string problem = loop_.content().set_field_text(command.words[1], command.rest_after_two);
    if (!problem.empty()) throw Error(ErrorKind::bad_input, problem);
}

void ScriptActions::view(const ScriptCommand& command) {
    if (!loop_.content().show_view(command.rest))
        throw Error(ErrorKind::bad_input, "there is no view '" + command.rest + "'");
}

void ScriptActions::theme(const ScriptCommand& command) {
    loop_.content().set_theme(*theme_named(command.rest));
}

void ScriptActions::scale(const ScriptCommand& command) {
    loop_.content().set_scale(static_cast<float>(number(command.rest)));
}

void ScriptActions::auto_run(const ScriptCommand& command) {
    loop_.content().set_auto_run(command.rest == "on");
}

void ScriptActions::click(const ScriptCommand& command) {
    const int button = button_of(command, 2);
    move_to(command.words[1]);
    press(button, true);
    press(button, false);
}

void ScriptActions::double_click(const ScriptCommand& command) {
    move_to(command.words[1]);
    for (bool down : {true, false, true, false}) press(0, down);
}

void ScriptActions::hover(const ScriptCommand& command) { move_to(command.words[1]); }

void ScriptActions::drag(const ScriptCommand& command) {
    const int button = button_of(command, 4);
    move_to(command.words[1]);
    press(button, true);
    for (int i = 0; i < kDragFrames; ++i) {
        loop_.mouse.x += static_cast<float>(number(command.words[2]) / kDragFrames);
        loop_.mouse.y += static_cast<float>(number(command.words[3]) / kDragFrames);
        frames(1);
    }
    press(button, false);
}

void ScriptActions::wheel(const ScriptCommand& command) {
    move_to(command.words[1]);
    loop_.mouse.wheel = static_cast<float>(number(command.words[2]));
}

void ScriptActions::key(const ScriptCommand& command) {
    for (const KeyEvent& event : key_tap(command.rest)) loop_.surface().keys().push(event);
    do frames(1);
    while (loop_.surface().keys().waiting());
}

void ScriptActions::type(const ScriptCommand& command) {
    ImGui::GetIO().AddInputCharactersUTF8(command.rest.c_str());
}

/// A run counts once it is of the experiment that now stands in the panel.
void ScriptActions::wait(const ScriptCommand& command) {
    if (command.words[1] == "frames") return frames(static_cast<int>(number(command.words[2])));
    if (command.words[1] == "seconds") {
        const auto until = Clock::now() + std::chrono::duration<double>(number(command.words[2]));
        return wait_until("the time", [until] { return Clock::now() >= until; });
    }
    if (command.words[1] == "idle") return wait_until("rest", [this] { return !loop_.busy(); });
    wait_until("a run of these settings", [this] {
        const auto run = loop_.controller().shown_run();
        return !loop_.busy() && run && run->experiment == loop_.content().experiment();
    });
}

void ScriptActions::resize(const ScriptCommand& command) {
    const PixelSize size = read_pixel_size(command.rest).value();
    loop_.surface().resize(size.width, size.height);
    frames(3);
}

void ScriptActions::expect(const ScriptCommand& command) {
    const std::string problem = failed_expectation(command, loop_);
    if (!problem.empty()) throw ExpectationFailed(problem);
}

void ScriptActions::await(const ScriptCommand& command) {
    wait_until(command.rest, [&] { return failed_expectation(command, loop_).empty(); });
}

void ScriptActions::print(const ScriptCommand& command) {
    const Item& found = item(command.words[1]);
    ringscope::print(command.words[1] + "\t" + std::to_string(std::lround(found.min.x)) + " " +
                     std::to_string(std::lround(found.min.y)) + " " +
                     std::to_string(std::lround(found.max.x)) + " " +
                     std::to_string(std::lround(found.max.y)) + "\t" + found.text + "\n");
    std::fflush(stdout);
}

void ScriptActions::mouse(const ScriptCommand& command) { loop_.mouse.active = command.rest == "scripted"; }

void ScriptActions::drop(const ScriptCommand& command) {
    loop_.controller().open_any_file(command.rest);
    wait_until("the end of opening", [this] { return !loop_.busy(); });
}

void ScriptActions::screenshot(const ScriptCommand& command) {
    frames(3);
    loop_.save_picture(command.rest, "", stop_);
}

void ScriptActions::save(const ScriptCommand& command) {
    loop_.controller().carry_out({SaveRun{command.rest}});
    wait_until("the end of saving", [this] { return !loop_.busy(); });
    if (loop_.controller().shown_run_id() == 0)
        throw ExpectationFailed(loop_.controller().last_notice().text);
}

void ScriptActions::open(const ScriptCommand& command) {
    loop_.controller().open_any_file(command.rest);
    wait_until("the end of opening", [this] { return !loop_.busy(); });
    if (loop_.controller().last_notice().level == Notice::Level::error)
        throw Error(ErrorKind::bad_input, loop_.controller().last_notice().text);
}

void ScriptActions::quit(const ScriptCommand&) { quit_ = true; }

}  // namespace ringscope
