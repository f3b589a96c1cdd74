#include "engine/run/run.h"

namespace ringscope {

const char* explanation_of(Origin origin) {
    switch (origin) {
        case Origin::measured:
            return "The run was made, and its times are what the clock showed.";
        case Origin::replayed:
            return "Every piece of work has its measured cost, laid out as if every rank had its own device.";
        case Origin::simulated:
            return "No work was done: the times come from a machine model.";
        case Origin::imported:
            return "The times come from another program's trace.";
    }
    return "";
}

}  // namespace ringscope
