#include "sessions/traces/chrome_trace_events.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "engine/base/number_text.h"
#include "sessions/plain_text.h"
#include "sessions/traces/trace_number.h"

namespace ringscope {

namespace {

using Token = TolerantJson::Token;

enum class Member {
    other,
    phase,
    name,
    category,
    process,
    thread,
    id,
    id2,
    scope,
    time,
    duration,
    ignored,
    arguments,
    bind_id,
    flow_in,
    flow_out,
    events
};

/// Members of events that are read, by length: this is asked for every one.
Member member_of(std::string_view key) {
    const auto is = [&](std::string_view known, Member member) {
        return key == known ? member : Member::other;
    };
    const auto either = [&](std::string_view a, Member member_a, std::string_view b, Member member_b) {
        return key == a ? member_a : is(b, member_b);
    };
    switch (key.size()) {
        case 1:
            return is("s", Member::ignored);  // how wide an instant is drawn
        case 2:
            if (key == "ph") return Member::phase;
            if (key == "ts") return Member::time;
            return either("id", Member::id, "bp", Member::ignored);
        case 3:
            if (key == "pid") return Member::process;
            if (key == "tid") return Member::thread;
            if (key == "dur") return Member::duration;
            return either("cat", Member::category, "id2", Member::id2);
        case 4:
            return either("name", Member::name, "args", Member::arguments);
        case 5:
            return is("scope", Member::scope);
        case 7:
            return either("bind_id", Member::bind_id, "flow_in", Member::flow_in);
        case 8:
            return is("flow_out", Member::flow_out);
        case 11:
            return is("traceEvents", Member::events);
        default:
            return Member::other;
    }
}

bool is_shown_phase(char phase) {
    return std::string_view("XBECstfiIRMbneSTpF").find(phase) != std::string_view::npos;
}

std::string kind_of_unread_phase(std::string_view phase) {
    if (phase.size() == 1) switch (phase[0]) {
            case 'N':
            case 'O':
            case 'D':
                return "events of an object's life";
            case 'P':
                return "samples";
            case 'c':
                return "clock synchronisations";
            case 'v':
            case 'V':
                return "memory dumps";
            default:
                break;
        }
    return "events of the unknown phase \"" + cut_text(std::string(phase), 16) + "\"";
}

bool is_null(std::string_view word) { return word == "null" || word == "None" || word == "undefined"; }

bool is_json_word(std::string_view word) {
    return is_null(word) || word == "true" || word == "false" || word == "True" || word == "False";
}

/// An object that may turn out to be an event.
struct Candidate {
    ChromeEvent event;
    std::string phase, bad_phase;        // one letter, else as it stands
    std::string bad_time, bad_duration;  // as they stand
    int32_t bind_id = -1;
    bool flow_in = false, flow_out = false;
    bool has_lists = false;  // of other events: it is no event itself
};

class EventReader {
  public:
    EventReader(TolerantJson& json, TraceBudget& budget, ImportNotes& notes, ChromeEvents& result)
        : json_(json), budget_(budget), notes_(notes), result_(result) {}

    void read() {
        const std::string top;
        for (Token token = json_.next(); token != Token::end; token = json_.next()) {
            const std::string key = token == Token::key ? std::string(json_.text()) : "";
            if (token == Token::key) token = json_.next();
            const uint32_t entries = number_;
            outside(token, key, top, token == Token::begin_list);
            if (token == Token::begin_list && entries == number_ && json_.depth() == 0)
                result_.has_event_list = true;  // an empty one
        }
        if (json_.depth() > 0 && !full_)
            notes_.add("lists or objects without their end: the file was cut short",
                       [&] { return "byte " + std::to_string(json_.byte()); });
        list_unknown_members();
    }

  private:
    std::string here() const { return "event " + std::to_string(number_); }

