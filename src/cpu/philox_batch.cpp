// Compiled once per SIMD target by Highway's foreach_target, as sgns_block.cpp.
#include "cpu/philox_batch.hpp"

#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/philox_batch.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace m2grl::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
void blocks(const kernel::random_stream& stream, std::uint32_t first, std::uint32_t n, kernel::philox_block* out) {
  for (std::uint32_t i = 0; i < n; ++i) out[i] = stream.block(first + i);
}
#else
using tag64 = hn::CappedTag<std::uint64_t, 8>;
using tag32 = hn::Repartition<std::uint32_t, tag64>;
using word = hn::Vec<tag64>;  // a 32-bit word in the low half of every lane; the high half is of no meaning

struct counters {
  word w0, w1, w2, w3;
};

HWY_INLINE word low_product(word a, word multiplier) {  // 32 × 32 → 64 bits
  const tag32 d32;
  return hn::MulEven(hn::BitCast(d32, a), hn::BitCast(d32, multiplier));
}

HWY_INLINE counters next_round(const counters& c, word key0, word key1) {
  const tag64 d;
  const word product0 = low_product(c.w0, hn::Set(d, 0xD2511F53u)),
             product1 = low_product(c.w2, hn::Set(d, 0xCD9E8D57u));
  return {hn::Xor(hn::ShiftRight<32>(product1), hn::Xor(c.w1, key0)), product1,
          hn::Xor(hn::ShiftRight<32>(product0), hn::Xor(c.w3, key1)), product0};
}

HWY_INLINE void store(const counters& c, kernel::philox_block* out) {
  const tag64 d;
  const word low_half = hn::Set(d, 0xFFFFFFFFu);
  const word front = hn::Or(hn::And(c.w0, low_half), hn::ShiftLeft<32>(c.w1));
  const word back = hn::Or(hn::And(c.w2, low_half), hn::ShiftLeft<32>(c.w3));
  hn::StoreInterleaved2(front, back, d, reinterpret_cast<std::uint64_t*>(out));
}

void blocks(const kernel::random_stream& stream, std::uint32_t first, std::uint32_t n, kernel::philox_block* out) {
  const tag64 d;
  constexpr std::size_t lanes = hn::MaxLanes(d), chains = 2;  // side by side they hide each other's latency
  static_assert(philox_batch % (chains * lanes) == 0);
  for (std::uint32_t i = 0; i < n; i += chains * lanes) {
    counters c[chains];
    for (std::size_t j = 0; j < chains; ++j) {
      const word index = hn::Iota(d, static_cast<std::uint64_t>(first) + i + j * lanes);
      c[j] = {index, hn::Set(d, stream.word1), hn::Set(d, stream.word2), hn::Set(d, stream.word3)};
    }
    word key0 = hn::Set(d, stream.seed & 0xFFFFFFFFu), key1 = hn::Set(d, stream.seed >> 32);
    for (int round = 0; round < 10; ++round) {
      for (auto& each : c) each = next_round(each, key0, key1);
      key0 = hn::Add(key0, hn::Set(d, 0x9E3779B9u));
      key1 = hn::Add(key1, hn::Set(d, 0xBB67AE85u));
    }
    for (std::size_t j = 0; j < chains; ++j) store(c[j], out + i + j * lanes);
  }
}
#endif

}  // namespace m2grl::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace m2grl::cpu {

HWY_EXPORT(blocks);

void philox_blocks(const kernel::random_stream& stream, std::uint32_t first, std::uint32_t n,
                   kernel::philox_block* out) {
  HWY_DYNAMIC_DISPATCH(blocks)(stream, first, n, out);
}

}  // namespace m2grl::cpu
#endif
