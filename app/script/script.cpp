#include "app/script/script.h"

#include <algorithm>
#include <sstream>

#include "app/script/script_actions.h"
#include "engine/base/error.h"
#include "sessions/input_file.h"
#include "sessions/standard_stream.h"

namespace ringscope {

namespace {

constexpr int64_t kMaxScriptBytes = 1 << 20;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string trimmed(const std::string& text) {
    size_t begin = 0, end = text.size();
    while (begin < end && is_space(text[begin])) ++begin;
    while (end > begin && is_space(text[end - 1])) --end;
    return text.substr(begin, end - begin);
}

/// Splits at spaces outside double quotes; gives where the second and third words begin.
void split(const std::string& line, ScriptCommand& command) {
    size_t at = 0;
    while (at < line.size()) {
        while (at < line.size() && is_space(line[at])) ++at;
        if (at == line.size()) break;
        if (command.words.size() == 1) command.rest = trimmed(line.substr(at));
        if (command.words.size() == 2) command.rest_after_two = trimmed(line.substr(at));
        std::string word;
        bool quoted = false;
        for (; at < line.size() && (quoted || !is_space(line[at])); ++at) {
            if (line[at] == '"')
                quoted = !quoted;
            else
                word += line[at];
        }
        command.words.push_back(word);
    }
}

std::string place(const Script& script, const ScriptCommand& command) {
    return script.name + ":" + std::to_string(command.line) + ": " + command.text;
}

}  // namespace

Script read_script(const std::string& path, const std::stop_token& stop) {
    Script script{shown_path(path, StreamUse::read), {}};
    std::istringstream lines(read_text_file(path, kMaxScriptBytes, stop));
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        ScriptCommand command;
        command.line = number;
        command.text = trimmed(line);
        if (command.text.empty() || command.text[0] == '#') continue;
        split(command.text, command);
        const std::string problem = script_problem(command);
        if (!problem.empty()) throw Error(ErrorKind::bad_input, place(script, command) + ": " + problem);
        script.commands.push_back(std::move(command));
    }
    return script;
}

void run_script(const Script& script, FrameLoop& loop, std::stop_token stop) {
    ScriptActions actions(loop, stop);
    for (const ScriptCommand& command : script.commands) {
        if (actions.ended()) return;
        try {
            actions.run(command);
        } catch (const ExpectationFailed& problem) {
            throw ExpectationFailed(place(script, command) + ": " + problem.what());
        } catch (const Error& error) {
            throw Error(error.kind(), place(script, command) + ": " + error.what());
        }
    }
}

}  // namespace ringscope
