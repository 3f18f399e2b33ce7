#pragma once
/// The warps of a launch, each on a thread of its own, of which one runs at a time: every few centres the next one goes
/// on. So what one warp wrote lies between what another read and wrote, as on a device, but the same every time.

#include <cstdint>
#include <deque>
#include <functional>
#include <semaphore>
#include <thread>
#include <vector>

namespace emulated {

class turns {
 public:
  using pause = std::function<void()>;

  /// Calls body(i, pause) for every i < count; body calls pause() where others may go on. Returns when all are done.
  void run(std::uint32_t count, const std::function<void(std::uint32_t, const pause&)>& body) {
    if (count == 1) return body(0, [] {});
    for (std::uint32_t i = 0; i < count; ++i) warps_.emplace_back();
    std::vector<std::thread> threads;
    for (std::uint32_t i = 0; i < count; ++i) {
      threads.emplace_back([this, i, &body] {
        warps_[i].turn.acquire();
        std::uint32_t pauses = i;  // not all at the same place of a sequence
        body(i, [&] {
          if (++pauses % centres_in_turn == 0) pass_on(i);
        });
        warps_[i].running = false;
        pass_on(i);
      });
    }
    warps_[0].turn.release();
    for (std::thread& t : threads) t.join();
  }

 private:
  static constexpr std::uint32_t centres_in_turn = 17;
  struct warp_turn {
    std::binary_semaphore turn{0};
    bool running = true;
  };

  /// To the next one that is not done; then waits for this one's turn, unless it is done itself.
  void pass_on(std::uint32_t from) {
    const auto count = static_cast<std::uint32_t>(warps_.size());
    std::uint32_t next = (from + 1) % count;
    while (next != from && !warps_[next].running) next = (next + 1) % count;
    if (next == from) return;
    const bool waits = warps_[from].running;
    warps_[next].turn.release();
    if (waits) warps_[from].turn.acquire();
  }

  std::deque<warp_turn> warps_;
};

}  // namespace emulated
