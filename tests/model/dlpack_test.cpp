/// Tables as DLPack tensors: what the taker sees, and how long it lasts.
#include <dlpack/dlpack.h>

#include <catch2/catch.hpp>

#include "m2grl/dlpack.hpp"

using namespace m2grl;

TEST_CASE("a table in host memory as a DLPack tensor outlives its other owners") {
  auto owner = std::make_shared<table>(3, 20);
  (*owner)[2][19] = 7;
  const std::weak_ptr<table> watched = owner;
  const float* data = owner->data();
  DLManagedTensor* exported = to_dlpack(std::shared_ptr<const table>(std::move(owner)));
  const DLTensor& t = exported->dl_tensor;
  CHECK(t.data == data);
  CHECK(t.device.device_type == kDLCPU);
  REQUIRE(t.ndim == 2);
  CHECK(t.shape[0] == 3);
  CHECK(t.shape[1] == 20);
  CHECK(t.strides[0] == 32);
  CHECK(t.strides[1] == 1);
  CHECK(t.dtype.code == kDLFloat);
  CHECK(t.dtype.bits == 32);
  CHECK(t.dtype.lanes == 1);
  CHECK(t.byte_offset == 0);
  CHECK(static_cast<const float*>(t.data)[2 * t.strides[0] + 19] == 7);
  CHECK_FALSE(watched.expired());
  exported->deleter(exported);
  CHECK(watched.expired());
}

TEST_CASE("a table in device memory as a DLPack tensor") {
  auto owner = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = owner;
  int somewhere = 0;  // never read through
  for (const auto precision : {table_precision::fp32, table_precision::bf16}) {
    const device_table_ref table{&somewhere, 5, 100, 112, precision, 3};
    DLManagedTensor* exported = to_dlpack(table, owner);
    const DLTensor& t = exported->dl_tensor;
    CHECK(t.data == &somewhere);
    CHECK(t.device.device_type == kDLCUDA);
    CHECK(t.device.device_id == 3);
    CHECK(t.shape[0] == 5);
    CHECK(t.shape[1] == 100);
    CHECK(t.strides[0] == 112);
    CHECK(t.dtype.code == (precision == table_precision::bf16 ? kDLBfloat : kDLFloat));
    CHECK(t.dtype.bits == (precision == table_precision::bf16 ? 16 : 32));
    exported->deleter(exported);
  }
  owner.reset();
  CHECK(watched.expired());
}
