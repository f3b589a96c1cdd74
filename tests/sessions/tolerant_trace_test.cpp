// Traces as real writers leave them: whatever is odd in one place costs that place, and is counted.
#include "tests/sessions/chrome_trace_fixture.h"

#include "engine/base/error.h"
#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

const std::string kGood = R"({"ph":"X","name":"a","pid":1,"tid":1,"ts":10,"dur":5})";
const std::string kNext = R"({"ph":"X","name":"b","pid":1,"tid":1,"ts":20,"dur":5})";

ImportedTrace read(const std::string& text) { return read_chrome_trace(text, "t"); }

int64_t notes_of(const ImportedTrace& trace) {
    int64_t count = 0;
    for (const ImportNote& note : trace.notes) count += note.count;
    return count;
}

std::string first_name(const ImportedTrace& trace) { return trace.text(trace.lanes.at(0).slices.at(0).name); }

struct Odd {
    const char* what;
    std::string text;
    int64_t slices;
    const char* note;     // part of its kind; "" when nothing is odd
    const char* example;  // how it begins
};

void expect_read(const std::vector<Odd>& all) {
    for (const Odd& odd : all) {
        ImportedTrace trace;
        ASSERT_NO_THROW(trace = read(odd.text)) << odd.what;
        EXPECT_EQ(trace.slices(), odd.slices) << odd.what;
        if (*odd.note) {
            EXPECT_GE(noted(trace, odd.note), 1) << odd.what;
            EXPECT_TRUE(example_of(trace, odd.note).starts_with(odd.example))
                << odd.what << ": " << example_of(trace, odd.note);
        } else {
            EXPECT_EQ(notes_of(trace), 0) << odd.what << ": " << trace.notes.at(0).text;
        }
    }
}

std::string list(const std::string& entry) {
    return R"({"traceEvents":[)" + kGood + "," + entry + "," + kNext + "]}";
}

TEST(TolerantTrace, EntriesThatAreNoEvents) {
    expect_read({
        {"null", list("null"), 2, "not objects", "event 1 is null"},
        {"number", list("3"), 2, "not objects", "event 1 is 3"},
        {"text", list("\"x\""), 2, "not objects", "event 1 is x"},
        {"empty object", list("{}"), 2, "without a phase", "event 1"},
        {"object", list(R"({"name":"n","ts":1})"), 2, "without a phase", "event 1 \"n\""},
        {"list of an event", list("[" + kNext + "]"), 3, "", ""},
        {"empty list", list("[]"), 2, "", ""},
        {"phase of two letters", list(R"({"ph":"XX","ts":1,"dur":2})"), 2, "not one letter",
         "event 1: \"ph\" is XX"},
        {"phase that is a number", list(R"({"ph":5,"ts":1,"dur":2})"), 2, "not one letter",
         "event 1: \"ph\" is 5"},
        {"phase that is empty", list(R"({"ph":"","ts":1})"), 2, "not one letter", "event 1: \"ph\" is \"\""},
        {"phase that is null", list(R"({"ph":null,"ts":1})"), 2, "not one letter", "event 1: \"ph\" is null"},
        {"phase that is a list", list(R"({"ph":["X"],"ts":1})"), 2, "not one letter",
         "event 1: \"ph\" is [\"X\"]"},
        {"unknown phase", list(R"({"ph":"q","name":"n","ts":1})"), 2, "unknown phase \"q\"", "event 1 \"n\""},
        {"phase of a process", list(R"({"ph":"N","name":"n","ts":1})"), 2, "events of an object's life",
         "event 1"},
        {"no time", list(R"({"ph":"X","name":"n","dur":1})"), 2, "without a time \"ts\"", "event 1 \"n\""},
        {"time null", list(R"({"ph":"X","name":"n","ts":null,"dur":1})"), 2, "without a time",
         "event 1 \"n\""},
        {"time NaN", list(R"({"ph":"X","ts":NaN,"dur":1})"), 2, "not a number of microseconds",
         "event 1: \"ts\" is NaN"},
        {"time text", list(R"({"ph":"X","ts":"noon","dur":1})"), 2, "not a number of",
         "event 1: \"ts\" is noon"},
        {"time list", list(R"({"ph":"X","ts":[1],"dur":1})"), 2, "lists or objects where", "event 1: [1]"},
        {"duration -inf", list(R"({"ph":"X","ts":12,"dur":-inf})"), 2, "\"dur\" that are not numbers",
         "event 1: \"dur\" is -inf"},
        {"no duration", list(R"({"ph":"X","name":"n","ts":12})"), 2, "without a duration", "event 1 \"n\""},
        {"negative duration", list(R"({"ph":"X","name":"n","ts":12,"dur":-1})"), 2, "negative duration",
         "event 1 \"n\""},
        {"name that is an object", list(R"({"ph":"X","name":{"a":1},"ts":12,"dur":1})"), 3,
         "lists or objects where", "event 1: {\"a\":1}"},
        {"name that is a number", list(R"({"ph":"X","name":7,"ts":12,"dur":1})"), 3, "", ""},
    });
}

