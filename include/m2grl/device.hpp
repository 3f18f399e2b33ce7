#pragma once
/// Memory and streams of a GPU as a caller holds them. Includes nothing of CUDA.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/config.hpp"

struct CUstream_st;

namespace M2GRL_API m2grl {

/// cudaStream_t.
using stream_handle = CUstream_st*;

/// Where training runs. `automatic`: on the current CUDA device where m2grl is built with CUDA and there is one.
enum class device_kind { automatic, cpu, cuda };

/// What a span or pointer points to.
enum class memory_kind : std::uint8_t { host, device };

/// A table in device memory: [rows, dim], row r at element r · stride, zero beyond dim. `stride` is a multiple of 16
/// values, `data` aligned to 16 bytes.
struct device_table_ref {
  void* data = nullptr;  ///< float, or bf16 bits
  std::size_t rows = 0, dim = 0, stride = 0;
  table_precision precision = table_precision::fp32;
  int device = 0;  ///< number of the CUDA device
};

/// Owner of the tables of a finished training, on its GPU. Valid wherever the pointer to it is kept.
class device_embeddings {
 public:
  struct view {
    device_table_ref input, output;
  };
  device_embeddings() = default;
  device_embeddings(const device_embeddings&) = delete;
  device_embeddings& operator=(const device_embeddings&) = delete;
  virtual ~device_embeddings() = default;

  /// As the views were given to train().
  [[nodiscard]] const std::vector<view>& views() const noexcept { return views_; }

 protected:
  std::vector<view> views_;
};

}  // namespace m2grl
