// JSON as writers of traces really write it, token by token. For the .cpp files of this folder only.
//
// Nothing is refused. Understood beside JSON: comments, single quotes, names without quotes, numbers with a plus sign
// or in hexadecimal, several documents behind each other. Repaired and counted in the notes: commas and colons that are
// missing or too many, brackets that do not match or never close, bytes that are no UTF-8, control characters in text,
// unknown escapes, half a surrogate pair, text and nesting beyond any use.
//
// Inside an object every key is followed by one value, a missing one by the word null; brackets always match.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "sessions/byte_reader.h"
#include "sessions/traces/import_notes.h"

namespace ringscope {

class TolerantJson {
  public:
    enum class Token : unsigned char {
        begin_object,
        end_object,
        begin_list,
        end_list,
        key,
        text,
        number,  // as is_number() takes it, digit by digit
        word,    // null, true, false, inf, and whatever else stands without quotes
        end      // of the bytes, inside whatever is open; again and again
    };

    static constexpr size_t kMostTextBytes = size_t{1} << 20;  // of one text, name or number: the rest is cut
    static constexpr size_t kMostDepth = 100;                  // what is nested deeper is a word

    /// All outlive it. Bytes are read in blocks; before each one next() throws Error(cancelled) when `stop` is
    /// requested.
    TolerantJson(ByteReader& bytes, ImportNotes& notes, const std::stop_token& stop);

    Token next();
    /// Of a key, text, number or word, valid UTF-8; until the next call.
    std::string_view text() const { return text_; }
    /// Where the token begins.
    int64_t byte() const { return token_byte_; }
    /// Brackets that are open.
    size_t depth() const { return open_.size(); }
    /// Nothing is read any more: the end comes next.
    void finish() { finished_ = true; }

  private:
    enum class State : unsigned char { start, after_value, after_comma, after_key };

    bool refill();
    int peek() { return at_ != end_ || refill() ? static_cast<unsigned char>(*at_) : -1; }
    int take();
    int64_t position() const { return block_byte_ + (at_ - block_.data()); }
    void odd(const char* kind);
    int skip_space();
    bool skip_comment();
    bool in_object() const { return !open_.empty() && open_.back() == '{'; }

    bool close(char bracket);
    void close_to_list();
    Token pop();
    Token open(char bracket);
    Token missing_value();
    void comma();
    void begin_value();
    Token quoted(char quote);
    Token bare();
    Token scalar(Token token);

    void read_text(char quote);
    void read_long_text(char quote);
    void append(const char* from, const char* to);
    void append_character(uint32_t code);
    void escape();
    void unicode_escape();
    bool hexadecimal(int digits, uint32_t& code);
    void finish_text(bool has_high_bytes);
    void skip_nested();

    ByteReader& bytes_;
    ImportNotes& notes_;
    const std::stop_token& stop_;
    std::vector<char> block_;
    const char* at_ = nullptr;
    const char* end_ = nullptr;
    int64_t block_byte_ = 0;  // of the block's first
    int64_t token_byte_ = 0;
    std::vector<char> open_;
    size_t closing_ = 0;  // brackets that one bracket closed, still to be returned
    State state_ = State::start;
    bool has_colon_ = false;  // behind the last key
    bool is_cut_ = false;     // the text being read
    bool finished_ = false;
    std::string_view text_;
    std::string scratch_;
};

}  // namespace ringscope