    /// A value that is no part of an event. Of a member `key` of the object `parent`, or an entry of its list.
    void outside(Token token, const std::string& key, const std::string& parent, bool of_events) {
        if (key == "traceEvents" && (token == Token::begin_list || token == Token::begin_object))
            result_.has_event_list = true;
        if (token == Token::begin_list) {
            read_list(key, of_events || key == "traceEvents");
        } else if (token == Token::begin_object) {
            read_object(key, of_events);
        } else if (token == Token::end) {
            return;
        } else if (of_events) {
            notes_.add("entries of the list of events that are not objects, left out",
                       [&] { return here() + " is " + std::string(json_.text()); });
            count_odd_entry();
        } else if (json_.depth() == 0) {
            notes_.add("text outside all lists and objects", [&] {
                return "byte " + std::to_string(json_.byte()) + ": " + std::string(json_.text());
            });
        } else {
            member_of_file(key, parent);
        }
    }

    void read_list(const std::string& key, bool of_events) {
        const std::string none;
        for (Token token = json_.next(); token != Token::end_list && token != Token::end;
             token = json_.next()) {
            if (token == Token::begin_object)
                of_events = read_object(none, of_events) || of_events;
            else
                outside(token, none, key, of_events);
        }
    }

    /// Says whether it is an event. `expected`: an entry of a list of events.
    bool read_object(const std::string& key, bool expected) {
        Candidate candidate;
        ChromeEvent& event = candidate.event;
        event.first_argument = static_cast<uint32_t>(result_.arguments.size());
        const bool is_document = json_.depth() == 1;
        std::vector<std::string> members;
        for (;;) {
            Token token = json_.next();
            if (token == Token::end_object) break;
            if (token == Token::end) return cut_off(candidate, expected);
            const Member member = member_of(json_.text());
            const bool is_event = expected || !candidate.phase.empty();
            if (member == Member::other || !is_event) member_key_.assign(json_.text());
            if (is_document && !is_event) members.push_back(member_key_);
            token = json_.next();
            if (token == Token::end) return cut_off(candidate, expected);
            if (member == Member::events) {
                candidate.has_lists = true;
                outside(token, "traceEvents", key, false);
            } else if (member == Member::other && is_event) {
                skip_member(token);
            } else if (!is_event && (token == Token::begin_object || token == Token::begin_list) &&
                       member != Member::arguments && member != Member::id2) {
                const std::string own = member_key_;
                outside(token, own, key, false);
            } else {
                read_member(member, token, candidate);
                if (!is_event && is_scalar(token)) member_of_file(member_key_, key);
            }
        }
        return end_object(candidate, expected, members);
    }

    static bool is_scalar(Token token) {
        return token == Token::text || token == Token::number || token == Token::word;
    }

    bool cut_off(const Candidate& candidate, bool expected) {
        if (!full_ && (expected || !candidate.phase.empty()))
            notes_.add("events cut off by the end of the file, left out", [&] { return here(); });
        return false;
    }

    bool end_object(Candidate& candidate, bool expected, std::vector<std::string>& members) {
        ChromeEvent& event = candidate.event;
        if (full_) return false;
        const bool has_phase = !candidate.phase.empty() || !candidate.bad_phase.empty();
        if (has_phase && !candidate.has_lists) {
            event.number = number_++;
            ++result_.found;
            if (candidate.phase.size() == 1 && is_shown_phase(candidate.phase[0])) {
                event.phase = candidate.phase[0] == 'R' ? 'i' : candidate.phase[0];
                keep(candidate);
                return true;
            }
            note_phase(candidate);
        } else if (expected && !candidate.has_lists) {
            notes_.add("events without a phase \"ph\", left out",
                       [&] { return event_text(number_, result_.strings[event.name]); });
            count_odd_entry();
        } else {
            for (std::string& member : members) list_member_of_file(std::move(member));
        }
        // Its arguments are the last ones, unless events stood inside it.
        if (event.first_argument + event.arguments == result_.arguments.size())
            result_.arguments.resize(event.first_argument);
        return has_phase;
    }

    void note_phase(const Candidate& candidate) {
        const ChromeEvent& event = candidate.event;
        if (!candidate.bad_phase.empty())
            return notes_.add("events whose phase \"ph\" is not one letter, left out", [&] {
                return "event " + std::to_string(event.number) + ": \"ph\" is " + candidate.bad_phase;
            });
        notes_.add(kind_of_unread_phase(candidate.phase),
                   [&] { return event_text(event.number, result_.strings[event.name]); });
    }

