// Declares a command's options, without CLI11's headers, which take seconds to compile. Those who read what was
// declared (declared_commands.h) include them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/cli/command_files.h"

namespace CLI {
class App;
}

namespace ringscope {

struct DeclaredCommands;

/// Options of one command. Targets must live until the command has run; unset options leave them as they are.
class Arguments {
  public:
    Arguments(CLI::App& app, DeclaredCommands& commands) : app_(app), commands_(commands) {}

    /// A command below this one. `run` is called once everything has been read, and gives the exit code;
    /// none: the command needs a command of its own.
    Arguments command(const std::string& name, const std::string& help, std::function<int()> run = {});

    /// `name` with its dashes: "--json".
    void flag(const std::string& name, bool& target, const std::string& help);
    /// `meaning` stands in the help: "--db FILE". `allowed` limits the values, and is added to the help;
    /// empty: any. An empty value is refused: it is most often a variable that is not set.
    void value(const std::string& name, std::string& target, const std::string& meaning,
               const std::string& help, const std::vector<std::string>& allowed = {});
    void required_value(const std::string& name, std::string& target, const std::string& meaning,
                        const std::string& help, const std::vector<std::string>& allowed = {});
    /// May be given several times, which the help says.
    void values(const std::string& name, std::vector<std::string>& target, const std::string& meaning,
                const std::string& help);
    /// As value(), and "" is a value.
    void value_or_empty(const std::string& name, std::string& target, const std::string& meaning,
                        const std::string& help);
    /// Files are declared by these alone: before the command runs, refuse_overwriting() sees them all.
    /// `path` gives the file that a value, also "", stands for; "": none. Without it the value is the path.
    using PathOf = std::function<std::string(const std::string&)>;
    void file(const std::string& name, std::string& target, FileUse use, const std::string& help,
              PathOf path = {});
    void required_file(const std::string& name, std::string& target, FileUse use, const std::string& help);
    void files(const std::string& name, std::vector<std::string>& target, FileUse use,
               const std::string& help);
    void positional_file(const std::string& name, std::string& target, FileUse use, const std::string& help);
    /// One or more.
    void positional_files(const std::string& name, std::vector<std::string>& target, FileUse use,
                          const std::string& help);
    void positional(const std::string& name, std::string& target, const std::string& help);
    void optional_positional(const std::string& name, std::string& target, const std::string& help,
                             const std::vector<std::string>& allowed = {});
    void positionals(const std::string& name, std::vector<std::string>& target, const std::string& help,
                     int at_least);

    /// What a shell may complete a value of the option `name` to, from what is typed of it so far.
    void suggest(const std::string& name, std::function<std::vector<std::string>(const std::string&)> values);

    /// Text below the options in the command's help.
    void footer(const std::string& text);

  private:
    void use_file(const std::string& name, FileUse use, std::function<std::vector<std::string>()> paths);

    CLI::App& app_;
    DeclaredCommands& commands_;
};

/// Reads the command line and runs what it asks for. `declare` declares all commands; `default_command` runs
/// when none is given. Gives the exit code. Throws Error(bad_input) for what cannot be read. Two commands are
/// for installers and shells, and are not in the help: `manual [DATE]` prints the manual page, `completion bash`
/// a shell's completion (completion.h).
int run_command_line(int argc, const char* const* argv, const std::function<void(Arguments&)>& declare,
                     const std::string& default_command);

}  // namespace ringscope
