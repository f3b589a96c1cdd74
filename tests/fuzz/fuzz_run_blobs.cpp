// Packed spans, transfer times and memory samples of a run file: the first byte says which, the next how many are claimed.
// What decodes is encoded again to something that decodes to the same.
#include "engine/base/error.h"
#include "sessions/store/trace_codec.h"
#include "tests/fuzz/fuzz_input.h"

namespace ringscope::fuzz {

namespace {

template <typename Item>
void run(std::span<const unsigned char> bytes, int64_t items,
         void (*decode)(std::span<const unsigned char>, int64_t, std::vector<Item>&),
         Bytes (*encode)(std::span<const Item>)) {
    std::vector<Item> decoded, again;
    decode(bytes, items, decoded);
    RINGSCOPE_CHECK(decoded.size() == static_cast<size_t>(items));
    const Bytes packed = encode(decoded);
    decode(packed, items, again);
    RINGSCOPE_CHECK(encode(again) == packed);
}

}  // namespace

void run_input(const std::string& bytes) {
    if (bytes.size() < 2) return;
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    const std::span<const unsigned char> packed(data + 2, bytes.size() - 2);
    const int64_t items = data[1] == 255 ? -1 : data[1];
    switch (data[0] % 3) {
        case 0:
            return run<Span>(packed, items, decode_spans, encode_spans);
        case 1:
            return run<TransferTimes>(packed, items, decode_transfers, encode_transfers);
        default:
            return run<MemorySample>(packed, items, decode_memory, encode_memory);
    }
}

}  // namespace ringscope::fuzz
