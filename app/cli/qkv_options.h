// How --qkv is read, for the commands that have it.
#pragma once

#include <string>

#include "sessions/tensors/safetensors.h"

namespace ringscope {

class Arguments;

/// Declares --qkv-layout and --allow-nonfinite.
void declare_qkv_options(Arguments& arguments, std::string& layout, bool& allow_nonfinite);

/// Of a value of --qkv-layout; "" is bnhd.
QkvLayout read_qkv_layout(const std::string& layout);

}  // namespace ringscope
