#pragma once
/// Tables as DLPack tensors, which PyTorch, JAX, CuPy and TensorFlow take without a copy. dlpack.h itself is not
/// needed here.

#include <memory>

#include "m2grl/api.hpp"
#include "m2grl/device.hpp"
#include "m2grl/table.hpp"

struct DLManagedTensor;

namespace M2GRL_API m2grl {

/// A tensor [rows, dim] with strides {stride, 1} on `t`'s memory; `owner` is kept until the taker calls the tensor's
/// deleter. fp32 or bfloat16, on the table's CUDA device. Throws invalid_input where m2grl was built without DLPack.
[[nodiscard]] DLManagedTensor* to_dlpack(const device_table_ref& t, std::shared_ptr<const void> owner);
/// The same of a table in host memory, fp32.
[[nodiscard]] DLManagedTensor* to_dlpack(std::shared_ptr<const table> t);

}  // namespace m2grl
