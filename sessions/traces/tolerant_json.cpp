#include "sessions/traces/tolerant_json.h"

#include <algorithm>
#include <array>

#include "sessions/plain_text.h"
#include "sessions/stop.h"
#include "sessions/traces/trace_number.h"

namespace ringscope {

namespace {

constexpr size_t kBlockBytes = size_t{1} << 18;
constexpr uint32_t kReplacement = 0xFFFD;
constexpr const char* kCommas = "commas that are missing or too many";
constexpr const char* kBrackets = "brackets that are missing or too many";
constexpr const char* kUnknownEscape = "unknown escapes in text, kept as they stand";
constexpr const char* kHalfPair = "halves of a surrogate pair in text, shown as U+FFFD";

using Table = std::array<bool, 256>;

/// Characters of a text that stand for themselves.
constexpr Table kPlain = [] {
    Table table{};
    for (size_t c = 0x20; c < 0x80; ++c) table[c] = c != '"' && c != '\\';
    return table;
}();

/// Characters that end a word or number; control characters are blanks.
constexpr Table kDelimiter = [] {
    Table table{};
    for (size_t c = 0; c <= 0x20; ++c) table[c] = true;
    for (const char c : {',', ':', '{', '}', '[', ']', '"', '\''}) table[static_cast<size_t>(c)] = true;
    return table;
}();

bool has(const Table& table, char c) { return table[static_cast<unsigned char>(c)]; }

int value_of_digit(int c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool is_high(uint32_t code) { return code >= 0xD800 && code < 0xDC00; }
bool is_low(uint32_t code) { return code >= 0xDC00 && code < 0xE000; }

}  // namespace

TolerantJson::TolerantJson(ByteReader& bytes, ImportNotes& notes, const std::stop_token& stop)
    : bytes_(bytes), notes_(notes), stop_(stop), block_(kBlockBytes) {
    at_ = end_ = block_.data();
}

bool TolerantJson::refill() {
    leave_if_stopped(stop_);
    block_byte_ += end_ - block_.data();
    at_ = block_.data();
    end_ = at_ + bytes_.read(block_.data(), block_.size());
    return at_ != end_;
}

int TolerantJson::take() {
    const int c = peek();
    if (c >= 0) ++at_;
    return c;
}

void TolerantJson::odd(const char* kind) {
    notes_.add(kind, [&] { return "byte " + std::to_string(position()); });
}

int TolerantJson::skip_space() {
    for (;;) {
        while (at_ != end_ && static_cast<unsigned char>(*at_) <= ' ') ++at_;
        if (at_ != end_) return static_cast<unsigned char>(*at_);
        if (!refill()) return -1;
    }
}

/// Behind a slash or at a number sign; false when it begins no comment, and then nothing more is taken.
bool TolerantJson::skip_comment() {
    const bool is_line = *at_ == '#';
    const int64_t begin = position();
    ++at_;
    const int kind = is_line ? '/' : peek();
    if (kind != '/' && kind != '*') return false;
    notes_.add("comments", [&] { return "byte " + std::to_string(begin); });
    if (kind == '*') ++at_;
    for (int last = 0, c = take(); c >= 0; last = c, c = take())
        if (kind == '*' ? last == '*' && c == '/' : c == '\n') break;
    return true;
}

TolerantJson::Token TolerantJson::next() {
    if (closing_ > 0) {
        --closing_;
        return pop();
    }
    while (!finished_) {
        const int c = skip_space();
        token_byte_ = position();
        const bool key_is_due = in_object() && state_ != State::after_key;
        switch (c) {
            case -1:
                return Token::end;
            case '}':
            case ']':
                if (state_ == State::after_key) return missing_value();
                ++at_;
                if (close(static_cast<char>(c))) return pop();
                break;
            case ',':
                if (state_ == State::after_key) return missing_value();
                ++at_;
                comma();
                break;
            case ':':
                ++at_;
                if (state_ == State::after_key && !has_colon_)
                    has_colon_ = true;
                else
                    odd("colons too many");
                break;
            case '{':
            case '[':
                if (!key_is_due) return open(static_cast<char>(c));
                close_to_list();  // the object in which it stands was never closed
                return pop();
            case '"':
            case '\'':
                ++at_;
                return quoted(static_cast<char>(c));
            case '#':
                skip_comment();
                break;
            case '/':
                if (skip_comment()) break;
                [[fallthrough]];
            default: {
                const Token token = bare();
                if (text_ != "\xEF\xBB\xBF") return scalar(token);  // a byte-order mark between documents
            }
        }
    }
    return Token::end;
}

/// A closing bracket also closes what was opened after its own and never closed.
bool TolerantJson::close(char bracket) {
    const char opening = bracket == '}' ? '{' : '[';
    const auto own = std::find(open_.rbegin(), open_.rend(), opening);
    if (own == open_.rend()) {
        odd(kBrackets);
        return false;
    }
    closing_ = static_cast<size_t>(own - open_.rbegin());
    if (closing_ > 0) odd(kBrackets);
    if (state_ == State::after_comma) odd(kCommas);
    return true;
}

/// Closes the objects inside the innermost list, or all when there is none; pop() reports the first.
void TolerantJson::close_to_list() {
    odd(kBrackets);
    closing_ = static_cast<size_t>(std::find(open_.rbegin(), open_.rend(), '[') - open_.rbegin()) - 1;
}

TolerantJson::Token TolerantJson::pop() {
    const char opening = open_.back();
    open_.pop_back();
    state_ = State::after_value;
    return opening == '{' ? Token::end_object : Token::end_list;
}

TolerantJson::Token TolerantJson::open(char bracket) {
    begin_value();
    if (open_.size() >= kMostDepth) {
        odd("values nested deeper than 100 levels, left out");
        skip_nested();
        text_ = "...";
        state_ = State::after_value;
        return Token::word;
    }
    ++at_;
    open_.push_back(bracket);
    state_ = State::start;
    return bracket == '{' ? Token::begin_object : Token::begin_list;
}

TolerantJson::Token TolerantJson::missing_value() {
    odd("members without a value");
    text_ = "null";
    state_ = State::after_value;
    return Token::word;
}

void TolerantJson::comma() {
    // Between documents there may be one.
    if (!open_.empty() && state_ != State::after_value) odd(kCommas);
    state_ = open_.empty() ? State::start : State::after_comma;
}

void TolerantJson::begin_value() {
    if (open_.empty()) return;
    if (state_ == State::after_value) odd(kCommas);
    if (state_ == State::after_key && !has_colon_) odd("colons that are missing");
}

TolerantJson::Token TolerantJson::quoted(char quote) {
    read_text(quote);
    // A member that stands in no object: pieces of a file, or a list that should be one.
    if (!in_object() && state_ != State::after_key && at_ != end_ && *at_ == ':') {
        odd("members outside any object");
        if (open_.empty()) {
            has_colon_ = false;
            state_ = State::after_key;
            return Token::key;
        }
        ++at_;
        state_ = State::after_comma;
        return next();
    }
    return scalar(Token::text);
}

/// A key where an object wants one, else a value.
TolerantJson::Token TolerantJson::scalar(Token token) {
    begin_value();
    if (in_object() && state_ != State::after_key) {
        state_ = State::after_key;
        has_colon_ = false;
        return Token::key;
    }
    state_ = State::after_value;
    return token;
}

TolerantJson::Token TolerantJson::bare() {
    const char* to = at_;
    while (to != end_ && !has(kDelimiter, *to)) ++to;
    if (to != end_ && to != at_) {
        text_ = {at_, static_cast<size_t>(to - at_)};
        at_ = to;
        if (is_number(text_)) return Token::number;
        scratch_.assign(text_);
    } else {
        is_cut_ = false;
        scratch_.clear();
        for (int c = peek(); c >= 0 && !has(kDelimiter, static_cast<char>(c)); c = peek()) {
            append(at_, at_ + 1);
            ++at_;
        }
        text_ = scratch_;
        if (scratch_.empty()) scratch_ = "/";  // alone: a comment was looked for behind it
        if (is_number(text_)) return Token::number;
    }
    if (scratch_ != "\xEF\xBB\xBF")
        finish_text(std::any_of(scratch_.begin(), scratch_.end(), [](char c) { return c < 0; }));
    text_ = scratch_;
    return Token::word;
}

/// Most lie in one block and stand for themselves: those are not copied.
void TolerantJson::read_text(char quote) {
    const char* to = at_;
    while (to != end_ && has(kPlain, *to)) ++to;
    if (quote == '"' && to != end_ && *to == '"') {
        text_ = {at_, static_cast<size_t>(to - at_)};
        at_ = to + 1;
    } else {
        read_long_text(quote);
    }
}

void TolerantJson::read_long_text(char quote) {
    scratch_.clear();
    is_cut_ = false;
    bool has_high_bytes = false;
    while (peek() >= 0) {
        const char* to = at_;
        while (to != end_ && has(kPlain, *to) && *to != quote) ++to;
        append(at_, to);
        at_ = to;
        if (at_ == end_) continue;
        const char c = *at_++;
        if (c == quote) break;
        if (c == '\\') {
            escape();
        } else if (c >= 0 && c < ' ') {
            odd("control characters in text");
            c == '\0' ? append_character(kReplacement) : append(at_ - 1, at_);
        } else {
            has_high_bytes = has_high_bytes || c < 0;
            append(at_ - 1, at_);
        }
    }
    finish_text(has_high_bytes);
}

void TolerantJson::append(const char* from, const char* to) {
    const size_t room = kMostTextBytes - std::min(scratch_.size(), kMostTextBytes);
    const auto bytes = static_cast<size_t>(to - from);
    is_cut_ = is_cut_ || bytes > room;
    scratch_.append(from, std::min(bytes, room));
}

void TolerantJson::append_character(uint32_t code) {
    std::array<char, 4> bytes{};
    size_t count = 1;
    const auto low_bits = [&](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3F)); };
    if (code < 0x80) {
        bytes = {static_cast<char>(code)};
    } else if (code < 0x800) {
        bytes = {static_cast<char>(0xC0 | code >> 6), low_bits(0)};
        count = 2;
    } else if (code < 0x10000) {
        bytes = {static_cast<char>(0xE0 | code >> 12), low_bits(6), low_bits(0)};
        count = 3;
    } else {
        bytes = {static_cast<char>(0xF0 | code >> 18), low_bits(12), low_bits(6), low_bits(0)};
        count = 4;
    }
    append(bytes.data(), bytes.data() + count);
}

