#include "sessions/trace_codec.h"

#include <array>
#include <utility>

#include "engine/error.h"

namespace ringscope {

namespace {

[[noreturn]] void damaged() { throw Error(ErrorKind::io, "the trace is damaged: its bytes do not decode"); }

/// Differences are taken modulo 2^64, so that no value can overflow.
class Encoder {
  public:
    void put(int64_t value, int64_t previous) {
        const auto difference =
            static_cast<int64_t>(static_cast<uint64_t>(value) - static_cast<uint64_t>(previous));
        uint64_t rest = static_cast<uint64_t>(difference) << 1 ^ static_cast<uint64_t>(difference >> 63);
        for (; rest >= 128; rest >>= 7) bytes.push_back(static_cast<unsigned char>(rest | 128));
        bytes.push_back(static_cast<unsigned char>(rest));
    }
    Bytes bytes;
};

class Decoder {
  public:
    explicit Decoder(std::span<const unsigned char> bytes) : bytes_(bytes) {}

    int64_t get(int64_t previous) {
        uint64_t coded = 0;
        for (int shift = 0;; shift += 7) {
            if (next_ == bytes_.size() || shift > 63) damaged();
            const unsigned char byte = bytes_[next_++];
            coded |= static_cast<uint64_t>(byte & 127) << shift;
            if (byte < 128) break;
        }
        const uint64_t difference = coded >> 1 ^ (~(coded & 1) + 1);
        return static_cast<int64_t>(static_cast<uint64_t>(previous) + difference);
    }
    int32_t get32(int64_t previous) {
        const int64_t value = get(previous);
        if (!std::in_range<int32_t>(value)) damaged();
        return static_cast<int32_t>(value);
    }
    template <typename Enum>
    Enum get_enum(Enum previous) {
        const int64_t value = get(static_cast<int64_t>(previous));
        if (value < 0 || value >= static_cast<int64_t>(std::size(EnumNames<Enum>::names))) damaged();
        return static_cast<Enum>(value);
    }
    bool at_end() const { return next_ == bytes_.size(); }

  private:
    std::span<const unsigned char> bytes_;
    size_t next_ = 0;
};

/// An item takes at least one byte a field: a count beyond that is a lie, found before anything is allocated
/// for it.
template <typename Item, typename Read>
void decode_items(std::span<const unsigned char> bytes, int64_t items, std::vector<Item>& all, Read read) {
    if (items < 0 || static_cast<uint64_t>(items) > bytes.size()) damaged();
    Decoder decoder(bytes);
    Item item{};
    for (int64_t i = 0; i < items; ++i) {
        read(decoder, item);
        all.push_back(item);
    }
    if (!decoder.at_end()) damaged();
}

}  // namespace

Bytes encode_spans(std::span<const Span> spans) {
    Encoder out;
    out.bytes.reserve(spans.size() * 16);
    Span last{};
    for (const Span& span : spans) {
        out.put(span.rank, last.rank);
        out.put(span.step, last.step);
        out.put(static_cast<int64_t>(span.kind), static_cast<int64_t>(last.kind));
        out.put(static_cast<int64_t>(span.cause), static_cast<int64_t>(last.cause));
        out.put(span.owner, last.owner);
        out.put(span.peer, last.peer);
        out.put(span.transfer, last.transfer);
        out.put(span.begin_ns, last.begin_ns);
        out.put(span.end_ns, span.begin_ns);
        out.put(span.bytes, last.bytes);
        last = span;
    }
    return std::move(out.bytes);
}

void decode_spans(std::span<const unsigned char> bytes, int64_t items, std::vector<Span>& spans) {
    decode_items(bytes, items, spans, [](Decoder& in, Span& span) {
        span.rank = in.get32(span.rank);
        span.step = in.get32(span.step);
        span.kind = in.get_enum(span.kind);
        span.cause = in.get_enum(span.cause);
        span.owner = in.get32(span.owner);
        span.peer = in.get32(span.peer);
        span.transfer = in.get32(span.transfer);
        span.begin_ns = in.get(span.begin_ns);
        span.end_ns = in.get(span.begin_ns);
        span.bytes = in.get(span.bytes);
    });
}

Bytes encode_transfers(std::span<const TransferTimes> transfers) {
    Encoder out;
    TransferTimes last;
    for (const TransferTimes& times : transfers) {
        out.put(times.posted_ns, last.posted_ns);
        out.put(times.peer_ready_ns, last.peer_ready_ns);
        out.put(times.begin_ns, last.begin_ns);
        out.put(times.done_ns, last.done_ns);
        last = times;
    }
    return std::move(out.bytes);
}

void decode_transfers(std::span<const unsigned char> bytes, int64_t items,
                      std::vector<TransferTimes>& transfers) {
    decode_items(bytes, items, transfers, [](Decoder& in, TransferTimes& times) {
        times.posted_ns = in.get(times.posted_ns);
        times.peer_ready_ns = in.get(times.peer_ready_ns);
        times.begin_ns = in.get(times.begin_ns);
        times.done_ns = in.get(times.done_ns);
    });
}

Bytes encode_memory(std::span<const MemorySample> samples) {
    Encoder out;
    MemorySample last;
    for (const MemorySample& sample : samples) {
        out.put(sample.rank, last.rank);
        out.put(sample.step, last.step);
        out.put(sample.time_ns, last.time_ns);
        for (size_t purpose = 0; purpose < sample.live.size(); ++purpose)
            out.put(sample.live[purpose], last.live[purpose]);
        out.put(sample.peak_total, last.peak_total);
        last = sample;
    }
    return std::move(out.bytes);
}

void decode_memory(std::span<const unsigned char> bytes, int64_t items, std::vector<MemorySample>& samples) {
    decode_items(bytes, items, samples, [](Decoder& in, MemorySample& sample) {
        sample.rank = in.get32(sample.rank);
        sample.step = in.get32(sample.step);
        sample.time_ns = in.get(sample.time_ns);
        for (int64_t& live : sample.live) live = in.get(live);
        sample.peak_total = in.get(sample.peak_total);
    });
}

}  // namespace ringscope
