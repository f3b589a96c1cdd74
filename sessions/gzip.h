// Compressed files that others wrote.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

namespace ringscope {

/// Whether the bytes begin as a gzip file does.
bool is_gzip(const std::string& bytes);

/// A gzip file of the bytes. Throws Error(cancelled) once `stop` is requested, as gunzip() does.
std::string gzip(const std::string& bytes, const std::stop_token& stop = {});

/// The content of a gzip file, all members of it. `name` begins the message. Throws Error(bad_input) when the
/// data are damaged or cut short (with the byte), or when the content has over `limit` bytes.
std::string gunzip(const std::string& bytes, const std::string& name, int64_t limit,
                   const std::stop_token& stop = {});

}  // namespace ringscope
