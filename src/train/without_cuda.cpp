/// What stands in for the CUDA backend in a library without it: nothing is there, and says so.

#include "m2grl/error.hpp"
#include "m2grl/steps.hpp"
#include "train/backend.hpp"

namespace m2grl {
namespace {

constexpr const char* missing = "this m2grl was built without the CUDA backend";

}  // namespace

bool built_with_cuda() noexcept { return false; }
std::string why_no_gpu() { return missing; }

std::unique_ptr<backend> make_cuda_backend(const problem&, const std::vector<std::uint64_t>&, const train_options&) {
  throw invalid_input(missing);
}
memory_lines describe_cuda_memory(const problem&, const std::vector<std::uint64_t>&) { throw invalid_input(missing); }
std::vector<std::uint64_t> count_device_nodes(const view_input&, const std::string&, stream_handle) {
  throw invalid_input(missing);
}

struct device_sgns::state {};
device_sgns::device_sgns(const train_config&, const device_table_ref&, const device_table_ref&,
                         std::span<const std::uint64_t>, std::uint64_t) {
  throw invalid_input(missing);
}
device_sgns::device_sgns(device_sgns&&) noexcept = default;
device_sgns& device_sgns::operator=(device_sgns&&) noexcept = default;
device_sgns::~device_sgns() = default;
void device_sgns::enqueue(ragged_ref, float, stream_handle) { throw invalid_input(missing); }
sgns_totals device_sgns::totals(stream_handle) { throw invalid_input(missing); }

}  // namespace m2grl
