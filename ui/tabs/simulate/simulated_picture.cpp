#include "ui/tabs/simulate/simulated_picture.h"

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "engine/analysis/waterfall.h"
#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/plan/plan_size.h"
#include "engine/simulate/simulate.h"

namespace ringscope {

namespace {

void fill_memory(SimulatedPicture& picture) {
    const MachineModel& machine = *picture.request.machine;
    std::vector<int64_t> bytes(static_cast<size_t>(machine.devices()));
    std::vector<int> ranks(bytes.size());
    for (int rank = 0; rank < picture.schedule->ranks; ++rank) {
        const auto device = static_cast<size_t>(device_of(machine, rank, picture.schedule->ranks));
        bytes[device] += picture.metrics.ranks[static_cast<size_t>(rank)].peak_bytes;
        ++ranks[device];
    }
    const auto fullest = std::max_element(bytes.begin(), bytes.end());
    picture.device_bytes = *fullest;
    picture.ranks_per_device = ranks[static_cast<size_t>(fullest - bytes.begin())];
}

std::string loss_of(const SimulatedPicture& picture, LaidOut laid_out) {
    Run run;
    run.experiment = picture.request.experiment;
    run.origin = Origin::simulated;
    run.schedule = picture.schedule;
    run.trace = std::move(laid_out.trace);
    run.counters = std::move(laid_out.counters);
    run.metrics = picture.metrics;
    const std::optional<Waterfall> fall = waterfall(run);
    return fall ? fall->sentence : "";
}

}  // namespace

int64_t lay_out_items(const PlanSize& size) { return size.transfers + size.work + size.pieces; }

bool is_simulated_in_a_frame(const PlanSize& size) {
    constexpr int64_t kMostItems = 3000;
    constexpr int64_t kMostComparisons = 1 << 17;  // some 10 ns each
    return lay_out_items(size) <= kMostItems && size.comparisons <= kMostComparisons;
}

SimulatedPicture simulate_picture(const SimulationRequest& request, std::shared_ptr<const Schedule> schedule,
                                  const std::stop_token& stop) {
    SimulatedPicture picture;
    picture.request = request;
    const std::vector<FieldProblem> problems = validate(request.experiment);
    if (!problems.empty()) {
        picture.problem = problems.front().path + ": " + problems.front().message;
        return picture;
    }
    try {
        require_room(*request.machine, request.experiment);
        if (!schedule)
            schedule = std::make_shared<const Schedule>(
                plan(request.experiment, memory_model_of(*request.machine), stop));
        picture.schedule = schedule;
        LaidOut laid_out = simulate_once(*schedule, *request.machine, request.options, stop);
        picture.metrics = derive_metrics(*schedule, laid_out.trace, laid_out.counters);
        fill_memory(picture);
        picture.largest_loss = loss_of(picture, std::move(laid_out));
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        picture.problem = error.what();
    } catch (const std::bad_alloc&) {
        picture.problem = "this machine has not enough memory to simulate it";
    }
    return picture;
}

std::string predicted_sentence(const SimulatedPicture& picture) {
    const MachineModel& machine = *picture.request.machine;
    const int ranks = picture.schedule->ranks;
    const int devices = std::min(ranks, machine.devices());
    return "on " + count_text(ranks) + (ranks == 1 ? " rank" : " ranks") + ", " + count_text(devices) +
           " of " + count_text(machine.devices()) + (machine.devices() == 1 ? " device, " : " devices, ") +
           rate_text(picture.metrics.gflops_per_second * 1e9 / devices) + " per device";
}

std::string memory_sentence(const SimulatedPicture& picture) {
    const int64_t there = picture.request.machine->device.memory_bytes;
    const auto bytes = [](int64_t value) { return bytes_text(static_cast<double>(value)); };
    std::string text = bytes(picture.device_bytes) + " of " + bytes(there) + " per device";
    if (picture.ranks_per_device > 1)
        text += ", which " + std::to_string(picture.ranks_per_device) + " ranks share";
    if (!picture.fits())
        text += ": it does not fit, " +
                ratio_text(static_cast<double>(picture.device_bytes) / static_cast<double>(there)) +
                " times what there is. Times are as if it fitted";
    return text;
}

}  // namespace ringscope
