// One line of a script, and what is thrown when the window does not show what it expects.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace ringscope {

struct ScriptCommand {
    int line = 0;
    std::string text;                // as it stands in the file
    std::vector<std::string> words;  // the first is the command
    std::string rest;                // what follows the first word, raw
    std::string rest_after_two;      // what follows the second word, raw
};

/// What the window shows is not what the script expects.
class ExpectationFailed : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace ringscope