TEST(TolerantTrace, NumbersInAllTheirForms) {
    const auto times = [](const std::string& ts, const std::string& dur) {
        const ImportedTrace trace = read("[{\"ph\":\"X\",\"ts\":" + ts + ",\"dur\":" + dur + "}]");
        return std::pair(trace.first_event_ns, trace.length_ns);
    };
    using Times = std::pair<int64_t, int64_t>;
    EXPECT_EQ(times("\"1715500000123456.789\"", "\"3\""), Times(1'715'500'000'123'456'789, 3000));
    EXPECT_EQ(times("1715500000123456.789", "0.001"), Times(1'715'500'000'123'456'789, 1));
    EXPECT_EQ(times("1.715500000123456789e15", "1E-3"), Times(1'715'500'000'123'456'789, 1));
    EXPECT_EQ(times("+5", "+1.5"), Times(5000, 1500));
    EXPECT_EQ(times("-5", "'1.5'"), Times(-5000, 1500));
    EXPECT_EQ(times("0x10", "\"0x1F\""), Times(16'000, 31'000));
    EXPECT_EQ(times(".5", "5."), Times(500, 5000));
    EXPECT_EQ(times("\" 7 \"", "007"), Times(7000, 7000));

    const ImportedTrace trace = read_events(
        R"({"ph":"X","pid":"7","tid":3,"ts":0,"dur":1},{"ph":"X","pid":7,"tid":"3","ts":1,"dur":1},)"
        R"({"ph":"X","pid":7.0,"tid":3e0,"ts":2,"dur":1},{"ph":"X","pid":+7,"tid":0x3,"ts":3,"dur":1},)"
        R"({"ph":"X","pid":8,"tid":1,"ts":3,"dur":1},)"
        R"({"ph":"M","name":"process_sort_index","pid":8,"args":{"sort_index":"-1"}},)"
        R"({"ph":"M","name":"process_name","pid":8,"args":{"name":12}},)"
        R"({"ph":"C","name":"cpu","pid":8,"ts":1,"args":{"load":"12.5"}},)"
        R"({"ph":"C","name":"cpu","pid":8,"ts":2,"args":{"load":"+1e1"}},)"
        R"({"ph":"C","name":"cpu","pid":8,"ts":2,"args":{"load":NaN,"other":null}})");
    ASSERT_EQ(trace.lanes.size(), 2u) << "one thread, however its number is written";
    EXPECT_EQ(trace.lanes[1].slices.size(), 4u);
    EXPECT_EQ(trace.processes[0].name, "12 (8)");
    ASSERT_EQ(trace.counters.size(), 1u);
    ASSERT_EQ(trace.counters[0].points.size(), 2u);
    EXPECT_EQ(trace.counters[0].points[0].value, 12.5);
    EXPECT_EQ(trace.counters[0].points[1].value, 10);
    EXPECT_EQ(noted(trace, "counter values that are not numbers"), 2);
}

