#include "sessions/traces/chrome_trace_import.h"

#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "engine/base/error.h"
#include "sessions/foreign_file.h"
#include "sessions/gzip.h"
#include "sessions/input_file.h"
#include "sessions/stop.h"
#include "sessions/strict_json.h"
#include "sessions/traces/chrome_trace_assemble.h"
#include "sessions/traces/chrome_trace_events.h"
#include "sessions/traces/utf16_reader.h"

namespace ringscope {

namespace {

class ProgressReader : public ByteReader {
  public:
    ProgressReader(ByteReader& bytes, const std::stop_token& stop, const ImportProgress& progress,
                   int64_t of_bytes)
        : bytes_(bytes), stop_(stop), progress_(progress), of_bytes_(of_bytes) {}
    size_t read(char* target, size_t bytes) override {
        leave_if_stopped(stop_);
        const size_t got = bytes_.read(target, bytes);
        done_ += static_cast<int64_t>(got);
        if (progress_ && got > 0) progress_(done_, of_bytes_);
        return got;
    }

  private:
    ByteReader& bytes_;
    const std::stop_token& stop_;
    const ImportProgress& progress_;
    int64_t of_bytes_;
    int64_t done_ = 0;
};

/// The text of a file, through as many readers as it is packed and encoded.
class TextOfFile {
  public:
    /// `bytes` outlives it. Throws Error(bad_input) for a file of another kind.
    TextOfFile(ByteReader& bytes, const std::string& name) : name_(name) {
        peeks_.emplace_back(bytes);
        constexpr int kMostLayers = 3;  // of gzip in gzip
        for (int layer = 0; layer < kMostLayers && is_gzip(top().head(2)); ++layer) {
            unpackers_.emplace_back(top());
            peeks_.emplace_back(unpackers_.back());
        }
        head_ = std::string(top().head(kForeignHeadBytes));
        const std::string other = foreign_binary_file(head_);
        if (!other.empty()) throw Error(ErrorKind::bad_input, name + ": not a Chrome trace but " + other);
        const Utf16 order = utf16_of(head_);
        if (order == Utf16::none) return;
        utf16_.emplace(top(), order);
        peeks_.emplace_back(*utf16_);
        head_ = std::string(top().head(kForeignHeadBytes));
    }

    ByteReader& text() { return top(); }
    bool is_packed() const { return !unpackers_.empty(); }

    void note(ImportNotes& notes) const {
        for (const GunzipReader& unpacker : unpackers_)
            if (!unpacker.problem().empty())
                notes.add("compressed data that end early: what lies behind is left out",
                          [&] { return unpacker.problem(); });
        if (utf16_ && utf16_->halves() > 0)
            notes.add(
                "halves of a surrogate pair in UTF-16, shown as U+FFFD", [] { return std::string(); },
                utf16_->halves());
    }

    /// For a text without events.
    [[noreturn]] void refuse() const {
        for (const GunzipReader& unpacker : unpackers_)
            if (!unpacker.problem().empty())
                throw Error(ErrorKind::bad_input, name_ + ": " + unpacker.problem());
        const std::string other = foreign_text_file(head_);
        if (other == "empty") throw Error(ErrorKind::bad_input, name_ + ": not a trace: it is empty");
        if (!other.empty()) throw Error(ErrorKind::bad_input, name_ + ": not a Chrome trace but " + other);
        throw Error(ErrorKind::bad_input, name_ +
                                              ": not a Chrome trace: it has no list \"traceEvents\" and no "
                                              "event with a phase \"ph\"; it begins " +
                                              quoted(head_.substr(0, 64)));
    }

  private:
    PeekReader& top() { return peeks_.back(); }

    const std::string& name_;
    std::deque<PeekReader> peeks_;  // the last one gives what the others have unpacked
    std::deque<GunzipReader> unpackers_;
    std::optional<Utf16Reader> utf16_;
    std::string head_;
};

}  // namespace

ImportedTrace import_trace_stream(ByteReader& bytes, const std::string& name, const std::stop_token& stop,
                                  const ImportProgress& progress, int64_t of_bytes) {
    ProgressReader counted(bytes, stop, progress, of_bytes);
    TextOfFile file(counted, name);
    TraceBudget budget((file.is_packed() ? 16 : 4) * of_bytes);
    ImportNotes notes;
    ChromeEvents events;
    {
        TolerantJson json(file.text(), notes, stop);
        events = read_chrome_events(json, budget, notes);
        if (events.found == 0 && !events.has_event_list) file.refuse();
    }
    file.note(notes);
    return assemble_trace(std::move(events), name, budget, notes, stop);
}

ImportedTrace read_chrome_trace(const std::string& bytes, const std::string& name,
                                const std::stop_token& stop, const ImportProgress& progress) {
    TextReader reader(bytes);
    return import_trace_stream(reader, name, stop, progress, static_cast<int64_t>(bytes.size()));
}

ImportedTrace import_chrome_trace(const std::string& path, const std::stop_token& stop,
                                  const ImportProgress& progress) {
    const InputFile file(path);
    FileReader reader(file);
    ImportedTrace trace = import_trace_stream(reader, path, stop, progress, file.size());
    trace.name = std::filesystem::path(path).filename().string();
    return trace;
}

}  // namespace ringscope
