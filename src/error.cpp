#include "m2grl/error.hpp"

#include <fmt/format.h>

namespace m2grl {
namespace {

std::string at(const input_place& place, const std::string& message) {
  if (place.line == 0) return fmt::format("{}: {}", place.file, message);
  if (place.column == 0) return fmt::format("{}:{}: {}", place.file, place.line, message);
  return fmt::format("{}:{}:{}: {}", place.file, place.line, place.column, message);
}

}  // namespace

invalid_input::invalid_input(input_place place, const std::string& message)
    : error(at(place, message)), place_(std::move(place)) {}

diverged::diverged(const std::string& task, std::uint64_t step)
    : error(fmt::format("training diverged: task \"{}\" met a logit that is not finite in round {}; "
                        "lower train.learning_rate",
                        task, step)),
      task_(task),
      step_(step) {}

}  // namespace m2grl
