// Whether two paths name one file: other spellings, symbolic links and hard links included.
#pragma once

#include <string>

namespace ringscope {

/// Files that are there are compared by device and inode; of those that are not there yet, the folder likewise
/// and the name.
bool same_file(const std::string& a, const std::string& b);

}  // namespace ringscope
