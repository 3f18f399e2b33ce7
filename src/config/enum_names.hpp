#pragma once
/// How a configuration spells each enumeration.

#include <array>
#include <string_view>
#include <type_traits>

#include "m2grl/config.hpp"

namespace m2grl::config_keys {

template <class Enum>
struct spelling {
  std::string_view name;
  Enum value;
};

template <class Enum>
inline constexpr std::array<spelling<Enum>, 0> spellings{};

template <>
inline constexpr std::array spellings<time_unit>{spelling<time_unit>{"seconds", time_unit::seconds},
                                                 spelling<time_unit>{"milliseconds", time_unit::milliseconds},
                                                 spelling<time_unit>{"microseconds", time_unit::microseconds},
                                                 spelling<time_unit>{"nanoseconds", time_unit::nanoseconds}};
template <>
inline constexpr std::array spellings<sequence_source>{spelling<sequence_source>{"sessions", sequence_source::sessions},
                                                       spelling<sequence_source>{"walks", sequence_source::walks}};
template <>
inline constexpr std::array spellings<walk_kind>{spelling<walk_kind>{"uniform", walk_kind::uniform},
                                                 spelling<walk_kind>{"weighted", walk_kind::weighted},
                                                 spelling<walk_kind>{"node2vec", walk_kind::node2vec}};
template <>
inline constexpr std::array spellings<projection_kind>{spelling<projection_kind>{"identity", projection_kind::identity},
                                                       spelling<projection_kind>{"sigmoid", projection_kind::sigmoid},
                                                       spelling<projection_kind>{"tanh", projection_kind::tanh}};
template <>
inline constexpr std::array spellings<split_kind>{spelling<split_kind>{"none", split_kind::none},
                                                  spelling<split_kind>{"last", split_kind::last},
                                                  spelling<split_kind>{"time", split_kind::time}};
template <>
inline constexpr std::array spellings<session_queries>{spelling<session_queries>{"last", session_queries::last},
                                                       spelling<session_queries>{"prefix", session_queries::prefix}};
template <>
inline constexpr std::array spellings<window_side>{spelling<window_side>{"both", window_side::both},
                                                   spelling<window_side>{"past", window_side::past}};
template <>
inline constexpr std::array spellings<window_size>{spelling<window_size>{"fixed", window_size::fixed},
                                                   spelling<window_size>{"shrunk", window_size::shrunk}};
template <>
inline constexpr std::array spellings<negative_sampler>{
    spelling<negative_sampler>{"uniform", negative_sampler::uniform},
    spelling<negative_sampler>{"unigram", negative_sampler::unigram},
    spelling<negative_sampler>{"log_uniform", negative_sampler::log_uniform}};
template <>
inline constexpr std::array spellings<optimizer_kind>{spelling<optimizer_kind>{"sgd", optimizer_kind::sgd},
                                                      spelling<optimizer_kind>{"adagrad", optimizer_kind::adagrad}};
template <>
inline constexpr std::array spellings<align_optimizer_kind>{
    spelling<align_optimizer_kind>{"tables", align_optimizer_kind::tables},
    spelling<align_optimizer_kind>{"adam", align_optimizer_kind::adam}};
template <>
inline constexpr std::array spellings<weight_policy>{spelling<weight_policy>{"normalised", weight_policy::normalised},
                                                     spelling<weight_policy>{"raw", weight_policy::raw},
                                                     spelling<weight_policy>{"fixed", weight_policy::fixed}};

template <>
inline constexpr std::array spellings<table_precision>{spelling<table_precision>{"fp32", table_precision::fp32},
                                                       spelling<table_precision>{"bf16", table_precision::bf16}};

template <class Enum>
requires std::is_enum_v<Enum>
[[nodiscard]] constexpr std::string_view spelled(Enum value) {
  static_assert(spellings<Enum>.size() > 0, "the enumeration has no spellings");
  for (const auto& s : spellings<Enum>) {
    if (s.value == value) return s.name;
  }
  return "";
}

}  // namespace m2grl::config_keys
