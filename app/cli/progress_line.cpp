#include "app/cli/progress_line.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <system_error>

#include "app/process/standard_output.h"

namespace ringscope {

namespace {

constexpr auto kPeriod = std::chrono::milliseconds(100);

std::string progress_text(const Progress& progress) {
    std::string text = name_of(progress.phase.load());
    const double total = progress.work_total.load();
    if (total > 0)
        text += " " + std::to_string(static_cast<int>(100 * progress.work_done.load() / total)) + "%";
    return text;
}

}  // namespace

ProgressLine::ProgressLine(const Progress& progress, std::string before) {
    if (!can_show_progress()) return;
    const auto show = [&progress, before = std::move(before)](std::stop_token stop) {
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        while (!wake.wait_for(lock, stop, kPeriod, [] { return false; }) && !stop.stop_requested())
            print_progress(before + progress_text(progress));
        print_progress("");
    };
    try {
        thread_ = std::jthread(show);
    } catch (const std::system_error&) {
        // A run is worth more than a line about it.
    }
}

ProgressLine::~ProgressLine() = default;

}  // namespace ringscope