    void keep(Candidate& candidate) {
        ChromeEvent& event = candidate.event;
        const auto says = [&](const char* member, const std::string& value) {
            return event_text(event.number, result_.strings[event.name]) + ": \"" + member + "\" is " + value;
        };
        if (!candidate.bad_time.empty() && !event.has_time())
            return notes_.add(
                "events whose time \"ts\" is not a number of microseconds within 97 years, left out",
                [&] { return says("ts", candidate.bad_time); });
        if (!candidate.bad_duration.empty() && !event.has_duration()) {
            if (event.phase == 'X' && number_of_text(candidate.bad_duration))
                return notes_.add("slices with an impossible duration, left out",
                                  [&] { return says("dur", candidate.bad_duration); });
            notes_.add("durations \"dur\" that are not numbers",
                       [&] { return says("dur", candidate.bad_duration); });
        }
        push(event);
        if (candidate.bind_id < 0 || !(candidate.flow_in || candidate.flow_out)) return;
        if (event.phase != 'X' && event.phase != 'B' && event.phase != 'i' && event.phase != 'I') return;
        ChromeEvent end = event;
        end.phase = candidate.flow_in ? (candidate.flow_out ? kFlowThrough : kFlowIn) : kFlowOut;
        end.id = candidate.bind_id;
        end.arguments = 0;
        push(end);
    }

    void push(const ChromeEvent& event) {
        if (result_.events.size() >= kMostChromeEvents) return stop_reading();
        if (pay(sizeof event)) result_.events.push_back(event);
    }

    bool pay(size_t bytes) {
        budget_.read_to(json_.byte());
        if (!full_ && budget_.take_to_read(bytes)) return true;
        stop_reading();
        return false;
    }

    void stop_reading() {
        if (full_) return;
        full_ = true;
        json_.finish();
        notes_.add(
            "the rest of the file, left out: its events need more memory than is allowed for so many bytes",
            [&] {
                return "from event " + count_text(number_) + " at byte " + count_text(json_.byte()) +
                       " on: " + count_text(budget_.allowed()) + " bytes are allowed";
            });
    }

    /// Of an entry that is no event. Nobody has so many of them but a file that is made to keep its reader busy.
    void count_odd_entry() {
        constexpr int64_t kMostOddEntries = 1'000'000;
        ++number_;
        if (++odd_entries_ < kMostOddEntries || odd_entries_ / 1000 < result_.found || full_) return;
        full_ = true;
        json_.finish();
        notes_.add(
            "the rest of the file, left out: of a million entries of its lists nearly none is an event",
            [&] { return "from byte " + count_text(json_.byte()) + " on"; });
    }

    int32_t index_of(std::string_view text) {
        const int32_t known = result_.strings.find(text);
        if (known >= 0) return known;
        return pay(StringPool::bytes_of(text)) ? result_.strings.index_of(text) : 0;
    }

    /// A member that events are known to have.
    void read_member(Member member, Token token, Candidate& candidate) {
        ChromeEvent& event = candidate.event;
        if (member == Member::arguments) return read_arguments(token, event);
        if (member == Member::id2 && token == Token::begin_object) return read_id2(event);
        if (!is_scalar(token)) {
            const std::string value = nested(token);
            if (member == Member::phase)
                candidate.bad_phase = value;
            else if (member != Member::ignored)
                notes_.add("members of events that are lists or objects where a number or text is due",
                           [&] { return here() + ": " + value; });
            return;
        }
        const std::string_view text = json_.text();
        if (token == Token::word && is_null(text) && member != Member::phase) return;  // not given
        switch (member) {
            case Member::phase:
                if (token == Token::text && text.size() == 1)
                    candidate.phase.assign(text);
                else
                    candidate.bad_phase.assign(token == Token::text && text.empty() ? "\"\"" : text);
                break;
            case Member::name:
                event.name = index_of(text);
                break;
            case Member::category:
                event.category = index_of(text);
                break;
            case Member::process:
                event.process = token == Token::number ? index_of_id(text) : index_of(text);
                break;
            case Member::thread:
                event.thread = token == Token::number ? index_of_id(text) : index_of(text);
                break;
            case Member::id:
            case Member::id2:
                event.id = index_of_id(text);
                break;
            case Member::scope:
                event.scope = index_of(text);
                break;
            case Member::time:
                read_time(event.time_ns, candidate.bad_time);
                break;
            case Member::duration:
                read_time(event.duration_ns, candidate.bad_duration);
                break;
            case Member::bind_id:
                candidate.bind_id = index_of_id(text);
                break;
            case Member::flow_in:
                candidate.flow_in = is_true(text);
                break;
            case Member::flow_out:
                candidate.flow_out = is_true(text);
                break;
            default:
                break;
        }
    }

