// What of a trace is not shown, or not as it stands there: counted by kind, with the first of each. For the .cpp files
// of this folder only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sessions/traces/imported_trace.h"

namespace ringscope {

class ImportNotes {
  public:
    /// `example` is called for the first of a kind: what it is and where it stands.
    template <typename Example>
    void add(std::string_view kind, Example example, int64_t count = 1) {
        Found& found = of(kind);
        if (found.count == 0) found.example = example();
        found.count += count;
    }
    void add(std::string_view kind) { ++of(kind).count; }

    /// By kind. Examples are valid UTF-8, on one line and short.
    std::vector<ImportNote> list() const;

  private:
    struct Found {
        int64_t count = 0;
        std::string example;
    };
    Found& of(std::string_view kind);

    std::map<std::string, Found, std::less<>> found_;
};

}  // namespace ringscope
