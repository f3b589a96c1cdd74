#include "tests/fuzz/fuzz_input.h"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "engine/base/error.h"

namespace ringscope::fuzz {

namespace {

/// A folder of this process, gone with it.
class Folder {
  public:
    Folder() {
        const bool in_memory = access("/dev/shm", W_OK) == 0;
        std::string name = std::string(in_memory ? "/dev/shm" : "/tmp") + "/ringscope-fuzz-XXXXXX";
        RINGSCOPE_CHECK(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace

std::string file_of(const std::string& bytes) {
    static const Folder folder;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        std::filesystem::remove_all(entry.path());
    const std::string path = folder.path() + "/input";
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path;
}

void run_checked(const std::string& bytes) {
    try {
        run_input(bytes);
    } catch (const Error& error) {
        const std::string what = error.what();
        RINGSCOPE_CHECK(!what.empty());
        RINGSCOPE_CHECK(what.find('\n') == std::string::npos);
    }
}

}  // namespace ringscope::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    ringscope::fuzz::run_checked({reinterpret_cast<const char*>(data), size});
    return 0;
}