    static bool is_true(std::string_view text) {
        return !text.empty() && text != "0" && text != "false" && text != "False";
    }

    int32_t index_of_id(std::string_view text) {
        const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= '1' && c <= '9'; });
        return plain ? index_of(text) : index_of(id_of_text(text));
    }

    void read_time(int64_t& target, std::string& bad) {
        if (const std::optional<int64_t> ns = nanoseconds_of_decimal(json_.text()))
            target = *ns;
        else
            bad = json_.text().empty() ? "\"\"" : cut_text(std::string(json_.text()), 64);
    }

    /// {"local": "0x1"} or {"global": "0x1"}
    void read_id2(ChromeEvent& event) {
        for (Token token = json_.next(); token != Token::end_object && token != Token::end;
             token = json_.next()) {
            const bool local = json_.text() == "local";
            const bool known = local || json_.text() == "global";
            token = json_.next();
            if (!is_scalar(token)) {
                nested(token);
            } else if (known) {
                event.id = index_of_id(json_.text());
                event.id_is_local = local;
            }
        }
    }

    /// Those of an event lie together: of a second "args" they are left out when others came between.
    void read_arguments(Token token, ChromeEvent& event) {
        if (event.arguments == 0) event.first_argument = static_cast<uint32_t>(result_.arguments.size());
        const bool together = event.first_argument + event.arguments == result_.arguments.size();
        if (token != Token::begin_object) {
            if (token == Token::word && is_null(json_.text())) return;
            return add_argument("args", token, event, together);
        }
        for (token = json_.next(); token != Token::end_object && token != Token::end; token = json_.next()) {
            argument_key_.assign(json_.text());
            token = json_.next();
            if (token == Token::end) return;
            add_argument(argument_key_, token, event, together);
        }
    }

    void add_argument(std::string_view key, Token token, ChromeEvent& event, bool together) {
        ImportedArgument argument{0, -1, 0};
        if (token == Token::number) {
            const std::optional<double> number = number_of_text(json_.text());
            if (number) argument.number = *number;
            if (!number) argument.text = index_of_odd(json_.text());
        } else if (token == Token::text) {
            argument.text = index_of(json_.text());
        } else if (token == Token::word) {
            argument.text = is_json_word(json_.text()) ? index_of(json_.text()) : index_of_odd(json_.text());
        } else {
            argument.text = index_of(nested(token));
        }
        argument.key = index_of(key);
        if (!together || result_.arguments.size() >= UINT32_MAX)
            return notes_.add("arguments of events that have them twice, left out", [&] { return here(); });
        if (!pay(sizeof argument)) return;
        result_.arguments.push_back(argument);
        ++event.arguments;
    }

    /// "inf", "nan", 1e999 or a word that no JSON has.
    int32_t index_of_odd(std::string_view text) {
        notes_.add("arguments that are no finite numbers, kept as text",
                   [&] { return "byte " + std::to_string(json_.byte()) + ": " + std::string(text); });
        return index_of(text);
    }

