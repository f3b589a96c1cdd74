#include "sessions/strict_json.h"

#include <cmath>
#include <functional>
#include <set>

#include <nlohmann/json.hpp>

#include "engine/base/error.h"

namespace ringscope {

namespace {

constexpr size_t kShownBytes = 60;

/// The parser says "[json.exception.parse_error.101] parse error at line 1, column 2: ...": the part a person
/// needs.
std::string without_tag(const std::string& what) {
    const size_t end = what.find("] ");
    return one_line(end == std::string::npos ? what : what.substr(end + 2));
}

/// Keys of the objects that are open, to report duplicates: the library itself silently keeps the last one.
class OpenObjects {
  public:
    OpenObjects(const std::string& name, size_t most_keys, std::vector<std::string>& problems)
        : name_(name), most_keys_(most_keys), problems_(problems) {}

    bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
        using Event = Json::parse_event_t;
        if (depth > kMaxJsonDepth)
            throw Error(ErrorKind::bad_input,
                        name_ + ": nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
        if (event == Event::object_start) keys_.emplace_back();
        if (event == Event::object_end) keys_.pop_back();
        if (event != Event::key) return true;
        std::set<std::string>& keys = keys_.back();
        const auto [known, is_new] = keys.insert(parsed.get<std::string>());
        if (!is_new && doubles_.insert(*known).second)
            problems_.push_back(quoted(*known) + " stands twice in one object");
        if (keys.size() <= most_keys_) return true;
        if (is_new) keys.erase(known), ++left_out_;
        return false;  // not kept
    }
    int64_t left_out() const { return left_out_; }

  private:
    const std::string& name_;
    size_t most_keys_;
    std::vector<std::string>& problems_;
    std::vector<std::set<std::string>> keys_;
    std::set<std::string> doubles_;  // that are told
    int64_t left_out_ = 0;
};

}  // namespace

std::string shown(const std::string& text) { return one_line(text); }

std::string quoted(const std::string& text) {
    constexpr size_t kLongest = 64;
    return "\"" + one_line(cut_text(text, kLongest)) + "\"";
}

std::string shown(const Json& value) {
    std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
    if (text.size() > kShownBytes) text = text.substr(0, kShownBytes) + "...";
    return text;
}

Json parse_json(const std::string& text, const std::string& name, size_t most_keys,
                std::vector<std::string>& problems) {
    OpenObjects check(name, most_keys, problems);
    try {
        Json json = Json::parse(text, std::ref(check));
        if (check.left_out() > 0)
            problems.push_back(count_text(check.left_out()) + " keys are too many: at most " +
                               count_text(static_cast<int64_t>(most_keys)) + " in one object");
        return json;
    } catch (const Json::exception& error) {
        const std::string what = without_tag(error.what());
        constexpr size_t kLongest = 300;
        throw Error(ErrorKind::bad_input, name + ": not JSON: " + cut_text(what, kLongest));
    }
}

Json number_json(double value, Unit unit) {
    if (!std::isfinite(value)) return {};
    const bool whole = unit == Unit::bytes || unit == Unit::count;
    return whole ? Json(static_cast<int64_t>(value)) : Json(value);
}

}  // namespace ringscope
