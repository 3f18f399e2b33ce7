#pragma once
/// A random order of 0 … n − 1 without a table: a four-round Feistel network over the next even number
/// of bits, walked until it lands below n (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002).

#include <cstdint>

#include "m2grl/kernel/host_device.hpp"
#include "m2grl/kernel/philox.hpp"

namespace m2grl::kernel {

class permutation {
 public:
  /// A bijection of 0 … size − 1, one per (seed, task, epoch).
  M2GRL_HOST_DEVICE permutation(std::uint64_t size, std::uint64_t seed, std::uint32_t task, std::uint32_t epoch)
      : size_(size) {
    while (half_bits_ < 32 && (std::uint64_t{1} << (2 * half_bits_)) < size) ++half_bits_;
    mask_ = static_cast<std::uint32_t>((std::uint64_t{1} << half_bits_) - 1);
    const philox_block block = random_stream(seed, task, epoch, 0, purpose::order).block(0);
    for (int i = 0; i < 4; ++i) keys_[i] = block.word[i];
  }

  [[nodiscard]] M2GRL_HOST_DEVICE std::uint64_t operator()(std::uint64_t index) const {
    do {
      index = encrypt(index);
    } while (index >= size_);
    return index;
  }

 private:
  [[nodiscard]] M2GRL_HOST_DEVICE std::uint64_t encrypt(std::uint64_t index) const {
    auto left = static_cast<std::uint32_t>(index >> half_bits_);
    auto right = static_cast<std::uint32_t>(index) & mask_;
    for (const std::uint32_t key : keys_) {
      const std::uint32_t next = left ^ (mix(right ^ key) & mask_);
      left = right;
      right = next;
    }
    return (static_cast<std::uint64_t>(left) << half_bits_) | right;
  }
  /// MurmurHash3's 32-bit finaliser.
  [[nodiscard]] M2GRL_HOST_DEVICE static std::uint32_t mix(std::uint32_t x) {
    x ^= x >> 16;
    x *= 0x85ebca6bu;
    x ^= x >> 13;
    x *= 0xc2b2ae35u;
    return x ^ (x >> 16);
  }

  std::uint64_t size_;
  std::uint32_t half_bits_ = 1;
  std::uint32_t mask_ = 1;
  std::uint32_t keys_[4];
};

}  // namespace m2grl::kernel
