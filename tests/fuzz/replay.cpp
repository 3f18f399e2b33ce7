/// Replays a corpus without the fuzzer: every file as it is, cut at every byte, and with bytes changed by a fixed seed.
/// Usage: PROGRAM FOLDER [changes a file]

#include <algorithm>
#include <iterator>
#include <random>
#include <vector>

#include "target.hpp"

namespace {

using bytes = std::vector<std::uint8_t>;

void give(const bytes& input) { (void)LLVMFuzzerTestOneInput(input.data(), input.size()); }

/// One to four bytes: a bit flipped, another value, removed, or doubled.
bytes changed(bytes input, std::mt19937& random) {
  for (std::uint32_t changes = 1 + random() % 4; changes > 0 && !input.empty(); --changes) {
    const auto at = input.begin() + static_cast<std::ptrdiff_t>(random() % input.size());
    static constexpr std::uint8_t telling[] = {0, 1, 0x7F, 0x80, 0xFF, '\n', '"', ',', '\t', '9', '-', '[', '{'};
    switch (random() % 5) {
      case 0:
      case 1: *at = static_cast<std::uint8_t>(*at ^ (1u << random() % 8)); break;
      case 2: *at = telling[random() % std::size(telling)]; break;
      case 3: input.erase(at); break;
      default: input.insert(at, *at);
    }
  }
  return input;
}

void replay(const bytes& input, std::uint32_t changes, std::size_t& given) {
  give(input);
  for (std::size_t size = 0; size < input.size(); ++size, ++given) {
    give({input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size)});
  }
  std::mt19937 random(static_cast<std::uint32_t>(input.size()));
  for (std::uint32_t c = 0; c < changes; ++c) give(changed(input, random));
  given += 1 + changes;
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) return std::fputs("usage: PROGRAM FOLDER [changes a file]\n", stderr), 2;
  const std::uint32_t changes = count > 2 ? static_cast<std::uint32_t>(std::atoi(words[2])) : 500;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(words[1])) files.push_back(entry.path());
  if (files.empty()) return std::fprintf(stderr, "%s holds no inputs\n", words[1]), 1;
  std::sort(files.begin(), files.end());
  std::size_t given = 0;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    replay({std::istreambuf_iterator<char>(in), {}}, changes, given);
  }
  std::printf("%zu files, %zu inputs\n", files.size(), given);
  return 0;
}
