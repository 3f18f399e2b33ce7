#pragma once
/// One plot as inline SVG: axes, lines, dots, labels that never lie on each other.

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/axis.hpp"

namespace m2grl::report {

struct xy {
  double x = 0, y = 0;
};

/// Okabe and Ito's colours, which the colour-blind tell apart; without yellow, which white swallows.
inline constexpr std::array<std::string_view, 7> palette{"#0072B2", "#E69F00", "#009E73", "#D55E00",
                                                         "#CC79A7", "#56B4E9", "#444444"};
inline constexpr std::string_view faint = "#C4C8CC";

/// Colour and dashes of the index-th of many things.
struct style {
  std::string_view colour = palette[0];
  std::string_view dashes;  ///< as in SVG; empty: none
};
[[nodiscard]] style style_of(std::size_t index);

enum class shape { circle, square, diamond, triangle };

class plot {
 public:
  /// `title` says what is seen, for those who do not see it; escaped already, like every text here.
  plot(std::string title, axis x, axis y, double width = 540, double height = 320);

  void line(std::span<const xy> points, const style& how, double stroke = 1.8);
  /// A vertical bar from low to high.
  void interval(double x, double low, double high, std::string_view colour);
  /// `hint` is shown under the mouse; empty: none.
  void dot(xy at, std::string_view colour, double radius, shape form = shape::circle, const std::string& hint = "",
           double opacity = 1);
  /// Beside a point where there is room for it; else it is left out.
  void label(xy at, const std::string& text);
  [[nodiscard]] std::string svg() const;

 private:
  struct box {
    double left, top, right, bottom;
  };
  [[nodiscard]] xy place(xy value) const;
  [[nodiscard]] std::string axes() const;

  std::string title_;
  axis x_, y_;
  double width_, height_;
  std::string drawn_, labels_;
  std::vector<box> taken_;
};

/// A list of colours and what they mean, as HTML. `names` are escaped already.
struct legend_entry {
  style how;
  std::string name;
  shape form = shape::circle;
  bool line = false;
};
[[nodiscard]] std::string legend(std::span<const legend_entry> entries);

}  // namespace m2grl::report
