#pragma once
/// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers:
/// as easy as 1, 2, 3", SC 2011). The same draws on every backend, for any number of workers.

#include <cstdint>

#include "m2grl/kernel/host_device.hpp"

namespace m2grl::kernel {

struct philox_block {
  std::uint32_t word[4];
};

/// high 32 bits of a · b: maps a 32-bit draw to 0 … n − 1.
M2GRL_HOST_DEVICE inline std::uint32_t mulhi(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::uint32_t>((static_cast<std::uint64_t>(a) * b) >> 32);
}

/// Ten rounds of Philox4x32 on `counter` under a 64-bit key.
M2GRL_HOST_DEVICE inline philox_block philox4x32(philox_block counter, std::uint64_t key) {
  constexpr std::uint32_t multiplier0 = 0xD2511F53u, multiplier1 = 0xCD9E8D57u;
  constexpr std::uint32_t weyl0 = 0x9E3779B9u, weyl1 = 0xBB67AE85u;
  auto key0 = static_cast<std::uint32_t>(key);
  auto key1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = static_cast<std::uint64_t>(multiplier0) * counter.word[0];
    const std::uint64_t product1 = static_cast<std::uint64_t>(multiplier1) * counter.word[2];
    counter = {
        {static_cast<std::uint32_t>(product1 >> 32) ^ counter.word[1] ^ key0, static_cast<std::uint32_t>(product1),
         static_cast<std::uint32_t>(product0 >> 32) ^ counter.word[3] ^ key1, static_cast<std::uint32_t>(product0)}};
    key0 += weyl0;
    key1 += weyl1;
  }
  return counter;
}

/// What a draw is for; each purpose has its own counters.
enum class purpose : std::uint8_t {
  walk = 1,
  walk_start = 2,
  window = 3,
  negatives = 4,
  subsampling = 5,
  links = 6,
  link_negatives = 7,
  order = 8,
  initial_values = 9,
  synthetic = 10,
  metric_negatives = 11,
  metric_initial = 12,
  bootstrap = 13,
  label_splits = 14,
  ranking_ties = 15,
};

/// The draws of one sequence (walk, session, pair …) of one task in one epoch. Bit layout of the counter:
///   word 0: draw, 32 bits
///   word 1: sequence, bits 0–31
///   word 2: sequence, bits 32–47 (low half) · task, 16 bits (high half)
///   word 3: epoch, 24 bits (low) · purpose, 8 bits (high)
/// The key is the run's seed.
struct random_stream {
  std::uint64_t seed = 0;
  std::uint32_t word1 = 0, word2 = 0, word3 = 0;

  random_stream() = default;
  M2GRL_HOST_DEVICE random_stream(std::uint64_t run_seed, std::uint32_t task, std::uint32_t epoch,
                                  std::uint64_t sequence, purpose what)
      : seed(run_seed),
        word1(static_cast<std::uint32_t>(sequence)),
        word2((static_cast<std::uint32_t>(sequence >> 32) & 0xFFFFu) | (task << 16)),
        word3((epoch & 0xFFFFFFu) | (static_cast<std::uint32_t>(what) << 24)) {}

  /// Four random words: draw number `index` of this stream.
  [[nodiscard]] M2GRL_HOST_DEVICE philox_block block(std::uint32_t index) const {
    return philox4x32({{index, word1, word2, word3}}, seed);
  }
  /// One random word, the first of block `index`.
  [[nodiscard]] M2GRL_HOST_DEVICE std::uint32_t word(std::uint32_t index) const { return block(index).word[0]; }
};

}  // namespace m2grl::kernel
