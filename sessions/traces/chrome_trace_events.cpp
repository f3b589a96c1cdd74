#include "sessions/traces/chrome_trace_events.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <nlohmann/json.hpp>

#include "engine/base/error.h"
#include "sessions/stop.h"
#include "sessions/strict_json.h"
#include "sessions/traces/watched_text.h"

namespace ringscope {

namespace {

/// 97 years. A slice may begin that late and last as long: what lies between it and the earliest event fits.
constexpr int64_t kMostMicroseconds = INT64_MAX / 3000 - 1;

/// A value that is neither an object nor an array, as the text has it.
struct Scalar {
    enum class Kind { null, boolean, number, text } kind = Kind::null;
    std::string text;  // a number's as well, digit by digit
    double number = 0;
};

/// Called by the JSON parser, token by token: no tree of the whole file is ever made.
class EventReader {
  public:
    EventReader(const std::string& name, size_t bytes, WatchedText& text, TraceBudget& budget,
                ChromeEvents& result)
        : name_(name), bytes_(bytes), text_(text), budget_(budget), result_(result) {}

    bool null() { return scalar({Scalar::Kind::null, "null", 0}); }
    bool boolean(bool value) { return scalar({Scalar::Kind::boolean, value ? "true" : "false", 0}); }
    bool number_integer(int64_t value) { return number(std::to_string(value), static_cast<double>(value)); }
    bool number_unsigned(uint64_t value) { return number(std::to_string(value), static_cast<double>(value)); }
    bool number_float(double value, const std::string& digits) { return number(digits, value); }
    bool string(std::string& value) { return scalar({Scalar::Kind::text, value, 0}); }
    bool binary(Json::binary_t&) { return false; }  // never in text

    bool start_object(size_t) { return open('{'); }
    bool start_array(size_t) { return open('['); }
    bool end_object() { return close('}'); }
    bool end_array() { return close(']'); }

    bool key(std::string& value) {
        text_.value_ended();
        if (depth_ == 1) root_key_ = value;
        if (depth_ == 1 && value != "traceEvents" && value != "distributedInfo") {
            budget_.take(StringPool::bytes_of(value));
            result_.other_members.push_back(value);
        }
        if (depth_ == 2 && !in_events_) inner_key_ = value;
        if (in_event()) event_key_ = value;
        if (in_arguments()) argument_key_ = value;
        if (nested_) append_nested("\"" + value + "\":", false);
        return true;
    }

    bool parse_error(size_t position, const std::string&, const Json::exception& error) {
        // Writers that were stopped leave the list of events open, and the format allows it.
        if (root_is_array_ && position >= bytes_) {
            result_.cut_short = true;
            return false;
        }
        const std::string what = error.what();  // "[tag] parse error at line 1, column 2: why"
        const size_t why = what.find(": ");
        throw Error(ErrorKind::bad_input,
                    name_ + ": not JSON at byte " + std::to_string(position) + ": " +
                        shown(why == std::string::npos ? what : what.substr(why + 2)).substr(0, 200));
    }

    void require_events() const {
        if (!found_events_)
            throw Error(ErrorKind::bad_input,
                        name_ +
                            ": not a Chrome trace: it has no list \"traceEvents\" (an experiment is "
                            "opened with --experiment)");
    }

  private:
    int event_depth() const { return root_is_array_ ? 2 : 3; }
    bool in_event() const { return in_events_ && depth_ == event_depth() && !nested_; }
    bool in_arguments() const { return in_arguments_ && depth_ == event_depth() + 1 && !nested_; }

    [[noreturn]] void refuse(const std::string& what) const {
        throw Error(ErrorKind::bad_input,
                    name_ + ": event " + std::to_string(result_.events.size()) + ": " + what);
    }

    bool number(const std::string& digits, double value) {
        return scalar({Scalar::Kind::number, digits, value});
    }

