// Measurements that `ringscope bench` offers: one file each. A result is an object with "results", a list of
// flat objects with the same keys, and whatever else belongs beside it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <stop_token>

namespace ringscope {

/// peak_gflops a dtype; kernel, dtype, head_dim, segment_length, dilation_rate, causal, threads,
/// gflops_per_second, fraction_of_peak.
nlohmann::ordered_json bench_attention_kernels(std::stop_token stop);

/// problem and ring (names of scenarios), causal, ranks, threads, seconds, ratio_to_one_rank: the same work
/// on the same cores, over more ranks.
nlohmann::ordered_json bench_ring(std::stop_token stop);

/// strategy, ranks, seq_len, measured_bytes, predicted_bytes, measured_over_predicted, travelling_bytes (the
/// peak of packed K/V): of each the largest of all ranks.
nlohmann::ordered_json bench_memory(std::stop_token stop);

/// dtype, threads, gflops_per_second: independent multiply-adds from registers; bf16 only where the processor
/// has BF16 dot products.
nlohmann::ordered_json bench_peak(std::stop_token stop);

/// layout, seq_len, ranks, milliseconds: planning alone.
nlohmann::ordered_json bench_plan(std::stop_token stop);

/// engine (streamed or events), problem (full, causal or pruned), ranks, seq_len, seconds that it took,
/// peak_bytes (resident memory that it took), rank_steps, rank_steps_per_second, simulated_seconds.
nlohmann::ordered_json bench_simulate(std::stop_token stop);

/// disturbance (none, delay or slow_link), the problem and the ring, measured_seconds, predicted_over_measured: this
/// machine is calibrated, then runs random rings that the model was not made from. Beside the results "errors", per
/// disturbance: problems, median_error, worst_error.
nlohmann::ordered_json bench_prediction(std::stop_token stop);

/// ranks, overlap, measured_step_seconds, replayed_step_seconds, replayed_over_own_core: rings of two workers, and their
/// replayed steps over those of the same ring with a core per rank.
nlohmann::ordered_json bench_replay(std::stop_token stop);

/// spans, save_seconds, open_seconds, bytes_per_span, runs, list_ms.
nlohmann::ordered_json bench_store(std::stop_token stop);

#ifdef RINGSCOPE_WINDOW
/// view, zoom (whole / shown), spans, frame_ms_median, frame_ms_p99, settings_to_frame_ms (the slowest of
/// some settings), first_frame_ms (the one in which the run appears): CPU time of the window's thread.
nlohmann::ordered_json bench_frame(std::stop_token stop);

/// ranks, layout, slider_to_picture_ms_median, slider_to_picture_ms_p90: from a turned slider of the Simulate tab to
/// the frame with its result, on the wall.
nlohmann::ordered_json bench_slider(std::stop_token stop);
#endif

}  // namespace ringscope
