#include <fmt/format.h>

#include <iterator>

#include "m2grl/synth.hpp"
#include "model/files.hpp"
#include "model/staging.hpp"
#include "synth/planting.hpp"

namespace m2grl {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 16;

/// Text that is handed to a file in chunks.
class text_writer {
 public:
  explicit text_writer(const std::filesystem::path& path) : file_(path) {}
  template <class... Values>
  void line(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
    if (text_.size() >= chunk_bytes) flush();
  }
  void finish() {
    flush();
    (void)file_.finish();
  }

 private:
  void flush() {
    file_.write(text_.data(), text_.size());
    text_.clear();
  }
  files::output_file file_;
  fmt::memory_buffer text_;
};

void write_events(const marketplace& m, const std::filesystem::path& path) {
  text_writer out(path);
  out.line("user_id,item_id,timestamp\n");
  for (std::size_t user = 0; user < m.events.size(); ++user) {
    for (std::uint64_t e = m.events.offsets[user]; e < m.events.offsets[user + 1]; ++e) {
      out.line("u{},i{},{}\n", user, m.events.ids[e], m.times[e]);
    }
  }
  out.finish();
}

void write_items(const marketplace& m, const std::filesystem::path& path) {
  text_writer out(path);
  out.line("item_id,category_id,brand_id,shop_id\n");
  for (std::size_t i = 0; i < m.category.size(); ++i) {
    out.line("i{},c{},b{},s{}\n", i, m.category[i], m.brand[i], m.shop[i]);
  }
  out.finish();
}

view_config attribute_view(const char* name, const char* column) {
  view_config view;
  view.name = name;
  view.column = column;
  view.table = "items.csv";
  return view;
}

}  // namespace

config marketplace_config(const synth_config& plan) {
  config cfg;
  cfg.data.events = "events.csv";
  cfg.data.user = "user_id";
  cfg.data.item = "item_id";
  cfg.data.time = "timestamp";
  cfg.data.tables = {{"items.csv", "item_id"}};
  cfg.views.resize(1);
  cfg.views[0].name = "item";
  cfg.views.push_back(attribute_view("category", "category_id"));
  cfg.views.push_back(attribute_view("brand", "brand_id"));
  cfg.views.push_back(attribute_view("shop", "shop_id"));
  for (const char* to : {"category", "brand", "shop"}) {
    link_config link;
    link.from = "item";
    link.to = to;
    cfg.links.push_back(link);
  }
  cfg.split.kind = split_kind::last;
  cfg.train.dim = 64;
  cfg.train.epochs = 30;
  cfg.train.window = 2;
  cfg.train.seed = plan.seed;
  cfg.train.threads = plan.threads;
  cfg.train.side = window_side::past;
  cfg.train.alpha = 0.4;
  cfg.eval.compose = {{"item", 1}, {"category", 0.5}, {"brand", 0.5}};
  cfg.eval.decay = 0.1;
  return cfg;
}

void write_marketplace(const marketplace& m, const std::filesystem::path& dir) {
  files::staged_files staged(dir);
  write_events(m, staged.add("events.csv"));
  write_items(m, staged.add("items.csv"));
  text_writer out(staged.add("marketplace.toml"));
  out.line("# A synthetic marketplace: {} users, {} items, {} events; drawn with seed {}.\n", m.events.size(),
           m.category.size(), m.events.ids.size(), m.plan.seed);
  out.line("{}", to_toml(marketplace_config(m.plan)));
  out.finish();
  staged.commit();
}

}  // namespace m2grl
