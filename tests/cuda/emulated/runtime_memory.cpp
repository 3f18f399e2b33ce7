/// Doubles of the runtime's functions for devices and memory.
#include <algorithm>
#include <cstring>
#include <new>

#include "state.hpp"

using namespace emulated;

namespace {

constexpr std::align_val_t pinned_alignment{4096};

/// Whether a copy's ends are what its kind says; reports where not.
bool fits(const void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  if (bytes == 0) return true;
  const device_state& s = state();
  const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
  const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  const auto end_fits = [&](const void* end, bool device, const char* name) {
    if (device ? on_device(end, bytes) : end != nullptr && !s.memory.contains(end)) return true;
    report(std::string("a copy of ") + std::to_string(bytes) + " bytes whose " + name + " is not " +
           (device ? "within one array of device memory" : "host memory"));
    return false;
  };
  return kind != cudaMemcpyDefault && end_fits(to, to_device, "destination") && end_fits(from, from_device, "source");
}

/// Whether `memory` lies in page-locked memory: then an asynchronous copy reads it when it runs.
bool is_pinned(const void* memory) { return reachable(memory, 1) && !on_device(memory, 1); }

/// What a copy does when it runs. Of pageable memory the runtime takes a copy of its own before it returns.
work copying(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, bool captured) {
  std::vector<unsigned char> staged;
  const bool stages = kind == cudaMemcpyHostToDevice && !captured && !is_pinned(from);
  if (stages) staged.assign(static_cast<const unsigned char*>(from), static_cast<const unsigned char*>(from) + bytes);
  return [=, staged = std::move(staged)] {
    if (fits(to, from, bytes, kind)) std::memcpy(to, stages ? staged.data() : from, bytes);
  };
}

}  // namespace

extern "C" {

cudaError_t CUDARTAPI cudaGetDeviceCount(int* count) {
  if (fails("cudaGetDeviceCount")) return remember(cudaErrorUnknown);
  *count = state().options.devices;
  return *count == 0 ? remember(cudaErrorNoDevice) : cudaSuccess;
}

cudaError_t CUDARTAPI cudaGetDevice(int* device) {
  if (fails("cudaGetDevice")) return remember(cudaErrorUnknown);
  *device = 0;
  return cudaSuccess;
}

cudaError_t CUDARTAPI cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  if (fails("cudaDeviceGetAttribute")) return remember(cudaErrorUnknown);
  if (device != 0) return remember(cudaErrorInvalidDevice);
  switch (attribute) {
    case cudaDevAttrMaxSharedMemoryPerBlockOptin: *value = state().options.shared_bytes; return cudaSuccess;
    case cudaDevAttrMultiProcessorCount: *value = 3; return cudaSuccess;
    default: return remember(cudaErrorInvalidValue);
  }
}

cudaError_t CUDARTAPI cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  if (fails("cudaMemGetInfo")) return remember(cudaErrorUnknown);
  *total = state().options.bytes;
  *free = *total - state().memory.used();
  return cudaSuccess;
}

cudaError_t CUDARTAPI cudaPointerGetAttributes(cudaPointerAttributes* found, const void* pointer) {
  if (fails("cudaPointerGetAttributes")) return remember(cudaErrorUnknown);
  *found = {};
  found->type = on_device(pointer, 1) ? cudaMemoryTypeDevice
                : is_pinned(pointer)  ? cudaMemoryTypeHost
                                      : cudaMemoryTypeUnregistered;
  return cudaSuccess;
}

cudaError_t CUDARTAPI cudaMalloc(void** memory, std::size_t bytes) {
  if (fails("cudaMalloc")) return remember(cudaErrorMemoryAllocation);
  if (refused_in_capture("cudaMalloc")) return remember(cudaErrorStreamCaptureUnsupported);
  device_state& s = state();
  *memory = bytes > s.options.bytes - s.memory.used() ? nullptr : s.memory.allocate(bytes);
  return *memory == nullptr ? remember(cudaErrorMemoryAllocation) : cudaSuccess;
}

