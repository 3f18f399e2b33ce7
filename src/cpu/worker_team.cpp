#include "cpu/worker_team.hpp"

#include <algorithm>

namespace m2grl::cpu {

// NOLINTNEXTLINE(bugprone-throw-keyword-missing): a vector of exception_ptr, not an exception
worker_team::worker_team(std::size_t size) : faults_(std::max<std::size_t>(size, 1)) {
  threads_.reserve(faults_.size() - 1);
  try {
    for (std::size_t worker = 1; worker < faults_.size(); ++worker) {
      threads_.emplace_back([this, worker] { serve(worker); });
    }
  } catch (...) {
    end();  // the threads are joined, and must not wait for work
    throw;
  }
}

worker_team::~worker_team() { end(); }

void worker_team::end() noexcept {
  ending_.store(true, std::memory_order_relaxed);
  run_.fetch_add(1, std::memory_order_release);
  run_.notify_all();
}

void worker_team::run(std::size_t workers, const job& work) {
  workers = std::clamp<std::size_t>(workers, 1, size());
  if (workers == 1) return work({0, 1});
  work_ = &work;
  workers_ = workers;
  busy_.store(static_cast<std::uint32_t>(threads_.size()), std::memory_order_relaxed);
  run_.fetch_add(1, std::memory_order_release);  // publishes the fields above
  run_.notify_all();
  do_part(0);
  for (std::uint32_t busy = busy_.load(std::memory_order_acquire); busy != 0;
       busy = busy_.load(std::memory_order_acquire)) {
    busy_.wait(busy, std::memory_order_acquire);
  }
  std::exception_ptr first;
  for (std::exception_ptr& fault : faults_) {
    if (const auto found = std::exchange(fault, nullptr); found && !first) first = found;
  }
  if (first) std::rethrow_exception(first);
}

void worker_team::serve(std::size_t worker) {
  for (std::uint32_t seen = 0;;) {
    run_.wait(seen, std::memory_order_acquire);
    seen = run_.load(std::memory_order_acquire);
    if (ending_.load(std::memory_order_relaxed)) return;
    do_part(worker);
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
  }
}

void worker_team::do_part(std::size_t worker) noexcept {
  if (worker >= workers_) return;
  try {
    (*work_)({worker, workers_});
  } catch (...) {
    faults_[worker] = std::current_exception();
  }
}

}  // namespace m2grl::cpu
