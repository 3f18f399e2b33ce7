/// The report command: where the page goes, and what it is told.
#include "shop.hpp"

using namespace m2grl::test;
using Catch::Matchers::Contains;

TEST_CASE("report: the page beside the model, elsewhere, or on standard output") {
  const auto& folder = trained_shop();
  const auto result = command(folder, {"report", "model/"});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK_THAT(result.out, Contains("model.html"));
  const std::string page = read_file(folder / "model.html");
  CHECK_THAT(page, Catch::Matchers::StartsWith("<!DOCTYPE html>") && Catch::Matchers::EndsWith("</html>\n"));
  CHECK_THAT(page, Contains("<title>model</title>") && Contains("160 queries of the test split"));
  CHECK(command(folder, {"report", "model", "--out", "-"}).out == page);

  REQUIRE(command(folder, {"report", "model", "--out", "other.html", "--split", "validation", "--title", "A <shop>",
                           "--map", "20", "--seed", "3"})
              .code == 0);
  const std::string other = read_file(folder / "other.html");
  CHECK_THAT(other, Contains("A &lt;shop&gt;") && Contains("of the validation split") && Contains("20 of 48 nodes"));
}

TEST_CASE("report: what is wrong is said before anything is computed") {
  const auto& folder = trained_shop();
  CHECK(command(folder, {"report", "model", "--split", "train"}).code == 2);
  CHECK(command(folder, {"report", "model", "--map", "2"}).code == 2);
  for (const auto& arguments :
       {std::vector<std::string>{"report", "nowhere"}, {"report", "model", "--out", "no/such/folder/page.html"}}) {
    const auto result = command(folder, arguments);
    CHECK(result.code == 1);
    CHECK_THAT(result.err, Catch::Matchers::StartsWith("m2grl: error: cannot "));
  }
}
