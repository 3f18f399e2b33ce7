#pragma once
/// The CPU backend's threads. They wait asleep: a run cuts its work into thousands of short parts, and threads
/// that spin at the end of each (OpenMP's default) lose a hundredfold where another process holds a core.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

namespace m2grl::cpu {

/// One of the threads that work at once: its number, and how many there are.
struct team_member {
  std::size_t worker = 0, workers = 1;

  /// This member's contiguous share of 0 … n − 1, as [first, last).
  [[nodiscard]] std::pair<std::size_t, std::size_t> share(std::size_t n) const noexcept {
    return {n * worker / workers, n * (worker + 1) / workers};
  }
};

class worker_team {
 public:
  using job = std::function<void(team_member)>;

  /// A team of `size` ≥ 1, the calling thread among them.
  explicit worker_team(std::size_t size);
  worker_team(const worker_team&) = delete;
  worker_team& operator=(const worker_team&) = delete;
  ~worker_team();

  [[nodiscard]] std::size_t size() const noexcept { return threads_.size() + 1; }

  /// Calls work on min(workers, size()) members at once and returns when all have; the caller is member 0.
  /// Rethrows what the first of them, by number, threw. One run() at a time.
  void run(std::size_t workers, const job& work);

 private:
  void end() noexcept;
  void serve(std::size_t worker);
  void do_part(std::size_t worker) noexcept;

  const job* work_ = nullptr;  // of the run in hand
  std::size_t workers_ = 1;
  std::vector<std::exception_ptr> faults_;  // [size]
  std::atomic<std::uint32_t> run_{0};       // counts runs: what the threads wait on
  std::atomic<std::uint32_t> busy_{0};      // threads that have not finished the run in hand
  std::atomic<bool> ending_{false};
  std::vector<std::jthread> threads_;
};

}  // namespace m2grl::cpu
