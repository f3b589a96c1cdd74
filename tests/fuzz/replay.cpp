// Runs a fuzz target on every file of the folders that are named: what was found once stays found.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_input.h"

int main(int argc, char** argv) {
    std::vector<std::filesystem::path> files;
    for (int i = 1; i < argc; ++i)
        for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i]))
            if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& path : files) {
        std::printf("%s\n", path.c_str());  // before it runs: the last line names what ended the program
        std::fflush(stdout);
        std::ifstream in(path, std::ios::binary);
        ringscope::fuzz::run_checked({std::istreambuf_iterator<char>(in), {}});
    }
    std::printf("%zu inputs\n", files.size());
    return files.empty() ? 1 : 0;
}
