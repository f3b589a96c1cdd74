#include "engine/cuda/device_clock.h"

#include <cmath>
#include <limits>

#include "engine/host/clock.h"

namespace ringscope {

namespace {

/// The narrowest of so many readings counts.
constexpr int kReadings = 16;

double device_ns(const Event& from, const Event& to) { return to.seconds_since(from) * 1e9; }

}  // namespace

DeviceClock::DeviceClock(int device)
    : device_(device), stream_(device), first_(take()), last_{Event(device), 0, 0} {}

DeviceClock::Anchor DeviceClock::take() const {
    Anchor best{Event(device_), 0, INT64_MAX};
    for (int i = 0; i < kReadings; ++i) {
        Anchor anchor{Event(device_), 0, 0};
        const int64_t before_ns = steady_ns();
        anchor.event.record(stream_);
        RINGSCOPE_CUDA(cudaEventSynchronize(anchor.event));
        const int64_t after_ns = steady_ns();
        anchor.host_ns = before_ns + (after_ns - before_ns) / 2;
        anchor.error_ns = (after_ns - before_ns + 1) / 2;
        if (anchor.error_ns < best.error_ns) best = std::move(anchor);
    }
    return best;
}

void DeviceClock::close() {
    last_ = take();
    const double length_ns = device_ns(first_.event, last_.event);
    host_per_device_ = static_cast<double>(last_.host_ns - first_.host_ns) / length_ns;
    rounding_ns_ = std::llround(std::ceil(std::ldexp(length_ns, -std::numeric_limits<float>::digits)));
}

int64_t DeviceClock::host_ns(const Event& event) const {
    return first_.host_ns + std::llround(device_ns(first_.event, event) * host_per_device_);
}

}  // namespace ringscope
