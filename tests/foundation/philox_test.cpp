#include <catch2/catch.hpp>

#include "m2grl/kernel/philox.hpp"

using m2grl::kernel::philox4x32;
using m2grl::kernel::philox_block;
using m2grl::kernel::purpose;
using m2grl::kernel::random_stream;

namespace {
void check_block(const philox_block& block, std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  CHECK(block.word[0] == a);
  CHECK(block.word[1] == b);
  CHECK(block.word[2] == c);
  CHECK(block.word[3] == d);
}
}  // namespace

// The known answers published with Random123 (kat_vectors, philox4x32-10).
TEST_CASE("Philox4x32-10 gives the published known answers") {
  check_block(philox4x32({{0, 0, 0, 0}}, 0), 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
  check_block(philox4x32({{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}}, 0xffffffffffffffffull), 0x408f276d,
              0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
  check_block(philox4x32({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0x299f31d0a4093822ull), 0xd16cfe09,
              0x94fdcceb, 0x5001e420, 0x24126ea1);
}

TEST_CASE("the counter's fields lie where the documentation says") {
  const random_stream stream(7, 0x1234, 0xABCDEF, 0x0000'8765'4321'0FEDull, purpose::negatives);
  CHECK(stream.word1 == 0x43210FEDu);
  CHECK(stream.word2 == 0x12348765u);
  CHECK(stream.word3 == 0x04ABCDEFu);
  const philox_block expected = philox4x32({{5, 0x43210FEDu, 0x12348765u, 0x04ABCDEFu}}, 7);
  CHECK(stream.block(5).word[0] == expected.word[0]);
  CHECK(stream.block(5).word[3] == expected.word[3]);
}
