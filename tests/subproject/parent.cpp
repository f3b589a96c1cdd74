// The shortest program over the engine: plans the default experiment and says what would travel.
#include <iostream>

#include "engine/experiment/scenarios.h"
#include "engine/plan/schedule.h"

int main() {
    const ringscope::Schedule schedule = ringscope::plan(ringscope::default_experiment());
    std::cout << schedule.ranks << " ranks\n";
}
