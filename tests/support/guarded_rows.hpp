#pragma once
/// A table between sentinels, so that a write outside its rows, or into its padding, is seen.

#include <cstring>
#include <random>
#include <vector>

#include "cpu/vocabulary.hpp"
#include "m2grl/table.hpp"

namespace support {

/// [rows, dim] with a sentinel row before and after, and guarded row-wise state (hot-row factors, squares).
class guarded_rows {
 public:
  guarded_rows(std::size_t rows, std::size_t dim) : storage_(rows + 2, dim), state_{state(rows), state(rows)} {
    for (const std::size_t r : {std::size_t{0}, rows + 1}) {
      std::fill_n(storage_.data() + r * storage_.stride(), storage_.stride(), sentinel);
    }
    for (auto& values : state_) std::fill(values.begin() + guard, values.end() - guard, 0.0f);
  }

  /// Normal values of deviation `scale`.
  void randomise(std::mt19937_64& random, double scale) {
    std::normal_distribution<float> normal(0, static_cast<float>(scale));
    for (std::size_t r = 0; r < rows(); ++r) {
      for (float& value : (*this)[r]) value = normal(random);
    }
  }

  [[nodiscard]] m2grl::cpu::table_rows view(bool hot, bool adagrad) {
    return {storage_.data() + storage_.stride(), storage_.stride(), hot ? factors() : nullptr,
            adagrad ? squares() : nullptr};
  }
  [[nodiscard]] std::size_t rows() const { return storage_.rows() - 2; }
  [[nodiscard]] std::size_t dim() const { return storage_.dim(); }
  [[nodiscard]] std::span<float> operator[](std::size_t r) { return storage_[r + 1]; }
  [[nodiscard]] float* factors() { return state_[0].data() + guard; }
  [[nodiscard]] float* squares() { return state_[1].data() + guard; }
  [[nodiscard]] m2grl::table copy() {
    m2grl::table t(rows(), dim());
    for (std::size_t r = 0; r < rows(); ++r) std::copy_n((*this)[r].data(), dim(), t[r].data());
    return t;
  }

  /// Every sentinel as it was, every row's padding zero.
  [[nodiscard]] bool intact() const {
    for (std::size_t r = 0; r < storage_.rows(); ++r) {
      const bool outside = r == 0 || r + 1 == storage_.rows();
      const float* row = storage_.data() + r * storage_.stride();
      for (std::size_t c = outside ? 0 : dim(); c < storage_.stride(); ++c) {
        if (row[c] != (outside ? sentinel : 0.0f)) return false;
      }
    }
    for (const auto& values : state_) {
      for (std::size_t i = 0; i < guard; ++i) {
        if (values[i] != sentinel || values[values.size() - 1 - i] != sentinel) return false;
      }
    }
    return true;
  }

 private:
  static constexpr float sentinel = -7777.25f;
  static constexpr std::size_t guard = 16;
  static std::vector<float> state(std::size_t rows) { return std::vector<float>(rows + 2 * guard, sentinel); }

  m2grl::table storage_;
  std::vector<float> state_[2];
};

}  // namespace support
