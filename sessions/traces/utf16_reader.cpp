#include "sessions/traces/utf16_reader.h"

#include <algorithm>
#include <cstring>

namespace ringscope {

Utf16 utf16_of(std::string_view head) {
    if (head.starts_with("\xFF\xFE")) return Utf16::little_endian;
    if (head.starts_with("\xFE\xFF")) return Utf16::big_endian;
    const auto is_text = [](char c) { return c >= ' ' || c == '\n' || c == '\r' || c == '\t'; };
    if (head.size() < 4) return Utf16::none;
    if (is_text(head[0]) && head[1] == 0 && is_text(head[2]) && head[3] == 0) return Utf16::little_endian;
    if (head[0] == 0 && is_text(head[1]) && head[2] == 0 && is_text(head[3])) return Utf16::big_endian;
    return Utf16::none;
}

size_t Utf16Reader::read(char* target, size_t bytes) {
    constexpr size_t kBlockBytes = size_t{1} << 16;
    while (given_ == decoded_.size()) {
        decoded_.clear();
        given_ = 0;
        const size_t before = left_.size();
        left_.resize(kBlockBytes);
        const size_t got = bytes_.read(left_.data() + before, kBlockBytes - before);
        left_.resize(before + got);
        const size_t whole = left_.size() & ~size_t{1};
        for (size_t i = 0; i < whole; i += 2) {
            const auto first = static_cast<unsigned char>(left_[i]);
            const auto second = static_cast<unsigned char>(left_[i + 1]);
            push(order_ == Utf16::little_endian ? first | static_cast<uint32_t>(second) << 8
                                                : second | static_cast<uint32_t>(first) << 8);
        }
        left_.erase(0, whole);
        if (got > 0) continue;
        if (left_.empty() && high_ == 0) return 0;
        ++halves_;
        left_.clear();
        high_ = 0;
    }
    const size_t given = std::min(bytes, decoded_.size() - given_);
    std::memcpy(target, decoded_.data() + given_, given);
    given_ += given;
    return given;
}

void Utf16Reader::push(uint32_t unit) {
    const bool is_low = unit >= 0xDC00 && unit < 0xE000;
    if (high_ != 0 && is_low) {
        append(0x10000 + ((high_ - 0xD800) << 10) + (unit - 0xDC00));
        high_ = 0;
        return;
    }
    if (high_ != 0 || is_low) {
        ++halves_;
        append(0xFFFD);
        high_ = 0;
        if (is_low) return;
    }
    if (unit >= 0xD800 && unit < 0xDC00)
        high_ = unit;
    else if (unit != 0xFEFF)  // a byte-order mark
        append(unit);
}

void Utf16Reader::append(uint32_t code) {
    const auto low_bits = [&](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3F)); };
    if (code < 0x80) {
        decoded_ += static_cast<char>(code);
    } else if (code < 0x800) {
        decoded_ += static_cast<char>(0xC0 | code >> 6);
        decoded_ += low_bits(0);
    } else if (code < 0x10000) {
        decoded_ += static_cast<char>(0xE0 | code >> 12);
        decoded_ += low_bits(6);
        decoded_ += low_bits(0);
    } else {
        decoded_ += static_cast<char>(0xF0 | code >> 18);
        decoded_ += low_bits(12);
        decoded_ += low_bits(6);
        decoded_ += low_bits(0);
    }
}

}  // namespace ringscope
