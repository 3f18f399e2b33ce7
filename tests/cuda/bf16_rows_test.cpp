/// The SGNS body on bf16 rows: what each centre writes lies on the grid, and training follows fp32's.
#include <catch2/catch.hpp>
#include <cmath>

#include "cuda/warp_rows.hpp"
#include "support/planted.hpp"

using namespace m2grl;

namespace {

/// Tables of bf16 [rows, stride].
struct bf16_table {
  std::size_t stride;
  std::vector<cuda::bf16> values;

  explicit bf16_table(const table& from) : stride(from.stride()) {
    for (std::size_t i = 0; i < from.rows() * stride; ++i) values.push_back(cuda::to_nearest(from.data()[i]));
  }
  [[nodiscard]] cuda::table_ref ref() { return {values.data(), stride, nullptr, nullptr}; }
  [[nodiscard]] table widened(std::size_t rows, std::size_t dim) const {
    table t(rows, dim);
    for (std::size_t i = 0; i < values.size(); ++i) t.data()[i] = cuda::to_float(values[i]);
    return t;
  }
};

template <class Element>
double train(const support::planted_partition& g, cuda::table_ref in, cuda::table_ref out, int epochs) {
  constexpr std::uint32_t dim = 16;
  using words_type = cuda::warp_vocabulary<32, false, Element>;
  const alias_table noise(negative_probabilities(g.counts, negative_sampler::unigram, 0.75));
  kernel::sgns_options o;
  o.sampler = noise.ref();
  const auto layout = cuda::warp_layout::of(o, 32);
  double loss = 0;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    o.epoch = static_cast<std::uint32_t>(epoch);
    support::warp_store store(layout, false);
    const float rate = 0.025f * (1 - (static_cast<float>(epoch) + 0.5f) / static_cast<float>(epochs));
    words_type words(in, out, dim, rate, o.logit_limit, layout, store.arrays(), o.epoch * 977);
    kernel::sequence_trainer<words_type> trainer(words, o, store.arrays().trainer);
    for (std::size_t s = 0; s < g.sequences.size(); ++s) {
      trainer.run(g.sequences[s].data(), g.sequences[s].size(), s);
    }
    REQUIRE_FALSE(words.tally().non_finite);
    loss = words.tally().mean();
  }
  return loss;
}

}  // namespace

TEST_CASE("bf16 rows recover a planted partition as fp32 rows do", "[statistics]") {
  const auto g = support::make_planted(100, 5, 3000, 40, 1, 0.8, 1);
  table input(g.nodes, 16), output(g.nodes, 16);
  std::mt19937_64 random(3);
  std::uniform_real_distribution<float> uniform(-0.5f / 16, 0.5f / 16);
  for (std::size_t r = 0; r < g.nodes; ++r) {
    for (float& x : input[r]) x = uniform(random);
  }
  bf16_table input16(input), output16(output);
  const double wanted = train<float>(g, {input.data(), input.stride(), nullptr, nullptr},
                                     {output.data(), output.stride(), nullptr, nullptr}, 3);
  const double got = train<cuda::bf16>(g, input16.ref(), output16.ref(), 3);
  const double wanted_purity = support::purity(g, input, 5),
               got_purity = support::purity(g, input16.widened(g.nodes, 16), 5);
  CAPTURE(wanted, got, wanted_purity, got_purity);
  CHECK(wanted_purity > 0.85);
  CHECK(got_purity > wanted_purity - 0.06);
  CHECK(got == Approx(wanted).epsilon(0.01));
}
