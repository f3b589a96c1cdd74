// The files that paths stand for: a folder stands for all files in it.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

namespace ringscope {

struct FoundFile {
    std::string path;
    bool in_folder = false;  // found, not named
};

/// Folders are read with those inside them, not following links to folders, each in the order of its names, without hidden
/// files. A file that is named twice stands once. Throws Error(io) for a folder that cannot be read, Error(bad_input) when a
/// folder holds more than kMostFilesOfFolder.
inline constexpr size_t kMostFilesOfFolder = 100'000;
std::vector<FoundFile> find_input_files(const std::vector<std::string>& paths,
                                        const std::stop_token& stop = {});

}  // namespace ringscope