TEST(TolerantTrace, ArgumentsOfAnyKindAreKept) {
    const ImportedTrace trace = read(
        R"([{"ph":"X","ts":0,"dur":1,"args":{"a":inf,"b":-Infinity,"c":nan,"d":null,"e":true,"f":0x1f,"g":1e999,"h":[NaN,{"k":undefined}],"i":None,"j":1e-999}}])");
    ASSERT_EQ(trace.lanes.at(0).slices.at(0).arguments, 10u);
    std::string told;
    for (const ImportedArgument& argument : trace.arguments)
        told += trace.text(argument.key) + "=" +
                (argument.text < 0 ? std::to_string(static_cast<int64_t>(argument.number))
                                   : trace.text(argument.text)) +
                " ";
    EXPECT_EQ(told,
              "a=inf b=-Infinity c=nan d=null e=true f=31 g=1e999 h=[NaN,{\"k\":undefined}] i=None j=0 ");
    EXPECT_EQ(noted(trace, "no finite numbers, kept as text"), 4);
    EXPECT_EQ(example_of(trace, "no finite numbers"), "byte 38: inf");
    EXPECT_EQ(
        read(
            R"([{"ph":"X","ts":0,"dur":1,"args":"x"},{"ph":"X","ts":0,"dur":1,"args":[1]},{"ph":"X","ts":0,"dur":1,"args":null}])")
            .arguments.size(),
        2u);
}

TEST(TolerantTrace, TextThatIsNoCleanText) {
    const auto named = [](const std::string& name) {
        return R"([{"ph":"X","ts":1,"dur":2,"name":)" + name + "}]";
    };
    struct Name {
        std::string in, out, note;
    };
    const std::vector<Name> names = {
        {"\"a\nb\tc\"", "a\nb\tc", "control characters"},
        {std::string("\"a\0b\"", 5),
         "a\xEF\xBF\xBD"
         "b",
         "control characters"},
        {"\"a\xFF"
         "b\"",
         "a\xEF\xBF\xBD"
         "b",
         "no UTF-8"},
        {"\"a\xC3\"", "a\xEF\xBF\xBD", "no UTF-8"},
        {"\"\xED\xA0\x80x\"", "", "no UTF-8"},
        {"\"\xC3\xA9\xF0\x9F\x98\x80\"", "\xC3\xA9\xF0\x9F\x98\x80", ""},
        {"\"file \\udc80.py\"", "file \xEF\xBF\xBD.py", "surrogate"},
        {"\"\\ud83d\\ude00\"", "\xF0\x9F\x98\x80", ""},
        {"\"\\ud83d!\"", "\xEF\xBF\xBD!", "surrogate"},
        {"\"\\ud83d\\n\"", "\xEF\xBF\xBD\n", "surrogate"},
        {"\"\\ud83d\\ud83d\\ude00\"", "\xEF\xBF\xBD\xF0\x9F\x98\x80", "surrogate"},
        {"\"\\ud83d\\u0041\"",
         "\xEF\xBF\xBD"
         "A",
         "surrogate"},
        {"\"\\ud83d\"", "\xEF\xBF\xBD", "surrogate"},
        {"\"a\\'b\"", "a'b", "unknown escapes"},
        {"\"a\\x41\"", "aA", "unknown escapes"},
        {"\"a\\xZ\"", "a\\xZ", "unknown escapes"},
        {"\"C:\\Qt\\u12\"", "C:\\Qt\\u12", "unknown escapes"},
        {"\"\\u0000\"", "\xEF\xBF\xBD", ""},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", "\"\\/\b\f\n\r\t\xC3\xA9", ""},
        {"'single \"quotes\"'", "single \"quotes\"", ""},
        {"\"it's\"", "it's", ""},
        {"bare", "bare", ""},
    };
    for (const Name& name : names) {
        const ImportedTrace trace = read(named(name.in));
        ASSERT_EQ(trace.slices(), 1) << name.in;
        if (!name.out.empty()) {
            EXPECT_EQ(first_name(trace), name.out) << name.in;
        }
        if (name.note.empty())
            EXPECT_EQ(notes_of(trace), 0) << name.in << trace.notes.at(0).text;
        else
            EXPECT_GE(noted(trace, name.note), 1) << name.in;
    }
}

std::string utf16(const std::string& ascii, bool little, bool mark) {
    std::string out;
    const auto put = [&](int unit) {
        const char low = static_cast<char>(unit & 0xFF), high = static_cast<char>(unit >> 8);
        out += little ? low : high;
        out += little ? high : low;
    };
    if (mark) put(0xFEFF);
    for (const char c : ascii) {
        if (c == '$') {  // a pair, U+1F600
            put(0xD83D);
            put(0xDE00);
        } else {
            put(c == '%' ? 0xDC00 : static_cast<unsigned char>(c));
        }
    }
    return out;
}

