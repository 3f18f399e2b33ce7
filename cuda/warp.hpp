#pragma once
/// A warp: 32 lanes in step. One source with two meanings: compiled for a device each lane is a thread and a value per
/// lane is a register; compiled for the host a loop runs the lanes one after another. So the tests run the very bodies
/// of the kernels where there is no GPU.
///
/// Code between two calls of each() is the same for all lanes. A lane sees what others wrote after sync() only.

#include <cstdint>

#include "m2grl/kernel/host_device.hpp"

namespace m2grl::cuda {

inline constexpr std::uint32_t warp_lanes = 32;

/// A value for each lane.
template <class T>
class per_lane {
 public:
#ifdef __CUDA_ARCH__
  __device__ T& operator[](std::uint32_t) { return value_; }
  __device__ const T& operator[](std::uint32_t) const { return value_; }

 private:
  T value_;
#else
  T& operator[](std::uint32_t lane) { return values_[lane]; }
  const T& operator[](std::uint32_t lane) const { return values_[lane]; }

 private:
  T values_[warp_lanes] = {};
#endif
};

class warp {
 public:
  /// Calls f(lane) for every lane.
  template <class Function>
  M2GRL_HOST_DEVICE void each(Function&& f) const {
#ifdef __CUDA_ARCH__
    f(threadIdx.x % warp_lanes);
#else
    for (std::uint32_t lane = 0; lane < warp_lanes; ++lane) f(lane);
#endif
  }

  /// Calls f(0) … f(n − 1), dealt out to the lanes, between two synchronisations.
  template <class Function>
  M2GRL_HOST_DEVICE void map(std::uint32_t n, Function&& f) const {
    sync();
#ifdef __CUDA_ARCH__
    for (std::uint32_t i = threadIdx.x % warp_lanes; i < n; i += warp_lanes) f(i);
#else
    for (std::uint32_t i = n; i > 0; --i) f(i - 1);  // lanes have no order
#endif
    sync();
  }

  /// Lanes see each other's writes to memory.
  M2GRL_HOST_DEVICE void sync() const {
#ifdef __CUDA_ARCH__
    __syncwarp();
#endif
  }

  /// Σ over the lanes, the same in all of them.
  template <class T>
  [[nodiscard]] M2GRL_HOST_DEVICE T sum(const per_lane<T>& v) const {
#ifdef __CUDA_ARCH__
    T total = v[0];
    for (std::uint32_t offset = warp_lanes / 2; offset > 0; offset /= 2) {
      total += __shfl_xor_sync(all_lanes, total, offset);
    }
    return total;
#else
    T total = v[0];
    for (std::uint32_t lane = 1; lane < warp_lanes; ++lane) total += v[lane];
    return total;
#endif
  }

  [[nodiscard]] M2GRL_HOST_DEVICE bool any(const per_lane<bool>& v) const {
#ifdef __CUDA_ARCH__
    return __any_sync(all_lanes, v[0]);
#else
    for (std::uint32_t lane = 0; lane < warp_lanes; ++lane) {
      if (v[lane]) return true;
    }
    return false;
#endif
  }

  /// The smallest lane whose value holds, or warp_lanes.
  [[nodiscard]] M2GRL_HOST_DEVICE std::uint32_t first(const per_lane<bool>& v) const {
#ifdef __CUDA_ARCH__
    const unsigned holding = __ballot_sync(all_lanes, v[0]);
    return holding == 0 ? warp_lanes : static_cast<std::uint32_t>(__ffs(static_cast<int>(holding)) - 1);
#else
    std::uint32_t lane = 0;
    while (lane < warp_lanes && !v[lane]) ++lane;
    return lane;
#endif
  }

  /// Lane `source`'s value, the same in all lanes.
  template <class T>
  [[nodiscard]] M2GRL_HOST_DEVICE T value_of(const per_lane<T>& v, std::uint32_t source) const {
#ifdef __CUDA_ARCH__
    return __shfl_sync(all_lanes, v[0], static_cast<int>(source));
#else
    return v[source];
#endif
  }

  /// Numbers the lanes whose value holds: rank[lane] = how many of the lanes below hold too. Returns how many do.
  [[nodiscard]] M2GRL_HOST_DEVICE std::uint32_t count(const per_lane<bool>& v, per_lane<std::uint32_t>& rank) const {
#ifdef __CUDA_ARCH__
    const unsigned holding = __ballot_sync(all_lanes, v[0]);
    const unsigned below = (1u << threadIdx.x % warp_lanes) - 1;
    rank[0] = static_cast<std::uint32_t>(__popc(holding & below));
    return static_cast<std::uint32_t>(__popc(holding));
#else
    std::uint32_t holding = 0;
    for (std::uint32_t lane = 0; lane < warp_lanes; ++lane) {
      rank[lane] = holding;
      if (v[lane]) ++holding;
    }
    return holding;
#endif
  }

  /// `Count` sums at once, a power of two: lane l is left with Σ over the lanes of v[·][l mod Count]. A butterfly that
  /// halves the values with the distance: 31 exchanges for 32 sums, where a tree for each would take 160. Overwrites v.
  template <std::uint32_t Count>
  [[nodiscard]] M2GRL_HOST_DEVICE per_lane<float> sums(per_lane<float[Count]>& v) const {
    static_assert(Count > 1 && Count <= warp_lanes && (Count & (Count - 1)) == 0);
    per_lane<float> result;
#ifdef __CUDA_ARCH__
    float(&mine)[Count] = v[0];
    exchange<Count / 2>(mine);
    for (std::uint32_t offset = Count; offset < warp_lanes; offset *= 2) {
      mine[0] += __shfl_xor_sync(all_lanes, mine[0], offset);
    }
    result[0] = mine[0];
#else
    for (std::uint32_t i = 0; i < warp_lanes; ++i) {
      for (std::uint32_t lane = 0; lane < warp_lanes; ++lane) result[i] += v[lane][i % Count];
    }
#endif
    return result;
  }

 private:
#ifdef __CUDA_ARCH__
  static constexpr unsigned all_lanes = 0xFFFFFFFFu;

  /// Of 2·Offset values each lane keeps the half that its lane number chooses, added to its partner's.
  template <std::uint32_t Offset, std::uint32_t Count>
  __device__ static void exchange(float (&v)[Count]) {
    const bool upper = (threadIdx.x & Offset) != 0;
#pragma unroll
    for (std::uint32_t i = 0; i < Offset; ++i) {
      const float kept = upper ? v[i + Offset] : v[i];
      const float sent = upper ? v[i] : v[i + Offset];
      v[i] = kept + __shfl_xor_sync(all_lanes, sent, Offset);
    }
    if constexpr (Offset > 1) exchange<Offset / 2>(v);
  }
#endif
};

}  // namespace m2grl::cuda
