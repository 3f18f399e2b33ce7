#include <catch2/catch.hpp>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "directory.hpp"
#include "m2grl/compose.hpp"
#include "m2grl/error.hpp"
#include "m2grl/export.hpp"
#include "model_equal.hpp"
#include "support/small_model.hpp"

using namespace m2grl;
using namespace m2grl::test;

namespace {

struct read_vectors {
  std::vector<std::string> ids;
  table values;
};

/// A reader of fp32 .npy files that knows nothing of the writer: by the format's published description.
table read_npy(const std::string& bytes) {
  REQUIRE(bytes.substr(0, 6) == "\x93NUMPY");
  REQUIRE(bytes[6] == 1);
  const std::size_t header = static_cast<unsigned char>(bytes[8]) + 256 * static_cast<unsigned char>(bytes[9]);
  const std::string text = bytes.substr(10, header);
  CHECK((10 + header) % 64 == 0);
  CHECK(text.back() == '\n');
  CHECK(text.find("'descr': '<f4'") != std::string::npos);
  CHECK(text.find("'fortran_order': False") != std::string::npos);
  std::size_t rows = 0, dim = 0;
  REQUIRE(std::sscanf(text.c_str() + text.find("'shape': ("), "'shape': (%zu, %zu)", &rows, &dim) == 2);
  REQUIRE(bytes.size() == 10 + header + rows * dim * 4);
  table t(rows, dim);
  for (std::size_t r = 0; r < rows; ++r) std::memcpy(t[r].data(), bytes.data() + 10 + header + r * dim * 4, dim * 4);
  return t;
}

read_vectors read_word2vec(const std::string& bytes) {
  std::istringstream in(bytes);
  std::size_t rows = 0, dim = 0;
  in >> rows >> dim;
  read_vectors read{std::vector<std::string>(rows), table(rows, dim)};
  for (std::size_t r = 0; r < rows; ++r) {
    in >> read.ids[r];
    for (float& value : read.values[r]) {
      std::string number;
      in >> number;
      value = std::strtof(number.c_str(), nullptr);
    }
  }
  REQUIRE(in);
  std::string more;
  CHECK_FALSE(in >> more);
  return read;
}

read_vectors read_word2vec_binary(const std::string& bytes) {
  std::size_t rows = 0, dim = 0, at = bytes.find('\n') + 1;
  REQUIRE(std::sscanf(bytes.c_str(), "%zu %zu\n", &rows, &dim) == 2);
  read_vectors read{std::vector<std::string>(rows), table(rows, dim)};
  for (std::size_t r = 0; r < rows; ++r) {
    const std::size_t space = bytes.find(' ', at);
    read.ids[r] = bytes.substr(at, space - at);
    REQUIRE(space + 1 + dim * 4 < bytes.size());
    std::memcpy(read.values[r].data(), bytes.data() + space + 1, dim * 4);
    at = space + 1 + dim * 4;
    REQUIRE(bytes[at++] == '\n');
  }
  CHECK(at == bytes.size());
  return read;
}

/// What a .safetensors file holds, by the format's published description: header, then arrays without a gap.
struct read_tensors {
  nlohmann::json header;
  std::map<std::string, table> tables;
};

read_tensors read_safetensors(const std::string& bytes) {
  std::size_t size = 0;
  for (std::size_t b = 0; b < 8; ++b) size |= std::size_t{static_cast<unsigned char>(bytes.at(b))} << 8 * b;
  CHECK((8 + size) % 8 == 0);
  read_tensors read{nlohmann::json::parse(bytes.substr(8, size)), {}};
  CHECK(bytes.at(8) == '{');
  std::map<std::size_t, std::size_t> ends;
  for (const auto& [name, entry] : read.header.items()) {
    if (name == "__metadata__") continue;
    CHECK(entry.size() == 3);
    CHECK(entry.at("dtype") == "F32");
    const auto shape = entry.at("shape").get<std::vector<std::size_t>>();
    const auto offsets = entry.at("data_offsets").get<std::vector<std::size_t>>();
    REQUIRE(shape.size() == 2);
    REQUIRE(offsets.size() == 2);
    REQUIRE(offsets[1] - offsets[0] == shape[0] * shape[1] * 4);
    ends[offsets[0]] = offsets[1];
    table& t = read.tables.emplace(name, table(shape[0], shape[1])).first->second;
    const std::string data = bytes.substr(8 + size + offsets[0], offsets[1] - offsets[0]);
    REQUIRE(data.size() == offsets[1] - offsets[0]);
    for (std::size_t r = 0; r < shape[0]; ++r) std::memcpy(t[r].data(), data.data() + r * shape[1] * 4, shape[1] * 4);
  }
  std::size_t at = 0;
  for (const auto& [begin, end] : ends) {
    CHECK(begin == at);
    at = end;
  }
  CHECK(8 + size + at == bytes.size());
  return read;
}

}  // namespace