/// Behind a backslash.
void TolerantJson::escape() {
    const int c = take();
    switch (c) {
        case -1:
            return;
        case 'n':
            return append_character('\n');
        case 't':
            return append_character('\t');
        case 'r':
            return append_character('\r');
        case 'b':
            return append_character('\b');
        case 'f':
            return append_character('\f');
        case '"':
        case '\\':
        case '/':
            return append_character(static_cast<uint32_t>(c));
        case 'u':
            return unicode_escape();
        default:
            break;
    }
    odd(kUnknownEscape);
    uint32_t code = 0;
    if (c == '\'') return append_character('\'');
    if (c == 'x') {  // of JavaScript
        if (hexadecimal(2, code)) append_character(code == 0 ? kReplacement : code);
        return;
    }
    append_character('\\');
    --at_;  // what it is, the text says itself
}

/// Behind \u. Two halves of a pair stand behind each other.
void TolerantJson::unicode_escape() {
    uint32_t code = 0;
    if (!hexadecimal(4, code)) return odd(kUnknownEscape);
    while (is_high(code)) {
        uint32_t low = 0;
        if (peek() != '\\') break;
        ++at_;
        if (peek() != 'u') {
            odd(kHalfPair);
            append_character(kReplacement);
            return escape();
        }
        ++at_;
        if (!hexadecimal(4, low)) return odd(kUnknownEscape);
        if (is_low(low)) return append_character(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
        odd(kHalfPair);
        append_character(kReplacement);
        code = low;
    }
    if (is_high(code) || is_low(code)) {
        odd(kHalfPair);
        code = kReplacement;
    }
    append_character(code == 0 ? kReplacement : code);
}

/// So many digits; when there are fewer, those are kept as they stand and false is returned.
bool TolerantJson::hexadecimal(int digits, uint32_t& code) {
    std::string seen = digits == 2 ? "\\x" : "\\u";
    for (int i = 0; i < digits; ++i) {
        const int value = value_of_digit(peek());
        if (value < 0) {
            append(seen.data(), seen.data() + seen.size());
            return false;
        }
        seen += static_cast<char>(take());
        code = code << 4 | static_cast<uint32_t>(value);
    }
    return true;
}

void TolerantJson::finish_text(bool has_high_bytes) {
    if (is_cut_) {
        odd("texts of more than 1,048,576 bytes, cut");
        while (!scratch_.empty() && scratch_.back() < 0) scratch_.pop_back();
    }
    if (has_high_bytes) {
        std::string valid = valid_utf8(scratch_);
        if (valid != scratch_)
            notes_.add("texts with bytes that are no UTF-8, shown as U+FFFD",
                       [&] { return "byte " + std::to_string(token_byte_) + ": " + valid; });
        scratch_ = std::move(valid);
    }
    text_ = scratch_;
}

/// To the bracket that closes the one that stands here.
void TolerantJson::skip_nested() {
    int64_t depth = 0;
    for (int c = take(); c >= 0; c = take()) {
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && --depth == 0) return;
        if (c != '"') continue;
        for (c = take(); c >= 0 && c != '"'; c = take())
            if (c == '\\') take();
    }
}

}  // namespace ringscope
