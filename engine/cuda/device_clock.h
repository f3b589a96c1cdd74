// A GPU's events on the host's clock.
//
// An anchor is an event whose host time is known: it happened between two readings of the host's clock. Two
// anchors, one before the run and one after, give a straight line; an event between them is off by at most
// half the wider reading, and by what CUDA rounds: it gives distances of events in milliseconds as a float,
// which for a run of a minute is 2 us.
#pragma once

#include "engine/cuda/cuda_check.h"

namespace ringscope {

class DeviceClock {
  public:
    /// Takes the first anchor. The device must be idle.
    explicit DeviceClock(int device);
    /// Takes the second. The device must be idle.
    void close();
    /// steady_ns() at which the event happened. Call after close(); the event is of this device and has
    /// happened.
    int64_t host_ns(const Event& event) const;
    int64_t error_ns() const {
        return (first_.error_ns > last_.error_ns ? first_.error_ns : last_.error_ns) + rounding_ns_;
    }

  private:
    struct Anchor {
        Event event;
        int64_t host_ns = 0;   // middle of the two readings
        int64_t error_ns = 0;  // half their distance
    };
    Anchor take() const;

    int device_;
    CudaStream stream_;
    Anchor first_;
    Anchor last_;
    double host_per_device_ = 1;
    int64_t rounding_ns_ = 0;
};

}  // namespace ringscope
