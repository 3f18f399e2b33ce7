/// Replays a target's corpus without the fuzzer: every file as it is, cut at every byte (or every so many), and with
/// bytes changed by a fixed seed. Usage: fuzz_replay TARGET FOLDER [changes a file [bytes a cut]]

#include <algorithm>
#include <iterator>
#include <random>
#include <string>

#include "target.hpp"

namespace {

/// One to four bytes: a bit flipped, another value, removed, or doubled.
std::string changed(std::string input, std::mt19937& random) {
  for (std::uint32_t changes = 1 + random() % 4; changes > 0 && !input.empty(); --changes) {
    const auto at = input.begin() + static_cast<std::ptrdiff_t>(random() % input.size());
    static constexpr char telling[] = {0, 1, 0x7F, '\x80', '\xFF', '\n', '"', ',', '\t', '9', '-', '[', '{'};
    switch (random() % 5) {
      case 0:
      case 1: *at = static_cast<char>(*at ^ (1 << random() % 8)); break;
      case 2: *at = telling[random() % std::size(telling)]; break;
      case 3: input.erase(at); break;
      default: input.insert(at, *at);
    }
  }
  return input;
}

struct amount {
  std::uint32_t changes = 500, cut = 1;
};

void replay(m2grl::fuzz::target give, const std::string& input, const amount& much, std::size_t& given) {
  give(input);
  for (std::size_t size = 0; size < input.size(); size += much.cut, ++given) give(input.substr(0, size));
  std::mt19937 random(static_cast<std::uint32_t>(input.size()));
  for (std::uint32_t c = 0; c < much.changes; ++c) give(changed(input, random));
  given += 1 + much.changes;
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return std::fputs("usage: fuzz_replay TARGET FOLDER [changes a file [bytes a cut]]\n", stderr), 2;
  const auto target = m2grl::fuzz::targets().find(words[1]);
  if (target == m2grl::fuzz::targets().end()) return std::fprintf(stderr, "no target %s\n", words[1]), 2;
  amount much;
  if (count > 3) much.changes = static_cast<std::uint32_t>(std::atoi(words[3]));
  if (count > 4) much.cut = static_cast<std::uint32_t>(std::max(1, std::atoi(words[4])));
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(words[2])) files.push_back(entry.path());
  if (files.empty()) return std::fprintf(stderr, "%s holds no inputs\n", words[2]), 1;
  std::sort(files.begin(), files.end());
  std::size_t given = 0;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    replay(target->second, {std::istreambuf_iterator<char>(in), {}}, much, given);
  }
  std::printf("%zu files, %zu inputs\n", files.size(), given);
  return 0;
}
