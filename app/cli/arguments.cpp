#include "app/cli/arguments.h"

#include <algorithm>
#include <span>

#include "app/cli/arguments_help.h"
#include "app/cli/completion.h"
#include "app/cli/declared_commands.h"
#include "app/cli/manual_page.h"
#include "app/process/standard_output.h"
#include "engine/base/error.h"
#include "engine/run/version.h"
#include "sessions/nearest.h"

namespace ringscope {

namespace {

constexpr const char* kWithoutCommand =
    "Without a command the window opens. 'help COMMAND' is 'COMMAND --help', 'version' is '--version'.\n\n";
constexpr const char* kExitCodes =
    "Exit codes: 0 done; 1 a bound of compare --fail-if is broken; 2 bad input, or a file that is not "
    "there;\n"
    "3 the run failed, or a disk or file that cannot be used; 4 --verify found a wrong answer; 5 a "
    "bound\n"
    "cannot be judged because the runs do not compare; 130 interrupted, 143 ended by SIGTERM, 129 by SIGHUP.";

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

/// What may stand where `app` found something it does not know.
std::vector<std::string> known_names(const CLI::App& app, bool options) {
    std::vector<std::string> names;
    if (options) {
        for (const CLI::Option* option : app.get_options())
            if (!option->get_positional()) names.push_back(option->get_name());
    } else {
        for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
        if (app.get_parent() == nullptr) names.insert(names.end(), {"help", "version"});
    }
    return names;
}

[[noreturn]] void refuse_unknown(const CLI::App& app, const std::string& word) {
    const bool is_option = word.size() > 1 && word[0] == '-';
    const std::string name = is_option ? word.substr(0, word.find('=')) : word;
    const std::vector<std::string> known = known_names(app, is_option);
    const std::string nearest = nearest_name(name, known);
    std::string message = full_name(app) + ": unknown " + (is_option ? "option " : "argument ") + name;
    if (!nearest.empty())
        message += "; did you mean " + nearest + "?";
    else if (!known.empty())
        message += "; allowed: " + joined(known);
    throw Error(ErrorKind::bad_input, message);
}

/// Words that no command took, outermost first.
void refuse_leftovers(const CLI::App& app) {
    const std::vector<std::string> left = app.remaining();
    if (!left.empty()) refuse_unknown(app, left.front());
    for (const CLI::App* command : app.get_subcommands()) refuse_leftovers(*command);
}

CLI::App& last_command(CLI::App& app) {
    const std::vector<CLI::App*> used = app.get_subcommands();
    return used.empty() ? app : last_command(*used.back());
}

std::string version_text() { return std::string("ringscope ") + version() + "\n"; }

/// "a, b or c"
std::string either(const std::vector<std::string>& words) {
    std::string text;
    for (size_t i = 0; i < words.size(); ++i)
        text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
    return text;
}

void limit(CLI::Option* option, const std::vector<std::string>& allowed, DeclaredCommands& commands) {
    if (allowed.empty()) return;
    option->description(option->get_description() + ": " + either(allowed));
    commands.suggestions[option] = [allowed](const std::string&) { return allowed; };
    option->check([allowed](const std::string& given) -> std::string {
        for (const std::string& word : allowed)
            if (given == word) return "";
        const std::string nearest = nearest_name(given, allowed);
        return "'" + given + "' is not known; " + (nearest.empty() ? "" : "did you mean " + nearest + "? ") +
               "allowed: " + joined(allowed);
    });
}

/// A file is declared as one, so that it is known whether it is read or written.
void require_no_file(const std::string& meaning) {
    RINGSCOPE_CHECK(meaning.find("FILE") == std::string::npos);
}

CLI::Option* not_empty(CLI::Option* option) {
    return option->check(
        [](const std::string& given) -> std::string { return given.empty() ? "its value is empty" : ""; });
}

/// What CLI11 found, with the words of the help instead of its counts and types.
std::string words_of(const CLI::App& app, const CLI::ParseError& problem) {
    const std::string what = problem.what();
    const std::string name = what.substr(0, what.find(": "));
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&problem) == nullptr) return what;
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_name() != name && option->get_name(true) != name) continue;
        if (!option->get_positional() && option->count() > 1) return name + " is given twice: give it once";
        return option->get_positional() ? "too few: " + usage_of(*option) + " is needed"
                                        : name + " needs a value: " + name + " " + option->get_type_name();
    }
    return what;
}

