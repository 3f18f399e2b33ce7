#pragma once
/// What a program of tests may lack on a machine: real data, a GPU.

#include <string>

namespace m2grl::test {

/// Why this program's tests cannot run here; empty where they can. A program that may lack something defines it, the
/// others have support/main.cpp's. Its tests are then skipped (exit code 77), never passed.
std::string missing();

}  // namespace m2grl::test
