#pragma once
/// A CSV reader that goes character by character, and a writer of random tables: oracles that share nothing
/// with the product.

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace m2grl::test {

inline std::vector<std::vector<std::string>> naive_csv(std::string text, char delimiter) {
  if (text.rfind("\xef\xbb\xbf", 0) == 0) text.erase(0, 3);
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string field;
  bool within_quotes = false, quoted_field = false, field_begun = false;
  const auto end_row = [&] {
    if (!within_quotes && !quoted_field && field.ends_with('\r')) field.pop_back();
    const bool blank = row.empty() && field.empty() && !quoted_field;
    row.push_back(field);
    if (!blank) rows.push_back(row);
    row.clear(), field.clear();
    quoted_field = field_begun = false;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (within_quotes) {
      if (c != '"') {
        field += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        field += '"', ++i;
      } else {
        within_quotes = false;
      }
    } else if (c == '"' && !field_begun) {
      within_quotes = quoted_field = field_begun = true;
    } else if (c == delimiter) {
      row.push_back(field), field.clear();
      quoted_field = field_begun = false;
    } else if (c == '\n') {
      end_row();
    } else if (!(c == '\r' && quoted_field)) {
      field += c, field_begun = true;
    }
  }
  if (!row.empty() || field_begun) end_row();
  return rows;
}

struct csv_style {
  char delimiter = ',';
  std::string line_end = "\n";
  bool last_line_end = true, mark = false, blank_lines = false;
};

inline std::string write_csv(const std::vector<std::vector<std::string>>& rows, const csv_style& style,
                             std::mt19937_64& random) {
  std::string text = style.mark ? "\xef\xbb\xbf" : "";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t f = 0; f < rows[r].size(); ++f) {
      const std::string& value = rows[r][f];
      if (f > 0) text += style.delimiter;
      const bool must = value.find_first_of(std::string("\"\r\n") + style.delimiter) != std::string::npos;
      if (!must && random() % 6 != 0) {
        text += value;
        continue;
      }
      text += '"';
      for (const char c : value) text += c == '"' ? "\"\"" : std::string(1, c);
      text += '"';
    }
    if (r + 1 < rows.size() || style.last_line_end) text += style.line_end;
    if (style.blank_lines && r > 0 && r + 1 < rows.size() && random() % 5 == 0)
      text += random() % 2 == 0 ? "\n" : "\r\n";
  }
  return text;
}

/// A header of different names and `rows` records of short nasty values.
inline std::vector<std::vector<std::string>> random_cells(std::mt19937_64& random, std::size_t rows,
                                                          std::size_t columns, char delimiter) {
  const std::string letters = std::string("ab1 '\"\"\n\r") + delimiter + "\xc3\xa4";
  std::vector<std::vector<std::string>> cells(rows + 1);
  for (std::size_t c = 0; c < columns; ++c)
    cells[0].push_back("column " + std::to_string(c) + (c == 0 ? "\"q\"\n" : ""));
  for (std::size_t r = 1; r <= rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      std::string value;
      for (std::size_t i = random() % 8; i > 0; --i) value += letters[random() % letters.size()];
      cells[r].push_back(value);
    }
  }
  return cells;
}

}  // namespace m2grl::test
