#include "m2grl/model.hpp"

namespace m2grl {

model make_model(const config& cfg, dataset data, embeddings learned) {
  model m;
  m.cfg = cfg;
  for (std::size_t v = 0; v < data.views.size(); ++v) {
    m.views.push_back({std::move(data.views[v].name), std::move(data.views[v].ids), std::move(learned.views[v])});
  }
  m.links = std::move(data.links);
  m.relations = std::move(learned.relations);
  m.tasks = std::move(learned.tasks);
  m.history = std::move(learned.history);
  m.validation = std::move(data.validation);
  m.test = std::move(data.test);
  m.report = std::move(data.report);
  m.cold = std::move(data.cold);
  return m;
}

}  // namespace m2grl
