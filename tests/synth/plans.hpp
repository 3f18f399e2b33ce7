#pragma once
/// A marketplace small enough for a test, large enough for its statistics.

#include "m2grl/synth.hpp"

namespace m2grl::test {

inline synth_config small_plan() {
  synth_config plan;
  plan.users = 4000;
  plan.items = 1200;
  plan.categories = 30;
  plan.brands = 60;
  plan.shops = 25;
  plan.events_per_user = 15;
  plan.seed = 42;
  return plan;
}

}  // namespace m2grl::test
