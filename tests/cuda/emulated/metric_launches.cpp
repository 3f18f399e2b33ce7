/// Doubles of the metric's launches: the kernels' own bodies, the warps of a grid one after another, the last first.
#include "cuda/metric/metric_launch.hpp"
#include "cuda/runtime/check.hpp"
#include "device.hpp"

namespace m2grl::cuda {
namespace {

template <class Function>
void launch_batch(const char* name, const metric_batch& b, std::uint32_t warps, cudaStream_t stream, Function f) {
  emulated::launch(name, {blocks_for(warps, metric_warps), metric_threads}, stream, [=] {
    emulated::need_array(b.rows, b.row_count, "a batch's rows");
    emulated::need_array(b.terms, b.term_count, "a batch's terms");
    emulated::need_array(b.values, std::size_t{b.row_count} * b.x_stride, "the values");
    emulated::need_array(b.z, std::size_t{b.row_count} * b.z_stride, "z");
    emulated::need_array(b.dz, std::size_t{b.row_count} * b.z_stride, "the gradient of z");
    emulated::need_array(b.loss, 1, "the loss");
    for (std::uint32_t w = warps; w-- > 0;) f(w);
  });
  check_launch(name);
}

}  // namespace

void launch_gather_metric_rows(const metric_batch& b, cudaStream_t stream) {
  launch_batch("gather_metric_kernel", b, b.row_count, stream,
               [=](std::uint32_t row) { gather_metric_row(warp(), b, row); });
}

void launch_part_metric_pairs(const metric_batch& b, cudaStream_t stream) {
  launch_batch("part_metric_kernel", b, b.term_count, stream,
               [=](std::uint32_t term) { part_metric_pair(warp(), b, term); });
}

void launch_move_metric(const metric_matrix& t, float rate, kernel::adam_correction undo, cudaStream_t stream) {
  emulated::launch("move_metric_kernel", {blocks_for(t.elements, metric_threads), metric_threads}, stream, [=] {
    emulated::need_array(t.m, t.elements, "M");
    emulated::need_array(t.means, t.elements, "Adam's means");
    emulated::need_array(t.squares, t.elements, "Adam's squares");
    emulated::need_array(t.gradient, t.elements, "the gradient of M");
    for (std::uint32_t i = t.elements; i-- > 0;) move_metric_element(t, i, rate, undo);
  });
  check_launch("move_metric_kernel");
}

}  // namespace m2grl::cuda
