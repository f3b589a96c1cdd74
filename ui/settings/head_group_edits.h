// Edits of the list of head groups that keep the head counts adding up. Pure.
#pragma once

#include <string>

#include "engine/experiment/experiment.h"

namespace ringscope {

/// Appends a group with twice the last one's segment length and dilation rate. Where every group names its
/// heads, the new one takes half of the largest group's.
void add_group(ProblemSpec& spec);
/// Makes two of one: the second gets half the heads. In longnet mixing both keep all heads.
void split_group(ProblemSpec& spec, int group);
/// Why the group cannot be split, or "".
std::string split_obstacle(const ProblemSpec& spec, int group);
/// The group's named heads go to its neighbour. Call with two groups or more.
void remove_group(ProblemSpec& spec, int group);
/// Moves the group at `from` so that it stands at `to`.
void move_group(ProblemSpec& spec, int from, int to);
/// Leaves every group's heads unset: an even split.
void share_heads_evenly(ProblemSpec& spec);

/// Heads of the group as they would be run, also while another field is invalid; 0 when that cannot be said.
int heads_of_group(const ProblemSpec& spec, int group);

}  // namespace ringscope
