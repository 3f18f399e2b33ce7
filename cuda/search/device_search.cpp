#include <fmt/format.h>

#include <algorithm>

#include "cuda/runtime/check.hpp"
#include "cuda/runtime/handles.hpp"
#include "cuda/runtime/memory.hpp"
#include "cuda/search/select_launch.hpp"
#include "m2grl/error.hpp"
#include "search/admission.hpp"
#include "search/candidate_blocks.hpp"
#include "search/gpu.hpp"
#include "search/query_block.hpp"

namespace m2grl::search {
namespace {

static_assert(most_on_gpu == cuda::most_selected);

constexpr std::size_t group_queries = 65536;    ///< whose lists lie on the device at once
constexpr std::size_t product_queries = 1024;   ///< rows of one matrix product
constexpr std::size_t block_candidates = 8192;  ///< its columns: 32 MiB of scores

/// Sorted rows of ids on the device.
class device_sets {
 public:
  explicit device_sets(const ragged& rows) : offsets_(std::span(rows.offsets)), ids_(std::span(rows.ids)) {
    ref_ = {offsets_.data(), ids_.data(), rows.size()};
  }
  [[nodiscard]] const cuda::sorted_rows& ref() const noexcept { return ref_; }

 private:
  cuda::device_array<std::uint64_t> offsets_;
  cuda::device_array<node_id> ids_;
  cuda::sorted_rows ref_;
};

/// Exclusions and filters on the device.
class device_admission {
 public:
  explicit device_admission(const admission& a) : excluded_(a.excluded().rows) {
    std::vector<cuda::device_filter> refs;
    for (const admission::filter& f : a.filters()) {
      categories_.emplace_back(f.category);
      sets_.emplace_back(f.sets.rows);
      refs.push_back({categories_.back().data(), sets_.back().ref(), f.only});
    }
    filters_ = cuda::device_array<cuda::device_filter>(std::span<const cuda::device_filter>(refs));
  }
  void add_to(cuda::select_task& task) const {
    task.excluded = excluded_.ref();
    task.filters = filters_.data();
    task.filter_count = static_cast<std::uint32_t>(filters_.size());
  }

 private:
  device_sets excluded_;
  std::vector<cuda::device_array<node_id>> categories_;
  std::vector<device_sets> sets_;
  cuda::device_array<cuda::device_filter> filters_;
};

/// What one search holds on the device.
class device_search {
 public:
  device_search(const table& queries, const table& candidates, const search_options& how)
      : queries_(queries),
        candidates_(candidates),
        how_(how),
        admitted_(how, queries.rows(), candidates.rows()),
        allowed_(admitted_.common().has_value() ? &*admitted_.common() : nullptr),
        rows_(allowed_ != nullptr ? allowed_->size() : candidates.rows()),
        blocks_(candidates, how.by, allowed_, block_rows()),
        on_device_(admitted_),
        products_(stream_.get(), false),
        group_(std::min(group_queries, queries.rows())),
        query_rows_(group_ * queries.stride()),
        query_units_(how.by == similarity::cosine ? query_rows_.size() : 0),
        squares_(group_),
        originals_(block_rows() * candidates.stride()),
        units_(how.by == similarity::cosine ? originals_.size() : 0),
        bias_(how.by == similarity::l2 ? block_rows() : 0),
        ids_(allowed_ != nullptr ? block_rows() : 0),
        scores_(std::min(product_queries, group_) * block_rows()),
        lists_(group_ * how.k),
        found_(group_),
        fault_(1) {}

  std::vector<std::vector<scored_node>> run() {
    std::vector<std::vector<scored_node>> results(queries_.rows());
    for (std::size_t first = 0; first < queries_.rows(); first += group_) {
      const std::size_t count = std::min(group_, queries_.rows() - first);
      take_queries(first, count);
      for (std::size_t c = 0; c < rows_; c += block_rows()) score_block(first, count, c);
      collect(first, count, results);
    }
    return results;
  }

 private:
  [[nodiscard]] std::size_t block_rows() const { return std::clamp<std::size_t>(rows_, 1, block_candidates); }

  template <class T>
  void upload(cuda::device_array<T>& to, const T* from, std::size_t count) {
    cuda::check(cudaMemcpyAsync(to.data(), from, count * sizeof(T), cudaMemcpyHostToDevice, stream_.get()),
                "cudaMemcpyAsync to the device");
  }

  void take_queries(std::size_t first, std::size_t count) {
    query_block block(queries_, how_.by, count);
    block.take(first, count);
    upload(query_rows_, queries_.data() + first * queries_.stride(), count * queries_.stride());
    if (!query_units_.empty()) upload(query_units_, block.rows(), count * queries_.stride());
    upload(squares_, block.squares().data(), count);
    found_.zero(stream_.get());
    cuda::check(cudaMemsetAsync(fault_.data(), 0xFF, fault_.bytes(), stream_.get()), "cudaMemsetAsync");
    stream_.wait();  // the block's memory goes
  }

