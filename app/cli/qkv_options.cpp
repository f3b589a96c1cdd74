#include "app/cli/qkv_options.h"

#include <iterator>

#include "app/cli/arguments.h"

namespace ringscope {

void declare_qkv_options(Arguments& arguments, std::string& layout, bool& allow_nonfinite) {
    const auto& names = EnumNames<QkvLayout>::names;
    arguments.value(
        "--qkv-layout", layout, "ORDER",
        "Order of the tensors in --qkv: bnhd is (batch, tokens, heads, head_dim), the default; bhnd is "
        "(batch, heads, tokens, head_dim), as PyTorch has them",
        {std::begin(names), std::end(names)});
    arguments.flag("--allow-nonfinite", allow_nonfinite,
                   "Run with NaN, infinity or scores beyond F32 in --qkv, which are refused otherwise");
}

QkvLayout read_qkv_layout(const std::string& layout) {
    return layout == EnumNames<QkvLayout>::names[1] ? QkvLayout::bhnd : QkvLayout::bnhd;
}

}  // namespace ringscope