/// The command that the words name, below one another. Throws Error(bad_input) for a word that is none.
const CLI::App& command_named(const CLI::App& app, std::span<const char* const> words) {
    if (words.empty()) return app;
    for (const CLI::App* command : app.get_subcommands({}))
        if (command->get_name() == words.front()) return command_named(*command, words.subspan(1));
    refuse_unknown(app, words.front());
}

/// Whether the words are "help COMMAND..." or "version", which are then printed.
bool print_help_or_version(const CLI::App& app, std::span<const char* const> words) {
    if (words.empty()) return false;
    const std::string first = words.front();
    if (first == "version" && words.size() == 1) {
        print(version_text());
    } else if (first == "help" && (words.size() == 1 || words[1][0] != '-')) {
        print(command_named(app, words.subspan(1)).help());
    } else {
        return false;
    }
    return true;
}

/// Whether the words ask for the manual page or completion, which are then printed.
bool print_for_installers(const CLI::App& app, const DeclaredCommands& commands,
                          std::span<const char* const> words) {
    const auto is = [&](size_t at, const char* word) {
        return words.size() > at && words[at] == std::string(word);
    };
    if (is(0, "manual") && words.size() <= 2) {
        print(manual_page(app, kExitCodes, words.size() == 2 ? words[1] : ""));
    } else if (is(0, "completion") && is(1, "bash") && words.size() == 2) {
        print(completion_script());
    } else if (is(0, "completion") && is(1, "words")) {
        print(completions(app, commands, words.subspan(2)));
    } else {
        return false;
    }
    return true;
}

}  // namespace

Arguments Arguments::command(const std::string& name, const std::string& help, std::function<int()> run) {
    CLI::App* command = app_.add_subcommand(name, help);
    // Unknown words are kept so that the message can name the nearest known one.
    command->allow_extras();
    command->require_subcommand(0, 1);
    if (run) commands_.runs[command] = std::move(run);
    return Arguments(*command, commands_);
}

void Arguments::flag(const std::string& name, bool& target, const std::string& help) {
    app_.add_flag(name, target, help);
}

void Arguments::value(const std::string& name, std::string& target, const std::string& meaning,
                      const std::string& help, const std::vector<std::string>& allowed) {
    require_no_file(meaning);
    limit(not_empty(app_.add_option(name, target, help)->type_name(meaning)), allowed, commands_);
}

void Arguments::value_or_empty(const std::string& name, std::string& target, const std::string& meaning,
                               const std::string& help) {
    require_no_file(meaning);
    app_.add_option(name, target, help)->type_name(meaning);
}

void Arguments::required_value(const std::string& name, std::string& target, const std::string& meaning,
                               const std::string& help, const std::vector<std::string>& allowed) {
    require_no_file(meaning);
    limit(not_empty(app_.add_option(name, target, help)->type_name(meaning)->required()), allowed, commands_);
}

void Arguments::values(const std::string& name, std::vector<std::string>& target, const std::string& meaning,
                       const std::string& help) {
    require_no_file(meaning);
    not_empty(app_.add_option(name, target, help + "; may be repeated")
                  ->type_name(meaning)
                  ->allow_extra_args(false));
}

void Arguments::use_file(const std::string& name, FileUse use,
                         std::function<std::vector<std::string>()> paths) {
    commands_.files[&app_].push_back({name, use, std::move(paths)});
}

void Arguments::file(const std::string& name, std::string& target, FileUse use, const std::string& help,
                     PathOf path) {
    not_empty(app_.add_option(name, target, help)->type_name("FILE"));
    use_file(name, use, [&target, path = std::move(path)]() -> std::vector<std::string> {
        const std::string named = path ? path(target) : target;
        if (named.empty()) return {};
        return {named};
    });
}

