#include "cli/scratch_folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "m2grl/error.hpp"

namespace m2grl::cli {
namespace fs = std::filesystem;

scratch_folder::scratch_folder() {
  std::string pattern = (fs::temp_directory_path() / "m2grl-demo-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw io_error(fmt::format("cannot make the folder {}", pattern));
  path_ = pattern;
}

scratch_folder::~scratch_folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path new_temporary_file(const std::string& prefix, const std::string& suffix) {
  std::string pattern = (fs::temp_directory_path() / fmt::format("{}-XXXXXX{}", prefix, suffix)).string();
  const int descriptor = ::mkstemps(pattern.data(), static_cast<int>(suffix.size()));
  if (descriptor < 0) throw io_error(fmt::format("cannot make the file {}", pattern));
  (void)::close(descriptor);
  return pattern;
}

}  // namespace m2grl::cli
