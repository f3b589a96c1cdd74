// What the advisor may choose, and what it leaves as it was asked for: the problem, the input, the accumulator, the
// time limit and the back end.
//
//   ring size x { all_gather, ring } x layout and stripe block x overlap x dilate_before_send x prune x placement
//   one rank: single
//
// Settings that come to the same schedule are listed once.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/experiment/experiment.h"
#include "engine/experiment/machine_model.h"

namespace ringscope {

struct AdvisedSettings {
    RingSpec ring;
    RankPlacement placement = RankPlacement::block;  // the machine's field, no experiment's
    bool operator==(const AdvisedSettings&) const = default;
};

/// The experiment under these settings: problem, back end and input stay.
Experiment with_settings(const Experiment& experiment, const AdvisedSettings& settings);

/// The machine with its ranks placed as the settings have it.
MachineModel placed(const MachineModel& machine, RankPlacement placement);

/// What was asked for, and how the machine places ranks by itself.
AdvisedSettings settings_asked(const Experiment& experiment, const MachineModel& machine);

/// Ring sizes that are tried, ascending: all of 1 .. devices where these are few, else powers of two, whole hosts,
/// and all devices; none above `most_ranks`, and `asked` in any case.
std::vector<int> ring_sizes(const MachineModel& machine, int asked, int most_ranks);

/// 1, 2, 4 .. and all devices, none above `most_ranks`: the sizes of scaling curves.
std::vector<int> doubled_sizes(const MachineModel& machine, int most_ranks);

/// Every choice on so many ranks, each schedule once: those that usually win first.
std::vector<AdvisedSettings> settings_on(const Experiment& experiment, const MachineModel& machine,
                                         int ranks);

/// The same schedule without fields that do not count: one rank is single, all_gather knows neither prune nor
/// overlap, only stripes have a block. Fields that do not count are as `asked` has them.
AdvisedSettings without_idle_fields(AdvisedSettings settings, const Experiment& asked,
                                    const MachineModel& machine);

/// As --set takes them: {"ring.strategy", "ring"}, .. Only those that count; the ring size of single is left out.
std::vector<std::pair<std::string, std::string>> assignments_of(const AdvisedSettings& settings);

/// "ring of 8, zigzag, without overlap": strategy, size and layout, and toggles that are off.
std::string words_of(const AdvisedSettings& settings);

/// The problem with another sequence length. A group whose segments span the whole sequence goes on spanning it,
/// every other group keeps its segment length.
Experiment with_sequence(Experiment experiment, int64_t tokens);

}  // namespace ringscope