TEST(TolerantTrace, ByteOrderMarksAndUtf16) {
    EXPECT_EQ(read("\xEF\xBB\xBF[" + kGood + "]").slices(), 1);
    EXPECT_EQ(notes_of(read("\xEF\xBB\xBF[" + kGood + "]")), 0);
    const std::string text = R"({"traceEvents":[{"ph":"X","name":"a$%b","ts":1,"dur":2}]})";
    for (const bool little : {true, false})
        for (const bool mark : {true, false}) {
            const ImportedTrace trace = read(utf16(text, little, mark));
            EXPECT_EQ(first_name(trace),
                      "a\xF0\x9F\x98\x80\xEF\xBF\xBD"
                      "b")
                << little << mark;
            EXPECT_EQ(noted(trace, "UTF-16"), 1);
        }
    EXPECT_EQ(read(utf16("[" + kGood + "]", true, true) + "x").slices(), 1) << "half a character at the end";
}

TEST(TolerantTrace, PunctuationThatIsMissingOrTooMuch) {
    expect_read({
        {"trailing comma in a list", "[" + kGood + "," + kNext + ",]", 2, "commas", "byte"},
        {"trailing comma in an object", R"([{"ph":"X","ts":1,"dur":2,},])", 1, "commas", "byte"},
        {"two commas", "[" + kGood + ",," + kNext + "]", 2, "commas", "byte"},
        {"comma at the start", "[," + kGood + "]", 1, "commas", "byte"},
        {"missing comma between events", "[" + kGood + kNext + "]", 2, "commas", "byte"},
        {"missing comma between members", R"([{"ph":"X" "ts":1 "dur":2}])", 1, "commas", "byte"},
        {"missing colon", R"([{"ph" "X","ts":1,"dur":2}])", 1, "colons", "byte"},
        {"missing value", R"([{"ph":"X","ts":1,"dur":2,"cat":,"name":}])", 1, "members without a value",
         "byte"},
        {"key alone", R"([{"ph":"X","ts":1,"dur":2,"cat"}])", 1, "members without a value", "byte"},
        {"event never closed", "[" + kGood.substr(0, kGood.size() - 1) + "," + kNext + "]", 2, "brackets",
         "byte"},
        {"arguments never closed", R"([{"ph":"X","ts":1,"dur":2,"args":{"a":1},)" + kNext + "]", 2,
         "brackets", "byte"},
        {"last event never closed", R"({"traceEvents":[{"ph":"X","ts":1,"dur":2],"a":1})", 1, "brackets",
         "byte"},
        {"bracket too many", "[" + kGood + "}," + kNext + "]", 2, "brackets", "byte"},
        {"bracket after the end", "[" + kGood + "]}]", 1, "brackets", "byte"},
        {"garbage after the end", "[" + kGood + "] garbage", 1, "text outside", "byte"},
        {"zeros after the end", "[" + kGood + "]" + std::string(100, '\0'), 1, "", ""},
        {"text before the start", "var trace = [" + kGood + "];", 1, "text outside", "byte 0: var"},
        {"comments", "// head\n[/* one */" + kGood + ", # two\n" + kNext + "] // end", 2, "comments",
         "byte 0"},
        {"names without quotes", R"([{ph:"X",ts:1,dur:2}])", 1, "", ""},
        {"Python's repr", "[{'ph': 'X', 'ts': 1, 'dur': 2, 'args': {'a': None, 'b': True}}]", 1, "", ""},
    });
}

TEST(TolerantTrace, CutShortAnywhere) {
    const std::string list = "[" + kGood + "," + kNext + "]";
    const std::string object =
        R"({"schemaVersion":1,"traceEvents":[)" + kGood + "," +
        R"({"ph":"X","name":"b\u00e9","pid":1,"tid":1,"ts":20,"dur":5,"args":{"a":[1,{"b":"c"}]}})" +
        R"(],"last":{"a":[1]}})";
    for (const std::string& text : {list, object}) {
        const size_t first_end = text.find(kGood) + kGood.size();
        const size_t second_end = text.rfind(']') > text.find("}]") && text == list
                                      ? text.size() - 1
                                      : text.find("}],\"last\"") + 1;
        for (size_t bytes = first_end; bytes < text.size(); ++bytes) {
            const ImportedTrace trace = read(text.substr(0, bytes));
            EXPECT_EQ(trace.slices(), bytes < second_end ? 1 : 2) << text.substr(0, bytes);
            EXPECT_EQ(noted(trace, "the file was cut short"), 1) << text.substr(0, bytes);
        }
        EXPECT_EQ(noted(read(text), "cut short"), 0);
    }
    const ImportedTrace cut = read(list.substr(0, list.size() - 20));
    EXPECT_EQ(noted(cut, "cut off by the end of the file"), 1);
    EXPECT_EQ(example_of(cut, "cut off by the end"), "event 1");
}

