#pragma once
/// Every exception that m2grl throws derives from m2grl::error. The message is one clear sentence
/// that names the offending value and its place.

#include <cstdint>
#include <stdexcept>
#include <string>

#include "m2grl/api.hpp"

namespace M2GRL_API m2grl {

class error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Place of a fault within an input: a file (or a name such as "configuration"), and, where there is
/// one, a line and a column, both counted from 1; 0 stands for "none".
struct input_place {
  std::string file;
  std::uint64_t line = 0;
  std::uint64_t column = 0;
};

/// Input that cannot be used: a malformed file, an unknown key, a value out of range.
/// what() is "file:line:column: message", without the parts that are not known.
class invalid_input : public error {
 public:
  explicit invalid_input(const std::string& message) : error(message) {}
  invalid_input(input_place place, const std::string& message);

  [[nodiscard]] const input_place& place() const noexcept { return place_; }

 private:
  input_place place_;
};

/// A file or directory that cannot be opened, read or written. what() names the path and the cause.
class io_error : public error {
 public:
  using error::error;
};

/// Not enough memory: what() names the bytes asked for and, where known, those that were free.
class out_of_memory : public error {
 public:
  using error::error;
};

/// A call of the CUDA runtime or of cuBLAS failed, or a kernel did: what() names the call, its place and the cause.
class cuda_error : public error {
 public:
  using error::error;
};

/// Training met a logit that is not finite. The tables are finite: such logits are never written back.
class diverged : public error {
 public:
  diverged(const std::string& task, std::uint64_t step);

  [[nodiscard]] const std::string& task() const noexcept { return task_; }
  /// The round, counted from 0, in which the task diverged.
  [[nodiscard]] std::uint64_t step() const noexcept { return step_; }

 private:
  std::string task_;
  std::uint64_t step_;
};

}  // namespace m2grl