  /// Scores a block of candidates with every query of the group and merges it into the lists.
  void score_block(std::size_t first_query, std::size_t queries, std::size_t first) {
    stream_.wait();  // the copies of the block before were read
    const candidate_block& block = blocks_.make(first, std::min(block_rows(), rows_ - first));
    const std::size_t stride = candidates_.stride();
    upload(originals_, block.originals, block.count * stride);
    if (!units_.empty()) upload(units_, block.rows, block.count * stride);
    if (!bias_.empty()) upload(bias_, block.bias, block.count);
    if (!ids_.empty()) upload(ids_, block.ids, block.count);
    for (std::size_t q = 0; q < queries; q += product_queries) {
      const std::size_t count = std::min(product_queries, queries - q);
      multiply(q, count, block.count);
      cuda::launch_selection(task_of(first_query, q, count, block), stream_.get());
    }
  }

  /// scores [queries, candidates] = Q · Cᵀ, row-major.
  void multiply(std::size_t first, std::size_t queries, std::size_t candidates) {
    const float one = 1, zero = 0;
    const auto size = [](std::size_t value) { return static_cast<int>(value); };
    const float* q = (query_units_.empty() ? query_rows_ : query_units_).data() + first * queries_.stride();
    const float* c = (units_.empty() ? originals_ : units_).data();
    const int stride = size(candidates_.stride());
    cuda::check(cuda::cublas().sgemm(products_.get(), CUBLAS_OP_T, CUBLAS_OP_N, size(candidates), size(queries), stride,
                                     &one, c, stride, q, stride, &zero, scores_.data(), size(block_rows())),
                "cublasSgemm");
  }

  [[nodiscard]] cuda::select_task task_of(std::size_t group_first, std::size_t q, std::size_t count,
                                          const candidate_block& block) {
    cuda::select_task task;
    task.scores = scores_.data(), task.score_stride = block_rows();
    task.bias = bias_.empty() ? nullptr : bias_.data();
    task.queries = query_rows_.data() + q * queries_.stride(), task.squares = squares_.data() + q;
    task.candidates = originals_.data();
    task.ids = ids_.empty() ? nullptr : ids_.data();
    task.lists = lists_.data() + q * how_.k, task.found = found_.data() + q;
    task.fault = fault_.data();
    on_device_.add_to(task);
    task.first_query = group_first + q;
    task.query_count = static_cast<std::uint32_t>(count);
    task.candidate_count = static_cast<std::uint32_t>(block.count);
    task.stride = static_cast<std::uint32_t>(candidates_.stride());
    task.k = how_.k, task.first_id = static_cast<node_id>(block.first);
    task.longest = block.longest, task.by = how_.by;
    return task;
  }

  void collect(std::size_t first, std::size_t count, std::vector<std::vector<scored_node>>& results) {
    unsigned long long fault = 0;
    fault_.download({&fault, 1}, stream_.get());
    if (fault != ~0ull) {
      throw invalid_input(fmt::format("the score of candidate {} for query {} is not a number",
                                      static_cast<node_id>(fault), fault >> 32));
    }
    std::vector<cuda::selected_node> lists(lists_.size());
    std::vector<std::uint32_t> found(found_.size());
    lists_.download(lists, stream_.get());
    found_.download(found, stream_.get());
    for (std::size_t q = 0; q < count; ++q) {
      for (std::size_t i = 0; i < found[q]; ++i) {
        const cuda::selected_node& node = lists[q * how_.k + i];
        results[first + q].push_back({node.id, node.score});
      }
    }
  }

  const table& queries_;
  const table& candidates_;
  const search_options& how_;
  admission admitted_;
  const std::vector<node_id>* allowed_;
  std::size_t rows_;
  candidate_blocks blocks_;
  cuda::stream stream_;
  device_admission on_device_;
  cuda::blas products_;
  std::size_t group_;
  cuda::device_array<float> query_rows_, query_units_;
  cuda::device_array<double> squares_;
  cuda::device_array<float> originals_, units_, bias_;
  cuda::device_array<node_id> ids_;
  cuda::device_array<float> scores_;
  cuda::device_array<cuda::selected_node> lists_;
  cuda::device_array<std::uint32_t> found_;
  cuda::device_array<unsigned long long> fault_;
};

}  // namespace

std::vector<std::vector<scored_node>> gpu_top_k(const table& queries, const table& candidates,
                                                const search_options& how) {
  cuda::forget_callers_error();
  return device_search(queries, candidates, how).run();
}

}  // namespace m2grl::search
