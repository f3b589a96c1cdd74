#include "app/script/script_expect.h"

#include <nlohmann/json.hpp>

#include "app/window/frame_loop.h"
#include "engine/base/error.h"
#include "engine/experiment/experiment_fields.h"
#include "sessions/report/run_json.h"

namespace ringscope {

namespace {

using nlohmann::json;

/// Keys of `run --json`: "run.seconds", "ranks[0].sent_bytes", "verify.passed". Null: there is none.
json value_at(const json& object, const std::string& key) {
    std::string pointer = "/";
    for (char c : key) {
        if (c == '.' || c == '[')
            pointer += '/';
        else if (c != ']')
            pointer += c;
    }
    try {
        return object.at(json::json_pointer(pointer));
    } catch (const json::exception&) {
        return nullptr;
    }
}

bool is_comparison(const std::string& word) {
    for (const char* known : {"==", "!=", "<", "<=", ">", ">="})
        if (word == known) return true;
    return false;
}

template <typename Value>
bool holds(const Value& have, const std::string& comparison, const Value& want) {
    if (comparison == "==") return have == want;
    if (comparison == "!=") return have != want;
    if (comparison == "<") return have < want;
    if (comparison == "<=") return have <= want;
    if (comparison == ">") return have > want;
    return have >= want;
}

std::string failed_run(const ScriptCommand& command, FrameLoop& loop) {
    const auto run = loop.controller().shown_run();
    if (!run) return "no run is shown yet";
    const std::string& key = command.words[1];
    const json have = value_at(json::parse(run_to_json(*run)), key);
    if (have.is_null()) return "the run has no '" + key + "'";
    const json want = json::parse(command.words[3], nullptr, false);
    const bool ok = have.is_number() && want.is_number()
                        ? holds(have.get<double>(), command.words[2], want.get<double>())
                        : holds(have.is_string() ? have.get<std::string>() : have.dump(), command.words[2],
                                command.words[3]);
    return ok ? "" : key + " is " + have.dump();
}

std::string failed_setting(const ScriptCommand& command, FrameLoop& loop) {
    const std::string have = field_text(loop.content().experiment(), command.words[2]);
    return have == command.words[3] ? "" : command.words[2] + " is " + have;
}

std::string failed_text(const std::string& have, const std::string& comparison, const std::string& want) {
    const bool ok = comparison == "=" ? have == want : have.find(want) != std::string::npos;
    return ok ? "" : "the text is '" + have + "'";
}

std::string failed_item(const ScriptCommand& command, FrameLoop& loop) {
    const std::string& name = command.words[1];
    const std::string& state = command.words[2];
    const Item* item = loop.content().items().find(name);
    if (state == "missing") return item ? "it is on the screen" : "";
    if (!item) return "there is no item '" + name + "' on the screen";
    if (state == "exists") return "";
    if (state == "enabled") return item->enabled ? "" : "it is disabled";
    if (state == "disabled") return item->enabled ? "it is enabled" : "";
    return failed_text(item->text, command.words[3], command.words[4]);
}

bool is_run_key(const std::string& word) {
    return word.starts_with("run.") || word.starts_with("verify.") || word.starts_with("ranks[");
}

bool is_setting(const ScriptCommand& c) { return c.words[1] == "setting" && c.words.size() == 4; }

bool is_text_comparison(const ScriptCommand& c, size_t first) {
    return c.words.size() == first + 2 && (c.words[first] == "~" || c.words[first] == "=");
}

}  // namespace

bool expectation_reads(const ScriptCommand& c) {
    if (is_run_key(c.words[1])) return c.words.size() == 4 && is_comparison(c.words[2]);
    if (c.words[1] == "notice") return is_text_comparison(c, 2);
    if (is_setting(c)) return true;
    if (c.words[2] == "text") return is_text_comparison(c, 3);
    return c.words.size() == 3 && (c.words[2] == "exists" || c.words[2] == "missing" ||
                                   c.words[2] == "enabled" || c.words[2] == "disabled");
}

std::string failed_expectation(const ScriptCommand& command, FrameLoop& loop) {
    if (is_run_key(command.words[1])) return failed_run(command, loop);
    if (command.words[1] == "notice")
        return failed_text(loop.controller().last_notice().text, command.words[2], command.words[3]);
    if (is_setting(command)) return failed_setting(command, loop);
    return failed_item(command, loop);
}

}  // namespace ringscope
