// A fault that a test or a lesson asks for: what goes wrong, and where.
#pragma once

namespace ringscope {

struct Fault {
    enum class Kind { none, delay, lose_transfer, throw_error };
    Kind kind = Kind::none;
    int rank = 0;
    int step = 0;
    double delay_seconds = 0;
};

}  // namespace ringscope
