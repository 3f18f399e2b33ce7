/// Doubles of the alignment launches: the kernels' own bodies, the warps of a grid one after another, the last first.
#include "cuda/align/align_grid.hpp"
#include "cuda/align/align_launch.hpp"
#include "cuda/align/draw_pairs.hpp"
#include "cuda/align/link_rows.hpp"
#include "cuda/align/step_relation.hpp"
#include "cuda/align/train_pair.hpp"
#include "cuda/runtime/check.hpp"
#include "device.hpp"

namespace m2grl::cuda {
namespace {

void check_arguments(const link_batch& l) {
  const auto need_side = [](const link_side& s) {
    emulated::need(s.table.data, s.table.stride, "a table");
    emulated::need_array(s.table.squares, 1, "AdaGrad's sums");
    emulated::need_array(s.rows, s.capacity, "a batch's rows");
    emulated::need_array(s.touches, s.capacity, "a batch's touches");
  };
  need_side(l.a);
  need_side(l.b);
  emulated::need_array(l.round, 1, "a round");
  emulated::need_array(l.task, 1, "a task");
  emulated::need_array(l.state, 1, "a batch's state");
  emulated::need_array(l.from, l.batch_pairs, "a batch's nodes");
  emulated::need_array(l.draws.targets, 1, "links");
  emulated::need_array(l.draws.offsets, 1, "links' offsets");
  emulated::need_array(l.draws.cumulative, 1, "links' counts");
}

/// f(warp) for every warp of the grid.
template <class Function>
void launch_warps(const char* name, const link_batch& l, align_grid grid, cudaStream_t stream, Function f) {
  emulated::launch(name, {grid.blocks, grid.threads}, stream, [=] {
    check_arguments(l);
    for (std::uint32_t w = grid.blocks * (grid.threads / warp_lanes); w-- > 0;) f(w);
  });
  check_launch(name);
}

template <class Body>
void launch_rows(const char* name, const link_batch& l, std::uint32_t batch, cudaStream_t stream, Body body) {
  launch_warps(name, l, row_grid(l), stream, [=](std::uint32_t slot) {
    if (slot < l.a.capacity + l.b.capacity) body(warp(), l, batch, slot);
  });
}

}  // namespace

void launch_draw_pairs(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  launch_warps("draw_kernel", l, draw_grid(l), stream,
               [=](std::uint32_t w) { draw_pairs(warp(), l, batch, w * warp_lanes); });
}

void launch_gather_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  launch_rows("row_kernel<gather_row>", l, batch, stream, gather_row);
}

void launch_activate_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  if (l.projection != projection_kind::identity)
    launch_rows("row_kernel<activate_row>", l, batch, stream, activate_row);
}

void launch_train_pairs(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  with_pair_columns(l, [&]<std::uint32_t Columns>() {
    launch_warps("pair_kernel", l, pair_grid(l), stream,
                 [=](std::uint32_t w) { train_pair<Columns>(warp(), l, batch, w); });
  });
}

void launch_backpropagate_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  if (l.projection != projection_kind::identity)
    launch_rows("row_kernel<backpropagate_row>", l, batch, stream, backpropagate_row);
}

void launch_scatter_rows(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  launch_rows("row_kernel<scatter_row>", l, batch, stream, scatter_row);
}

void launch_step_relation(const link_batch& l, std::uint32_t batch, cudaStream_t stream) {
  launch_warps("step_kernel", l, step_grid(l), stream, [=](std::uint32_t w) {
    for (std::uint32_t lane = 0; lane < warp_lanes; ++lane) step_matrix(l, batch, w * warp_lanes + lane);
    if (w == 0) end_batch(warp(), l, batch);
  });
}

}  // namespace m2grl::cuda
