#include "m2grl/dlpack.hpp"

#include "m2grl/error.hpp"

#ifdef M2GRL_HAS_DLPACK
#include <dlpack/dlpack.h>

#include <array>

namespace m2grl {
namespace {

/// A tensor and what keeps its memory alive.
struct exported {
  DLManagedTensor tensor{};
  std::array<std::int64_t, 2> shape{}, strides{};
  std::shared_ptr<const void> owner;
};

DLManagedTensor* make_tensor(void* data, std::size_t rows, std::size_t dim, std::size_t stride, DLDataType type,
                             DLDevice device, std::shared_ptr<const void> owner) {
  auto made = std::make_unique<exported>();
  made->shape = {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(dim)};
  made->strides = {static_cast<std::int64_t>(stride), 1};
  made->owner = std::move(owner);
  made->tensor.dl_tensor = {data, device, 2, type, made->shape.data(), made->strides.data(), 0};
  made->tensor.manager_ctx = made.get();
  made->tensor.deleter = [](DLManagedTensor* self) { delete static_cast<exported*>(self->manager_ctx); };
  return &made.release()->tensor;
}

}  // namespace

DLManagedTensor* to_dlpack(const device_table_ref& t, std::shared_ptr<const void> owner) {
  const bool bf16 = t.precision == table_precision::bf16;
  const DLDataType type{static_cast<std::uint8_t>(bf16 ? kDLBfloat : kDLFloat),
                        static_cast<std::uint8_t>(bf16 ? 16 : 32), 1};
  return make_tensor(t.data, t.rows, t.dim, t.stride, type, {kDLCUDA, t.device}, std::move(owner));
}

DLManagedTensor* to_dlpack(std::shared_ptr<const table> t) {
  const table& rows = *t;
  // DLPack has no read-only tensors.
  auto* data = const_cast<float*>(rows.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  return make_tensor(data, rows.rows(), rows.dim(), rows.stride(), {kDLFloat, 32, 1}, {kDLCPU, 0}, std::move(t));
}

}  // namespace m2grl

#else

namespace m2grl {
namespace {
constexpr const char* missing = "this m2grl was built without DLPack: its header dlpack/dlpack.h was not found";
}
DLManagedTensor* to_dlpack(const device_table_ref&, std::shared_ptr<const void>) { throw invalid_input(missing); }
DLManagedTensor* to_dlpack(std::shared_ptr<const table>) { throw invalid_input(missing); }
}  // namespace m2grl

#endif
