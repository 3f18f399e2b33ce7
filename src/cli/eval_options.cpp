#include "cli/eval_options.hpp"

#include "m2grl/error.hpp"

namespace m2grl::cli {

void eval_options::add_compose(CLI::App& command) {
  command.add_option("--compose", compose, "views and weights, as in item,category:0.5; by default as configured")
      ->type_name("VIEW[:WEIGHT],…");
}

void eval_options::add_query(CLI::App& command, const char* events) {
  command.add_option(events, history, "events of the history that make the query; 0: all")->type_name("N");
  command.add_option("--decay", decay, "weight of the event k steps back is decay^k; 0: the last event only")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("D");
  command
      .add_option("--input-similarity", input_similarity,
                  "weight of \"seen in the same contexts as\" beside \"tends to follow\" in the score; 0: off")
      ->check(CLI::NonNegativeNumber)
      ->type_name("G");
}

eval_config eval_options::applied(eval_config saved) const {
  if (compose) {
    try {
      saved.compose = parse_compose(*compose);
    } catch (const invalid_input& fault) {
      throw invalid_input(std::string("--compose: ") + fault.what());
    }
  }
  if (history) saved.history = *history;
  if (decay) saved.decay = *decay;
  if (input_similarity) saved.input_similarity = *input_similarity;
  return saved;
}

}  // namespace m2grl::cli
