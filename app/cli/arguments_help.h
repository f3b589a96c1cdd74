// The help of a command, laid out for a terminal. CLI11's own shows types and counts instead of words.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace ringscope {

/// "ringscope runs list" of a command two levels down.
std::string full_name(const CLI::App& app);

/// "RUN RUN...", "[NAME]": how a positional is written.
std::string usage_of(const CLI::Option& positional);

/// "--db FILE", "-h, --help".
std::string option_name(const CLI::Option& option);

/// "ringscope compare RUN RUN... [options]"
std::string usage_line(const CLI::App& app);

class HelpText : public CLI::FormatterBase {
  public:
    std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
};

}  // namespace ringscope
