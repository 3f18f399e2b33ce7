/// Windows and negatives: the same in every vocabulary, equal to the reference's, and pinned by golden values.
#include <catch2/catch.hpp>
#include <map>

#include "m2grl/kernel/permutation.hpp"
#include "train/body.hpp"

using namespace m2grl;

namespace {

/// What a vocabulary was asked to train: ids of the window, outputs, mask.
struct recorded_centre {
  std::vector<std::uint32_t> contexts, outputs;
  std::uint32_t masked = 0;
  bool operator==(const recorded_centre&) const = default;
};

/// Passes every verb on, and notes the centres.
template <class Vocabulary>
class recording {
 public:
  recording(Vocabulary& words, std::vector<recorded_centre>& centres) : words_(words), centres_(centres) {}
  template <class Function>
  void map(std::uint32_t n, Function&& f) {
    words_.map(n, f);
  }
  void prefetch_input(std::uint32_t id) { words_.prefetch_input(id); }
  void prefetch_outputs(const std::uint32_t* ids, std::uint32_t n) { words_.prefetch_outputs(ids, n); }
  void enter(std::uint32_t slot, std::uint32_t id) {
    REQUIRE(ring_.count(slot) == 0);
    ring_[slot] = id;
    words_.enter(slot, id);
  }
  void leave(std::uint32_t slot) {
    REQUIRE(ring_.erase(slot) == 1);
    words_.leave(slot);
  }
  void train_centre(const kernel::window_slots& window, const kernel::centre_plan& plan) {
    recorded_centre centre;
    for (std::uint32_t i = 0; i < window.count; ++i) centre.contexts.push_back(ring_.at(window.slot[i]));
    centre.outputs.assign(plan.outputs, plan.outputs + plan.count);
    centre.masked = plan.masked;
    centres_.push_back(centre);
    words_.train_centre(window, plan);
  }
  [[nodiscard]] bool empty() const { return ring_.empty(); }

 private:
  Vocabulary& words_;
  std::vector<recorded_centre>& centres_;
  std::map<std::uint32_t, std::uint32_t> ring_;
};

/// Trains through a recorder; every row that entered must have left at the end of each sequence.
template <class Vocabulary>
std::vector<recorded_centre> record(Vocabulary& words, const body::setting& s) {
  std::vector<recorded_centre> centres;
  recording<Vocabulary> recorder(words, centres);
  kernel::trainer_arrays arrays;
  kernel::sequence_trainer<recording<Vocabulary>> trainer(recorder, s.options, arrays);
  for (std::size_t row = 0; row < s.sequences.size(); ++row) {
    trainer.run(s.sequences[row].data(), s.sequences[row].size(), row);
    REQUIRE(recorder.empty());
  }
  return centres;
}

std::vector<recorded_centre> expected_centres(const body::setting& s) {
  std::vector<recorded_centre> centres;
  for (std::size_t row = 0; row < s.sequences.size(); ++row) {
    const auto plan = reference::plan_sequence(s.options, s.sequences[row], row);
    for (const auto& centre : plan.centres) {
      if (centre.contexts.empty()) continue;
      recorded_centre made{{}, centre.outputs, centre.masked};
      for (const std::size_t p : centre.contexts) made.contexts.push_back(plan.ids[p]);
      centres.push_back(made);
    }
  }
  return centres;
}

void check_plans(const body::test_case& c) {
  std::mt19937_64 random(c.seed);
  body::setting s;
  body::make_setting(c, random, s);
  support::guarded_rows in(c.nodes, 16), out(c.nodes, 16);
  cpu::vocabulary pointers(in.view(false, false), out.view(false, false), 16, 0.01f, kernel::largest_logit);
  support::stale_rows inputs(in.view(false, false), c.nodes, 16), outputs(out.view(false, false), c.nodes, 16);
  support::staged_vocabulary staged(inputs, outputs, 16, 0.01f, kernel::largest_logit);
  const auto expected = expected_centres(s);
  CAPTURE(c.radius, c.negatives, c.past, c.shrunk, c.mask_contexts, c.subsample);
  CHECK(record(pointers, s) == expected);
  CHECK(record(staged, s) == expected);
}

}  // namespace

TEST_CASE("both vocabularies are asked for the reference's windows and negatives") {
  for (const std::uint32_t radius : {1u, 2u, 5u, 16u}) {
    for (const std::uint32_t negatives : {1u, 2u, 5u, 31u}) {
      for (int bits = 0; bits < 16; ++bits) {
        body::test_case c;
        c.radius = radius;
        c.negatives = negatives;
        c.past = (bits & 1) != 0;
        c.shrunk = (bits & 2) != 0;
        c.mask_contexts = (bits & 4) != 0;
        c.subsample = (bits & 8) != 0 ? 0.02 : 0;
        c.lengths = {0, 1, 2, 31, 32, 33, 70};
        check_plans(c);
      }
    }
  }
}

TEST_CASE("shrunk radii are uniform over 1 to R") {
  std::vector<std::uint64_t> seen(5, 0);
  for (std::uint64_t sequence = 0; sequence < 200; ++sequence) {
    const kernel::random_stream stream(1, 0, 0, sequence, kernel::purpose::window);
    for (std::uint32_t i = 0; i < 500; ++i) ++seen[kernel::mulhi(stream.word(i), 5)];
  }
  for (const std::uint64_t count : seen) CHECK(std::abs(static_cast<double>(count) - 20000) < 4.5 * std::sqrt(16000.0));
}

// Pinned so that a change of counters, of their layout or of the draws' order is seen: models, checkpoints and
// other backends rely on them.
TEST_CASE("golden draws") {
  body::test_case c;
  c.nodes = 1000;
  c.shrunk = true;
  c.lengths = {12};
  std::mt19937_64 random(1);
  body::setting s;
  body::make_setting(c, random, s);
  for (std::uint32_t i = 0; i < 12; ++i) s.sequences.ids[i] = 10 * i;
  const alias_table uniform = alias_table::uniform(1000);
  s.options.sampler = uniform.ref();
  const auto plan = reference::plan_sequence(s.options, s.sequences[0], 123456789012ull);
  std::vector<std::uint32_t> first_contexts, negatives;
  for (std::size_t i = 0; i < 4; ++i) {
    first_contexts.push_back(static_cast<std::uint32_t>(plan.centres[6 + i].contexts.front()));
    negatives.insert(negatives.end(), plan.centres[i].outputs.begin() + 1, plan.centres[i].outputs.end());
  }
  CHECK(first_contexts == std::vector<std::uint32_t>{3, 3, 4, 4});  // of centres 6 to 9: radii 3, 4, 4, 5
  CHECK(negatives == std::vector<std::uint32_t>{245, 485, 758, 398, 76,  102, 341, 338, 642, 943,
                                                561, 497, 113, 953, 973, 852, 715, 421, 693, 567});
  std::vector<std::uint64_t> order;
  for (std::uint64_t i = 0; i < 8; ++i) order.push_back(kernel::permutation(1000, 7, 1, 2)(i));
  CHECK(order == std::vector<std::uint64_t>{694, 853, 491, 732, 118, 30, 51, 55});
}
