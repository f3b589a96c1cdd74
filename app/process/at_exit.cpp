#include "app/process/at_exit.h"

#include <atomic>
#include <cstdlib>

#include "engine/base/error.h"

namespace ringscope {

namespace {

// What atexit() calls knows nothing else.
std::atomic<const std::function<void()>*> last_action{nullptr};

void call_last_action() {
    if (const auto* last = last_action.exchange(nullptr)) (*last)();
}

}  // namespace

AtExit::AtExit(std::function<void()> last) : last_(std::move(last)) {
    static const bool registered = std::atexit(call_last_action) == 0;
    RINGSCOPE_CHECK(registered && last_action.load() == nullptr);
    last_action = &last_;
}

AtExit::~AtExit() { last_action = nullptr; }

}  // namespace ringscope
