// What happens next in a simulation: events by time, those of one instant in the order in which they were made.
#pragma once

#include <cstdint>
#include <queue>
#include <vector>

namespace ringscope {

struct Event {
    enum class Kind { device, submit, begin_transfer, arrive, wake };
    double seconds = 0;
    int64_t number = 0;  // in order of making
    Kind kind = Kind::device;
    int id = 0;           // device, transfer, flow or rank
    int64_t version = 0;  // of what it is about; an older one no longer holds
};

class EventQueue {
  public:
    void add(double seconds, Event::Kind kind, int id, int64_t version = 0) {
        events_.push({seconds, made_++, kind, id, version});
    }
    bool empty() const { return events_.empty(); }
    const Event& next() const { return events_.top(); }
    Event take() {
        const Event event = events_.top();
        events_.pop();
        return event;
    }
    int64_t made() const { return made_; }

  private:
    struct Later {
        bool operator()(const Event& a, const Event& b) const {
            return a.seconds != b.seconds ? a.seconds > b.seconds : a.number > b.number;
        }
    };
    std::priority_queue<Event, std::vector<Event>, Later> events_;
    int64_t made_ = 0;
};

}  // namespace ringscope
