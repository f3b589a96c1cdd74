// What goes wrong ends in words, and the next run works; and a thousand runs leave no trace.
#include <chrono>
#include <thread>

#include "engine/cuda/device_arena.h"
#include "tests/gpu/parts.h"

namespace ringscope::gpu {

namespace {

Experiment four_ranks() {
    Experiment e = one_group(DType::bf16, 8192, 4, 64, 8192, 1, false, 4);
    e.backend.device = "cuda";
    e.ring.timeout_seconds = 1;
    return e;
}

void expect_end(Report& report, const char* what, const Fault& fault, RunState state, const char* words) {
    RunOptions options;
    options.fault = fault;
    const auto run = execute(four_ranks(), options, {});
    if (run->state != state || run->error.find(words) == std::string::npos)
        report.fail(std::string(what) + ": " + name_of(run->state) + ", " + run->error);
    run_on_gpu(report, four_ranks());
}

void check_cancel(Report& report) {
    Experiment patient = four_ranks();
    patient.ring.timeout_seconds = 60;
    RunOptions lost;
    lost.fault = {Fault::Kind::lose_transfer, 1, 1, 0};
    std::stop_source stop;
    std::jthread canceller([&] {
        std::this_thread::sleep_for(std::chrono::seconds(1));
        stop.request_stop();
    });
    if (execute(patient, lost, stop.get_token())->state != RunState::cancelled) report.fail("cancel");
    run_on_gpu(report, four_ranks());
}

void check_too_little_memory(Report& report) {
    Experiment huge = one_group(DType::bf16, int64_t{1} << 30, 64, 128, 2048, 1, false, 1);
    huge.backend.device = "cuda";
    const auto too_big = execute(huge, {}, {});
    if (too_big->error.rfind("out of memory", 0) != 0) report.fail("too little memory: " + too_big->error);
    report.add("out_of_memory", too_big->error);
    run_on_gpu(report, four_ranks());
}

}  // namespace

void check_faults(Report& report, Words) {
    expect_end(report, "lost transfer", {Fault::Kind::lose_transfer, 1, 1, 0}, RunState::failed, "rank 1");
    expect_end(report, "error on a rank", {Fault::Kind::throw_error, 2, 1, 0}, RunState::failed, "rank 2");
    expect_end(report, "late rank", {Fault::Kind::delay, 1, 1, 0.3}, RunState::done, "");
    check_cancel(report);
    check_too_little_memory(report);
}

void check_leaks(Report& report, Words words) {
    if (words.size() != 1) throw Error(ErrorKind::bad_input, "leaks takes RUNS");
    const int runs = std::stoi(words[0]);
    const Experiment e = one_group(DType::bf16, 1024, 4, 64, 1024, 1, true, 4);
    run_on_gpu(report, e);
    const auto before = device_memory(0);
    for (int i = 0; i < runs && report.passed(); ++i) run_on_gpu(report, e);
    const auto after = device_memory(0);
    // The driver itself may take a few pages for what it meets for the first time.
    if (after.pool_used != before.pool_used || after.available() < before.available() - (int64_t{8} << 20))
        report.fail("memory after " + words[0] + " runs: " + std::to_string(after.available()) +
                    " free, was " + std::to_string(before.available()));
    report.add("runs", runs);
    report.add("free_before", static_cast<double>(before.available()));
    report.add("free_after", static_cast<double>(after.available()));
}

}  // namespace ringscope::gpu
