#include "sessions/strict_json.h"

#include <cmath>
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
    OpenObjects(const std::string& name, std::vector<std::string>& problems)
        : name_(name), problems_(problems) {}

    bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
        using Event = Json::parse_event_t;
        if (depth > kMaxJsonDepth)
            throw Error(ErrorKind::bad_input,
                        name_ + ": nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
        if (event == Event::object_start) keys_.emplace_back();
        if (event == Event::object_end) keys_.pop_back();
        if (event == Event::key && !keys_.back().insert(parsed.get<std::string>()).second)
            problems_.push_back(quoted(parsed.get<std::string>()) + " stands twice in one object");
        return true;
    }

  private:
    const std::string& name_;
    std::vector<std::string>& problems_;
    std::vector<std::set<std::string>> keys_;
};

}  // namespace

std::string shown(const std::string& text) { return one_line(text); }

std::string quoted(const std::string& text) {
    constexpr size_t kLongest = 64;
    std::string out = "\"";
    out += one_line(text.substr(0, kLongest));
    return out += text.size() > kLongest ? "...\"" : "\"";
}

std::string shown(const Json& value) {
    std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
    if (text.size() > kShownBytes) text = text.substr(0, kShownBytes) + "...";
    return text;
}

Json parse_json(const std::string& text, const std::string& name, std::vector<std::string>& problems) {
    OpenObjects check(name, problems);
    try {
        return Json::parse(text, check);
    } catch (const Json::exception& error) {
        std::string what = without_tag(error.what());
        constexpr size_t kLongest = 300;
        if (what.size() > kLongest) what = what.substr(0, kLongest) + "...";
        throw Error(ErrorKind::bad_input, name + ": not JSON: " + what);
    }
}

Json number_json(double value, Unit unit) {
    if (!std::isfinite(value)) return {};
    const bool whole = unit == Unit::bytes || unit == Unit::count;
    return whole ? Json(static_cast<int64_t>(value)) : Json(value);
}

}  // namespace ringscope
