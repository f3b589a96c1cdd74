// What the fuzz targets share. Each target is one file that defines run_input(): whatever it is given, it returns or throws
// the errors that a bad file is answered with. Anything else is a finding.
//
// The same file is linked in two ways: with replay.cpp, which runs the files of the target's corpus, and, where Clang builds
// with RINGSCOPE_FUZZ, with libFuzzer.
#pragma once

#include <string>

namespace ringscope::fuzz {

void run_input(const std::string& bytes);

/// run_input(), with the errors that people are shown taken as an answer. They must be one line of text.
void run_checked(const std::string& bytes);

/// A file with these bytes, for readers that take a path: always the same one of this process, in memory where there is
/// /dev/shm.
std::string file_of(const std::string& bytes);

}  // namespace ringscope::fuzz
