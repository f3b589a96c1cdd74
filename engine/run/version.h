// Of this build.
#pragma once

namespace ringscope {

/// "0.1.0"
const char* version();
/// The commit that this build was made from, with a "+" when files were changed since; "" when not known.
const char* revision();

}  // namespace ringscope
