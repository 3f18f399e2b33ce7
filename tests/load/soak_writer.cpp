/// soak_writer FOLDER: trains with a checkpoint after every round and saves models, over and over, until it is killed.
/// Writes to FOLDER/done how often it saved.
#include <cstdio>
#include <string>

#include "m2grl/model.hpp"
#include "m2grl/trainer.hpp"
#include "support/small_model.hpp"
#include "train/catalogue.hpp"

using namespace m2grl;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  catalogue::inputs c;
  catalogue::fill(c, 20000, 8, 500, 12, 3);  // much to save, little to train: kills meet saves
  train_config cfg = catalogue::small_config();
  cfg.dim = 64;
  cfg.epochs = 1000000;
  cfg.checkpoint_seconds = 0;
  cfg.checkpoint_steps = 1;
  train_options options;
  options.device = device_kind::cpu;
  options.checkpoints = {folder / "checkpoint", true};
  std::FILE* const log = std::fopen((folder / "log").c_str(), "wb");
  if (log == nullptr) return 1;
  // The report counts the rounds that went before: a test sees which one a model was saved after.
  model m = test::small_model(5000);
  options.on_progress = [&](const progress& now) {
    std::fprintf(log, "%llu\n", static_cast<unsigned long long>(now.round));
    std::fflush(log);
    m.report.events_read = now.round;
    save_model(m, folder / "model", true);
  };
  try {
    (void)train(cfg, c.views, c.linked, options);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "%s\n", fault.what());
    return 1;
  }
  return 0;
}
