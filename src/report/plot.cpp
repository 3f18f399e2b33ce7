#include "report/plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace m2grl::report {
namespace {

constexpr double left = 62, right = 14, top = 10, bottom = 46;  // margins, in pixels
constexpr double character = 6.6, line_height = 12;             // of a label, at most

std::string marker(xy at, std::string_view colour, double r, shape form, double opacity, const std::string& inside) {
  const std::string ink = opacity < 1 ? fmt::format("fill=\"{}\" fill-opacity=\"{:.2g}\"", colour, opacity)
                                      : fmt::format("fill=\"{}\"", colour);
  const std::string end = inside.empty() ? "/>" : fmt::format("><title>{}</title></", inside);
  const auto closed = [&](const std::string& open, const char* name) {
    return open + (inside.empty() ? end : end + name + ">") + "\n";
  };
  const auto polygon = [&](const std::string& points) {
    return closed(fmt::format("<polygon points=\"{}\" {}", points, ink), "polygon");
  };
  const double x = at.x, y = at.y, d = r * 1.35;
  switch (form) {
    case shape::circle:
      return closed(fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" {}", x, y, r, ink), "circle");
    case shape::square:
      return polygon(
          fmt::format("{0:.1f},{2:.1f} {1:.1f},{2:.1f} {1:.1f},{3:.1f} {0:.1f},{3:.1f}", x - r, x + r, y - r, y + r));
    case shape::diamond:
      return polygon(fmt::format("{0:.1f},{3:.1f} {1:.1f},{4:.1f} {0:.1f},{5:.1f} {2:.1f},{4:.1f}", x, x + d, x - d,
                                 y - d, y, y + d));
    case shape::triangle:
      return polygon(fmt::format("{0:.1f},{3:.1f} {1:.1f},{4:.1f} {2:.1f},{4:.1f}", x, x + d, x - d, y - d, y + r));
  }
  return {};
}

}  // namespace

style style_of(std::size_t index) {
  constexpr std::array<std::string_view, 3> dashes{"", "6 3", "2 2"};
  return {palette[index % palette.size()], dashes[index / palette.size() % dashes.size()]};
}

plot::plot(std::string title, axis x, axis y, double width, double height)
    : title_(std::move(title)), x_(std::move(x)), y_(std::move(y)), width_(width), height_(height) {}

xy plot::place(xy value) const {
  return {left + x_.share(value.x) * (width_ - left - right),
          height_ - bottom - y_.share(value.y) * (height_ - top - bottom)};
}

void plot::line(std::span<const xy> points, const style& how, double stroke) {
  std::string path;
  for (const xy& point : points) {
    const xy at = place(point);
    fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}", path.empty() ? "M" : " L", at.x, at.y);
  }
  drawn_ += fmt::format(
      "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"{}/>\n", path,
      how.colour, stroke, how.dashes.empty() ? "" : fmt::format(" stroke-dasharray=\"{}\"", how.dashes));
}

void plot::interval(double x, double low, double high, std::string_view colour) {
  const xy from = place({x, low}), to = place({x, high});
  drawn_ += fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" stroke-opacity=\"0.45\" "
      "stroke-width=\"1.5\"/>\n",
      from.x, from.y, to.x, to.y, colour);
}

void plot::dot(xy at, std::string_view colour, double radius, shape form, const std::string& hint, double opacity) {
  const auto [x, y] = place(at);
  drawn_ += marker({x, y}, colour, radius, form, opacity, hint);
  if (opacity == 1) taken_.push_back({x - radius, y - radius, x + radius, y + radius});
}

void plot::label(xy at, const std::string& text) {
  const auto [x, y] = place(at);
  const double wide = character * static_cast<double>(text.size());
  // Above, below, to the right, to the left of the point: the first where nothing lies yet.
  for (const xy& middle : {xy{x, y - 13}, xy{x, y + 14}, xy{x + 9 + wide / 2, y}, xy{x - 9 - wide / 2, y}}) {
    const box mine{middle.x - wide / 2, middle.y - line_height / 2, middle.x + wide / 2, middle.y + line_height / 2};
    const bool outside =
        mine.left < left || mine.right > width_ - right || mine.top < top || mine.bottom > height_ - bottom;
    const bool hides = std::any_of(taken_.begin(), taken_.end(), [&](const box& other) {
      return mine.left < other.right && other.left < mine.right && mine.top < other.bottom && other.top < mine.bottom;
    });
    if (outside || hides) continue;
    taken_.push_back(mine);
    labels_ += fmt::format("<text class=\"note\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
                           middle.x, middle.y + 4, text);
    return;
  }
}

std::string plot::axes() const {
  std::string out;
  const auto add = [&]<class... Values>(fmt::format_string<Values...> text, Values&&... values) {
    fmt::format_to(std::back_inserter(out), text, std::forward<Values>(values)...);
  };
  const double floor = height_ - bottom, wall = width_ - right;
  for (const tick& t : x_.ticks()) {
    const double x = place({t.at, y_.low}).x;
    add("<line class=\"grid\" x1=\"{0:.1f}\" y1=\"{1}\" x2=\"{0:.1f}\" y2=\"{2}\"/>", x, top, floor);
    add("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", x, floor + 16, t.label);
  }
  for (const tick& t : y_.ticks()) {
    const double y = place({x_.low, t.at}).y;
    add("<line class=\"grid\" x1=\"{1}\" y1=\"{0:.1f}\" x2=\"{2}\" y2=\"{0:.1f}\"/>", y, left, wall);
    add("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", left - 6, y + 4, t.label);
  }
  add("<path class=\"axis\" d=\"M{0} {1} V{2} H{3}\"/>\n", left, top, floor, wall);
  add("<text class=\"unit\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", (left + wall) / 2, height_ - 8,
      x_.label);
  add("<text class=\"unit\" transform=\"translate(14 {:.1f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
      (top + floor) / 2, y_.label);
  return out;
}

std::string plot::svg() const {
  return fmt::format(
      "<svg viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" aria-label=\"{2}\">\n{3}{4}{5}</svg>\n",
      width_, height_, title_, axes(), drawn_, labels_);
}

std::string legend(std::span<const legend_entry> entries) {
  std::string out = "<ul class=\"legend\">\n";
  for (const legend_entry& entry : entries) {
    const std::string sign =
        entry.line
            ? fmt::format("<path d=\"M1 6 H25\" stroke=\"{}\" stroke-width=\"2.4\"{}/>", entry.how.colour,
                          entry.how.dashes.empty() ? "" : fmt::format(" stroke-dasharray=\"{}\"", entry.how.dashes))
            : marker({6, 6}, entry.how.colour, 4.5, entry.form, 1, "");
    out += fmt::format(
        "<li><svg width=\"{0}\" height=\"12\" viewBox=\"0 0 {0} 12\" aria-hidden=\"true\">{1}</svg>{2}</li>\n",
        entry.line ? 26 : 12, sign, entry.name);
  }
  return out + "</ul>\n";
}

}  // namespace m2grl::report
