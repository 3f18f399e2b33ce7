/// A marketplace whose rules are known: drawn, trained, measured against the best that is possible, and shown in a page
/// of pictures, marketplace.html, or the file that you name.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <m2grl/m2grl.hpp>

int main(int count, char** words) {
  m2grl::synth_config plan;
  plan.users = 8000, plan.items = 6000, plan.categories = 80, plan.brands = 200, plan.shops = 100;
  const m2grl::marketplace market = m2grl::generate_marketplace(plan);
  const auto folder = std::filesystem::temp_directory_path() / "m2grl_marketplace";
  m2grl::write_marketplace(market, folder);  // as a log and a table of items, like anyone's

  m2grl::config cfg = m2grl::load_config(folder / "marketplace.toml");
  cfg.train.epochs = 20;
  m2grl::dataset data = m2grl::load_dataset(cfg);
  m2grl::train_result trained = m2grl::train(cfg, data);
  const m2grl::model model = m2grl::make_model(cfg, std::move(data), std::move(trained.learned));
  std::filesystem::remove_all(folder);

  const std::uint32_t first[] = {10};
  m2grl::eval_config alone = cfg.eval;
  alone.compose.clear();
  const auto hit_rate = [&](const m2grl::eval_config& how) {
    return m2grl::evaluate_next_item(model, /*validation=*/false, how).model.at_k(10).hit_rate;
  };
  const double composed = hit_rate(cfg.eval), item = hit_rate(alone);
  const double possible = m2grl::oracle_ranking(market, /*validation=*/false, first).at[0].hit_rate;
  std::printf("HR@10: item view %.3f, views composed %.3f, the true rule %.3f\n", item, composed, possible);

  const char* file = count > 1 ? words[1] : "marketplace.html";
  std::ofstream(file) << m2grl::report_html(model, {.title = "A marketplace"});
  std::printf("wrote %s\n", file);
  return composed > item && composed > possible / 3 ? 0 : 1;
}
