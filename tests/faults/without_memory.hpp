#pragma once
/// An operation with memory running out at one instant of it after the other.

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <new>
#include <string>

#include "allocations.hpp"
#include "m2grl/error.hpp"

namespace m2grl::test {

#ifdef M2GRL_ASAN
inline constexpr std::uint64_t trials = 15;
#else
inline constexpr std::uint64_t trials = 50;  // about so many instants of each operation
#endif

/// What leaks where memory runs out, but not by m2grl: hnswlib's constructors and its lists of visited nodes, and the
/// constructor of nlohmann's JSON from a list.
enum class leaks { none, in_hnswlib, in_json };

struct outcome {
  bool done = false, memory = false;
  std::string message;
};

/// Runs it with the `number`-th allocation failing, or with all from it on.
template <class Work>
outcome run_without_memory(const Work& work, std::uint64_t number, bool from_then_on) {
  outcome found;
  fail_allocation(number, from_then_on);
  try {
    (void)work();
    found.done = true;
  } catch (const std::bad_alloc&) {
    found.memory = true;
  } catch (const out_of_memory&) {
    found.memory = true;
  } catch (const std::exception& fault) {
    stop_failing();
    found.message = fault.what();
    // toml++ reads numbers by a stream, which swallows the failure and is then told not to hold a number.
    found.memory = found.message.find("could not be interpreted as a value") != std::string::npos;
  }
  stop_failing();
  return found;
}

/// `work` returns what it made; `bytes_of` tells it by its bytes; `tidy` holds after every trial.
template <class Work, class Bytes>
void check_operation(const char* name, const Work& work, const Bytes& bytes_of, leaks allowed = leaks::none,
                     const std::function<void()>& tidy = {}) {
  for (int warm = 0; warm < 2; ++warm) (void)work();  // threads, caches, tables of other libraries
  fail_allocation(~std::uint64_t{0}, false);
  const std::string wanted = bytes_of(work());
  const std::uint64_t step = std::max<std::uint64_t>(1, stop_failing() / trials);
  std::uint64_t told = 0;
  for (const bool from_then_on : {false, true}) {
    for (std::uint64_t number = 1, survived = 0; survived < 3; number += step) {
      const std::int64_t before = live_allocations();
      const outcome found = run_without_memory(work, number, from_then_on);
      const std::int64_t after = live_allocations();
      CAPTURE(name, number, from_then_on, found.message);
      REQUIRE((found.done || found.memory));
      if (allowed == leaks::none) REQUIRE(after == before);
      if (tidy) tidy();
      REQUIRE(bytes_of(work()) == wanted);
      told += found.memory ? 1 : 0;
      survived = found.done ? survived + 1 : 0;  // a hint's allocation may fail unseen
    }
  }
  CAPTURE(name);
  CHECK(told >= 2);
}

}  // namespace m2grl::test