TEST_CASE("safetensors: every array in one file, ids beside it") {
  const temporary_directory dir;
  model m = small_model();
  auto ids = m.views[1].ids.names();
  ids[2] = "two words";  // no matter here
  m.views[1].ids = vocabulary(ids, m.views[1].ids.counts());
  m.views[1].name = "a \"b\"/ü\xFF";  // not even UTF-8
  m.cfg.eval.compose[1].view = m.views[1].name;
  export_vectors(m, dir.path(), vector_format::safetensors, m.cfg.eval.compose);
  const auto files = contents_of(dir.path());
  const auto read = read_safetensors(files.at("vectors.safetensors"));
  const std::string name = "a%20%22b%22%2F%C3%BC%FF";
  CHECK(files.size() == 1 + 4);
  CHECK(read.tables.size() == 6);
  CHECK(same_bits(read.tables.at("item.input"), m.views[0].tables.input));
  CHECK(same_bits(read.tables.at("item.output"), m.views[0].tables.output));
  CHECK(same_bits(read.tables.at(name + ".input"), m.views[1].tables.input));
  CHECK(same_bits(read.tables.at(name + ".output"), m.views[1].tables.output));
  const auto parts = parts_of(m, m.cfg.eval.compose);
  CHECK(same_bits(read.tables.at("query"), query_vectors(parts)));
  CHECK(same_bits(read.tables.at("candidate"), candidate_vectors(parts)));
  CHECK(read.header.at("__metadata__").at("format") == "m2grl-vectors");
  for (const auto& [key, text] : read.header.at("__metadata__").items()) CHECK(text.is_string());
  CHECK(files.at(name + ".ids") == "c0\nc1\ntwo words\nc3\nc4\nc5\n");
  for (const char* list : {"query.ids", "candidate.ids"}) CHECK(files.at(list) == files.at("item.ids"));
}

TEST_CASE("npy: every view and the composed vectors, ids beside them") {
  const temporary_directory dir;
  const model m = small_model();
  export_vectors(m, dir.path() / "new/folder", vector_format::npy, m.cfg.eval.compose);
  const auto files = contents_of(dir.path() / "new/folder");
  CHECK(files.size() == 2 * 3 + 4);
  CHECK(same_bits(read_npy(files.at("item.input.npy")), m.views[0].tables.input));
  CHECK(same_bits(read_npy(files.at("item.output.npy")), m.views[0].tables.output));
  CHECK(same_bits(read_npy(files.at("category.input.npy")), m.views[1].tables.input));
  CHECK(same_bits(read_npy(files.at("category.output.npy")), m.views[1].tables.output));
  const auto parts = parts_of(m, m.cfg.eval.compose);
  CHECK(same_bits(read_npy(files.at("query.npy")), query_vectors(parts)));
  CHECK(same_bits(read_npy(files.at("candidate.npy")), candidate_vectors(parts)));
  CHECK(files.at("category.ids") == "c0\nc1\nc2\nc3\nc4\nc5\n");
  CHECK(files.at("query.ids") == files.at("item.ids"));
  CHECK(files.at("candidate.ids") == files.at("item.ids"));
}

TEST_CASE("word2vec: text and binary read back to the same bits") {
  const temporary_directory dir;
  model m = small_model();
  const float awkward[] = {0.1f, -0.0f, 1e-45f, 3.4028235e38f, 1.17549435e-38f, 16777217.0f, 1.0f / 3};
  std::copy(std::begin(awkward), std::end(awkward), m.views[0].tables.input[0].begin());
  export_vectors(m, dir.path(), vector_format::word2vec);
  export_vectors(m, dir.path(), vector_format::word2vec_binary, m.cfg.eval.compose);
  const auto files = contents_of(dir.path());
  CHECK(files.size() == 4 + 4 + 2 + 2 + 2);
  for (const model_view& view : m.views) {
    for (const bool input : {true, false}) {
      const table& expected = input ? view.tables.input : view.tables.output;
      const std::string name = view.name + (input ? ".input" : ".output");
      for (const auto& read : {read_word2vec(files.at(name + ".txt")), read_word2vec_binary(files.at(name + ".bin"))}) {
        CHECK(read.ids == view.ids.names());
        CHECK(same_bits(read.values, expected));
      }
    }
  }
  CHECK(same_bits(read_word2vec_binary(files.at("query.bin")).values, query_vectors(parts_of(m, m.cfg.eval.compose))));
}

TEST_CASE("ids that word2vec cannot hold are refused by name; npy takes them") {
  for (const char* id : {"two words", "", "tab\there", "line\nend"}) {
    const temporary_directory dir;
    model m = small_model();
    auto ids = m.views[1].ids.names();
    ids[2] = id;
    m.views[1].ids = vocabulary(ids, m.views[1].ids.counts());
    for (const auto format : {vector_format::word2vec, vector_format::word2vec_binary}) {
      CHECK_THROWS_WITH(export_vectors(m, dir.path() / "out", format), Catch::Contains("view \"category\": id \""));
      CHECK(std::filesystem::is_empty(dir.path()));
    }
    export_vectors(m, dir.path() / "out", vector_format::npy);
    CHECK(same_bits(read_npy(bytes_of(dir.path() / "out/category.input.npy")), m.views[1].tables.input));
  }
}

TEST_CASE("a failed export leaves the directory as it was") {
  const temporary_directory dir;
  model m = small_model();
  export_vectors(m, dir.path(), vector_format::npy);
  const auto before = contents_of(dir.path());
  std::filesystem::remove(dir.path() / "item.output.npy");
  std::filesystem::create_directory(dir.path() / "item.output.npy");  // a rename onto it fails
  CHECK_THROWS_AS(export_vectors(m, dir.path(), vector_format::npy), io_error);
  std::filesystem::remove(dir.path() / "item.output.npy");
  auto after = contents_of(dir.path());
  after["item.output.npy"] = before.at("item.output.npy");
  CHECK(after == before);
  const std::vector<compose_part> wrong{{"brand", 1}};
  CHECK_THROWS_WITH(export_vectors(m, dir.path() / "x", vector_format::npy, wrong), Catch::Contains("brand"));
  m.views[1].name = "query";
  const std::vector<compose_part> item{{"item", 1}};
  CHECK_THROWS_WITH(export_vectors(m, dir.path() / "x", vector_format::npy, item), Catch::Contains("\"query\""));
  CHECK_FALSE(std::filesystem::exists(dir.path() / "x"));
}
