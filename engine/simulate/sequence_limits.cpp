#include "engine/simulate/sequence_limits.h"

#include <algorithm>
#include <cmath>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/plan/plan_size.h"
#include "engine/simulate/advice_reasons.h"
#include "engine/simulate/settings_search.h"

namespace ringscope {

namespace {

constexpr int64_t kShortest = 64;
constexpr int64_t kLongest = int64_t{1} << 26;  // of the powers of two
constexpr int kLargestRing = 16;
constexpr double kBorderPrecision = 0.01;
constexpr double kLengthPrecision = 0.001;

enum class Winner { one_device, ring, nobody };

class BorderSearch {
  public:
    BorderSearch(const Experiment& experiment, const MachineModel& machine, int most_ranks,
                 const std::stop_token& stop)
        : experiment_(experiment), machine_(machine), most_ranks_(most_ranks), stop_(stop) {}

    Border find() const {
        int64_t last_of_one = 0, first_of_ring = 0;
        int rings_in_a_row = 0;
        for (int64_t tokens = kShortest; tokens <= kLongest && rings_in_a_row < 2; tokens *= 2) {
            const Winner winner = winner_at(tokens);
            if (winner == Winner::nobody) break;
            if (winner == Winner::one_device) {
                last_of_one = tokens;
                first_of_ring = 0;
            } else if (first_of_ring == 0) {
                first_of_ring = tokens;
            }
            rings_in_a_row = winner == Winner::ring ? rings_in_a_row + 1 : 0;
        }
        if (first_of_ring == 0)
            return {{}, "one device is best up to " + count_text(last_of_one) + " tokens, the longest tried"};
        if (last_of_one == 0)
            return {0, "several devices are faster from " + count_text(kShortest) + " tokens on"};
        while (static_cast<double>(first_of_ring - last_of_one) >
               std::max(1.0, kBorderPrecision * static_cast<double>(last_of_one))) {
            const int64_t middle = last_of_one + (first_of_ring - last_of_one) / 2;
            (winner_at(middle) == Winner::one_device ? last_of_one : first_of_ring) = middle;
        }
        return {last_of_one, "one device is best up to " + count_text(last_of_one) + " tokens"};
    }

  private:
    Winner winner_at(int64_t tokens) const {
        Experiment experiment = with_sequence(experiment_, tokens);
        if (!validate(experiment).empty()) return Winner::nobody;
        AdvisedSettings one = settings_asked(experiment, machine_);
        one.ring.strategy = Strategy::single;
        const SearchResult alone = search_settings(experiment, machine_, {one}, {}, stop_);
        SearchLimits limits;
        limits.first_that_beats = true;
        if (alone.best) limits.beats_seconds = alone.best->seconds;
        const SearchResult rings = search_settings(experiment, machine_, rings_of(experiment), limits, stop_);
        if (rings.best && rings.best->seconds < limits.beats_seconds) return Winner::ring;
        return alone.best ? Winner::one_device : Winner::nobody;
    }

    std::vector<AdvisedSettings> rings_of(const Experiment& experiment) const {
        std::vector<AdvisedSettings> rings;
        for (const int ranks : doubled_sizes(machine_, std::min(kLargestRing, most_ranks_))) {
            if (ranks == 1) continue;
            for (const AdvisedSettings& settings : settings_on(experiment, machine_, ranks)) {
                const RingSpec& ring = settings.ring;
                const bool ring_as_it_should_be =
                    ring.strategy == Strategy::all_gather || (ring.overlap && ring.prune);
                if (ring_as_it_should_be && ring.dilate_before_send &&
                    settings.placement == machine_.rank_placement)
                    rings.push_back(settings);
            }
        }
        return rings;
    }

