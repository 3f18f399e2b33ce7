#pragma once
/// Zachary's karate club (1977): 34 members, 78 friendships, and the halves that it split into, round its instructor
/// (member 0 here) and its president (33).

#include <algorithm>
#include <fstream>
#include <m2grl/m2grl.hpp>
#include <set>
#include <string>
#include <vector>

namespace karate_club {

inline constexpr m2grl::node_id members = 34;

/// Pairs of friends, one after the other.
inline const std::vector<m2grl::node_id> friends = {
    0,  1,  0,  2,  0,  3,  0,  4,  0,  5,  0,  6,  0,  7,  0,  8,  0,  10, 0,  11, 0,  12, 0,  13, 0,  17,
    0,  19, 0,  21, 0,  31, 1,  2,  1,  3,  1,  7,  1,  13, 1,  17, 1,  19, 1,  21, 1,  30, 2,  3,  2,  7,
    2,  8,  2,  9,  2,  13, 2,  27, 2,  28, 2,  32, 3,  7,  3,  12, 3,  13, 4,  6,  4,  10, 5,  6,  5,  10,
    5,  16, 6,  16, 8,  30, 8,  32, 8,  33, 9,  33, 13, 33, 14, 32, 14, 33, 15, 32, 15, 33, 18, 32, 18, 33,
    19, 33, 20, 32, 20, 33, 22, 32, 22, 33, 23, 25, 23, 27, 23, 29, 23, 32, 23, 33, 24, 25, 24, 27, 24, 31,
    25, 31, 26, 29, 26, 33, 27, 33, 28, 31, 28, 33, 29, 32, 29, 33, 30, 32, 30, 33, 31, 32, 31, 33, 32, 33};

inline bool with_instructor(std::size_t member) {
  static const std::set<std::size_t> half = {0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 16, 17, 19, 21};
  return half.contains(member);
}

/// A picture of the members at these places, [members][2]: friendships as lines, halves as colours.
inline bool draw(const std::vector<std::vector<double>>& places, const std::string& file) {
  double low[2] = {0, 0}, high[2] = {0, 0};
  for (const auto& place : places) {
    for (int d = 0; d < 2; ++d) low[d] = std::min(low[d], place[d]), high[d] = std::max(high[d], place[d]);
  }
  const auto at = [&](m2grl::node_id m, int d) { return 40 + 560 * (places[m][d] - low[d]) / (high[d] - low[d]); };
  std::ofstream out(file);
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"640\" font-family=\"sans-serif\" "
         "font-size=\"13\" text-anchor=\"middle\"><rect width=\"640\" height=\"640\" fill=\"white\"/>\n";
  for (std::size_t i = 0; i < friends.size(); i += 2) {
    out << "<line x1=\"" << at(friends[i], 0) << "\" y1=\"" << at(friends[i], 1) << "\" x2=\"" << at(friends[i + 1], 0)
        << "\" y2=\"" << at(friends[i + 1], 1) << "\" stroke=\"#c8ccd0\"/>\n";
  }
  for (m2grl::node_id m = 0; m < members; ++m) {
    out << "<circle cx=\"" << at(m, 0) << "\" cy=\"" << at(m, 1) << "\" r=\"13\" fill=\""
        << (with_instructor(m) ? "#2a78d6" : "#d9622b") << "\" stroke=\"white\" stroke-width=\"2\"/><text x=\""
        << at(m, 0) << "\" y=\"" << at(m, 1) + 4.5 << "\" fill=\"white\">" << m + 1 << "</text>\n";
  }
  out << "</svg>\n";
  return static_cast<bool>(out.flush());
}

}  // namespace karate_club
