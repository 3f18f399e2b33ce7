#pragma once
/// Plain threads for the stages of ingest. Every stage gives the same result for any number of workers.

#include <cstddef>
#include <cstdint>
#include <functional>

namespace m2grl::ingest {

/// Workers for `asked` threads; 0: one per core.
[[nodiscard]] std::size_t worker_count(std::uint32_t asked);

/// Runs work(worker) for worker = 0 … workers − 1, the caller's thread among them.
/// Rethrows the exception of the first worker (by number) that threw, after all have ended.
void run_workers(std::size_t workers, const std::function<void(std::size_t worker)>& work);

/// Cuts [0, count) into one range per worker and calls work(begin, end) on each.
void parallel_ranges(std::size_t count, std::size_t workers,
                     const std::function<void(std::size_t begin, std::size_t end)>& work);

/// Calls work(i) for every i < count, handed out one at a time.
void parallel_each(std::size_t count, std::size_t workers, const std::function<void(std::size_t)>& work);

}  // namespace m2grl::ingest
