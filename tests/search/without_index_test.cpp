#include <catch2/catch.hpp>

#include "m2grl/error.hpp"
#include "m2grl/index.hpp"

using namespace m2grl;

TEST_CASE("without hnswlib an index says so") {
  CHECK_FALSE(built_with_index());
  CHECK_THROWS_WITH(vector_index(table(2, 2)),
                    "this m2grl was built without hnswlib: there are no approximate indexes");
}
