#pragma once
/// The GPU's vocabulary on the host's emulated warp, for the tests of the sequence trainer's body.

#include <memory>
#include <new>

#include "cuda/sgns/warp_vocabulary.hpp"
#include "train/body.hpp"

namespace support {

/// A warp's on-chip memory between sentinels.
class warp_store {
 public:
  warp_store(const m2grl::cuda::warp_layout& layout, bool adagrad)
      : bytes_(layout.bytes(adagrad)), memory_(static_cast<unsigned char*>(::operator new(bytes_ + 2 * guard, align))) {
    std::fill_n(memory_.get(), bytes_ + 2 * guard, sentinel);
    new (memory_.get() + guard) m2grl::cuda::warp_arrays;
  }
  [[nodiscard]] m2grl::cuda::warp_arrays& arrays() {
    return *reinterpret_cast<m2grl::cuda::warp_arrays*>(memory_.get() + guard);
  }
  [[nodiscard]] bool intact() const {
    const auto untouched = [](const unsigned char* from) {
      return std::all_of(from, from + guard, [](unsigned char byte) { return byte == sentinel; });
    };
    return untouched(memory_.get()) && untouched(memory_.get() + guard + bytes_);
  }

 private:
  static constexpr std::size_t guard = 256;
  static constexpr unsigned char sentinel = 0xA5;
  static constexpr std::align_val_t align{256};
  struct release {
    void operator()(unsigned char* memory) const { ::operator delete(memory, align); }
  };
  std::size_t bytes_;
  std::unique_ptr<unsigned char, release> memory_;
};

inline m2grl::cuda::table_ref device_view(const m2grl::cpu::table_rows& rows) {
  return {rows.data, rows.stride, rows.factors, rows.squares};
}

template <std::uint32_t Columns, bool Adagrad>
m2grl::kernel::loss_tally train_by_warp(const m2grl::cpu::table_rows& in, const m2grl::cpu::table_rows& out,
                                        std::uint32_t dim, const m2grl::kernel::sgns_options& o, float rate,
                                        m2grl::ragged_ref sequences) {
  using words_type = m2grl::cuda::warp_vocabulary<Columns, Adagrad>;
  const auto layout = m2grl::cuda::warp_layout::of(o, Columns);
  warp_store store(layout, Adagrad);
  words_type words(device_view(in), device_view(out), dim, rate, o.logit_limit, layout, store.arrays());
  m2grl::kernel::sequence_trainer<words_type> trainer(words, o, store.arrays().trainer);
  for (std::size_t s = 0; s < sequences.size(); ++s) trainer.run(sequences[s].data(), sequences[s].size(), s);
  REQUIRE(store.intact());
  return words.tally();
}

/// The narrowest padded dim that holds the rows, as the kernels' table chooses it.
struct warp_rows {
  static constexpr reference::staging staging = reference::staging::ring;
  static m2grl::kernel::loss_tally train(const m2grl::cpu::table_rows& in, const m2grl::cpu::table_rows& out,
                                         std::size_t, std::uint32_t dim, const m2grl::kernel::sgns_options& o,
                                         float rate, m2grl::ragged_ref sequences) {
    const auto run = [&]<std::uint32_t Columns>() {
      return in.squares != nullptr ? train_by_warp<Columns, true>(in, out, dim, o, rate, sequences)
                                   : train_by_warp<Columns, false>(in, out, dim, o, rate, sequences);
    };
    if (dim <= 32) return run.operator()<32>();
    if (dim <= 64) return run.operator()<64>();
    if (dim <= 128) return run.operator()<128>();
    if (dim <= 256) return run.operator()<256>();
    if (dim <= 512) return run.operator()<512>();
    return run.operator()<1024>();
  }
};

}  // namespace support
