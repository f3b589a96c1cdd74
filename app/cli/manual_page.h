// The manual page, made from what the commands declare of themselves, so that it says what --help says.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace ringscope {

/// ringscope(1) in the language of man(7). `exit_codes` is its text of them; `date` as YYYY-MM-DD, "" when none is
/// known.
std::string manual_page(const CLI::App& program, const std::string& exit_codes, const std::string& date);

}  // namespace ringscope