void Arguments::required_file(const std::string& name, std::string& target, FileUse use,
                              const std::string& help) {
    file(name, target, use, help);
    app_.get_option(name)->required();
}

void Arguments::files(const std::string& name, std::vector<std::string>& target, FileUse use,
                      const std::string& help) {
    not_empty(app_.add_option(name, target, help + "; may be repeated")
                  ->type_name("FILE")
                  ->allow_extra_args(false));
    use_file(name, use, [&target] { return target; });
}

void Arguments::positional_file(const std::string& name, std::string& target, FileUse use,
                                const std::string& help) {
    app_.add_option(name, target, help)->required();
    use_file(name, use, [&target] { return std::vector<std::string>{target}; });
}

void Arguments::positional_files(const std::string& name, std::vector<std::string>& target, FileUse use,
                                 const std::string& help) {
    app_.add_option(name, target, help)->expected(1, 1 << 20)->required();
    use_file(name, use, [&target] { return target; });
}

void Arguments::positional(const std::string& name, std::string& target, const std::string& help) {
    require_no_file(name);
    app_.add_option(name, target, help)->required();
}

void Arguments::optional_positional(const std::string& name, std::string& target, const std::string& help,
                                    const std::vector<std::string>& allowed) {
    limit(app_.add_option(name, target, help), allowed, commands_);
}

void Arguments::positionals(const std::string& name, std::vector<std::string>& target,
                            const std::string& help, int at_least) {
    app_.add_option(name, target, help)->expected(at_least, 1 << 20)->required(at_least > 0);
}

void Arguments::suggest(const std::string& name,
                        std::function<std::vector<std::string>(const std::string&)> values) {
    commands_.suggestions[app_.get_option(name)] = std::move(values);
}

void Arguments::footer(const std::string& text) { app_.footer(text); }

int run_command_line(int argc, const char* const* argv, const std::function<void(Arguments&)>& declare,
                     const std::string& default_command) {
    CLI::App app("Profiler and teaching tool for ring dilated attention", "ringscope");
    app.formatter(std::make_shared<HelpText>());
    app.set_help_flag("-h,--help", "Print this help");
    app.set_version_flag("-V,--version", version_text(), "Print the version");
    app.allow_extras();
    app.require_subcommand(0, 1);  // else a value that is also a command's name would count as that command
    DeclaredCommands commands;
    Arguments program(app, commands);
    declare(program);
    app.footer(std::string(kWithoutCommand) + kExitCodes);  // last: commands inherit it
    const std::span<const char* const> words(argv + 1, static_cast<size_t>(std::max(argc - 1, 0)));
    if (print_for_installers(app, commands, words) || print_help_or_version(app, words)) return 0;
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        print(last_command(app).help());
        return 0;
    } catch (const CLI::CallForVersion& wanted) {
        print(wanted.what());
        return 0;
    } catch (const CLI::ParseError& problem) {
        refuse_leftovers(app);  // a mistyped option explains a missing one
        const CLI::App& command = last_command(app);
        throw Error(ErrorKind::bad_input, full_name(command) + ": " + words_of(command, problem));
    }
    refuse_leftovers(app);
    const CLI::App* wanted = &last_command(app);
    if (wanted == &app) wanted = app.get_subcommand(default_command);
    const auto run = commands.runs.find(wanted);
    if (run == commands.runs.end())
        throw Error(ErrorKind::bad_input,
                    full_name(*wanted) + " needs a command: " + joined(known_names(*wanted, false)));
    const std::vector<DeclaredFile>& files = commands.files[wanted];
    const CLI::Option* json = wanted->get_option_no_throw("--json");
    const bool prints_json = json != nullptr && json->count() > 0;
    if (takes_standard_output(full_name(*wanted), files, prints_json)) leave_standard_output_to_a_file();
    refuse_overwriting(full_name(*wanted), files);
    return run->second();
}

}  // namespace ringscope
