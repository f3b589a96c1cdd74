// Text for a parser that reads character by character: looks up every 64 KiB, whether to stop and whether the parser
// still gets anywhere. For the .cpp files of this folder only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <stop_token>
#include <string>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "sessions/stop.h"

namespace ringscope {

class WatchedText {
  public:
    static constexpr size_t kBlockBytes = 1 << 16;
    static constexpr size_t kMostValueBytes = size_t{16} << 20;

    WatchedText(const std::string& text, const std::string& name, const std::stop_token& stop)
        : text_(text),
          name_(name),
          stop_(stop),
          next_look_(text.data() + std::min(text.size(), kBlockBytes)) {}

    class Iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = char;
        using difference_type = std::ptrdiff_t;
        using pointer = const char*;
        using reference = const char&;
        Iterator(const char* at, WatchedText* watch) : at_(at), watch_(watch) {}
        reference operator*() const { return *at_; }
        Iterator& operator++() {
            if (++at_ == watch_->next_look_) watch_->look();
            return *this;
        }
        Iterator operator++(int) {
            const Iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator& other) const { return at_ == other.at_; }
        bool operator!=(const Iterator& other) const { return at_ != other.at_; }

      private:
        const char* at_;
        WatchedText* watch_;
    };

    Iterator begin() { return {text_.data(), this}; }
    Iterator end() { return {text_.data() + text_.size(), this}; }
    /// The parser has handed over a value or a key, and holds no text of it any more.
    void value_ended() { blocks_of_value_ = 0; }

  private:
    void look() {
        leave_if_stopped(stop_);
        if (++blocks_of_value_ * kBlockBytes > kMostValueBytes)
            throw Error(ErrorKind::bad_input, name_ + ": one value of more than " +
                                                  count_text(static_cast<int64_t>(kMostValueBytes)) +
                                                  " bytes, as many as are allowed");
        const auto left = static_cast<size_t>(text_.data() + text_.size() - next_look_);
        next_look_ += std::min(left, kBlockBytes);
    }

    const std::string& text_;
    const std::string& name_;
    const std::stop_token& stop_;
    const char* next_look_;
    size_t blocks_of_value_ = 0;
};

}  // namespace ringscope
