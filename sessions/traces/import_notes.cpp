#include "sessions/traces/import_notes.h"

#include "sessions/plain_text.h"

namespace ringscope {

namespace {

/// Kinds name members and phases of the file: a hostile one has millions of names.
constexpr size_t kMostKinds = 200;
constexpr size_t kMostKindBytes = 1200;
constexpr size_t kMostExampleBytes = 160;

}  // namespace

ImportNotes::Found& ImportNotes::of(std::string_view kind) {
    const auto at = found_.find(kind);
    if (at != found_.end()) return at->second;
    return found_[found_.size() < kMostKinds ? std::string(kind) : "things of further kinds"];
}

std::vector<ImportNote> ImportNotes::list() const {
    std::vector<ImportNote> notes;
    for (const auto& [kind, found] : found_)
        notes.push_back({cut_text(one_line(kind), kMostKindBytes), found.count,
                         cut_text(one_line(found.example), kMostExampleBytes)});
    return notes;
}

}  // namespace ringscope
