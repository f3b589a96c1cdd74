// UTF-16 as UTF-8, block by block: some tools of Windows write traces so. For the .cpp files of this folder only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sessions/byte_reader.h"

namespace ringscope {

enum class Utf16 { none, little_endian, big_endian };

/// By a byte-order mark, or by zeros beside the first characters.
Utf16 utf16_of(std::string_view head);

/// Halves of surrogate pairs become U+FFFD.
class Utf16Reader : public ByteReader {
  public:
    /// `bytes` outlives it.
    Utf16Reader(ByteReader& bytes, Utf16 order) : bytes_(bytes), order_(order) {}
    size_t read(char* target, size_t bytes) override;
    /// Halves of surrogate pairs, and half a character at the end.
    int64_t halves() const { return halves_; }

  private:
    void push(uint32_t unit);
    void append(uint32_t code);

    ByteReader& bytes_;
    Utf16 order_;
    std::string left_;     // bytes that are no whole character yet
    std::string decoded_;  // and characters that nobody has read
    size_t given_ = 0;     // of them
    uint32_t high_ = 0;    // the first half of a pair
    int64_t halves_ = 0;
};

}  // namespace ringscope
