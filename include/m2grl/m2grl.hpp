#pragma once
/// Everything m2grl offers: from a click log to searchable multi-view vectors.
///
///   m2grl::config cfg = m2grl::load_config("shop.toml");
///   m2grl::dataset data = m2grl::load_dataset(cfg);
///   m2grl::train_result trained = m2grl::train(cfg, data);
///   m2grl::model m = m2grl::make_model(cfg, std::move(data), std::move(trained.learned));
///   m2grl::save_model(m, "shop.model");

#include "m2grl/alignment_evaluation.hpp"
#include "m2grl/cold_start.hpp"
#include "m2grl/compose.hpp"
#include "m2grl/config.hpp"
#include "m2grl/dataset.hpp"
#include "m2grl/device.hpp"
#include "m2grl/discovery.hpp"
#include "m2grl/dlpack.hpp"
#include "m2grl/error.hpp"
#include "m2grl/evaluate.hpp"
#include "m2grl/export.hpp"
#include "m2grl/graph.hpp"
#include "m2grl/index.hpp"
#include "m2grl/intervals.hpp"
#include "m2grl/link_prediction.hpp"
#include "m2grl/metric.hpp"
#include "m2grl/metric_model.hpp"
#include "m2grl/model.hpp"
#include "m2grl/node_classification.hpp"
#include "m2grl/recommend.hpp"
#include "m2grl/relation_space.hpp"
#include "m2grl/report.hpp"
#include "m2grl/search.hpp"
#include "m2grl/selection.hpp"
#include "m2grl/steps.hpp"
#include "m2grl/synth.hpp"
#include "m2grl/table.hpp"
#include "m2grl/trainer.hpp"
#include "m2grl/types.hpp"
#include "m2grl/version.hpp"
#include "m2grl/vocabulary.hpp"
#include "m2grl/walks.hpp"
#include "m2grl/warm_start.hpp"
