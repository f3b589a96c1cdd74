// Spans, transfer times and memory samples packed into bytes for the run file.
//
// Each number is the difference to the same field of the item before, zigzag-coded and written as a base-128
// varint (as protocol buffers do): neighbours are alike, so a span takes some 12 bytes instead of 56.
// Decoding trusts nothing: damaged bytes are Error(io), never a read outside them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/run/trace.h"

namespace ringscope {

using Bytes = std::vector<unsigned char>;

/// Items of one chunk; every chunk decodes alone.
inline constexpr size_t kChunkItems = 65536;

Bytes encode_spans(std::span<const Span> spans);
Bytes encode_transfers(std::span<const TransferTimes> transfers);
Bytes encode_memory(std::span<const MemorySample> samples);

/// Append `items` decoded items. Throw Error(io) when the bytes do not hold exactly that many.
void decode_spans(std::span<const unsigned char> bytes, int64_t items, std::vector<Span>& spans);
void decode_transfers(std::span<const unsigned char> bytes, int64_t items,
                      std::vector<TransferTimes>& transfers);
void decode_memory(std::span<const unsigned char> bytes, int64_t items, std::vector<MemorySample>& samples);

}  // namespace ringscope