cudaError_t CUDARTAPI cudaFree(void* memory) {
  const bool failing = fails("cudaFree");
  if (memory != nullptr && !refused_in_capture("cudaFree")) {
    state().run_all();  // it waits for the device
    if (!state().memory.release(memory)) {
      report("cudaFree of what is no array of device memory");
      return remember(cudaErrorInvalidValue);
    }
  }
  return failing ? remember(cudaErrorUnknown) : cudaSuccess;
}

cudaError_t CUDARTAPI cudaMallocHost(void** memory, std::size_t bytes) {
  if (fails("cudaMallocHost")) return remember(cudaErrorMemoryAllocation);
  if (refused_in_capture("cudaMallocHost")) return remember(cudaErrorStreamCaptureUnsupported);
  *memory = ::operator new(bytes, pinned_alignment);
  std::memset(*memory, 0xFF, bytes);
  device_state& s = state();
  s.pinned.emplace(reinterpret_cast<std::uintptr_t>(*memory), bytes);
  s.pinned_bytes += bytes;
  s.peak_pinned_bytes = std::max(s.peak_pinned_bytes, s.pinned_bytes);
  return cudaSuccess;
}

cudaError_t CUDARTAPI cudaFreeHost(void* memory) {
  const bool failing = fails("cudaFreeHost");
  if (memory != nullptr && !refused_in_capture("cudaFreeHost")) {
    state().run_all();
    const auto found = state().pinned.find(reinterpret_cast<std::uintptr_t>(memory));
    if (found == state().pinned.end()) {
      report("cudaFreeHost of what is no array of page-locked memory");
      return remember(cudaErrorInvalidValue);
    }
    state().pinned_bytes -= found->second;
    state().pinned.erase(found);
    ::operator delete(memory, pinned_alignment);
  }
  return failing ? remember(cudaErrorUnknown) : cudaSuccess;
}

cudaError_t CUDARTAPI cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  if (fails("cudaMemcpy")) return remember(cudaErrorUnknown);
  if (refused_in_capture("cudaMemcpy")) return remember(cudaErrorStreamCaptureUnsupported);
  if (!fits(to, from, bytes, kind)) return remember(cudaErrorInvalidValue);
  device_state& s = state();
  const bool returns_early = kind == cudaMemcpyHostToDevice && !is_pinned(from);
  (void)enqueue(cudaStreamLegacy, copying(to, from, bytes, kind, false));
  if (!returns_early) s.run(s.legacy);
  return cudaSuccess;
}

cudaError_t CUDARTAPI cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                                      cudaStream_t stream) {
  if (fails("cudaMemcpyAsync")) return remember(cudaErrorUnknown);
  if (!fits(to, from, bytes, kind)) return remember(cudaErrorInvalidValue);
  const bool known = enqueue(stream, copying(to, from, bytes, kind, is_capturing(stream)));
  return known ? cudaSuccess : remember(cudaErrorInvalidResourceHandle);
}

cudaError_t CUDARTAPI cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream) {
  if (fails("cudaMemsetAsync")) return remember(cudaErrorUnknown);
  if (!on_device(memory, bytes)) {
    report("cudaMemsetAsync of " + std::to_string(bytes) + " bytes that are not within one array of device memory");
    return remember(cudaErrorInvalidValue);
  }
  const bool known = enqueue(stream, [=] {
    if (on_device(memory, bytes)) {
      std::memset(memory, value, bytes);
    } else {
      report("a captured memset of memory that is freed");
    }
  });
  return known ? cudaSuccess : remember(cudaErrorInvalidResourceHandle);
}

cudaError_t CUDARTAPI cudaMemset(void* memory, int value, std::size_t bytes) {
  if (fails("cudaMemset")) return remember(cudaErrorUnknown);
  if (refused_in_capture("cudaMemset")) return remember(cudaErrorStreamCaptureUnsupported);
  if (!on_device(memory, bytes)) {
    report("cudaMemset of " + std::to_string(bytes) + " bytes that are not within one array of device memory");
    return remember(cudaErrorInvalidValue);
  }
  (void)enqueue(cudaStreamLegacy, [=] { std::memset(memory, value, bytes); });
  return cudaSuccess;
}

}  // extern "C"
