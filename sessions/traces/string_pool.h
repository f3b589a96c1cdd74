// Every text of a trace once: names repeat millions of times. For the .cpp files of this folder only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringscope {

class StringPool {
  public:
    /// -1 when it is not there.
    int32_t find(std::string_view text) const {
        return slots_.empty() ? -1 : slots_[slot_of(text, std::hash<std::string_view>{}(text))].index;
    }
    int32_t index_of(std::string_view text) {
        const size_t hash = std::hash<std::string_view>{}(text);
        if (2 * strings_.size() >= slots_.size()) grow();
        Slot& slot = slots_[slot_of(text, hash)];
        if (slot.index < 0) {
            slot = {hash, static_cast<int32_t>(strings_.size())};
            strings_.emplace_back(text);
        }
        return slot.index;
    }
    /// Of one string more, with the room that growing lists leave.
    static size_t bytes_of(std::string_view text) { return text.size() + kBytesOfString; }
    size_t size() const { return strings_.size(); }
    const std::string& operator[](int32_t index) const { return strings_[static_cast<size_t>(index)]; }
    std::vector<std::string> take() {
        slots_.clear();
        return std::move(strings_);
    }

  private:
    struct Slot {
        size_t hash = 0;
        int32_t index = -1;
    };
    static constexpr size_t kBytesOfString = 2 * sizeof(std::string) + 4 * sizeof(Slot);

    /// Of the text, or the free one where it goes.
    size_t slot_of(std::string_view text, size_t hash) const {
        size_t at = hash & (slots_.size() - 1);
        while (slots_[at].index >= 0 && (slots_[at].hash != hash || (*this)[slots_[at].index] != text))
            at = (at + 1) & (slots_.size() - 1);
        return at;
    }
    void grow() {
        std::vector<Slot> old(slots_.empty() ? 64 : 2 * slots_.size());
        old.swap(slots_);
        for (const Slot& slot : old)
            if (slot.index >= 0) slots_[slot_of((*this)[slot.index], slot.hash)] = slot;
    }

    std::vector<std::string> strings_;
    std::vector<Slot> slots_;  // a power of two of them, at most half used
};

}  // namespace ringscope
