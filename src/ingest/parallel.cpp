#include "ingest/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace m2grl::ingest {

std::size_t worker_count(std::uint32_t asked) {
  if (asked > 0) return asked;
  return std::max(1u, std::thread::hardware_concurrency());
}

void run_workers(std::size_t workers, const std::function<void(std::size_t)>& work) {
  std::vector<std::exception_ptr> faults(workers);
  const auto guarded = [&](std::size_t worker) {
    try {
      work(worker);
    } catch (...) {
      faults[worker] = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    threads.reserve(workers);
    for (std::size_t worker = 1; worker < workers; ++worker) threads.emplace_back(guarded, worker);
    guarded(0);
  }
  for (const auto& fault : faults) {
    if (fault) std::rethrow_exception(fault);
  }
}

void parallel_ranges(std::size_t count, std::size_t workers,
                     const std::function<void(std::size_t, std::size_t)>& work) {
  constexpr std::size_t smallest = 4096;  // below it a thread costs more than it does
  workers = std::clamp<std::size_t>(count / smallest, 1, std::max<std::size_t>(workers, 1));
  run_workers(workers, [&](std::size_t w) { work(count * w / workers, count * (w + 1) / workers); });
}

void parallel_each(std::size_t count, std::size_t workers, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  run_workers(std::clamp<std::size_t>(count, 1, std::max<std::size_t>(workers, 1)), [&](std::size_t) {
    for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) work(i);
  });
}

}  // namespace m2grl::ingest
