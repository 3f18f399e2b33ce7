#pragma once
/// Vectors as files that other tools read.

#include <filesystem>
#include <span>

#include "m2grl/api.hpp"
#include "m2grl/config.hpp"
#include "m2grl/model.hpp"

namespace M2GRL_API m2grl {

enum class vector_format {
  npy,              ///< NumPy, fp32 [n, dim] in C order
  word2vec,         ///< text: "n dim", then "id x x …" per line; every float reads back to the same bits
  word2vec_binary,  ///< "n dim\n", then per row the id, a space, dim little-endian fp32, a line end
  safetensors,      ///< Hugging Face's safetensors: all arrays in one file, fp32 [n, dim] in C order
};

/// Writes the vectors of every view into `dir` (made where it does not exist):
///   VIEW.input.{npy,txt,bin}, VIEW.output.{npy,txt,bin}, VIEW.ids
/// and, where `compose` names parts, the composed vectors of all items (compose.hpp):
///   query.{npy,txt,bin}, candidate.{npy,txt,bin}, query.ids, candidate.ids
/// and, where `metric` asks for them, M x of all items (metric.hpp): metric.{npy,txt,bin}, metric.ids.
/// As safetensors, the arrays of these names without an ending stand in vectors.safetensors, beside the .ids; its
/// "__metadata__" says {"format": "m2grl-vectors", "library": the version of m2grl}.
/// A line of .ids is the caller's id of that row; within it a backslash, a line feed and a carriage
/// return are escaped as in C. In a file name, bytes of a view's name other than letters, digits, '_', '-', '~' and
/// inner '.' are written %XX. Files of the same names are replaced, all of them only after every one has been written.
/// Throws io_error; invalid_input where an id is empty or holds white space and the format is one of word2vec's (a
/// reader would take it for two), where a part of `compose` is wrong, where a view named "query", "candidate" or
/// "metric" stands in the way of the files of those names, or where the model has no metric.
void export_vectors(const model& m, const std::filesystem::path& dir, vector_format format,
                    std::span<const compose_part> compose = {}, bool metric = false);

}  // namespace m2grl
