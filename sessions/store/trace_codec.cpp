#include "sessions/store/trace_codec.h"

#include <type_traits>
#include <utility>

#include "engine/base/error.h"

namespace ringscope {

namespace {

[[noreturn]] void damaged() { throw Error(ErrorKind::io, "the trace is damaged: its bytes do not decode"); }

template <typename Enum>
Enum checked(int64_t value) {
    if (value < 0 || value >= static_cast<int64_t>(std::size(EnumNames<Enum>::names))) damaged();
    return static_cast<Enum>(value);
}

/// Differences are taken modulo 2^64, so that no value can overflow.
class Encoder {
  public:
    template <typename Value>
    void operator()(const Value& value, const Value& previous) {
        put(static_cast<int64_t>(value), static_cast<int64_t>(previous));
    }
    Bytes bytes;

  private:
    void put(int64_t value, int64_t previous) {
        const auto difference =
            static_cast<int64_t>(static_cast<uint64_t>(value) - static_cast<uint64_t>(previous));
        uint64_t rest = static_cast<uint64_t>(difference) << 1 ^ static_cast<uint64_t>(difference >> 63);
        for (; rest >= 128; rest >>= 7) bytes.push_back(static_cast<unsigned char>(rest | 128));
        bytes.push_back(static_cast<unsigned char>(rest));
    }
};

class Decoder {
  public:
    explicit Decoder(std::span<const unsigned char> bytes) : bytes_(bytes) {}

    void operator()(int64_t& value, int64_t previous) { value = get(previous); }
    void operator()(int32_t& value, int32_t previous) {
        const int64_t decoded = get(previous);
        if (!std::in_range<int32_t>(decoded)) damaged();
        value = static_cast<int32_t>(decoded);
    }
    template <typename Enum>
    requires std::is_enum_v<Enum>
    void operator()(Enum& value, Enum previous) {
        value = checked<Enum>(get(static_cast<int64_t>(previous)));
    }
    bool at_end() const { return next_ == bytes_.size(); }

  private:
    int64_t get(int64_t previous) {
        uint64_t coded = 0;
        for (int shift = 0;; shift += 7) {
            if (next_ == bytes_.size() || shift > 63) damaged();
            const unsigned char byte = bytes_[next_++];
            if (shift == 63 && byte > 1) damaged();  // bits that 64 have no room for
            coded |= static_cast<uint64_t>(byte & 127) << shift;
            if (byte < 128) break;
        }
        const uint64_t difference = coded >> 1 ^ (~(coded & 1) + 1);
        return static_cast<int64_t>(static_cast<uint64_t>(previous) + difference);
    }

    std::span<const unsigned char> bytes_;
    size_t next_ = 0;
};

// The fields of each kind of item in the order of the file, each beside what it is told against: the same
// field of the item before, and an end against its own begin. `code` is an Encoder or a Decoder.

/// What spans of a kind move unless they say otherwise: all there was before spans named their payload.
Payload usual_payload(SpanKind kind) {
    const bool moves = kind == SpanKind::pack || kind == SpanKind::send || kind == SpanKind::receive ||
                       kind == SpanKind::collective;
    return moves ? Payload::kv : Payload::nothing;
}

// A span's kind, pass and payload are one number,
//
//     kind + 16 * (pass + 16 * named)      named: 0 for the kind's usual payload, else 1 + payload
//
// so that a forward span is the kind alone: the bytes of files from before there were passes.
constexpr int64_t kKindRadix = 16;
constexpr int64_t kPassRadix = 16;
static_assert(kSpanKinds <= kKindRadix && std::size(EnumNames<Pass>::names) <= kPassRadix);

int64_t word_of(const Span& span) {
    const int64_t named =
        span.payload == usual_payload(span.kind) ? 0 : 1 + static_cast<int64_t>(span.payload);
    return static_cast<int64_t>(span.kind) +
           kKindRadix * (static_cast<int64_t>(span.pass) + kPassRadix * named);
}

void code_word(Encoder& code, const Span& span, const Span& last) { code(word_of(span), word_of(last)); }

void code_word(Decoder& code, Span& span, const Span& last) {
    int64_t word = 0;
    code(word, word_of(last));
    if (word < 0) damaged();
    span.kind = checked<SpanKind>(word % kKindRadix);
    span.pass = checked<Pass>(word / kKindRadix % kPassRadix);
    const int64_t named = word / kKindRadix / kPassRadix;
    span.payload = named == 0 ? usual_payload(span.kind) : checked<Payload>(named - 1);
}

template <typename Code, typename Item>
void code_fields(Code& code, Item& span, const Span& last) {
    code(span.rank, last.rank);
    code(span.step, last.step);
    code_word(code, span, last);
    code(span.cause, last.cause);
    code(span.owner, last.owner);
    code(span.peer, last.peer);
    code(span.transfer, last.transfer);
    code(span.begin_ns, last.begin_ns);
    code(span.end_ns, span.begin_ns);
    code(span.bytes, last.bytes);
}

template <typename Code, typename Item>
void code_fields(Code& code, Item& times, const TransferTimes& last) {
    code(times.posted_ns, last.posted_ns);
    code(times.peer_ready_ns, last.peer_ready_ns);
    code(times.begin_ns, last.begin_ns);
    code(times.done_ns, last.done_ns);
}

template <typename Code, typename Item>
void code_fields(Code& code, Item& sample, const MemorySample& last) {
    code(sample.rank, last.rank);
    code(sample.step, last.step);
    code(sample.time_ns, last.time_ns);
    for (size_t purpose = 0; purpose < sample.live.size(); ++purpose)
        code(sample.live[purpose], last.live[purpose]);
    code(sample.peak_total, last.peak_total);
}

template <typename Item>
Bytes encode_items(std::span<const Item> items) {
    Encoder code;
    code.bytes.reserve(items.size() * 16);
    Item last{};
    for (const Item& item : items) {
        code_fields(code, item, last);
        last = item;
    }
    return std::move(code.bytes);
}

/// An item takes at least one byte per field: a count beyond that is a lie, found before anything is
/// allocated for it.
template <typename Item>
void decode_items(std::span<const unsigned char> bytes, int64_t items, std::vector<Item>& all) {
    if (items < 0 || static_cast<uint64_t>(items) > bytes.size()) damaged();
    Decoder code(bytes);
    Item item{};
    for (int64_t i = 0; i < items; ++i) {
        const Item last = item;
        code_fields(code, item, last);
        all.push_back(item);
    }
    if (!code.at_end()) damaged();
}

}  // namespace

Bytes encode_spans(std::span<const Span> spans) { return encode_items(spans); }
Bytes encode_transfers(std::span<const TransferTimes> transfers) { return encode_items(transfers); }
Bytes encode_memory(std::span<const MemorySample> samples) { return encode_items(samples); }

void decode_spans(std::span<const unsigned char> bytes, int64_t items, std::vector<Span>& spans) {
    decode_items(bytes, items, spans);
}

void decode_transfers(std::span<const unsigned char> bytes, int64_t items,
                      std::vector<TransferTimes>& transfers) {
    decode_items(bytes, items, transfers);
}

void decode_memory(std::span<const unsigned char> bytes, int64_t items, std::vector<MemorySample>& samples) {
    decode_items(bytes, items, samples);
}

}  // namespace ringscope
