// Files of other kinds that people have beside traces: what they are, and the way in.
#pragma once

#include <string>
#include <string_view>

namespace ringscope {

/// As much of a file as the two below look at.
inline constexpr size_t kForeignHeadBytes = size_t{1} << 16;

/// Of a file that is no text, by its first bytes: "a Perfetto trace in its binary form: convert it with ..."; "" when they
/// are of no kind known here, or of gzip, whose content is what counts.
std::string foreign_binary_file(std::string_view head);

/// Whether the first bytes of an SQLite file are known to be another program's.
bool is_sqlite_of_others(std::string_view head);

/// As foreign_binary_file(), of a text in which no event of a trace was found, by the names in it.
std::string foreign_text_file(std::string_view head);

}  // namespace ringscope