TEST(TolerantTrace, EventsAnywhereInTheFile) {
    expect_read({
        {"nested", R"({"result":{"profile":{"traceEvents":[)" + kGood + "]}}}", 1,
         "beside its events: result", ""},
        {"after other members",
         R"({"a":[1,{"b":[2]}],"c":{"name":"n","id":3},"traceEvents":[)" + kGood + "]}", 1,
         "beside its events: a, c", ""},
        {"twice", R"({"traceEvents":[)" + kGood + R"(],"traceEvents":[)" + kNext + "]}", 2, "", ""},
        {"one object", R"({"traceEvents":)" + kGood + "}", 1, "", ""},
        {"by number", R"({"traceEvents":{"0":)" + kGood + R"(,"1":)" + kNext + "}}", 2, "", ""},
        {"null and another list", R"({"traceEvents":null,"events":[)" + kGood + "]}", 1,
         "beside its events: events", ""},
        {"list of files", R"([{"traceEvents":[)" + kGood + R"(]},{"traceEvents":[)" + kNext + "]}]", 2, "",
         ""},
        {"list of lists", "[[" + kGood + "],[" + kNext + "]]", 2, "", ""},
        {"documents behind each other",
         R"({"traceEvents":[)" + kGood + R"(]}{"traceEvents":[)" + kNext + "]}", 2, "", ""},
        {"lists behind each other", "[" + kGood + "]\n[" + kNext + "]", 2, "", ""},
        {"JSON Lines", kGood + "\n" + kNext + "\n", 2, "", ""},
        {"JSON Lines with commas", kGood + ",\n" + kNext + ",\n", 2, "", ""},
        {"JSON Lines, one cut", kGood + "\n{\"ph\":\"X\",\"ts\":1\n" + kNext + "\n", 2, "brackets", "byte"},
        {"one event", kGood, 1, "", ""},
        {"a member without its file", R"("traceEvents":[)" + kGood + "]", 1, "members outside any object",
         "byte"},
        {"JSON text sequence", "\x1E" + kGood + "\n\x1E" + kNext + "\n", 2, "", ""},
        {"event with a list of events inside", R"({"name":"x","ph":"not","traceEvents":[)" + kGood + "]}", 1,
         "beside its events: name, ph", ""},
    });
}

TEST(TolerantTrace, TheFileSaysWhoseItIs) {
    const ImportedTrace trace = read(
        R"({"schemaVersion":1,"distributedInfo":{"backend":"nccl","rank":"3","world_size":8.0,"pg_config":[{"rank":9}]},)"
        R"("baseTimeNanoseconds":"1752000000000000000","otherData":{"job_id":"train-7"},"traceEvents":[)" +
        kGood + "]}");
    EXPECT_EQ(trace.rank, 3);
    EXPECT_EQ(trace.world_size, 8);
    EXPECT_EQ(trace.base_time_ns, 1'752'000'000'000'000'000);
    EXPECT_EQ(trace.job, "train-7");
    const ImportedTrace later =
        read(R"({"traceEvents":[)" + kGood +
             R"(],"baseTimeNanoseconds":1752000000000000001,"distributedInfo":{"rank":0,"world_size":2}})");
    EXPECT_EQ(later.rank, 0);
    EXPECT_EQ(later.base_time_ns, 1'752'000'000'000'000'001) << "to the nanosecond";
    const ImportedTrace none = read(
        R"({"distributedInfo":{"rank":null,"world_size":"many"},"baseTimeNanoseconds":1e30,"traceEvents":[)" +
        kGood + "]}");
    EXPECT_FALSE(none.rank);
    EXPECT_FALSE(none.world_size);
    EXPECT_FALSE(none.base_time_ns);
    EXPECT_EQ(none.job, "");
}

