// Exact top-k on a GPU: queries per second of whole calls on tables in host memory, against the bare products.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cuda/runtime/handles.hpp"
#include "gpu/cases.hpp"
#include "gpu/timing.hpp"
#include "m2grl/search.hpp"
#include "support/bench.hpp"
#include "support/data.hpp"

namespace {

using namespace m2grl;
using namespace m2grl::bench;

constexpr std::size_t dim = 128;

/// Every `step`-th list against the CPU's search.
void validate(const table& queries, const table& candidates, std::size_t step, std::uint32_t k,
              const std::vector<std::vector<scored_node>>& found) {
  check(found.size() == queries.rows(), "a query has no list");
  const std::size_t count = (queries.rows() + step - 1) / step;
  table some(count, dim);
  for (std::size_t i = 0; i < count; ++i) std::copy_n(queries[i * step].begin(), dim, some[i].begin());
  const auto expected = search_top_k(some, candidates, k);
  for (std::size_t i = 0; i < count; ++i) {
    check(found[i * step] == expected[i], fmt::format("the list of query {} is not the CPU's", i * step));
  }
}

/// All scores by products of 1,024 queries and 8,192 candidates, both tables on the device: seconds.
class bare_products {
 public:
  bare_products(const table& queries, const table& candidates)
      : queries_(queries.rows()),
        candidates_(candidates.rows()),
        blas_(stream_.get(), false),
        q_(std::span<const float>(queries.data(), queries.rows() * queries.stride())),
        c_(std::span<const float>(candidates.data(), candidates.rows() * candidates.stride())),
        scores_(rows * columns) {}

  double seconds() {
    return seconds_on(stream_.get(), [&] {
      const float one = 1, zero = 0;
      for (std::size_t c = 0; c < candidates_; c += columns) {
        for (std::size_t q = 0; q < queries_; q += rows) {
          const auto m = static_cast<int>(std::min(columns, candidates_ - c));
          const auto n = static_cast<int>(std::min(rows, queries_ - q));
          cuda::check(cublasSgemm(blas_.get(), CUBLAS_OP_T, CUBLAS_OP_N, m, n, dim, &one, c_.data() + c * dim, dim,
                                  q_.data() + q * dim, dim, &zero, scores_.data(), columns),
                      "cublasSgemm");
        }
      }
    });
  }

 private:
  static constexpr std::size_t rows = 1024, columns = 8192;
  std::size_t queries_, candidates_;
  cuda::stream stream_;
  cuda::blas blas_;
  cuda::device_array<float> q_, c_, scores_;
};

void measure_case(const std::string& name, const table& q, const table& c, std::uint32_t k, bare_products& bare,
                  const options& o, report& r) {
  search_options how;
  how.k = k, how.device = device_kind::cuda;
  const std::size_t step = q.rows() / 50;
  validate(q, c, step, k, search_top_k(q, c, how));
  r.validated(fmt::format("{}: every {}th list against the CPU's, ids and scores", name, step));
  const auto rate = [&](double seconds) { return static_cast<double>(q.rows()) / seconds; };
  r.add(compare(
      name, "queries/s", o.runs, [&] { return rate(seconds_of([&] { (void)search_top_k(q, c, how); })); },
      "the bare products of tables on the device", [&] { return rate(bare.seconds()); }));
}

void body(const options& o, report& r) {
  need_gpu();
  case_list cases(r);
  const auto nodes = std::max<std::size_t>(10000, static_cast<std::size_t>(1e6 * o.size));
  const table c = normal_rows(nodes, dim, 2);
  for (const std::size_t queries : {1000, 65536}) {
    const table q = normal_rows(queries, dim, 1);
    bare_products bare(q, c);
    for (const std::uint32_t k : {10u, 100u}) {
      const std::string name = fmt::format("{}k_x_{}_{}_queries_k{}", nodes / 1000, dim, queries, k);
      cases.run(name, [&] { measure_case(name, q, c, k, bare, o, r); });
    }
  }
  cases.finish();
}

}  // namespace

int main(int argc, char** argv) { return run_main(argc, argv, "gpu_search", body); }
