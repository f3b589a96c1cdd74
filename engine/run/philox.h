// Philox 4x32-10: a counter-based random generator (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as
// easy as 1, 2, 3", SC 2011). A bijection of the counter under a key: any position can be drawn by anybody at
// any time.
//
// One round of the four words (c0, c1, c2, c3):  hi_lo(m0 * c0), hi_lo(m1 * c2)
//     c0' = hi(m1 c2) ^ c1 ^ k0    c1' = lo(m1 c2)    c2' = hi(m0 c0) ^ c3 ^ k1    c3' = lo(m0 c0)
// and the key moves by the Weyl constants. All lanes of a batch go through a round together, so that the
// compiler can put them in vector registers.
#pragma once

#include <array>
#include <cstdint>

namespace ringscope {

/// Counters of one batch: word[w][lane]. Replaced in place by the random words.
template <int kLanes>
struct PhiloxBatch {
    uint32_t word[4][kLanes];
};

template <int kLanes>
inline void philox4x32_10(PhiloxBatch<kLanes>& batch, std::array<uint32_t, 2> key) {
    auto& c = batch.word;
    for (int round = 0; round < 10; ++round) {
        for (int lane = 0; lane < kLanes; ++lane) {
            const uint64_t product0 = uint64_t{0xD2511F53u} * c[0][lane];
            const uint64_t product1 = uint64_t{0xCD9E8D57u} * c[2][lane];
            c[0][lane] = static_cast<uint32_t>(product1 >> 32) ^ c[1][lane] ^ key[0];
            c[1][lane] = static_cast<uint32_t>(product1);
            c[2][lane] = static_cast<uint32_t>(product0 >> 32) ^ c[3][lane] ^ key[1];
            c[3][lane] = static_cast<uint32_t>(product0);
        }
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
}

}  // namespace ringscope