TEST(TolerantTrace, EndsAreMatchedByNameAndInTheOrderOfTime) {
    const auto told = [](const std::string& events) {
        std::string text;
        const ImportedTrace trace = read_events(events.substr(0, events.size() - 1));
        for (const ImportedSlice& slice : trace.lanes.at(0).slices)
            text += trace.text(slice.name) + " " + std::to_string(slice.begin_ns / 1000) + "-" +
                    std::to_string(slice.end_ns / 1000) + " ";
        for (const ImportNote& note : trace.notes)
            text += "| " + note.text.substr(0, 27) + " " + std::to_string(note.count);
        return text;
    };
    const auto b = [](const char* name, int ts) {
        return R"({"ph":"B","name":")" + std::string(name) + R"(","ts":)" + std::to_string(ts) + "},";
    };
    const auto e = [](const char* name, int ts) {
        return R"({"ph":"E","name":")" + std::string(name) + R"(","ts":)" + std::to_string(ts) + "},";
    };
    EXPECT_EQ(told(b("send", 0) + b("compute", 1) + e("send", 5) + e("compute", 10)),
              "send 0-5 compute 1-10 | ends of slices that are not 1| slices that cross others in 1");
    EXPECT_EQ(told(b("a", 0) + b("b", 1) + R"({"ph":"E","ts":5},{"ph":"E","ts":9},)"), "a 0-9 b 1-5 ");
    EXPECT_EQ(told(b("a", 0) + b("b", 1) + e("a", 5) + R"({"ph":"E","ts":9},)"),
              "a 0-5 b 1-9 | ends of slices that are not 1| slices that cross others in 1");
    EXPECT_EQ(told(b("a", 0) + b("a", 1) + e("a", 2) + e("a", 3)), "a 0-3 a 1-2 ");
    EXPECT_EQ(told(b("a", 0) + e("b", 2) + e("a", 3)), "a 0-3 | ends of slices without a be 1");
    EXPECT_EQ(told(e("a", 7) + b("a", 3)), "a 0-4 ") << "the end stands before the beginning in the file";
    EXPECT_EQ(told(R"({"ph":"B","ts":1},)" + e("any", 2)), " 0-1 ");
}

