#include "app/cli/arguments_help.h"

#include <algorithm>

namespace ringscope {

namespace {

constexpr size_t kWidth = 100;
constexpr size_t kIndent = 22;  // where descriptions begin

/// The words in lines that begin at kIndent; the first line's indentation is the caller's.
std::string wrapped(const std::string& text) {
    std::string lines;
    size_t column = kIndent;
    for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find(' ', at), text.size());
        const size_t length = end - at;
        if (column > kIndent && column + 1 + length > kWidth) {
            lines += "\n" + std::string(kIndent, ' ');
            column = kIndent;
        } else if (column > kIndent) {
            lines += ' ';
            ++column;
        }
        lines.append(text, at, length);
        column += length;
        at = end + 1;
    }
    return lines + "\n";
}

std::string entry(const std::string& name, const std::string& description) {
    std::string line = "  " + name;
    line += line.size() + 2 > kIndent ? "\n" + std::string(kIndent, ' ')
                                      : std::string(kIndent - line.size(), ' ');
    return line + wrapped(description);
}

}  // namespace

std::string full_name(const CLI::App& app) {
    const CLI::App* parent = app.get_parent();
    return parent ? full_name(*parent) + " " + app.get_name() : app.get_name();
}

std::string usage_of(const CLI::Option& positional) {
    const std::string name = positional.get_name(true);
    const int least = positional.get_items_expected_min();
    const bool many = positional.get_items_expected_max() > std::max(least, 1);
    if (!positional.get_required() || least == 0) return "[" + name + (many ? "...]" : "]");
    std::string usage = name;
    for (int i = 1; i < least; ++i) usage += " " + name;
    return usage + (many ? "..." : "");
}

std::string option_name(const CLI::Option& option) {
    std::string name;
    for (const std::string& letter : option.get_snames()) name += (name.empty() ? "-" : ", -") + letter;
    for (const std::string& word : option.get_lnames()) name += (name.empty() ? "--" : ", --") + word;
    const bool takes_value = option.get_items_expected_max() > 0;
    return name + (takes_value ? " " + option.get_type_name() : "");
}

std::string usage_line(const CLI::App& app) {
    std::string usage = full_name(app);
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_positional())
            usage += " " + usage_of(*option);
        else if (option->get_required())
            usage += " " + option_name(*option);
    }
    return usage + (app.get_subcommands({}).empty() ? "" : " COMMAND") + " [options]";
}

std::string HelpText::make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const {
    std::string positionals, required, options, commands;
    for (const CLI::Option* option : app->get_options()) {
        if (option->get_positional()) {
            positionals += entry(option->get_name(true), option->get_description());
        } else if (option->get_required()) {
            required += entry(option_name(*option), option->get_description());
        } else {
            options += entry(option_name(*option), option->get_description());
        }
    }
    for (const CLI::App* command : app->get_subcommands({}))
        commands += entry(command->get_name(), command->get_description());
    std::string text = app->get_description() + "\n\nUsage: " + usage_line(*app) + "\n";
    if (!commands.empty()) text += "\nCommands (each has its own --help):\n" + commands;
    if (!positionals.empty() || !required.empty()) text += "\n" + positionals + required;
    text += "\nOptions:\n" + options;
    return app->get_footer().empty() ? text : text + "\n" + app->get_footer() + "\n";
}

}  // namespace ringscope
