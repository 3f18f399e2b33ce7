/// Arrays in .npy files: what is read is written and read again to the same bytes.

#include <algorithm>

#include "model/npy.hpp"
#include "target.hpp"

namespace m2grl::fuzz::npy_target {

template <class Values>
std::string written(const scratch_folder& folder, const Values& values) {
  const std::filesystem::path path = folder.path() / "written.npy";
  std::filesystem::remove(path);
  files::output_file out(path);
  files::write_npy(out, values);
  (void)out.finish();
  return files::read_text(path, std::uint64_t{1} << 30);
}

template <class Read>
void try_read(const scratch_folder& folder, std::string_view bytes, const Read& read) {
  std::string again;
  (void)refusal([&] {
    files::input_file file(folder.path() / "given.npy");
    const auto values = read(file);
    require(file.left() == 0, "an array is read to its end");
    again = written(folder, values);
  });
  if (again.empty()) return;
  const std::string_view data = std::string_view(again).substr(128);  // headers may be spelled in several ways
  require(bytes.ends_with(data), "an array comes back as it was");
}

M2GRL_FUZZ_TARGET(npy, input) {
  static const scratch_folder folder;
  folder.write("given.npy", input);
  try_read(folder, input, [](files::input_file& file) { return files::read_npy_u32(file); });
  try_read(folder, input, [](files::input_file& file) { return files::read_npy_u64(file); });
  using shape = std::pair<std::uint64_t, std::uint64_t>;
  for (const shape& wanted : {shape{2, 3}, shape{0, 3}, shape{2, 0}}) {
    try_read(folder, input,
             [&](files::input_file& file) { return files::read_npy_table(file, wanted.first, wanted.second); });
  }
}

}  // namespace m2grl::fuzz::npy_target
