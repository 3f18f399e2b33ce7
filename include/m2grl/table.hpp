#pragma once
/// Storage of an embedding table.

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

#include "m2grl/api.hpp"
#include "m2grl/types.hpp"

namespace M2GRL_API m2grl {

/// `dim` rounded up to a multiple of 16 floats: one cache line.
[[nodiscard]] constexpr std::size_t padded_dim(std::size_t dim) noexcept { return (dim + 15) / 16 * 16; }

/// fp32 matrix [rows, dim], rows padded with zeros to `stride` = padded_dim(dim) floats,
/// 64-byte aligned, backed by huge pages where the system grants them. Zero at first. Move-only; clone()
/// copies. Throws out_of_memory.
class table {
 public:
  table() = default;
  table(std::size_t rows, std::size_t dim);

  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t dim() const noexcept { return dim_; }
  [[nodiscard]] std::size_t stride() const noexcept { return stride_; }
  [[nodiscard]] bool empty() const noexcept { return rows_ == 0; }

  [[nodiscard]] float* data() noexcept { return data_.get(); }
  [[nodiscard]] const float* data() const noexcept { return data_.get(); }
  /// Row r without its padding, [dim].
  [[nodiscard]] std::span<float> operator[](std::size_t r) noexcept { return {data() + r * stride_, dim_}; }
  [[nodiscard]] std::span<const float> operator[](std::size_t r) const noexcept { return {data() + r * stride_, dim_}; }
  [[nodiscard]] std::size_t bytes() const noexcept { return rows_ * stride_ * sizeof(float); }
  [[nodiscard]] table clone() const;

 private:
  struct release {
    void operator()(float* memory) const noexcept;
  };
  std::size_t rows_ = 0, dim_ = 0, stride_ = 0;
  std::unique_ptr<float[], release> data_;
};

}  // namespace m2grl