    /// A list or an object as its JSON text, shortened when nobody would read it.
    std::string nested(Token token) {
        std::string text;
        append(token, text);
        return text;
    }
    void append(Token token, std::string& out) {
        const auto add = [&](std::string_view text) {
            if (out.size() < TolerantJson::kMostTextBytes) out += text;
        };
        if (token == Token::begin_list || token == Token::begin_object) {
            const Token end = token == Token::begin_list ? Token::end_list : Token::end_object;
            add(token == Token::begin_list ? "[" : "{");
            bool first = true;
            for (Token inner = json_.next(); inner != end && inner != Token::end; inner = json_.next()) {
                if (!std::exchange(first, false)) add(",");
                if (inner == Token::key) {
                    add(in_quotes(json_.text()) + ":");
                    inner = json_.next();
                }
                append(inner, out);
            }
            add(token == Token::begin_list ? "]" : "}");
        } else if (token != Token::end) {
            if (token == Token::text)
                add(in_quotes(json_.text()));
            else
                add(json_.text());
        }
    }
    static std::string in_quotes(std::string_view text) {
        std::string quoted = "\"";
        for (const char c : text) {
            if (c == '"' || c == '\\') quoted += '\\';
            quoted += c;
        }
        return quoted + "\"";
    }

    void skip_member(Token token) {
        constexpr size_t kMostNames = 1000;
        const int32_t known = unknown_names_.find(member_key_);
        const bool is_new = known < 0 && unknown_names_.size() < kMostNames;
        const std::string value =
            is_scalar(token) ? (is_new ? std::string(json_.text()) : "") : nested(token);
        if (is_new) {
            unknown_names_.index_of(member_key_);
            unknown_.push_back({1, here() + ": " + cut_text(value, 100)});
        } else if (known >= 0) {
            ++unknown_[static_cast<size_t>(known)].count;
        } else {
            notes_.add("members of events of still other names");
        }
    }

    void list_unknown_members() {
        for (size_t i = 0; i < unknown_.size(); ++i)
            notes_.add(
                "members \"" + cut_text(unknown_names_[static_cast<int32_t>(i)], 64) + "\" of events",
                [&] { return unknown_[i].example; }, unknown_[i].count);
    }

    /// A number or text beside the events.
    void member_of_file(const std::string& key, const std::string& parent) {
        const std::string_view text = json_.text();
        const auto set = [&](std::optional<int64_t>& target, int64_t least, int64_t most) {
            const std::optional<int64_t> value = whole_number_of_text(text);
            if (!target && value && *value >= least && *value <= most) target = value;
        };
        if (key == "baseTimeNanoseconds") set(result_.base_time_ns, -INT64_MAX / 4, INT64_MAX / 4);
        if (parent == "distributedInfo" && key == "rank") set(result_.rank, 0, INT32_MAX);
        if (parent == "distributedInfo" && key == "world_size") set(result_.world_size, 0, INT32_MAX);
        if ((key == "job" || key == "job_id" || key == "jobId" || key == "job_name") && result_.job.empty() &&
            !is_null(text))
            result_.job = cut_text(std::string(text), 256);
    }

    void list_member_of_file(std::string member) {
        constexpr size_t kMostMembers = 100'000;
        if (member == "traceEvents" || member == "distributedInfo" || member == "baseTimeNanoseconds") return;
        if (result_.other_members.size() < kMostMembers && pay(StringPool::bytes_of(member)))
            result_.other_members.push_back(std::move(member));
    }

    struct Unknown {
        int64_t count = 0;
        std::string example;
    };

    TolerantJson& json_;
    TraceBudget& budget_;
    ImportNotes& notes_;
    ChromeEvents& result_;
    uint32_t number_ = 0;  // entries of lists of events so far
    int64_t odd_entries_ = 0;
    bool full_ = false;
    std::string member_key_, argument_key_;
    StringPool unknown_names_;
    std::vector<Unknown> unknown_;
};

}  // namespace

std::string event_text(uint32_t number, std::string_view name) {
    return "event " + std::to_string(number) +
           (name.empty() ? "" : " \"" + cut_text(std::string(name), 64) + "\"");
}

ChromeEvents read_chrome_events(TolerantJson& json, TraceBudget& budget, ImportNotes& notes) {
    ChromeEvents result;
    result.strings.index_of("");  // what an event leaves out
    EventReader(json, budget, notes, result).read();
    return result;
}

}  // namespace ringscope
