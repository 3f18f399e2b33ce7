#include "support/probe.hpp"

#include "graph/large_buffer.hpp"
#include "support/bench.hpp"
#include "support/data.hpp"

namespace m2grl::bench {

std::vector<std::uint32_t> random_cycle(std::uint32_t entries) {
  auto order = graph_detail::make_large_vector<std::uint32_t>(entries);
  for (std::uint32_t i = 0; i < entries; ++i) order[i] = i;
  const auto stream = synthetic_stream(3, 0);
  for (std::uint32_t i = entries - 1; i > 0; --i) std::swap(order[i], order[kernel::mulhi(stream.word(i), i)]);
  return order;
}

double gather_rate(const std::vector<std::uint32_t>& order, std::uint32_t chains, double seconds) {
  std::vector<std::uint32_t> at(chains);
  for (std::uint32_t c = 0; c < chains; ++c) {
    at[c] = kernel::mulhi(synthetic_stream(4, c).word(0), static_cast<std::uint32_t>(order.size()));
  }
  std::uint64_t reads = 0;
  double elapsed = 0;
  while (elapsed < seconds) {
    elapsed += seconds_of([&] {
      for (int round = 0; round < 20000; ++round) {
        for (std::uint32_t& place : at) {
          place = order[place];
          __builtin_prefetch(&order[place]);
        }
      }
    });
    reads += std::uint64_t{20000} * chains;
  }
  volatile std::uint32_t sink = at[0];
  (void)sink;
  return static_cast<double>(reads) / elapsed;
}

}  // namespace m2grl::bench