TEST(TolerantTrace, ImpossibleDurationsAreLeftOut) {
    const auto with = [](const std::string& ts, const std::string& dur) {
        return read_events(R"({"ph":"X","name":"bad","ts":)" + ts + R"(,"dur":)" + dur +
                           R"(},{"ph":"X","ts":2000,"dur":50},{"ph":"X","ts":2060,"dur":50})");
    };
    // 236 years, twelve, a hundred days among microseconds, and unsigned numbers that went below zero.
    for (const char* dur : {"7450000000000000", "378683112000000", "8640000000000", "18446744073709551",
                            "1.8e16", "\"1e300\""}) {
        const ImportedTrace trace = with("1000", dur);
        EXPECT_EQ(trace.slices(), 2) << dur;
        EXPECT_EQ(trace.length_ns, 110'000) << dur;
        EXPECT_EQ(noted(trace, "impossible duration"), 1) << dur;
        EXPECT_NE(example_of(trace, "impossible duration").find("\"bad\""), std::string::npos);
    }
    EXPECT_EQ(with("2000", "3600000000").slices(), 3) << "an hour beside microseconds is no fault";
    EXPECT_EQ(read_events(R"({"ph":"X","ts":0,"dur":8640000000000})").slices(), 1)
        << "nothing says that it is wrong";
    const ImportedTrace async = read_events(
        R"({"ph":"b","id":1,"name":"x","ts":0},{"ph":"b","id":2,"name":"y","ts":2000000000000000},)"
        R"({"ph":"e","id":2,"name":"y","ts":2000000000000005},{"ph":"e","id":1,"name":"x","ts":2000000000000007})");
    EXPECT_EQ(async.slices(), 1);
    EXPECT_EQ(noted(async, "impossible duration"), 1);
    expect_rows_hold_all(async.lanes.at(0));
}

TEST(TolerantTrace, TheDensePartIsWhereNearlyAllEventsLie) {
    std::string events = R"({"ph":"X","name":"early","ts":0,"dur":0})";
    for (int i = 0; i < 3; ++i)
        events += R"(,{"ph":"X","ts":)" + std::to_string(1'615'207'264'505'000 + 10 * i) + R"(,"dur":6})";
    const ImportedTrace trace = read_events(events);
    EXPECT_EQ(trace.slices(), 4);
    EXPECT_EQ(trace.dense_begin_ns, 1'615'207'264'505'000'000);
    EXPECT_EQ(trace.dense_end_ns, 1'615'207'264'505'026'000);
    EXPECT_EQ(trace.dense_end_ns, trace.length_ns);
    EXPECT_EQ(noted(trace, "far from nearly all others"), 1);
    EXPECT_EQ(example_of(trace, "far from nearly all others"), "\"early\", 51 years before");

    const ImportedTrace both = read_events(events + R"(,{"ph":"i","name":"late","ts":2900000000000000})");
    EXPECT_EQ(both.dense_begin_ns, 1'615'207'264'505'000'000);
    EXPECT_EQ(both.dense_end_ns, 1'615'207'264'505'026'000);
    EXPECT_EQ(noted(both, "far from nearly all others"), 2);

    for (const char* even :
         {R"({"ph":"i","ts":0},{"ph":"i","ts":1615207264505000})",
          R"({"ph":"X","ts":0,"dur":5},{"ph":"X","ts":1000000,"dur":5},{"ph":"X","ts":1000010,"dur":5})"}) {
        const ImportedTrace whole = read_events(even);
        EXPECT_EQ(whole.dense_begin_ns, 0);
        EXPECT_EQ(whole.dense_end_ns, whole.length_ns);
        EXPECT_EQ(noted(whole, "far from"), 0);
    }
}

/// One byte at a time, as pipes may give it.
class DripReader : public ByteReader {
  public:
    explicit DripReader(std::string text) : text_(std::move(text)) {}
    size_t read(char* target, size_t) override {
        if (at_ == text_.size()) return 0;
        *target = text_[at_++];
        return 1;
    }

  private:
    std::string text_;
    size_t at_ = 0;
};

TEST(TolerantTrace, BytesThatComeInPiecesAreTheSameTrace) {
    const std::string text = testing::read_file(RINGSCOPE_TEST_DATA "/pytorch_profiler.json");
    const ImportedTrace whole = read(text);
    DripReader drip(text);
    int64_t last = 0, calls = 0;
    const ImportedTrace pieces = import_trace_stream(drip, "t", {}, [&](int64_t bytes, int64_t of_bytes) {
        EXPECT_GT(bytes, last);
        EXPECT_EQ(of_bytes, -1);
        last = bytes;
        ++calls;
    });
    EXPECT_EQ(last, static_cast<int64_t>(text.size()));
    EXPECT_EQ(calls, last);
    EXPECT_EQ(pieces.strings, whole.strings);
    EXPECT_EQ(pieces.slices(), whole.slices());
    EXPECT_EQ(pieces.flows.size(), whole.flows.size());
    EXPECT_EQ(pieces.arguments.size(), whole.arguments.size());
    EXPECT_EQ(pieces.notes.size(), whole.notes.size());
    DripReader odd(
        "[{\"ph\":\"X\",\"ts\":1,\"dur\":0x1f,\"name\":\"a\\ud83d\\ude00\xC3\xA9\\x41\"},nul, /* c */ {}]");
    const ImportedTrace trace = import_trace_stream(odd, "t");
    EXPECT_EQ(first_name(trace),
              "a\xF0\x9F\x98\x80\xC3\xA9"
              "A");
    EXPECT_EQ(trace.length_ns, 31'000);
}

TEST(TolerantTrace, AStopEndsAStream) {
    const testing::ScratchFolder folder;
    std::stop_source source;
    DripReader drip("[" + kGood + "]");
    EXPECT_EQ(testing::error_of(ErrorKind::cancelled,
                                [&] {
                                    import_trace_stream(drip, "t", source.get_token(),
                                                        [&](int64_t bytes, int64_t) {
                                                            if (bytes == 20) source.request_stop();
                                                        });
                                }),
              "interrupted");
}

}  // namespace
}  // namespace ringscope
