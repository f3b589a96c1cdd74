// Bytes that come piece by piece: from a file, a pipe, another reader that unpacks them, or a text in memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace ringscope {

/// Used by one thread.
class ByteReader {
  public:
    virtual ~ByteReader() = default;
    /// Up to `bytes` of them, at least one; 0 at the end, and again when asked again. Throws Error(io).
    virtual size_t read(char* target, size_t bytes) = 0;
};

/// Of a text that outlives it.
class TextReader : public ByteReader {
  public:
    explicit TextReader(std::string_view text) : text_(text) {}
    size_t read(char* target, size_t bytes) override {
        const size_t given = std::min(bytes, text_.size());
        if (given > 0) std::memcpy(target, text_.data(), given);
        text_.remove_prefix(given);
        return given;
    }

  private:
    std::string_view text_;
};

/// Lets the first bytes of another reader, which outlives it, be looked at before they are read.
class PeekReader : public ByteReader {
  public:
    explicit PeekReader(ByteReader& bytes) : bytes_(bytes) {}
    /// Up to `bytes` of those that come next: fewer only at the end. Until the next call of any function.
    std::string_view head(size_t bytes) {
        while (head_.size() < bytes) {
            const size_t before = head_.size();
            head_.resize(bytes);
            const size_t got = bytes_.read(head_.data() + before, bytes - before);
            head_.resize(before + got);
            if (got == 0) break;
        }
        return std::string_view(head_).substr(0, bytes);
    }
    size_t read(char* target, size_t bytes) override {
        if (head_.empty()) return bytes_.read(target, bytes);
        const size_t given = std::min(bytes, head_.size());
        std::memcpy(target, head_.data(), given);
        head_.erase(0, given);
        return given;
    }

  private:
    ByteReader& bytes_;
    std::string head_;
};

}  // namespace ringscope
