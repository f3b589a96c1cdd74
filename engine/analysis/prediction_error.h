// How far a predicted run lies from what was measured: in all, for each rank and step, and which part of the time
// makes most of it. Pure.
#pragma once

#include <string>

#include "engine/analysis/step_alignment.h"

namespace ringscope {

/// A model that is off by more than this is worth a sentence.
inline constexpr double kPredictionTolerance = 0.1;

/// A part of a rank's wall time (metrics.h). Seconds.
struct TimePart {
    int rank = -1;
    const char* name = "";  // "computing"
    double predicted_seconds = 0;
    double taken_seconds = 0;
    double excess_seconds() const { return taken_seconds - predicted_seconds; }
};

struct PredictionError {
    double predicted_seconds = 0;  // wall time
    double taken_seconds = 0;
    StepTimes predicted;  // [rank][step]
    StepTimes taken;
    /// Of the rank that ended last, whose parts add up to the wall time: the one that differs most in the direction of
    /// the whole.
    TimePart largest;
    /// 0.09: it took 9% longer than predicted.
    double share() const { return predicted_seconds > 0 ? taken_seconds / predicted_seconds - 1 : 0; }
    /// Whether both have such a rank and step.
    bool has(int rank, int step) const;
};

/// `taken` finished; both are of one schedule. O(spans).
PredictionError prediction_error(const Run& taken, const Run& predicted);

/// "rank 2, step 3: predicted 1.20 ms, took 1.31 ms, 9% longer"; "" without such a rank and step.
std::string step_error_text(const PredictionError& error, int rank, int step);
/// "predicted 1.20 ms, took 1.31 ms, 9% longer"
std::string taken_text(double predicted_seconds, double taken_seconds);
/// What is said of a model that is off by more than kPredictionTolerance, in one line with the largest part; else "".
std::string off_text(const PredictionError& error);

}  // namespace ringscope
