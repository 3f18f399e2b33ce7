#include "cuda/device_table.hpp"

#include <algorithm>
#include <vector>

#include "cuda/bf16.hpp"

namespace m2grl::cuda {
namespace {

std::span<const float> values_of(const table& t) { return {t.data(), t.rows() * t.stride()}; }

std::vector<std::uint16_t> rounded(std::span<const float> values) {
  std::vector<std::uint16_t> bits(values.size());
  std::transform(values.begin(), values.end(), bits.begin(), [](float x) { return to_nearest(x).bits; });
  return bits;
}

}  // namespace

device_table::device_table(const table& values, table_precision precision) : stride_(values.stride()) {
  if (precision == table_precision::fp32) {
    fp32_ = device_array<float>(values_of(values));
  } else {
    bf16_ = device_array<std::uint16_t>(std::span<const std::uint16_t>(rounded(values_of(values))));
  }
}

table_ref device_table::ref() noexcept {
  table_ref t;
  t.stride = stride_;
  t.bf16_rows = fp32_.empty();
  t.data = t.bf16_rows ? static_cast<void*>(bf16_.data()) : fp32_.data();
  return t;
}

state_part device_table::state(std::string name) noexcept {
  if (fp32_.empty()) return {std::move(name), bf16_.data(), bf16_.bytes()};
  return {std::move(name), fp32_.data(), fp32_.bytes()};
}

void device_table::download(table& to, cudaStream_t stream) const {
  if (!fp32_.empty()) {
    fp32_.download({to.data(), fp32_.size()}, stream);
    return;
  }
  std::vector<std::uint16_t> bits(bf16_.size());
  bf16_.download(bits, stream);
  std::transform(bits.begin(), bits.end(), to.data(), [](std::uint16_t x) { return to_float({x}); });
}

}  // namespace m2grl::cuda