    const Experiment& experiment_;
    const MachineModel& machine_;
    const int most_ranks_;
    const std::stop_token& stop_;
};

/// Why a length is impossible; "" when it is possible.
std::string obstacle(const Experiment& experiment, const MachineModel& machine,
                     const AdvisedSettings& settings, const std::stop_token& stop, int64_t& device_bytes) {
    device_bytes = 0;
    const std::vector<FieldProblem> problems = validate(experiment);
    if (!problems.empty()) return problems.front().path + ": " + problems.front().message;
    if (!is_quick_to_plan(with_settings(experiment, settings))) return "a longer one takes too long to plan";
    const PlannedSettings planned = plan_settings(experiment, machine, settings, stop);
    device_bytes = planned.device_bytes;
    if (planned.fits()) return "";
    return memory_reason(device_bytes, machine.device.memory_bytes,
                         planned.schedule.ranks > machine.devices());
}

/// Brackets the longest length, guessing by bytes per token.
class LengthSearch {
  public:
    LengthSearch(const Experiment& experiment, const MachineModel& machine, const AdvisedSettings& settings,
                 const std::stop_token& stop)
        : experiment_(experiment), machine_(machine), settings_(settings), stop_(stop) {}

    LongestSequence find() {
        look_at(std::max(int64_t{settings_.ring.ranks}, experiment_.problem.seq_len));
        while (impossible_ - possible_ > std::max(1.0, kLengthPrecision * possible_)) look_at(next());
        return {static_cast<int64_t>(possible_), settings_, limit_};
    }

  private:
    void look_at(int64_t tokens) {
        if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
        const std::string why_not =
            obstacle(with_sequence(experiment_, tokens), machine_, settings_, stop_, bytes_);
        at_ = static_cast<double>(tokens);
        ++looks_;
        if (why_not.empty()) {
            possible_ = at_;
        } else {
            impossible_ = at_;
            limit_ = why_not;
        }
    }

    /// Where the memory would be full, a little to either side in turn; else the middle.
    int64_t next() const {
        const double guess =
            bytes_ > 0 ? at_ * static_cast<double>(machine_.device.memory_bytes) / static_cast<double>(bytes_)
                       : 0;
        const double nudged = guess * (1 + (looks_ % 2 == 0 ? 0.3 : -0.3) * kLengthPrecision);
        constexpr int kGuesses = 12;
        if (looks_ < kGuesses && nudged > possible_ && nudged < impossible_)
            return std::clamp(static_cast<int64_t>(nudged), static_cast<int64_t>(possible_) + 1,
                              static_cast<int64_t>(std::min(impossible_, 4e18)) - 1);
        if (!std::isfinite(impossible_)) return static_cast<int64_t>(2 * possible_);
        return static_cast<int64_t>(possible_ + (impossible_ - possible_) / 2);
    }

    const Experiment& experiment_;
    const MachineModel& machine_;
    const AdvisedSettings settings_;
    const std::stop_token& stop_;
    double possible_ = 0;
    double impossible_ = INFINITY;
    double at_ = 0;
    int64_t bytes_ = 0;  // of the fullest device at the last look; 0: not known
    int looks_ = 0;
    std::string limit_;
};

}  // namespace

Border border(const Experiment& experiment, const MachineModel& machine, int most_ranks,
              const std::stop_token& stop) {
    if (std::min(machine.devices(), most_ranks) == 1) return {{}, "there is one device only"};
    return BorderSearch(experiment, machine, most_ranks, stop).find();
}

bool is_quick_to_plan(const Experiment& experiment) {
    constexpr int64_t kTransfers = 1 << 18;
    constexpr int64_t kComparisons = 1 << 23;
    const PlanSize size = plan_size(experiment);
    return is_plannable(size) && size.transfers <= kTransfers && size.comparisons <= kComparisons;
}

LongestSequence longest_sequence(const Experiment& experiment, const MachineModel& machine,
                                 const AdvisedSettings& settings, const std::stop_token& stop) {
    return LengthSearch(experiment, machine, settings, stop).find();
}

}  // namespace ringscope
