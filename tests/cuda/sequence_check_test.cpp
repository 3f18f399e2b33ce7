/// What the check of sequences in device memory finds, its body run thread by thread on the host.
#include <catch2/catch.hpp>
#include <vector>

#include "cuda/inputs/sequence_check.hpp"
#include "random_graphs.hpp"

using namespace m2grl;

namespace {

struct outcome {
  cuda::sequence_faults faults;
  std::vector<unsigned long long> counts;
};

/// The last row and position first: the first fault must win in any order.
outcome checked(const std::vector<std::uint64_t>& offsets, const std::vector<node_id>& ids, std::size_t nodes) {
  outcome o{{}, std::vector<unsigned long long>(nodes, 0)};
  const cuda::unchecked_sequences s{offsets.data(), ids.data(), offsets.size() - 1, ids.size(), nodes};
  for (std::uint64_t r = s.rows; r-- > 0;) cuda::check_row(s, r, &o.faults);
  for (std::uint64_t i = s.positions; i-- > 0;) cuda::count_position(s, i, &o.faults, o.counts.data());
  return o;
}

}  // namespace

TEST_CASE("sound sequences are counted") {
  const ragged rows = support::random_sequences(300, 100, 20, 1);
  std::vector<unsigned long long> expected(100, 0);
  for (const node_id id : rows.ids) ++expected[id];
  const outcome o = checked(rows.offsets, rows.ids, 100);
  CHECK(o.counts == expected);
  CHECK(o.faults.row == cuda::no_fault);
  CHECK(o.faults.position == cuda::no_fault);
}

TEST_CASE("the first fault of offsets and of ids is found") {
  const std::vector<node_id> ids{0, 1, 2, 1, 0};
  CHECK(checked({0, 2, 5}, ids, 3).faults.row == cuda::no_fault);
  CHECK(checked({1, 2, 5}, ids, 3).faults.row == 0);
  CHECK(checked({0, 2, 4}, ids, 3).faults.row == 1);
  CHECK(checked({0, 3, 2, 5}, ids, 3).faults.row == 1);
  CHECK(checked({0, 9, 9, 5}, ids, 3).faults.row == 0);
  CHECK(checked({0, 2, 6}, ids, 3).faults.row == 1);
  const outcome o = checked({0, 2, 5}, ids, 1);
  CHECK(o.faults.position == 1);
  CHECK(o.counts == std::vector<unsigned long long>{2});
  const std::vector<std::uint64_t> long_row{0, std::uint64_t{1} << 28};
  cuda::sequence_faults faults;
  cuda::check_row({long_row.data(), nullptr, 1, long_row[1], 3}, 0, &faults);
  CHECK(faults.row == 0);
}
