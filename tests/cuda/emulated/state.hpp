#pragma once
/// What the doubles of the runtime's functions share.

#include <cuda_runtime_api.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "device.hpp"
#include "memory.hpp"

namespace emulated {

/// Live objects by their handles. A destroyed one is remembered, so that its handle is no other's later.
template <class Object, class Handle>
class registry {
 public:
  Handle create() {
    all_.push_back(std::make_unique<entry>());
    ++live_;
    return reinterpret_cast<Handle>(all_.back().get());
  }
  /// Null where the handle was never given out, or its object is destroyed.
  Object* find(Handle handle) {
    for (const auto& e : all_) {
      if (reinterpret_cast<Handle>(e.get()) == handle) return e->live ? &e->object : nullptr;
    }
    return nullptr;
  }
  bool destroy(Handle handle) {
    for (const auto& e : all_) {
      if (reinterpret_cast<Handle>(e.get()) != handle || !e->live) continue;
      e->live = false;
      e->object = {};
      --live_;
      return true;
    }
    return false;
  }
  [[nodiscard]] std::size_t live() const { return live_; }
  [[nodiscard]] auto objects() {
    std::vector<Object*> found;
    for (const auto& e : all_) {
      if (e->live) found.push_back(&e->object);
    }
    return found;
  }

 private:
  struct entry {
    Object object;
    bool live = true;
  };
  std::vector<std::unique_ptr<entry>> all_;
  std::size_t live_ = 0;
};

using recording = std::shared_ptr<std::vector<work>>;

struct stream_state {
  std::deque<work> queue;
  recording captured;   ///< while it is being captured
  bool broken = false;  ///< something illegal was called meanwhile
};
struct event_state {
  stream_state* recorded_on = nullptr;
  std::shared_ptr<bool> reached;
};
struct graph_state {
  recording works;
};

struct device_state {
  device_options options;
  memory_arena memory;
  std::map<std::uintptr_t, std::size_t> pinned;  ///< address to bytes
  std::size_t pinned_bytes = 0, peak_pinned_bytes = 0;
  registry<stream_state, cudaStream_t> streams;
  registry<event_state, cudaEvent_t> events;
  registry<graph_state, cudaGraph_t> graphs;
  registry<graph_state, cudaGraphExec_t> executables;
  stream_state legacy;
  std::map<const void*, int> shared_bytes;  ///< that a kernel may use, where it was asked for
  std::size_t blas = 0;
  cudaError_t last_error = cudaSuccess;
  std::map<std::string, std::uint64_t, std::less<>> calls;
  std::uint64_t all_calls = 0;
  std::uint64_t fail_at = 0;  ///< calls to go; 0: none fails
  std::string fail_name, failed;
  std::vector<std::string> violations;

  /// The legacy default stream too; null where there is none.
  stream_state* find_stream(cudaStream_t handle);
  [[nodiscard]] bool capturing();
  void run(stream_state& stream);
  void run_all();
};

device_state& state();

/// For a call that is illegal while any stream is captured: breaks the capture.
[[nodiscard]] bool refused_in_capture(const char* call);

}  // namespace emulated