    bool open(char bracket) {
        text_.value_ended();
        if (depth_ == 0) {
            root_is_array_ = bracket == '[';
            in_events_ = found_events_ = root_is_array_;
        } else if (nested_) {
            append_nested(std::string(1, bracket), true);
        } else if (depth_ == 1 && !root_is_array_ && root_key_ == "traceEvents") {
            if (bracket != '[') refuse_list("an object");
            in_events_ = found_events_ = true;
        } else if (in_events_ && depth_ == event_depth() - 1) {
            if (bracket != '{') refuse("is a list, not an object");
            if (result_.events.size() >= kMostChromeEvents)
                refuse("too many: at most " + std::to_string(kMostChromeEvents) + " are read");
            event_ = ChromeEvent{};
            event_.first_argument = static_cast<uint32_t>(result_.arguments.size());
            has_phase_ = false;
        } else if (in_event()) {
            in_arguments_ = event_key_ == "args" && bracket == '{';
            if (!in_arguments_) begin_nested(bracket);
        } else if (in_arguments()) {
            begin_nested(bracket);
        }
        if (++depth_ > kMaxJsonDepth)
            throw Error(ErrorKind::bad_input,
                        name_ + ": nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
        return true;
    }

    bool close(char bracket) {
        text_.value_ended();
        --depth_;
        if (nested_) {
            append_nested(std::string(1, bracket), false);
            if (depth_ == nested_depth_) end_nested();
        } else if (in_arguments_ && depth_ == event_depth()) {
            in_arguments_ = false;
        } else if (in_events_ && depth_ == event_depth() - 1) {
            end_event();
        } else if (in_events_ && depth_ == event_depth() - 2) {
            in_events_ = false;
        }
        return true;
    }

    bool scalar(const Scalar& value) {
        text_.value_ended();
        if (nested_) {
            append_nested(value.kind == Scalar::Kind::text ? quoted(value.text) : value.text, true);
        } else if (depth_ == 0) {
            throw Error(ErrorKind::bad_input,
                        name_ + ": not a Chrome trace: it is only " + shown(value.text));
        } else if (depth_ == 1 && !root_is_array_ && root_key_ == "traceEvents") {
            refuse_list(shown(value.text));
        } else if (depth_ == 2 && root_key_ == "distributedInfo" && inner_key_ == "rank") {
            if (value.kind == Scalar::Kind::number && std::abs(value.number) <= INT32_MAX)
                result_.rank = static_cast<int64_t>(value.number);
        } else if (in_events_ && depth_ == event_depth() - 1) {
            refuse("is " + quoted(value.text) + ", not an object");
        } else if (in_event()) {
            member(value);
        } else if (in_arguments()) {
            const bool is_number = value.kind == Scalar::Kind::number;
            add_argument(is_number ? -1 : index_of(value.text), value.number);
        }
        return true;
    }

    [[noreturn]] void refuse_list(const std::string& what) const {
        throw Error(ErrorKind::bad_input, name_ + ": \"traceEvents\" is " + what + ", not a list");
    }

    /// One member of an event.
    void member(const Scalar& value) {
        if (event_key_ == "ph") {
            if (value.kind != Scalar::Kind::text || value.text.size() != 1)
                refuse("its phase \"ph\" is " + quoted(value.text) + ", not one letter");
            event_.phase = value.text[0];
            has_phase_ = true;
        } else if (event_key_ == "name") {
            event_.name = index_of(value.text);
        } else if (event_key_ == "cat") {
            event_.category = index_of(value.text);
        } else if (event_key_ == "pid") {
            event_.process = index_of(value.text);
        } else if (event_key_ == "tid") {
            event_.thread = index_of(value.text);
        } else if (event_key_ == "id") {
            event_.id = index_of(value.text);
        } else if (event_key_ == "scope") {
            event_.scope = index_of(value.text);
        } else if (event_key_ == "ts") {
            event_.time_ns = time(value);
        } else if (event_key_ == "dur") {
            event_.duration_ns = time(value);
        } else if (event_key_ == "bp") {
            event_.enclosing = value.text == "e";
        } else if (event_key_ != "s") {  // how wide an instant is drawn
            count_unknown_member();
        }
    }

    void count_unknown_member() {
        const size_t before = result_.unknown_members.size();
        ++result_.unknown_members[event_key_];
        if (result_.unknown_members.size() > before) budget_.take(StringPool::bytes_of(event_key_));
    }

    int32_t index_of(const std::string& text) {
        const size_t before = result_.strings.size();
        const int32_t index = result_.strings.index_of(text);
        if (result_.strings.size() > before) budget_.take(StringPool::bytes_of(text));
        return index;
    }

    int64_t time(const Scalar& value) const {
        std::optional<int64_t> ns;
        if (value.kind == Scalar::Kind::number) ns = nanoseconds_of_decimal(value.text);
        if (!ns)
            refuse("\"" + event_key_ + "\" is " + quoted(value.text) +
                   ", not a number of microseconds within +-" + std::to_string(kMostMicroseconds));
        return *ns;
    }

    void end_event() {
        if (!has_phase_) refuse("it has no phase \"ph\"");
        event_.arguments = static_cast<uint32_t>(result_.arguments.size()) - event_.first_argument;
        budget_.take(sizeof event_);
        result_.events.push_back(event_);
    }

    void add_argument(int32_t text, double value) {
        if (result_.arguments.size() >= UINT32_MAX) refuse("too many arguments");
        budget_.take(2 * sizeof(ImportedArgument));  // a growing list has room for as many again
        result_.arguments.push_back({index_of(argument_key_), text, value});
    }

    /// A list or object inside an event's arguments is kept as its JSON text.
    void begin_nested(char bracket) {
        nested_ = true;
        nested_depth_ = depth_;
        nested_text_.assign(1, bracket);
    }
    void append_nested(const std::string& text, bool is_value) {
        const char last = nested_text_.back();
        const bool first = last == '[' || last == '{' || last == ':';
        if (!first && (is_value || text.front() == '"')) nested_text_ += ',';
        nested_text_ += text;
    }
    void end_nested() {
        nested_ = false;
        if (in_arguments_) return add_argument(index_of(nested_text_), 0);
        // {"local":"0x1"} or {"global":"0x1"}
        event_.id_is_local = nested_text_.starts_with("{\"local\":");
        if (event_key_ != "id2" || !(event_.id_is_local || nested_text_.starts_with("{\"global\":"))) {
            count_unknown_member();
            return;
        }
        const size_t begin = nested_text_.find(':') + 1;
        std::string id = nested_text_.substr(begin, nested_text_.size() - 1 - begin);
        if (id.size() > 2 && id.front() == '"') id = id.substr(1, id.size() - 2);
        event_.id = index_of(id);
    }

    const std::string& name_;
    size_t bytes_;
    WatchedText& text_;
    TraceBudget& budget_;
    ChromeEvents& result_;
    int depth_ = 0;  // open brackets
    bool root_is_array_ = false;
    bool found_events_ = false;
    bool in_events_ = false;
    bool in_arguments_ = false;
    bool nested_ = false;
    bool has_phase_ = false;
    int nested_depth_ = 0;
    ChromeEvent event_;
    std::string root_key_, inner_key_, event_key_, argument_key_, nested_text_;
};

}  // namespace

std::optional<int64_t> nanoseconds_of_decimal(const std::string& text) {
    if (text.find_first_of("eE") != std::string::npos) {
        double value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || !(std::abs(value) <= static_cast<double>(kMostMicroseconds))) return {};
        return std::llround(value * 1000);
    }
    const size_t point = std::min(text.find('.'), text.size());
    int64_t whole = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + point, whole);
    if (error != std::errc{} || end != text.data() + point || whole > kMostMicroseconds ||
        whole < -kMostMicroseconds)
        return {};
    std::string decimals = point < text.size() ? text.substr(point + 1) : "";
    decimals.resize(4, '0');  // the fourth rounds
    int64_t tenths = 0;
    std::from_chars(decimals.data(), decimals.data() + 4, tenths);
    const int64_t fraction = (tenths + 5) / 10;
    return whole * 1000 + (text.front() == '-' ? -fraction : fraction);
}

std::string name_of_unread_phase(char phase) {
    switch (phase) {
        case 'N':
        case 'O':
        case 'D':
            return "events of an object's life";
        case 'P':
            return "samples";
        case 'R':
            return "marks";
        case 'c':
            return "clock synchronisations";
        case 'v':
        case 'V':
            return "memory dumps";
        default:
            return std::string("events of the unknown phase \"") + phase + "\"";
    }
}

ChromeEvents read_chrome_events(const std::string& text, const std::string& name, TraceBudget& budget,
                                const std::stop_token& stop) {
    ChromeEvents result;
    result.strings.index_of("");  // what an event leaves out
    leave_if_stopped(stop);
    WatchedText watched(text, name, stop);
    EventReader reader(name, text.size(), watched, budget, result);
    Json::sax_parse(watched.begin(), watched.end(), &reader);
    reader.require_events();
    return result;
}

}  // namespace ringscope
