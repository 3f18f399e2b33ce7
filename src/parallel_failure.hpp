#pragma once
/// Exceptions in OpenMP's parallel regions: one that leaves a region ends the process.

#include <exception>
#include <mutex>

namespace m2grl {

class parallel_failure {
 public:
  /// Does it; keeps what it throws, the first of all threads.
  template <class Work>
  void guard(const Work& work) noexcept {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!first_) first_ = std::current_exception();
    }
  }
  /// After the region.
  void rethrow() const {
    if (first_) std::rethrow_exception(first_);
  }

 private:
  std::mutex mutex_;
  std::exception_ptr first_;
};

}  // namespace m2grl
