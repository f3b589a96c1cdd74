#include "engine/analysis/span_query.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>

namespace ringscope {

namespace {

template <typename T>
bool holds(const std::vector<T>& wanted, T value) {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

bool whole_number(const std::string& word, int& value) {
    char* end = nullptr;
    const long read = std::strtol(word.c_str(), &end, 10);
    if (word.empty() || *end != 0 || read < 0 || read > 1'000'000) return false;
    value = static_cast<int>(read);
    return true;
}

/// "1ms", "20 us" written together; nanoseconds.
bool duration(const std::string& word, int64_t& ns) {
    char* end = nullptr;
    const double value = std::strtod(word.c_str(), &end);
    const std::string unit = end;
    if (end == word.c_str() || !std::isfinite(value) || value < 0) return false;
    double scale = 0;
    if (unit == "ns" || unit.empty()) scale = 1;
    if (unit == "us" || unit == "\xc2\xb5s") scale = 1e3;
    if (unit == "ms") scale = 1e6;
    if (unit == "s") scale = 1e9;
    if (scale == 0 || value * scale > 9e18) return false;
    ns = static_cast<int64_t>(std::llround(value * scale));
    return true;
}

class Reader {
  public:
    SpanQuery read(const std::string& text) {
        std::string spaced = text;
        std::replace_if(
            spaced.begin(), spaced.end(), [](char c) { return c == '=' || c == ':' || c == ','; }, ' ');
        std::istringstream words(spaced);
        std::string word;
        while (words >> word) {
            if (length(word) || numbered(word, words) || cause(word) || kind(word)) continue;
            query_.problem = "'" + word +
                             "' is not understood: a kind (compute, wait, ...), late, link, core, rank N, "
                             "step N, chunk N, peer N, >1ms, <20us";
        }
        return std::move(query_);
    }

  private:
    bool length(const std::string& word) {
        if (word[0] == '>') return duration(word.substr(1), query_.longer_ns);
        return word[0] == '<' && duration(word.substr(1), query_.shorter_ns);
    }

    /// A word that is still being typed ("rank") asks for nothing yet.
    bool numbered(const std::string& word, std::istringstream& words) {
        std::vector<int>* list = word == "rank"    ? &query_.ranks
                                 : word == "step"  ? &query_.steps
                                 : word == "chunk" ? &query_.chunks
                                 : word == "peer"  ? &query_.peers
                                                   : nullptr;
        if (!list) return false;
        std::string next;
        if (!(words >> next)) return true;
        int value = 0;
        if (!whole_number(next, value)) return false;
        list->push_back(value);
        return true;
    }

    bool cause(const std::string& word) {
        if (word == "late") query_.causes.push_back(WaitCause::late_peer);
        if (word == "link") query_.causes.push_back(WaitCause::link);
        if (word == "core") query_.causes.push_back(WaitCause::core);
        return word == "late" || word == "link" || word == "core";
    }

    bool kind(const std::string& word) {
        bool found = false;
        for (int i = 0; i < kSpanKinds; ++i) {
            const auto candidate = static_cast<SpanKind>(i);
            if (std::string(name_of(candidate)).rfind(word, 0) != 0) continue;
            query_.kinds.push_back(candidate);
            found = true;
        }
        return found;
    }

    SpanQuery query_;
};

}  // namespace

bool SpanQuery::empty() const {
    return kinds.empty() && causes.empty() && ranks.empty() && steps.empty() && chunks.empty() &&
           peers.empty() && longer_ns < 0 && shorter_ns == std::numeric_limits<int64_t>::max();
}

bool SpanQuery::matches(const Span& span) const {
    const int64_t length = span.end_ns - span.begin_ns;
    return length > longer_ns && length < shorter_ns && holds(kinds, span.kind) &&
           (causes.empty() || (span.kind == SpanKind::wait && holds(causes, span.cause))) &&
           holds(ranks, static_cast<int>(span.rank)) && holds(steps, static_cast<int>(span.step)) &&
           holds(chunks, static_cast<int>(span.owner)) && holds(peers, static_cast<int>(span.peer));
}

SpanQuery read_span_query(const std::string& text) { return Reader().read(text); }

}  // namespace ringscope
