/// The block kernel on every SIMD target that this machine can run, each proved to be the one that ran.
#include <hwy/targets.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "cpu/philox_batch.hpp"
#include "cpu/sgns_block.hpp"
#include "train/block.hpp"
#include "train/body.hpp"

namespace {

/// Calls f(name) once for each target that the kernel was compiled for and the machine supports.
template <class Function>
std::set<std::string> for_each_target(Function f) {
  const std::int64_t supported = hwy::SupportedTargets();
  std::set<std::string> ran;
  for (int bit = 0; bit < 63; ++bit) {
    const std::int64_t target = std::int64_t{1} << bit;
    if ((supported & target) == 0) continue;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().DeInit();
    const std::string name = m2grl::cpu::simd_target();  // the fallback, where this target was not compiled
    if (ran.insert(name).second) f(name);
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().DeInit();
  return ran;
}

body::test_case with(std::uint32_t dim, std::uint32_t negatives, std::uint32_t radius, bool hot, bool adagrad) {
  body::test_case c;
  c.dim = dim;
  c.negatives = negatives;
  c.radius = radius;
  c.hot = hot;
  c.adagrad = adagrad;
  c.rate = negatives > 8 ? 0.01f : 0.05f;
  c.nodes = 12;
  return c;
}

}  // namespace

TEST_CASE("every SIMD target agrees with the reference") {
  const auto ran = for_each_target([](const std::string& name) {
    CAPTURE(name);
    for (const std::uint32_t dim : {1u, 16u, 17u, 48u, 100u, 128u, 200u}) {
      for (std::uint32_t negatives = 1; negatives <= 8; ++negatives) {
        body::check<body::pointer_rows>(with(dim, negatives, 5, false, false));
      }
      for (const std::uint32_t negatives : {5u, 31u}) {
        body::check<body::pointer_rows>(with(dim, negatives, 16, false, false));
        body::check<body::pointer_rows>(with(dim, negatives, 16, true, true));
        body::check<body::staged_rows>(with(dim, negatives, 16, true, true));
      }
    }
  });
  for (const auto& name : ran) INFO(name);
  CHECK(ran.size() >= 2);                                                // the fallback, and what the machine offers
  const std::int64_t supported = hwy::SupportedTargets() & HWY_TARGETS;  // of those that are compiled
  CHECK(ran.count("AVX2") == ((supported & HWY_AVX2) != 0 ? 1 : 0));
  CHECK(ran.count("AVX3") == ((supported & HWY_AVX3) != 0 ? 1 : 0));
}

TEST_CASE("blocks of every size, with every rule of rates, with and without repeated rows") {
  for_each_target([](const std::string& name) {
    CAPTURE(name);
    for (std::uint32_t m = 1; m <= 32; ++m) {
      for (std::uint32_t n = 2; n <= 10; ++n) {
        for (unsigned rule = 0; rule < 8; ++rule) {
          block::test_case c;
          c.m = m;
          c.n = n;
          c.hot_inputs = (rule & 1u) != 0;
          c.hot_outputs = (rule & 2u) != 0;
          c.adagrad = (rule & 4u) != 0;
          c.dim = m % 2 == 0 ? 24 : 136;  // tiles of every width, and the columns that they leave
          c.rows = n % 2 == rule % 2 ? 3 : 64;
          c.masked = m % 4 == 3 ? 2 : 0;
          block::check(c);
        }
      }
    }
  });
}

TEST_CASE("blocks whose logits lie on both sides of the limit") {
  for_each_target([](const std::string& name) {
    CAPTURE(name);
    for (const std::uint32_t m : {1u, 2u, 5u, 10u, 32u}) {
      for (std::uint32_t n = 2; n <= 10; ++n) {
        for (const float limit : {0.05f, 0.3f}) {
          block::test_case c;
          c.m = m;
          c.n = n;
          c.dim = 24;
          c.logit_limit = limit;
          c.adagrad = n % 3 == 0;
          c.masked = n % 2 == 0 ? 2 : 0;
          block::check(c);
        }
      }
    }
  });
}

TEST_CASE("tied tables: rows that are input and output of one block") {
  for_each_target([](const std::string& name) {
    CAPTURE(name);
    for (const std::uint32_t m : {1u, 2u, 7u, 10u, 32u}) {
      for (std::uint32_t n = 2; n <= 10; ++n) {
        for (unsigned rule = 0; rule < 4; ++rule) {
          block::test_case c;
          c.m = m;
          c.n = n;
          c.hot_inputs = c.hot_outputs = (rule & 1u) != 0;
          c.adagrad = (rule & 2u) != 0;
          c.dim = m % 2 == 0 ? 24 : 136;
          c.rows = n % 2 == 0 ? 3 : 20;
          block::check_tied(c);
        }
      }
    }
  });
}

TEST_CASE("dims up to the widest whose gradients are kept, and beyond") {
  for_each_target([](const std::string& name) {
    CAPTURE(name);
    for (const std::uint32_t dim : {1u, 15u, 16u, 17u, 48u, 64u, 100u, 128u, 200u, 1000u, 1024u, 1025u}) {
      for (const std::uint32_t n : {2u, 6u, 8u}) {
        for (const bool adagrad : {false, true}) {
          block::test_case c;
          c.m = 32;
          c.n = n;
          c.dim = dim;
          c.hot_inputs = c.hot_outputs = !adagrad;
          c.adagrad = adagrad;
          block::check(c);
        }
      }
    }
  });
}

TEST_CASE("the widest block of zero logits: 32 contexts, 32 outputs, loss 1024 ln 2") {
  for_each_target([](const std::string& name) {
    CAPTURE(name);
    for (const std::uint32_t outputs : {6u, 8u, 32u}) {
      m2grl::table x(32, 16), t(32, 16);
      float *inputs[32], *rows[32];
      for (std::uint32_t i = 0; i < 32; ++i) {
        inputs[i] = x[i].data();
        rows[i] = t[i].data();
      }
      m2grl::cpu::sgns_block block;
      block.inputs = inputs;
      block.outputs = rows;
      block.m = 32;
      block.n = outputs;
      block.stride = block.dim = 16;
      block.rate = 0.1f;
      const auto result = m2grl::cpu::train_block(block);
      CHECK_FALSE(result.non_finite);
      CHECK(static_cast<double>(result.loss) == Approx(32 * outputs * std::log(2.0)).epsilon(1e-5));
    }
  });
}

TEST_CASE("a block with a logit that is not finite writes nothing") {
  for_each_target([](const std::string& name) {
    CAPTURE(name);
    for (const float bad :
         {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(), 1e30f, -1e7f}) {
      for (const int rule : {0, 1, 2}) {
        m2grl::table x(3, 20), t(4, 20);
        for (std::size_t c = 0; c < 20; ++c) {
          for (std::size_t r = 0; r < 3; ++r) x[r][c] = 0.1f;
          for (std::size_t r = 0; r < 4; ++r) t[r][c] = 0.2f;
        }
        x[1][7] = bad;
        const m2grl::table x_before = x.clone(), t_before = t.clone();
        float* inputs[] = {x[0].data(), x[1].data(), x[2].data()};
        float* outputs[] = {t[0].data(), t[1].data(), t[2].data(), t[3].data()};
        float values[16] = {1, 1, 1, 1}, squares[2][16];
        m2grl::cpu::sgns_block block;
        block.inputs = inputs;
        block.outputs = outputs;
        block.m = 3;
        block.n = 4;
        block.stride = 32;
        block.dim = 20;
        block.rate = 0.1f;
        if (rule == 1) block.input_factors = values;
        if (rule == 2) {
          block.input_accumulated = block.output_accumulated = values;
          block.input_squares = squares[0];
          block.output_squares = squares[1];
        }
        const auto result = m2grl::cpu::train_block(block);
        CHECK(result.non_finite);
        CHECK(std::isfinite(result.loss));
        CHECK(std::memcmp(x.data(), x_before.data(), x.bytes()) == 0);
        CHECK(std::memcmp(t.data(), t_before.data(), t.bytes()) == 0);
      }
    }
  });
}

TEST_CASE("every SIMD target draws the words of the plain generator") {
  using m2grl::kernel::philox_block;
  const m2grl::kernel::random_stream stream(0xFEDCBA9876543210u, 0x1234, 0xABCDEF, 0x8765432112u,
                                            m2grl::kernel::purpose::negatives);
  for_each_target([&](const std::string& name) {
    CAPTURE(name);
    for (const std::uint32_t first : {0u, 7u, 0x7FFFFFFFu, 0xFFFFFFF8u}) {  // the last wraps round
      for (const std::uint32_t n : {0u, 1u, 7u, 8u, 15u, 16u, 17u, 48u}) {
        const std::uint32_t room = (n + 15) / 16 * 16;
        std::vector<philox_block> drawn(room + 1, philox_block{{1, 2, 3, 4}});
        m2grl::cpu::philox_blocks(stream, first, n, drawn.data());
        for (std::uint32_t i = 0; i < n; ++i) {
          const philox_block expected = stream.block(first + i);
          REQUIRE(std::equal(drawn[i].word, drawn[i].word + 4, expected.word));
        }
        CHECK(drawn[room].word[0] == 1);  // nothing beyond the room
      }
    }
  });
}
