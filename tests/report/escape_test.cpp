/// Foreign text on a page says what it said, and nothing else.
#include "report/escape.hpp"

#include <catch2/catch.hpp>

using m2grl::report::escaped;

TEST_CASE("escape: markup becomes text") {
  CHECK(escaped("<script>alert('x') & \"y\"</script>") ==
        "&lt;script&gt;alert(&#39;x&#39;) &amp; &quot;y&quot;&lt;/script&gt;");
  CHECK(escaped("größe 漢字 🛒") == "größe 漢字 🛒");
  CHECK(escaped("") == "");
}

TEST_CASE("escape: what is no character of a page is replaced, each wrong byte by itself") {
  const std::string r = "\uFFFD";
  CHECK(escaped(std::string("a\0b", 3)) == "a" + r + "b");
  CHECK(escaped("a\tb\nc\x7f") == "a" + r + "b" + r + "c" + r);
  CHECK(escaped("\xff<") == r + "&lt;");
  CHECK(escaped("\xc3") == r);                  // cut short
  CHECK(escaped("\xc3(") == r + "(");           // no continuation
  CHECK(escaped("\xc0\xbc") == r + r);          // an overlong '<'
  CHECK(escaped("\xe0\x80\xbc") == r + r + r);  // another
  CHECK(escaped("\xed\xa0\x80") == r + r + r);  // half of a surrogate pair
  CHECK(escaped("\xf4\x90\x80\x80") == r + r + r + r);
  CHECK(escaped("\xc2\x85") == r + r);  // a control character beyond ASCII
}

TEST_CASE("escape: cut by characters, never within one") {
  CHECK(escaped("abcd", 4) == "abcd");
  CHECK(escaped("abcde", 4) == "abc…");
  CHECK(escaped("äöüß<", 5) == "äöüß&lt;");
  CHECK(escaped("<<<<<", 3) == "&lt;&lt;…");
  CHECK(escaped("漢字漢字", 2) == "漢…");
}
